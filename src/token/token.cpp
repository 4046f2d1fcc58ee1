#include "token/token.hpp"

#include <algorithm>
#include <charconv>
#include <memory>

#include <jwt.h>

namespace weir::token {
namespace {

using Jwt = std::unique_ptr<jwt_t, decltype(&jwt_free)>;

Failure refused(const char* message) {
  return fail(Errc::unauthorized, message);
}

constexpr const char* not_verified =
    "The access token could not be verified. Generate a new one for an API key of this tenant.";

const unsigned char* bytes_of(const std::string& secret) {
  return reinterpret_cast<const unsigned char*>(secret.data());
}

/// With a secret, a token that does not verify is null. Without one, nothing is verified.
Jwt decode(const std::string& token, const std::string* secret) {
  jwt_t* raw = nullptr;
  const int failed = jwt_decode(&raw, token.c_str(), secret ? bytes_of(*secret) : nullptr,
                                secret ? static_cast<int>(secret->size()) : 0);
  return {failed ? nullptr : raw, &jwt_free};
}

std::string text_of(const char* value) {
  return value ? value : "";
}

struct KeyRef {
  std::string key_id;
  std::uint32_t secret_version = 0;
};

std::optional<KeyRef> parse_kid(std::string_view kid) {
  const std::size_t dot = kid.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  KeyRef ref{std::string(kid.substr(0, dot)), 0};
  const std::string_view digits = kid.substr(dot + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), ref.secret_version);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return ref;
}

const catalog::SecretView* find_secret(const catalog::KeyView& key, std::uint32_t version,
                                       Time now) {
  for (const auto& secret : key.secrets) {
    if (secret.version != version || secret.secret.empty()) continue;
    if (secret.accepted_until && now >= *secret.accepted_until) return nullptr;
    return &secret;
  }
  return nullptr;
}

/// The nearest that a Time can be: a signed claim may be any number.
Time time_of(long seconds) {
  const long limit =
      std::chrono::floor<std::chrono::seconds>(Time::max()).time_since_epoch().count();
  return Time(std::chrono::seconds(std::clamp(seconds, -limit, limit)));
}

long seconds_of(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

}  // namespace

Result<std::string> mint(const catalog::KeyView& key, Time now, std::optional<Time> expires_at,
                         Random& random) {
  if (key.secrets.empty()) return fail(Errc::conflict, "API key " + key.id + " has no secret.");
  if (expires_at && *expires_at <= now)
    return fail(Errc::bad_request, "\"expires-at\" must be in the future.");
  const catalog::SecretView& secret = key.secrets.front();
  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return fail(Errc::internal, "No memory for a token.");
  const Jwt jwt(raw, &jwt_free);
  const std::string kid = key.id + "." + std::to_string(secret.version);
  const std::string jti = random_id(random, "", 16);
  int failed = jwt_set_alg(raw, JWT_ALG_HS256, bytes_of(secret.secret),
                           static_cast<int>(secret.secret.size()));
  failed |= jwt_add_header(raw, "kid", kid.c_str());
  failed |= jwt_add_grant(raw, "sub", key.id.c_str());
  failed |= jwt_add_grant(raw, "tnt", key.tenant.c_str());
  failed |= jwt_add_grant(raw, "jti", jti.c_str());
  failed |= jwt_add_grant_int(raw, "iat", seconds_of(now));
  if (expires_at) failed |= jwt_add_grant_int(raw, "exp", seconds_of(*expires_at));
  const std::unique_ptr<char, decltype(&free)> text(failed ? nullptr : jwt_encode_str(raw), &free);
  if (!text) return fail(Errc::internal, "The token could not be signed.");
  return std::string(text.get());
}

Result<Claims> verify(std::string_view token, const catalog::Snapshot& snapshot, Time now) {
  const std::string text(token);
  const Jwt unverified = decode(text, nullptr);
  if (!unverified) return refused("The access token is not a JWT. Send the token as it was given.");
  // Before any key is looked up: no algorithm but the one we sign with, so that neither "none" nor
  // another algorithm over the same bytes gets near a secret.
  if (text_of(jwt_get_header(unverified.get(), "alg")) != "HS256") return refused(not_verified);
  const auto ref = parse_kid(text_of(jwt_get_header(unverified.get(), "kid")));
  if (!ref) return refused(not_verified);
  const auto found = snapshot.keys.find(ref->key_id);
  if (found == snapshot.keys.end()) return refused(not_verified);
  const catalog::KeyView& key = found->second;
  const catalog::SecretView* secret = find_secret(key, ref->secret_version, now);
  if (!secret) return refused(not_verified);

  const Jwt jwt = decode(text, &secret->secret);
  if (!jwt || jwt_get_alg(jwt.get()) != JWT_ALG_HS256) return refused(not_verified);
  if (text_of(jwt_get_grant(jwt.get(), "sub")) != key.id ||
      text_of(jwt_get_grant(jwt.get(), "tnt")) != key.tenant)
    return refused(not_verified);
  Claims claims{key.id, ref->secret_version, key.tenant, std::nullopt};
  errno = 0;
  const long exp = jwt_get_grant_int(jwt.get(), "exp");
  if (errno == 0)
    claims.expires_at = time_of(exp);
  else if (errno != ENOENT)
    return refused(not_verified);  // there, but no number
  if (expired(claims, now))
    return refused("The access token has expired. Generate a new one for its API key.");
  return claims;
}

bool expired(const Claims& claims, Time now) {
  return claims.expires_at && now >= *claims.expires_at;
}

}  // namespace weir::token
