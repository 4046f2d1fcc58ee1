#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

/// The one way from text to a decimal: for casts in queries, files under a declared schema and the
/// fields of feeds. The text is parsed as java.math.BigDecimal parses it, without blanks and
/// control characters at both ends; digits of any script count, and an exponent has 32 bits.
/// nullopt: it is no such number. No state; any thread.
namespace weir::spark {

__extension__ using Int128 = __int128;
__extension__ using UInt128 = unsigned __int128;

/// The most digits that a decimal has.
inline constexpr int decimal_digits_max = 38;

/// 10^0 to 10^38.
inline constexpr auto powers_of_ten = [] {
  std::array<Int128, decimal_digits_max + 1> out{1};
  for (std::size_t i = 1; i < out.size(); ++i)
    out[i] = out[i - 1] * 10;
  return out;
}();

/// The exact value rounded half up to `scale` digits behind the point, times 10^scale; nullopt too
/// when that has more than `precision` digits. 1 <= precision <= 38, 0 <= scale <= 38, else
/// nullopt.
[[nodiscard]] std::optional<Int128> decimal_from_text(std::string_view text, std::int32_t precision,
                                                      std::int32_t scale);
/// The same for CAST, which takes no zero of more than 38 digits (0e38, but 0e-400).
[[nodiscard]] std::optional<Int128> cast_decimal_from_text(std::string_view text,
                                                           std::int32_t precision,
                                                           std::int32_t scale);
/// A number whose exact value is whole, however it is written: 12, 12.00, 1.2e1, but not 1e-400.
[[nodiscard]] std::optional<std::int64_t> integer_from_text(std::string_view text);

}  // namespace weir::spark
