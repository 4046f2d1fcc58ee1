#include "control/password.hpp"

#include <array>
#include <cstdint>

#include <argon2.h>

// Argon2id with the least parameters that OWASP's Password Storage Cheat Sheet names: 19 MiB, two
// passes, one lane. They stand in each hash, so that they can be raised later.
namespace weir::control {
namespace {

constexpr std::uint32_t passes = 2;
constexpr std::uint32_t memory_kib = 19'456;
constexpr std::uint32_t lanes = 1;
constexpr std::size_t salt_bytes = 16;
constexpr std::size_t hash_bytes = 32;
constexpr std::size_t password_bytes_min = 12;
constexpr std::size_t password_bytes_max = 256;

}  // namespace

Result<void> check_password(const std::string& password) {
  if (password.size() >= password_bytes_min && password.size() <= password_bytes_max) return {};
  return fail(Errc::bad_request, "A password has " + std::to_string(password_bytes_min) + " to " +
                                     std::to_string(password_bytes_max) +
                                     " bytes. Choose a longer one: some words in a row will do.");
}

Result<std::string> hash_password(const std::string& password, Random& random) {
  std::array<char, salt_bytes> salt{};
  random.fill(salt);
  std::string encoded(
      argon2_encodedlen(passes, memory_kib, lanes, salt_bytes, hash_bytes, Argon2_id), '\0');
  const int failed =
      argon2id_hash_encoded(passes, memory_kib, lanes, password.data(), password.size(),
                            salt.data(), salt.size(), hash_bytes, encoded.data(), encoded.size());
  if (failed != ARGON2_OK)
    return fail(Errc::overloaded, std::string("A password could not be hashed (") +
                                      argon2_error_message(failed) + "). Send this again.");
  encoded.resize(encoded.find('\0'));
  return encoded;
}

bool is_password(const std::string& password, const std::string& stored) {
  return argon2id_verify(stored.c_str(), password.data(), password.size()) == ARGON2_OK;
}

const std::string& nobodys_password() {
  static const std::string hash =
      "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$"
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  return hash;
}

}  // namespace weir::control
