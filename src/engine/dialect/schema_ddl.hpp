#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/type.hpp"

namespace weir::dialect {

/// A type as SCHEMA_OF_JSON shows it: `STRUCT<a: BIGINT, `b c`: ARRAY<INT>>`, with backticks where
/// a name needs them.
[[nodiscard]] std::string schema_ddl(const Type& type);

/// The type of a text of JSON, as SCHEMA_OF_JSON infers it. Errc::bad_request: it is no JSON.
[[nodiscard]] Result<Type> schema_of_json(std::string_view json);

}  // namespace weir::dialect
