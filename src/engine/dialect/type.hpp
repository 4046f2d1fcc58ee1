#pragma once

#include <string>
#include <string_view>

#include "base/case_fold.hpp"
#include "engine/spark/type.hpp"

namespace weir::dialect {

using spark::Field;
using spark::Kind;
using spark::Type;

/// "Name" with its quotes doubled, for DuckDB.
[[nodiscard]] std::string quoted_identifier(std::string_view name);
/// 'text' for DuckDB; a NUL byte, which SQL text cannot hold, is spliced in as chr(0).
[[nodiscard]] std::string quoted_string(std::string_view text);
/// ASCII letters in lower case, for words of the language. Names are compared with same_name().
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace weir::dialect
