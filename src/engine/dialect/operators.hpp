#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

/// Operators over expressions whose types are known, with Spark's coercions.
namespace weir::dialect {

/// `=`, `<=>`, `<>`, `<`, `<=`, `>`, `>=`
[[nodiscard]] Result<Typed> compare(std::string_view op, Typed a, Typed b);
/// `+ - * / % DIV`, and `+ -` of dates with intervals
[[nodiscard]] Result<Typed> arithmetic(std::string_view op, Typed a, Typed b);
/// `& | ^`
[[nodiscard]] Result<Typed> bitwise(std::string_view op, Typed a, Typed b);
/// `||` and CONCAT, of text or of arrays
[[nodiscard]] Result<Typed> concat(std::vector<Typed> parts, Position at);
/// `-` and `~`
[[nodiscard]] Result<Typed> negate(std::string_view op, Typed value);
/// The unscaled division behind `/` and AVG of decimals; `result` is the type to round to.
[[nodiscard]] std::string decimal_division(const std::string& a, int scale_a, const std::string& b,
                                           int scale_b, const Type& result);
/// All in one type; fails naming `what` where there is none.
[[nodiscard]] Result<std::vector<Typed>> unified(std::vector<Typed> values, bool with_text,
                                                 const std::string& what);

}  // namespace weir::dialect
