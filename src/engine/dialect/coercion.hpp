#pragma once

#include <optional>
#include <vector>

#include "engine/dialect/type.hpp"

/// Spark's rules for the common type of two types (ANSI mode off). nullopt: there is none.
namespace weir::dialect {

/// Lossless: numeric widening, date to timestamp, NULL to any type.
[[nodiscard]] std::optional<Type> tightest_type(const Type& a, const Type& b);
/// For CASE, COALESCE, IN and UNION: also decimals, and text with any scalar but boolean.
[[nodiscard]] std::optional<Type> wider_type(const Type& a, const Type& b);
/// For LEAST and GREATEST: wider types, but text combines with text only.
[[nodiscard]] std::optional<Type> wider_type_without_text(const Type& a, const Type& b);
/// For `=` and `<`: text is converted to the other side's type.
[[nodiscard]] std::optional<Type> comparison_type(const Type& a, const Type& b);
/// wider_type() over all types, text first, in Spark's order.
[[nodiscard]] std::optional<Type> wider_type(const std::vector<Type>& types);
[[nodiscard]] std::optional<Type> wider_type_without_text(const std::vector<Type>& types);

/// The decimal that holds every value of an integral type.
[[nodiscard]] Type decimal_of(const Type& integral);
/// At most 38 digits: drops fraction digits, down to six, before integer digits.
[[nodiscard]] Type adjusted_decimal(int precision, int scale);

}  // namespace weir::dialect
