#include "base/crc64.hpp"

#include <isa-l/crc64.h>

// Unlike its CRC-32C, ISA-L's does the inversions itself.
namespace weir {

std::uint64_t crc64(std::string_view bytes, std::uint64_t seed) noexcept {
  return ::crc64_ecma_refl(seed, reinterpret_cast<const unsigned char*>(bytes.data()),
                           bytes.size());
}

}  // namespace weir
