// How many U+FFFD a malformed sequence becomes is Java's own rule (one for an encoded surrogate,
// where the Unicode standard recommends three), and so is what its base64 decoder forgives: both
// are written out here, since libraries follow the standards.
#include "engine/spark/binary_text.hpp"

#include <cstdint>

namespace weir::spark {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::uint8_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint8_t>(bytes[at]);
}

bool continues(std::uint8_t byte) {
  return (byte & 0xC0) == 0x80;
}

/// A sequence at the beginning: how many bytes it takes, and whether they are a character.
struct Sequence {
  std::size_t size = 1;
  bool good = false;
};

Sequence three(std::string_view rest) {
  const std::uint8_t first = byte_at(rest, 0);
  if (rest.size() < 2) return {rest.size()};
  const std::uint8_t second = byte_at(rest, 1);
  if ((first == 0xE0 && (second & 0xE0) == 0x80) || !continues(second)) return {1};
  if (rest.size() < 3) return {rest.size()};
  if (!continues(byte_at(rest, 2))) return {2};
  const bool surrogate = first == 0xED && second >= 0xA0;
  return {3, !surrogate};
}

Sequence four(std::string_view rest) {
  const std::uint8_t first = byte_at(rest, 0);
  if (first > 0xF4) return {1};
  if (rest.size() < 2) return {rest.size()};
  const std::uint8_t second = byte_at(rest, 1);
  if ((first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) || !continues(second))
    return {1};
  if (rest.size() < 3) return {rest.size()};
  if (!continues(byte_at(rest, 2))) return {2};
  if (rest.size() < 4) return {rest.size()};
  if (!continues(byte_at(rest, 3))) return {3};
  return {4, true};
}

Sequence sequence_of(std::string_view rest) {
  const std::uint8_t first = byte_at(rest, 0);
  if (first < 0x80) return {1, true};
  if (first >= 0xC2 && first <= 0xDF) {
    const bool good = rest.size() > 1 && continues(byte_at(rest, 1));
    return {good ? std::size_t{2} : std::size_t{1}, good};
  }
  if (first >= 0xE0 && first <= 0xEF) return three(rest);
  if (first >= 0xF0 && first <= 0xF7) return four(rest);
  return {1};
}

constexpr int no_digit = -1;
constexpr int padding = -2;

int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  if (c == '/') return 63;
  return c == '=' ? padding : no_digit;
}

}  // namespace

std::string utf8_from_bytes(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const Sequence next = sequence_of(bytes);
    out += next.good ? bytes.substr(0, next.size) : replacement;
    bytes.remove_prefix(next.size);
  }
  return out;
}

std::optional<std::string> bytes_from_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int digits = 0;  // of the four that make three bytes
  std::size_t at = 0;
  while (at < text.size()) {
    const int digit = base64_digit(text[at++]);
    if (digit == no_digit) continue;
    if (digit == padding) {
      // Two are wanted behind two digits, side by side; one behind three; none elsewhere.
      if (digits == 0 || (digits == 2 && (at == text.size() || text[at++] != '=')))
        return std::nullopt;
      break;
    }
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0})
      out += static_cast<char>(bits >> shift & 0xFF);
    bits = 0;
    digits = 0;
  }
  if (digits == 1) return std::nullopt;
  if (digits >= 2) out += static_cast<char>(bits >> (digits == 2 ? 4 : 10) & 0xFF);
  if (digits == 3) out += static_cast<char>(bits >> 2 & 0xFF);
  for (; at < text.size(); ++at) {
    if (base64_digit(text[at]) >= 0) return std::nullopt;
  }
  return out;
}

}  // namespace weir::spark
