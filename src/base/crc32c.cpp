#include "base/crc32c.hpp"

#include <isa-l/crc.h>

namespace weir {

std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed) noexcept {
  // ISA-L leaves the inversions of RFC 3720 to its caller, counts in int and does not say const.
  constexpr std::size_t at_once_max = std::size_t{1} << 30;
  std::uint32_t crc = ~seed;
  while (!bytes.empty()) {
    const std::string_view part = bytes.substr(0, at_once_max);
    auto* const begin = reinterpret_cast<unsigned char*>(const_cast<char*>(part.data()));
    crc = ::crc32_iscsi(begin, static_cast<int>(part.size()), crc);
    bytes.remove_prefix(part.size());
  }
  return ~crc;
}

}  // namespace weir
