#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/ids.hpp"

namespace weir {

/// The text of a receipt (spec/files.md 8): opaque to callers, an Address inside, so no index is
/// kept per record. 26 characters of Crockford's base 32: stream, partition, sequence and 16 bits
/// of check, so that a mistyped receipt is told from one that names nothing.
using Receipt = std::array<char, 26>;

Receipt encode_receipt(const Address& address) noexcept;
std::optional<Address> decode_receipt(std::string_view text) noexcept;

constexpr std::string_view view(const Receipt& receipt) {
  return {receipt.data(), receipt.size()};
}

}  // namespace weir
