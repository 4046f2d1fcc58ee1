#pragma once

#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/engine.hpp"

namespace weir::engine {

/// The columns every domain table has behind those of its feed.
///
/// `_pk` is the primary key as text: the value itself, or of several their texts joined by `|`, in
/// which `\` and `|` of a value are written `\\` and `\|`.
///
/// `_uuid_pk` is the UUID of that text (RFC 9562 version 5) in the name space of its table, which
/// is the UUID of "Source:Feed" in Weir's own: the same row has the same one everywhere, always.
///
/// `_updated` orders rows by what they were made from: milliseconds since 1970 when the file's
/// first record was received, times 2^20, plus the row in the file (2^20-1 for all beyond). Of an
/// ingest query's rows the file is the newest one and the row that of the result. It is a function
/// of the data, so that loading it again gives the same.
inline constexpr const char* pk_column = "_pk";
inline constexpr const char* uuid_column = "_uuid_pk";
inline constexpr const char* updated_column = "_updated";

/// Makes the table, or adds the columns that the feed has got since, within the caller's
/// transaction. With `load.truncate` it is empty afterwards, and made anew where a type or the key
/// has changed; without, such a change is a conflict that says what to do.
Result<void> prepare_table(Connection& connection, const Load& load);

/// SQL for `_pk`, from expressions of the key's values.
std::string pk_sql(const std::vector<std::string>& values);
/// SQL for `_uuid_pk`, from an expression of `_pk`.
std::string uuid_sql(const std::string& table, const std::string& pk);

}  // namespace weir::engine
