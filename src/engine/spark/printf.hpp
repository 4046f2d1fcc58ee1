#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// One conversion of FORMAT_STRING, as Java's Formatter makes it in the root locale. A value that
/// is nothing is `null`. No state; any thread.
namespace weir::spark {

struct Conversion {
  bool left = false;     // -
  bool plus = false;     // +
  bool blank = false;    // ' ' before a number that is not negative
  bool zeros = false;    // 0
  bool groups = false;   // ,
  bool bracket = false;  // ( around a negative number
  int argument = 0;      // from 1; 0: the next
  int width = 0;
  int precision = -1;
  char kind = 's';  // s S b B d x X o c f e E n %

  /// Behind the %; takes what it reads off `text`. bad_request says what cannot be read.
  static Result<Conversion> parse(std::string_view& text);
  /// As parse() reads it.
  [[nodiscard]] std::string written() const;
};

[[nodiscard]] std::string formatted_text(const Conversion& how,
                                         std::optional<std::string_view> text);
/// `bits` are those of the value's type, for negative numbers in hexadecimal and octal.
[[nodiscard]] std::string formatted_whole(const Conversion& how, std::optional<std::int64_t> value,
                                          int bits);
/// Rounded half up in the digits that Java shows of it.
[[nodiscard]] std::string formatted_fraction(const Conversion& how, std::optional<double> value);

}  // namespace weir::spark
