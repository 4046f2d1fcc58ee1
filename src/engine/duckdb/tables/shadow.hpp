#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

/// A table's shadow: a table of its own beside it, into which loads are tried (spec/loads.md 9).
/// Its rows have the keys that they would have in the table.
namespace weir::engine::duckdb {

/// "shadow:Shop:Orders". No feed can have it, since there is no second colon in a table's name.
std::string shadow_of(const std::string& table);
/// The name in whose name space the stored table's `_uuid_pk` are: its own, or that of the table
/// whose shadow it is.
std::string keyed_by(const std::string& stored_name);

/// Engine::copy_to_shadow
Result<void> copy_to_shadow(Tenant& tenant, const std::string& table);
/// Engine::shadow_changes
Result<Changes> run_shadow_changes(Tenant& tenant, const std::string& table,
                                   const std::string& after, const ReadLimits& limits);
/// Engine::swap_with_shadow
Result<std::uint64_t> swap_with_shadow(Tenant& tenant, const std::string& table);

}  // namespace weir::engine::duckdb
