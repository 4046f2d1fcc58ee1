#pragma once

#include <cstdint>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

namespace weir::engine::duckdb {

/// Engine::undo. One transaction under the table's lock, with an entry of its own in the ledger.
Result<Undone> run_undo(Tenant& tenant, std::uint64_t number, bool dry_run);

}  // namespace weir::engine::duckdb
