#include "oidc/id_token.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/json.hpp>
#include <jwt.h>

// libjwt checks the signature; what the token claims is read from its own bytes, since libjwt gives
// back one claim at a time and as text. The clocks of two machines may differ by a minute.
namespace weir::oidc {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds skew_max{60};

Failure refused(const std::string& why) {
  return fail(Errc::unauthorized, "The sign-in provider's ID token is not taken: " + why + ".");
}

/// One of the token's first two parts.
json::object part_of(const std::string& token, int which) {
  std::string_view rest(token);
  for (int i = 0; i < which; ++i)
    rest.remove_prefix(std::min(
        rest.size(), rest.find('.') == std::string_view::npos ? rest.size() : rest.find('.') + 1));
  json::error_code error;
  const json::value value = json::parse(from_base64url(rest.substr(0, rest.find('.'))), error);
  return !error && value.is_object() ? value.get_object() : json::object();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : "";
}

/// nullopt where there is no such number.
std::optional<Time> time_of(const json::object& claims, std::string_view name) {
  const json::value* value = claims.if_contains(name);
  constexpr std::int64_t year_9999 = 253'402'300'799;
  if (!value || !value->is_number()) return std::nullopt;
  json::error_code error;
  const auto seconds = value->to_number<std::int64_t>(error);
  if (error || seconds < 0 || seconds > year_9999) return std::nullopt;
  return Time(std::chrono::seconds(seconds));
}

bool is_signed(const std::string& token, const Key& key) {
  jwt_t* raw = nullptr;
  const int failed =
      jwt_decode(&raw, token.c_str(), reinterpret_cast<const unsigned char*>(key.pem.data()),
                 static_cast<int>(key.pem.size()));
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(failed ? nullptr : raw, &jwt_free);
  return jwt != nullptr;
}

bool is_for(const json::object& claims, const std::string& client_id) {
  const json::value* audience = claims.if_contains("aud");
  if (!audience) return false;
  if (audience->is_string()) return audience->get_string() == client_id;
  if (!audience->is_array()) return false;
  const json::array& all = audience->get_array();
  const bool named = std::any_of(all.begin(), all.end(), [&](const json::value& each) {
    return each.is_string() && each.get_string() == client_id;
  });
  // With several, the one it was made for is named apart.
  return named && (all.size() == 1 || text_of(claims, "azp") == client_id);
}

}  // namespace

std::string key_id_of(const std::string& token) {
  return text_of(part_of(token, 0), "kid");
}

Result<json::object> verify(const std::string& token, const Keys& keys, const Expected& expected,
                            Time now) {
  const json::object header = part_of(token, 0);
  const std::string kid = text_of(header, "kid");
  auto found = keys.find(kid);
  if (kid.empty() && keys.size() == 1) found = keys.begin();
  if (found == keys.end()) return refused("it is signed with no key that the provider has");
  // Before the key gets near it: "none", or an HMAC over the bytes of a public key, is no
  // signature.
  if (text_of(header, "alg") != found->second.algorithm)
    return refused("it says another algorithm than its key is for");
  if (!is_signed(token, found->second)) return refused("its signature is not right");
  json::object claims = part_of(token, 1);
  if (text_of(claims, "iss") != expected.issuer) return refused("it is of another issuer");
  if (!is_for(claims, expected.client_id)) return refused("it is for another client");
  if (expected.nonce.empty() || text_of(claims, "nonce") != expected.nonce)
    return refused("it is of another sign-in");
  const auto expires_at = time_of(claims, "exp");
  if (!expires_at || *expires_at + skew_max <= now) return refused("it has expired");
  const auto issued_at = time_of(claims, "iat");
  if (!issued_at || *issued_at > now + skew_max) return refused("it is from the future");
  if (text_of(claims, "sub").empty()) return refused("it names nobody");
  return claims;
}

}  // namespace weir::oidc
