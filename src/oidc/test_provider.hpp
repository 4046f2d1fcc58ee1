#pragma once

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/json.hpp>
#include <jwt.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/assert.hpp"
#include "oidc/fetch.hpp"
#include "oidc/keys.hpp"

/// For tests only: a provider without a network, with keys of its own.
namespace weir::oidc {

namespace json = boost::json;

/// A pair of keys: signs ID tokens, and shows its public half as a JWK.
class SigningKey {
 public:
  static SigningKey rsa(unsigned bits = 2048) {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{bits}), JWT_ALG_RS256};
  }
  static SigningKey ec() {
    return {EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), JWT_ALG_ES256};
  }

  std::string sign(const json::object& claims, const std::string& kid) const {
    return encode(claims, kid, algorithm_, pem(true));
  }
  /// The attacks on verifiers: no signature at all, and an HMAC whose secret is the public key.
  std::string unsigned_token(const json::object& claims, const std::string& kid) const {
    return encode(claims, kid, JWT_ALG_NONE, "");
  }
  std::string hmac_token(const json::object& claims, const std::string& kid) const {
    return encode(claims, kid, JWT_ALG_HS256, pem(false));
  }

  json::object jwk(const std::string& kid) const {
    json::object jwk{{"kid", kid}, {"use", "sig"}};
    if (algorithm_ == JWT_ALG_RS256) {
      jwk["kty"] = "RSA";
      jwk["alg"] = "RS256";
      jwk["n"] = number(OSSL_PKEY_PARAM_RSA_N);
      jwk["e"] = number(OSSL_PKEY_PARAM_RSA_E);
    } else {
      jwk["kty"] = "EC";
      jwk["alg"] = "ES256";
      jwk["crv"] = "P-256";
      jwk["x"] = number(OSSL_PKEY_PARAM_EC_PUB_X, 32);
      jwk["y"] = number(OSSL_PKEY_PARAM_EC_PUB_Y, 32);
    }
    return jwk;
  }

 private:
  SigningKey(EVP_PKEY* key, jwt_alg_t algorithm)
      : key_(key, &EVP_PKEY_free), algorithm_(algorithm) {
    WEIR_ASSERT(key != nullptr);
  }

  static std::string encode(const json::object& claims, const std::string& kid, jwt_alg_t algorithm,
                            const std::string& key) {
    jwt_t* raw = nullptr;
    WEIR_ASSERT(jwt_new(&raw) == 0);
    const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, &jwt_free);
    const auto* bytes = reinterpret_cast<const unsigned char*>(key.data());
    WEIR_ASSERT(jwt_set_alg(raw, algorithm, key.empty() ? nullptr : bytes,
                            static_cast<int>(key.size())) == 0);
    WEIR_ASSERT(jwt_add_header(raw, "kid", kid.c_str()) == 0);
    WEIR_ASSERT(jwt_add_grants_json(raw, json::serialize(claims).c_str()) == 0);
    const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(raw), &free);
    WEIR_ASSERT(text != nullptr);
    return text.get();
  }

  std::string pem(bool is_private) const {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
    const int done = is_private ? PEM_write_bio_PrivateKey(memory.get(), key_.get(), nullptr,
                                                           nullptr, 0, nullptr, nullptr)
                                : PEM_write_bio_PUBKEY(memory.get(), key_.get());
    WEIR_ASSERT(done == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &data);
    return {data, static_cast<std::size_t>(size)};
  }

  std::string number(const char* name, int bytes = 0) const {
    BIGNUM* raw = nullptr;
    WEIR_ASSERT(EVP_PKEY_get_bn_param(key_.get(), name, &raw) == 1);
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> value(raw, &BN_free);
    std::string text(static_cast<std::size_t>(std::max(bytes, BN_num_bytes(raw))), '\0');
    BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(text.data()), static_cast<int>(text.size()));
    return to_base64url(text);
  }

  std::shared_ptr<EVP_PKEY> key_;
  jwt_alg_t algorithm_;
};

/// Answers from a table, and keeps what it was asked.
struct FakeNetwork {
  Fetch fetch() {
    return [this](const FetchRequest& request) -> Result<FetchReply> {
      asked.push_back(request);
      const auto found = replies.find(request.url);
      if (found == replies.end()) return fail(Errc::unavailable, "Nobody is at " + request.url);
      return found->second;
    };
  }
  int count(const std::string& url) const {
    int times = 0;
    for (const FetchRequest& each : asked)
      times += each.url == url ? 1 : 0;
    return times;
  }
  std::map<std::string, FetchReply> replies;  // by address
  std::vector<FetchRequest> asked;
};

inline const std::string test_issuer = "https://login.example.org";

/// One that is whole: discovery, keys, and what else a test puts there.
inline void publish(FakeNetwork& network, const json::array& keys) {
  network.replies[test_issuer + "/.well-known/openid-configuration"] = {
      200, json::serialize(json::object{{"issuer", test_issuer},
                                        {"authorization_endpoint", test_issuer + "/auth"},
                                        {"token_endpoint", test_issuer + "/token"},
                                        {"jwks_uri", test_issuer + "/jwks"}})};
  network.replies[test_issuer + "/jwks"] = {200, json::serialize(json::object{{"keys", keys}})};
}

}  // namespace weir::oidc
