// Our own parser, since it runs for every request: one table look-up for each byte of a name; the
// other forms are rare.
#include "http/host.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace weir::http {
namespace {

/// unreserved and sub-delims: the bytes of a name or an IPv4 address, besides pct-encoded.
constexpr auto name_bytes = [] {
  std::array<bool, 256> table{};
  for (const std::string_view bytes : {"ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz",
                                       "0123456789", "-._~", "!$&'()*+,;="})
    for (const char c : bytes)
      table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_name_byte(char c) {
  return name_bytes[static_cast<unsigned char>(c)];
}

/// After the name: nothing, or a colon and a port, which may be empty.
bool is_port(std::string_view rest) {
  return rest.empty() || (rest[0] == ':' && std::all_of(rest.begin() + 1, rest.end(), [](char c) {
                            return c >= '0' && c <= '9';
                          }));
}

/// "[" IPv6address or IPvFuture "]": checks the characters only, since nothing resolves it.
bool is_literal(std::string_view value) {
  const std::size_t end = value.find(']');
  if (end == std::string_view::npos || end == 1) return false;
  const std::string_view inside = value.substr(1, end - 1);
  const bool is_future = inside[0] == 'v' || inside[0] == 'V';
  return std::all_of(inside.begin(), inside.end(),
                     [is_future](char c) {
                       return c == ':' || c == '.' || hex_digit(c) >= 0 ||
                              (is_future && is_name_byte(c));
                     }) &&
         is_port(value.substr(end + 1));
}

}  // namespace

bool is_host(std::string_view value) {
  std::size_t at = 0;
  for (;;) {
    while (at < value.size() && is_name_byte(value[at]))
      ++at;
    if (at == value.size()) return true;
    const bool is_encoded = value[at] == '%' && at + 2 < value.size() &&
                            hex_digit(value[at + 1]) >= 0 && hex_digit(value[at + 2]) >= 0;
    if (!is_encoded) break;
    at += 3;
  }
  if (at == 0 && value[0] == '[') return is_literal(value);
  return is_port(value.substr(at));
}

}  // namespace weir::http
