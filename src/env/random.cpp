#include "env/random.hpp"

namespace weir {

std::string random_id(Random& random, std::string_view prefix, std::size_t length) {
  constexpr std::string_view alphabet =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr unsigned fair = 256 / alphabet.size() * alphabet.size();  // above it is biased: again
  std::string id(prefix);
  const std::size_t whole = prefix.size() + length;
  while (id.size() < whole) {
    char bytes[32];
    random.fill(bytes);
    for (const char byte : bytes) {
      const unsigned value = static_cast<unsigned char>(byte);
      if (value < fair && id.size() < whole) id += alphabet[value % alphabet.size()];
    }
  }
  return id;
}

}  // namespace weir
