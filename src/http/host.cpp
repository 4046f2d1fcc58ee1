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
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return rest.empty() || (rest[0] == ':' && std::all_of(rest.begin() + 1, rest.end(), is_digit));
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
  const char* at = value.data();
  const char* const end = at + value.size();
  for (;;) {
    while (at != end && is_name_byte(*at))
      ++at;
    if (at == end) return true;
    const bool is_encoded =
        *at == '%' && end - at > 2 && hex_digit(at[1]) >= 0 && hex_digit(at[2]) >= 0;
    if (!is_encoded) break;
    at += 3;
  }
  if (at == value.data() && *at == '[') return is_literal(value);
  return is_port({at, static_cast<std::size_t>(end - at)});
}

}  // namespace weir::http
