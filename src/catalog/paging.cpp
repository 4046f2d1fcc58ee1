#include "catalog/paging.hpp"

#include <charconv>
#include <cstdio>

#include "base/crc32c.hpp"

// A page token is the number of the last row seen and a checksum with the list's name. It is not
// secret, the tenant is checked with every page; the checksum is there so that a token of another
// list, or a mistyped one, is refused instead of answering the wrong page.
namespace weir::catalog {

std::string encode_page_token(std::string_view list, std::uint64_t after) {
  char number[17];
  std::snprintf(number, sizeof number, "%016llx", static_cast<unsigned long long>(after));
  char check[9];
  std::snprintf(check, sizeof check, "%08x", crc32c(number, crc32c(list)));
  return std::string(number) + check;
}

Result<std::uint64_t> decode_page_token(std::string_view list, std::string_view token) {
  if (token.empty()) return 0u;
  const std::string_view number = token.substr(0, 16);
  std::uint64_t after = 0;
  std::from_chars(number.data(), number.data() + number.size(), after, 16);
  // Whatever was read: only what encodes to the same text again was one of ours.
  if (encode_page_token(list, after) == token) return after;
  return fail(Errc::bad_request,
              "\"next_token\" is not one that this list gave. Send it as it was given, or start "
              "again without it.");
}

Result<void> check_limit(const PageRequest& page) {
  if (page.limit >= 1 && page.limit <= limits::page_items_max) return {};
  return fail(Errc::bad_request,
              "\"limit\" must be from 1 to " + std::to_string(limits::page_items_max) + ".");
}

}  // namespace weir::catalog
