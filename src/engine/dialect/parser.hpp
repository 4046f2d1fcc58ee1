#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/ast.hpp"

namespace weir::dialect {

/// Parses one query. Errors are Errc::bad_request with line and column, and name the unexpected
/// token. Nesting is bounded, so that neither the parser nor a walk over the tree can overflow the
/// stack.
[[nodiscard]] Result<QueryPtr> parse(std::string_view sql);

/// Reads what stands behind INTERVAL, such as `5 minutes`.
[[nodiscard]] Result<ExprPtr> parse_interval(std::string_view text);

/// Reads a type as Spark's DDL writes it, such as `ARRAY<STRING>`; or columns as a struct of them,
/// such as "id BIGINT NOT NULL, `the tags` ARRAY<STRING>".
[[nodiscard]] Result<Type> parse_type_ddl(std::string_view ddl);

}  // namespace weir::dialect
