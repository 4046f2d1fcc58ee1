#include "alert/private_address.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include <netinet/in.h>
#include <sys/socket.h>

// IANA's special-purpose registries as two tables of prefixes. IPv6 is allowed by its one global
// prefix, 2000::/3, with the exceptions inside it; so a range that is yet to be given out is
// private.
namespace weir::alert {
namespace {

struct Prefix4 {
  std::uint32_t bits;
  int length;
};

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr Prefix4 special4[] = {
    {ip(0, 0, 0, 0), 8},      {ip(10, 0, 0, 0), 8},     {ip(100, 64, 0, 0), 10},
    {ip(127, 0, 0, 0), 8},    {ip(169, 254, 0, 0), 16}, {ip(172, 16, 0, 0), 12},
    {ip(192, 0, 0, 0), 24},   {ip(192, 0, 2, 0), 24},   {ip(192, 88, 99, 0), 24},
    {ip(192, 168, 0, 0), 16}, {ip(198, 18, 0, 0), 15},  {ip(198, 51, 100, 0), 24},
    {ip(203, 0, 113, 0), 24}, {ip(224, 0, 0, 0), 4},    {ip(240, 0, 0, 0), 4},
};

bool is_special(std::uint32_t address) {
  for (const Prefix4& prefix : special4)
    if ((address ^ prefix.bits) >> (32 - prefix.length) == 0) return true;
  return false;
}

using Bytes16 = std::array<std::uint8_t, 16>;

std::uint32_t ip_at(const Bytes16& bytes, std::size_t at) {
  return ip(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool begins_with(const Bytes16& bytes, std::initializer_list<std::uint8_t> head) {
  return std::memcmp(bytes.data(), head.begin(), head.size()) == 0;
}

bool is_special(const Bytes16& bytes) {
  if (begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}))  // ::ffff:0:0/96
    return is_special(ip_at(bytes, 12));
  if (begins_with(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}))  // 64:ff9b::/96
    return is_special(ip_at(bytes, 12));
  if ((bytes[0] & 0xE0) != 0x20) return true;                                // not of 2000::/3
  if (begins_with(bytes, {0x20, 0x02})) return is_special(ip_at(bytes, 2));  // 6to4
  if (begins_with(bytes, {0x20, 0x01, 0x0D, 0xB8})) return true;             // documentation
  return bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] < 2;               // 2001::/23
}

}  // namespace

namespace {

/// The IPv4 address of an IPv6 form of one; else the bytes are left to be judged as they are.
bool is_v4_form(const Bytes16& bytes) {
  return begins_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF}) ||
         begins_with(bytes, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0});
}

bool is_of_metadata(std::uint32_t address) {
  return (address ^ ip(169, 254, 0, 0)) >> 16 == 0 ||  // of most clouds
         address == ip(100, 100, 100, 200) ||          // Alibaba's
         address == ip(168, 63, 129, 16);              // Azure's wire server
}

}  // namespace

bool is_of_metadata(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, &address, sizeof four);
    return is_of_metadata(ntohl(four.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return false;
  sockaddr_in6 six;
  std::memcpy(&six, &address, sizeof six);
  Bytes16 bytes;
  std::memcpy(bytes.data(), six.sin6_addr.s6_addr, bytes.size());
  if (is_v4_form(bytes)) return is_of_metadata(ip_at(bytes, 12));
  const bool is_link_local = bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80;
  return is_link_local || begins_with(bytes, {0xFD, 0x00, 0x0E, 0xC2});  // AWS's
}

bool is_private(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in four;
    std::memcpy(&four, &address, sizeof four);
    return is_special(ntohl(four.sin_addr.s_addr));
  }
  if (address.sa_family != AF_INET6) return true;
  sockaddr_in6 six;
  std::memcpy(&six, &address, sizeof six);
  Bytes16 bytes;
  std::memcpy(bytes.data(), six.sin6_addr.s6_addr, bytes.size());
  return is_special(bytes);
}

}  // namespace weir::alert
