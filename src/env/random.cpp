#include "env/random.hpp"

#include <array>

namespace weir {
namespace {

constexpr std::string_view alphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
// Bytes from here on are thrown away: keeping them would favour the first letters.
constexpr unsigned unbiased_below = 256 - 256 % alphabet.size();

}  // namespace

std::string random_id(Random& random, std::string_view prefix, std::size_t length) {
  std::string id(prefix);
  id.reserve(prefix.size() + length);
  std::array<char, 32> bytes{};
  while (id.size() < prefix.size() + length) {
    random.fill(bytes);
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= unbiased_below || id.size() == prefix.size() + length) continue;
      id.push_back(alphabet[byte % alphabet.size()]);
    }
  }
  return id;
}

}  // namespace weir
