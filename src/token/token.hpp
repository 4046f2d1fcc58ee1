#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/snapshot.hpp"
#include "env/random.hpp"

/// Access tokens: JWTs (RFC 7519), signed HS256 with the API key's own secret, never stored. A
/// token names its key and its expiry. Policies are not in it: they are looked up on the key.
namespace weir::token {

/// What a verified token says. Everything else about the key is in the snapshot that the token was
/// verified against.
struct Claims {
  std::string key_id;
  std::uint32_t secret_version = 0;
  std::string tenant;
  std::optional<Time> expires_at;  // nullopt: valid as long as its secret
};

/// Mints a token with the key's active secret. Header: alg, typ, kid ("<key id>.<secret version>");
/// claims: sub (key id), tnt (tenant), iat, exp, jti. Times are in whole seconds.
Result<std::string> mint(const catalog::KeyView& key, Time now, std::optional<Time> expires_at,
                         Random& random);

/// Checks algorithm (only HS256), signature, key, secret and expiry against the snapshot. Every
/// refusal is Errc::unauthorized with what to do; it names the failed check only where that tells
/// an attacker nothing. Takes about 6 us: cache the result (gateway/token_cache.hpp).
Result<Claims> verify(std::string_view token, const catalog::Snapshot& snapshot, Time now);

/// Whether a token that was verified against the same snapshot version has expired by `now`.
bool expired(const Claims& claims, Time now);

}  // namespace weir::token
