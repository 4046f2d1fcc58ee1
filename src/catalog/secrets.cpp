#include "catalog/secrets.hpp"

// Secrets are hex in the database: its text columns are the same in SQLite and PostgreSQL, which a
// column of bytes is not.
namespace weir::catalog {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

}  // namespace

std::string new_secret(Random& random) {
  std::string secret(32, '\0');
  random.fill(secret);
  return secret;
}

std::string to_hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<std::string> from_hex(const std::string& text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const std::size_t high = digits.find(text[i]);
    const std::size_t low = digits.find(text[i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

}  // namespace weir::catalog
