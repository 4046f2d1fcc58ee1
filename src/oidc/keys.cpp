#include "oidc/keys.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <boost/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "base/base64.hpp"

// libjwt verifies with keys as PEM, and providers publish them as numbers, so OpenSSL makes the one
// of the other. A key is used with one algorithm only, and that is decided here, by its kind: what
// a token says of its algorithm is compared with it and never followed.
namespace weir::oidc {
namespace {

namespace json = boost::json;

constexpr int rsa_bits_min = 2048;

template <auto release>
struct Free {
  template <class T>
  void operator()(T* it) const {
    release(it);
  }
};
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using Builder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Params = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using PublicKey = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Memory = std::unique_ptr<BIO, Free<BIO_free_all>>;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

const unsigned char* bytes_of(const std::string& text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

PublicKey made_of(const char* kind, OSSL_PARAM_BLD* builder) {
  const Params params(OSSL_PARAM_BLD_to_param(builder));
  const Context context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return PublicKey(key);
}

PublicKey rsa_key(const json::object& jwk) {
  const std::string modulus = from_base64url(text_of(jwk, "n"));
  const std::string exponent = from_base64url(text_of(jwk, "e"));
  const Number n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
  const Number e(BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr));
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!n || !e || !builder || OSSL_PARAM_BLD_push_BN(builder.get(), "n", n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), "e", e.get()) != 1)
    return nullptr;
  PublicKey key = made_of("RSA", builder.get());
  return key && EVP_PKEY_get_bits(key.get()) >= rsa_bits_min ? std::move(key) : nullptr;
}

PublicKey ec_key(const json::object& jwk) {
  constexpr std::size_t coordinate_bytes = 32;
  const std::string x = from_base64url(text_of(jwk, "x"));
  const std::string y = from_base64url(text_of(jwk, "y"));
  if (text_of(jwk, "crv") != "P-256" || x.size() != coordinate_bytes ||
      y.size() != coordinate_bytes)
    return nullptr;
  const std::string point = "\x04" + x + y;  // SEC 1 2.3.3, uncompressed
  const Builder builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  return made_of("EC", builder.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || PEM_write_bio_PUBKEY(memory.get(), key) != 1) return "";
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::optional<Key> key_of(const json::object& jwk) {
  const std::string use = text_of(jwk, "use");
  if (!use.empty() && use != "sig") return std::nullopt;
  const std::string kind = text_of(jwk, "kty");
  const std::string algorithm = kind == "RSA" ? "RS256" : kind == "EC" ? "ES256" : "";
  const std::string said = text_of(jwk, "alg");
  if (algorithm.empty() || (!said.empty() && said != algorithm)) return std::nullopt;
  const PublicKey key = kind == "RSA" ? rsa_key(jwk) : ec_key(jwk);
  if (!key) return std::nullopt;
  return Key{algorithm, pem_of(key.get())};
}

}  // namespace

Result<Keys> read_keys(std::string_view text) {
  json::error_code error;
  const json::value set = json::parse(text, error);
  const json::value* all =
      !error && set.is_object() ? set.get_object().if_contains("keys") : nullptr;
  if (!all || !all->is_array())
    return fail(Errc::unavailable, "The sign-in provider's keys are no JWK set.");
  Keys keys;
  for (const json::value& each : all->get_array())
    if (each.is_object())
      if (auto key = key_of(each.get_object()))
        keys.emplace(text_of(each.get_object(), "kid"), *std::move(key));
  return keys;
}

std::string from_base64url(std::string_view text) {
  std::string plain(text);
  if (plain.find_first_of("+/=") != std::string::npos) return "";
  std::replace(plain.begin(), plain.end(), '-', '+');
  std::replace(plain.begin(), plain.end(), '_', '/');
  plain.append((4 - plain.size() % 4) % 4, '=');
  return from_base64(plain).value_or("");
}

std::string to_base64url(std::string_view bytes) {
  std::string text = to_base64(bytes);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(std::min(text.find('='), text.size()));
  return text;
}

}  // namespace weir::oidc
