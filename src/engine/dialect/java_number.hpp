#pragma once

#include <string>

namespace weir::dialect {

/// A fraction as Double.toString and Float.toString of Java 17 write it, which is what Spark shows,
/// casts to text and makes decimals of: plain from 0.001 up to ten million, else with an exponent.
/// Not always the shortest text that reads back as the number: 1E23 is "9.999999999999999E22".
[[nodiscard]] std::string java_text(double value);
[[nodiscard]] std::string java_text(float value);

/// The digits of that text without sign, point and exponent; the first `whole` of them stand before
/// the point. Where that is more than there are, or less than none, zeros stand between.
struct JavaDigits {
  std::string digits;
  int whole = 0;
};
/// Of a finite number.
[[nodiscard]] JavaDigits java_digits(double value);

/// A decimal as BigDecimal.toString writes it: with an exponent when more than six zeros would
/// stand in front of its first digit. `digits` are those without the point, no zeros before them.
[[nodiscard]] std::string java_text(bool negative, std::string digits, int scale);

}  // namespace weir::dialect
