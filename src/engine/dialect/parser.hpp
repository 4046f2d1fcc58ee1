#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/ast.hpp"

namespace weir::dialect {

/// Reads one query. Errors are Errc::bad_request with line and column and name what was met.
/// Depth of nesting is bounded, so that neither this nor what walks the tree can overflow the
/// stack.
[[nodiscard]] Result<QueryPtr> parse(std::string_view sql);

/// Reads a type as Spark's DDL writes it, such as `STRUCT<`id`: BIGINT, tags ARRAY<STRING>>`.
[[nodiscard]] Result<Type> parse_type_ddl(std::string_view ddl);

}  // namespace weir::dialect
