#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/ids.hpp"

namespace weir {

/// The text of a receipt (spec/files.md 8). It is opaque to callers and encodes an Address, so no
/// index per record is kept. 26 characters of Crockford's base 32: stream, partition, sequence and
/// a 16-bit checksum, which tells a mistyped receipt from one of an unknown record.
using Receipt = std::array<char, 26>;

Receipt encode_receipt(const Address& address) noexcept;
std::optional<Address> decode_receipt(std::string_view text) noexcept;

constexpr std::string_view view(const Receipt& receipt) {
  return {receipt.data(), receipt.size()};
}

}  // namespace weir
