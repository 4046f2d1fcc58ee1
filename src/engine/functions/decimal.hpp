#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "engine/functions/native.hpp"

/// Decimals as Spark computes them: exactly, then rounded half up to the result's scale, and NULL
/// where that takes more digits than its precision. The results are unscaled.
namespace weir::engine {

std::optional<Int128> decimal_sum(Decimal a, Decimal b, std::int32_t precision, std::int32_t scale);
std::optional<Int128> decimal_difference(Decimal a, Decimal b, std::int32_t precision,
                                         std::int32_t scale);
std::optional<Int128> decimal_product(Decimal a, Decimal b, std::int32_t precision,
                                      std::int32_t scale);
/// These give NULL for a division by zero.
std::optional<Int128> decimal_quotient(Decimal a, Decimal b, std::int32_t precision,
                                       std::int32_t scale);
std::optional<Int128> decimal_remainder(Decimal a, Decimal b, std::int32_t precision,
                                        std::int32_t scale);
std::optional<Int128> decimal_positive_remainder(Decimal a, Decimal b, std::int32_t precision,
                                                 std::int32_t scale);
/// The whole part of the quotient, its low 64 bits.
std::optional<std::int64_t> decimal_whole_quotient(Decimal a, Decimal b);

/// The value times ten to `digits`, rounded, where it is the same however one rounds to the
/// nearest: the digit behind is clearly no half, whatever the decimal text of the value is. nullopt
/// too where a double cannot tell.
std::optional<std::int64_t> clear_units(double value, std::int32_t digits);

/// For each scale S a function spark_point_S, which makes a DECIMAL(38,S) of whole digits, and a
/// spark_product_S of two decimals whose digits are 38 at most and whose scales are S together. A
/// function of DuckDB's C API has one type of result, so that each scale needs its own.
[[nodiscard]] Result<void> add_decimals_of_scales(duckdb_connection connection);

/// Out of the text that Java writes for the fraction.
std::optional<Int128> decimal_of_fraction(double value, std::int32_t precision, std::int32_t scale);

enum class Rounding : std::uint8_t { half_up, half_even, floor, ceiling };
/// value / unit as a whole number; the unit is greater than 0. Halves go away from zero or to the
/// even number.
[[nodiscard]] Int128 rounded_quotient(Int128 value, Int128 unit, Rounding rounding);

/// As BigDecimal.toString writes it: with an exponent when six zeros or more follow the point.
std::string decimal_text(Decimal value);

}  // namespace weir::engine
