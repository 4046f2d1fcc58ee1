#pragma once

#include <string_view>

#include "base/result.hpp"
#include "engine/dialect/typed.hpp"

/// Operators over expressions whose types are known, with Spark's coercions.
namespace weir::dialect {

/// `=`, `<=>`, `<>`, `<`, `<=`, `>`, `>=`
[[nodiscard]] Result<Typed> compare(std::string_view op, Typed a, Typed b);
/// `+ - * / % DIV pmod`, also of dates with intervals and of intervals with numbers
[[nodiscard]] Result<Typed> arithmetic(std::string_view op, Typed a, Typed b);
/// `& | ^`
[[nodiscard]] Result<Typed> bitwise(std::string_view op, Typed a, Typed b);
/// `||` and CONCAT, of text or of arrays
[[nodiscard]] Result<Typed> concat(std::vector<Typed> parts, Position at);
/// `-` and `~`
[[nodiscard]] Result<Typed> negate(std::string_view op, Typed value);
/// The interval type of all fields, which arithmetic gives.
[[nodiscard]] Type whole_interval(const Type& type);
/// One of the native functions of decimals: add, subtract, multiply, divide, remainder or pmod,
/// with a result of the type.
[[nodiscard]] std::string decimal_call(std::string_view function, const std::string& a,
                                       const std::string& b, const Type& result);
/// Converts all to one type; the error names `what` where there is none.
[[nodiscard]] Result<std::vector<Typed>> unified(std::vector<Typed> values, bool with_text,
                                                 const std::string& what);

}  // namespace weir::dialect
