#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/ast.hpp"

namespace weir::dialect {

/// Parses one query. Errors are Errc::bad_request with line and column, and name the unexpected
/// token. Nesting is bounded, so that neither the parser nor a walk over the tree can overflow the
/// stack.
[[nodiscard]] Result<QueryPtr> parse(std::string_view sql);

/// Reads a type as Spark's DDL writes it, such as `STRUCT<`id`: BIGINT, tags ARRAY<STRING>>`.
[[nodiscard]] Result<Type> parse_type_ddl(std::string_view ddl);

}  // namespace weir::dialect
