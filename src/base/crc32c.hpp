#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4). `seed` is the value of the bytes before, so that
/// crc32c(b, crc32c(a)) == crc32c(ab). About 0.02 us a KiB where the processor can multiply without
/// carries.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t seed = 0) noexcept;

}  // namespace weir
