#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/spark/decimal_text.hpp"

namespace weir::spark {

/// A format of TO_NUMBER and TO_CHAR, such as `$99,999.99S`. Immutable; any threads.
class NumberFormat {
 public:
  /// bad_request says what is wrong in it.
  static Result<NumberFormat> parse(std::string_view format);

  /// The type of what TO_NUMBER reads.
  [[nodiscard]] int precision() const { return whole_digits_ + scale_; }
  [[nodiscard]] int scale() const { return scale_; }

  /// The number times 10^scale(); nullopt where the text does not have this format.
  [[nodiscard]] std::optional<Int128> read(std::string_view text) const;
  /// Signs for the digits of one that the format has no room for.
  [[nodiscard]] std::string write(Int128 unscaled, int scale) const;

 private:
  enum class Kind : std::uint8_t { digits, comma, point, dollar, minus, sign, angle };
  struct Item {
    Kind kind;
    int count = 0;       // of digits
    bool exact = false;  // so many digits, with zeros before
    bool fraction = false;
  };
  std::vector<Item> items_;
  int whole_digits_ = 0;
  int scale_ = 0;
};

}  // namespace weir::spark
