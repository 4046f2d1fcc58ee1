#include "engine/spark/long_text.hpp"

#include <algorithm>

namespace weir::spark {

namespace {

std::size_t next_character(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80)
    ++at;
  return at;
}

/// The bytes of the first `most` characters, and how many characters they are.
struct Cut {
  std::size_t bytes = 0;
  std::size_t characters = 0;
};
Cut cut(std::string_view text, std::size_t most) {
  Cut out;
  for (; out.characters < most && out.bytes < text.size(); ++out.characters)
    out.bytes = next_character(text, out.bytes);
  return out;
}

}  // namespace

std::optional<std::string> padded(std::string_view text, std::int32_t characters,
                                  std::string_view filling, bool left) {
  const auto wanted = static_cast<std::size_t>(std::max(characters, 0));
  const Cut kept = cut(text, wanted);
  std::string out(text.substr(0, kept.bytes));
  const std::size_t missing = wanted - kept.characters;
  if (missing == 0 || filling.empty()) return out;
  const std::size_t size = cut(filling, filling.size()).characters;
  const Cut rest = cut(filling, missing % size);
  const std::size_t whole = missing / size;
  if (whole > text_bytes_max / filling.size()) return std::nullopt;
  std::string fill;
  for (std::size_t i = 0; i < whole; ++i)
    fill += filling;
  fill += filling.substr(0, rest.bytes);
  return left ? fill + out : out + fill;
}

std::optional<std::string> repeated(std::string_view text, std::int32_t times) {
  std::string out;
  if (times <= 0 || text.empty()) return out;
  if (static_cast<std::size_t>(times) > text_bytes_max / text.size()) return std::nullopt;
  out.reserve(text.size() * static_cast<std::size_t>(times));
  for (std::int32_t i = 0; i < times; ++i)
    out += text;
  return out;
}

}  // namespace weir::spark
