#include "base/sha256.hpp"

#include <algorithm>

#include <openssl/evp.h>

#include "base/assert.hpp"

namespace weir {
namespace {

EVP_MD_CTX* as_context(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

void Sha256::Free::operator()(void* context) const noexcept {
  EVP_MD_CTX_free(as_context(context));
}

// These fail only without memory or without the algorithm, which every OpenSSL has.
Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  WEIR_ASSERT(context_ != nullptr);
  WEIR_ASSERT(EVP_DigestInit_ex(as_context(context_.get()), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
  WEIR_ASSERT(EVP_DigestUpdate(as_context(context_.get()), bytes.data(), bytes.size()) == 1);
}

void Sha256::restart() {
  WEIR_ASSERT(EVP_DigestInit_ex(as_context(context_.get()), nullptr, nullptr) == 1);
}

std::array<char, 32> Sha256::bytes() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  WEIR_ASSERT(EVP_DigestFinal_ex(as_context(context_.get()), digest, &size) == 1);
  std::array<char, 32> out;
  WEIR_ASSERT(size == out.size());
  std::copy(digest, digest + size, out.begin());
  return out;
}

std::string Sha256::hex() {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const char c : bytes()) {
    const auto byte = static_cast<unsigned char>(c);
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha256;
  sha256.update(bytes);
  return sha256.hex();
}

}  // namespace weir
