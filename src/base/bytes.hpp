#pragma once

#include <bit>
#include <concepts>
#include <cstring>
#include <string>
#include <string_view>

namespace weir {

static_assert(std::endian::native == std::endian::little,
              "formats on disk are little-endian; a big-endian port needs byte swaps here");

template <std::unsigned_integral T>
void put(char* at, T value) noexcept {
  std::memcpy(at, &value, sizeof value);
}

template <std::unsigned_integral T>
void append(std::string& out, T value) {
  char bytes[sizeof value];
  put(bytes, value);
  out.append(bytes, sizeof value);
}

/// The caller has checked that `sizeof(T)` bytes are available.
template <std::unsigned_integral T>
T get(const char* at) noexcept {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

/// The value of a hexadecimal digit; -1 where the character is not one.
constexpr int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace weir
