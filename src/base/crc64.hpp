#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// CRC-64 of ECMA-182, reflected (CRC-64/XZ). `seed` is the value of the bytes before.
std::uint64_t crc64(std::string_view bytes, std::uint64_t seed = 0) noexcept;

}  // namespace weir
