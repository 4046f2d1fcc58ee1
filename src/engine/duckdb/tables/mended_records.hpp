#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/reader/chosen_records.hpp"
#include "engine/duckdb/tenant.hpp"
#include "engine/engine.hpp"

/// Records that were mended by hand, and which of them loads take (docs/formats/tables-file.md).
namespace weir::engine::duckdb {

Result<void> create_mended_records(Connection& connection);

/// All of them, by file and place.
Result<std::map<std::string, std::map<std::uint64_t, std::string>>> mended_records(
    Connection& connection);

/// As Engine::mend and Engine::record have them.
Result<void> mend_record(Tenant& tenant, const std::string& file, std::uint64_t number,
                         const RecordText::Mended& mended);
Result<RecordText> record_text(Tenant& tenant, const SourceFile& file, std::uint64_t number);

}  // namespace weir::engine::duckdb
