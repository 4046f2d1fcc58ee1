#include "base/receipt.hpp"

#include "base/bytes.hpp"
#include "base/crc32c.hpp"

namespace weir {
namespace {

// Crockford's alphabet: no i, l, o, u.
constexpr char digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t packed_bytes = 16;  // 4 stream, 2 partition, 8 sequence, 2 check

int value_of(char c) {
  for (int i = 0; i < 32; ++i)
    if (digits[i] == c) return i;
  return -1;
}

std::uint16_t check_of(const char* packed) {
  return static_cast<std::uint16_t>(crc32c({packed, packed_bytes - 2}) & 0xFFFF);
}

}  // namespace

Receipt encode_receipt(const Address& address) noexcept {
  char packed[packed_bytes];
  put(packed, address.stream.value);
  put(packed + 4, address.partition.value);
  put(packed + 6, address.sequence.value);
  put(packed + 14, check_of(packed));
  Receipt receipt;
  unsigned bits = 0;
  unsigned held = 0;
  std::size_t next = 0;
  for (char& out : receipt) {
    if (held < 5) {
      bits = (bits << 8) | (next < packed_bytes ? static_cast<unsigned char>(packed[next]) : 0u);
      ++next;
      held += 8;
    }
    held -= 5;
    out = digits[(bits >> held) & 31];
  }
  return receipt;
}

std::optional<Address> decode_receipt(std::string_view text) noexcept {
  if (text.size() != Receipt{}.size()) return std::nullopt;
  char packed[packed_bytes + 1] = {};
  unsigned bits = 0;
  unsigned held = 0;
  std::size_t next = 0;
  for (const char c : text) {
    const int value = value_of(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 5) | static_cast<unsigned>(value);
    held += 5;
    if (held >= 8) {
      held -= 8;
      packed[next++] = static_cast<char>((bits >> held) & 0xFF);
    }
  }
  if ((bits & ((1u << held) - 1)) != 0) return std::nullopt;
  if (get<std::uint16_t>(packed + 14) != check_of(packed)) return std::nullopt;
  return Address{{get<std::uint32_t>(packed)},
                 {get<std::uint16_t>(packed + 4)},
                 {get<std::uint64_t>(packed + 6)}};
}

}  // namespace weir
