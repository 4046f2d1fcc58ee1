#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "http/request.hpp"

/// Recognises a field by its name: by its length, then one or two comparisons; on the hot path.
namespace weir::http {

/// The fields that the server knows: those of Field first, in the same order.
enum class Name : std::uint8_t {
  authorization,
  content_type,
  content_encoding,
  tenant,
  idempotency_key,
  host,
  content_length,
  transfer_encoding,
  connection,
  expect,
  other
};
static_assert(static_cast<int>(Name::host) == static_cast<int>(Field::host));
static_assert(static_cast<std::size_t>(Name::host) + 1 == known_fields);

/// Whether `text`, which has no control characters, is these letters, digits and '-' in any case.
/// Setting bit 5 makes letters small, and nothing else but a control a digit or '-'.
template <std::size_t N>
bool spells(std::string_view text, const char (&lower)[N]) {
  constexpr std::size_t size = N - 1;
  if (text.size() != size) return false;
  std::uint64_t difference = 0;
  if constexpr (size < 8) {
    for (std::size_t i = 0; i < size; ++i)
      difference |= static_cast<unsigned char>((text[i] | 0x20) ^ lower[i]);
  } else {
    const auto compare = [&](std::size_t i) {
      difference |=
          (get<std::uint64_t>(&text[i]) | 0x2020202020202020u) ^ get<std::uint64_t>(&lower[i]);
    };
    for (std::size_t i = 0; i + 8 < size; i += 8)
      compare(i);
    compare(size - 8);
  }
  return difference == 0;
}

inline Name name_of(std::string_view name) {
  switch (name.size()) {
    case 4:
      return spells(name, "host") ? Name::host : Name::other;
    case 6:
      if (spells(name, "tenant")) return Name::tenant;
      return spells(name, "expect") ? Name::expect : Name::other;
    case 10:
      return spells(name, "connection") ? Name::connection : Name::other;
    case 12:
      return spells(name, "content-type") ? Name::content_type : Name::other;
    case 13:
      return spells(name, "authorization") ? Name::authorization : Name::other;
    case 14:
      return spells(name, "content-length") ? Name::content_length : Name::other;
    case 15:
      if (spells(name, "amperity-tenant")) return Name::tenant;
      return spells(name, "idempotency-key") ? Name::idempotency_key : Name::other;
    case 16:  // Proxy-Connection: not standard, but clients that send it mean Connection
      if (spells(name, "content-encoding")) return Name::content_encoding;
      return spells(name, "proxy-connection") ? Name::connection : Name::other;
    case 17:
      if (spells(name, "x-amperity-tenant")) return Name::tenant;
      return spells(name, "transfer-encoding") ? Name::transfer_encoding : Name::other;
    default:
      return Name::other;
  }
}

}  // namespace weir::http
