#pragma once

#include <string_view>

/// The two ways in which Spark cuts white space off both ends of a text. Neither knows the blanks
/// of Unicode.
namespace weir::spark {

namespace detail {
template <class IsBlank>
[[nodiscard]] std::string_view trimmed(std::string_view text, IsBlank is_blank) {
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}
}  // namespace detail

/// Java's String.trim: blanks and control characters.
[[nodiscard]] inline std::string_view java_trim(std::string_view text) {
  return detail::trimmed(text, [](unsigned char c) { return c <= ' '; });
}

/// The same and DEL, as Spark's casts to integers, booleans, dates and timestamps do.
[[nodiscard]] inline std::string_view trim_all(std::string_view text) {
  return detail::trimmed(text, [](unsigned char c) { return c <= ' ' || c == '\x7F'; });
}

}  // namespace weir::spark
