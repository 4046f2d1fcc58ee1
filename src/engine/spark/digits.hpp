#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>

namespace weir::spark {

/// Appends a number that is not negative, with zeros before it up to the width.
inline void append_digits(std::string& out, std::int64_t value, int width) {
  std::array<char, 20> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - text.data());
  if (static_cast<std::size_t>(width) > size)
    out.append(static_cast<std::size_t>(width) - size, '0');
  out.append(text.data(), size);
}

}  // namespace weir::spark
