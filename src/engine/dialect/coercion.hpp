#pragma once

#include <optional>
#include <vector>

#include "engine/dialect/type.hpp"

/// Spark's rules for the type in which two types meet (ANSI mode off). No type: they cannot meet.
namespace weir::dialect {

/// Without losing anything: numeric widening, date to timestamp, NULL to all.
[[nodiscard]] std::optional<Type> tightest_type(const Type& a, const Type& b);
/// As CASE, COALESCE, IN and UNION meet: also decimals, and text with any scalar but boolean.
[[nodiscard]] std::optional<Type> wider_type(const Type& a, const Type& b);
/// As LEAST and GREATEST meet: wider, but text stays with text.
[[nodiscard]] std::optional<Type> wider_type_without_text(const Type& a, const Type& b);
/// As `=` and `<` meet: text becomes what the other side is.
[[nodiscard]] std::optional<Type> comparison_type(const Type& a, const Type& b);
/// wider_type() over all of them, text first as Spark does it.
[[nodiscard]] std::optional<Type> wider_type(const std::vector<Type>& types);
[[nodiscard]] std::optional<Type> wider_type_without_text(const std::vector<Type>& types);

/// The decimal that holds every value of an integral type.
[[nodiscard]] Type decimal_of(const Type& integral);
/// At most 38 digits, giving up those behind the point, down to six, before those in front of it.
[[nodiscard]] Type adjusted_decimal(int precision, int scale);

}  // namespace weir::dialect
