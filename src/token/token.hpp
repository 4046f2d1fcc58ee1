#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/snapshot.hpp"
#include "env/random.hpp"

/// Access tokens: JWTs (RFC 7519) signed HS256 with the API key's own secret. They say who the
/// key is and until when, never what it may do: policies are looked up on the key. Never stored.
namespace weir::token {

/// What a verified token says. Everything else about the key is in the snapshot it was checked
/// against.
struct Claims {
  std::string key_id;
  std::uint32_t secret_version = 0;
  std::string tenant;
  std::optional<Time> expires_at;  // nullopt: until its secret is gone
};

/// A token of the key's active secret. Header: alg, typ, kid ("<key id>.<secret version>");
/// claims: sub (key id), tnt (tenant), iat, exp, jti. Times in whole seconds.
Result<std::string> mint(const catalog::KeyView& key, Time now, std::optional<Time> expires_at,
                         Random& random);

/// Checks algorithm (HS256 and nothing else), signature, key, secret and expiry, against the
/// snapshot. Every refusal is Errc::unauthorized with what to do; which check refused is only said
/// where it tells an attacker nothing. About 6 us: cache the result (gateway/token_cache.hpp).
Result<Claims> verify(std::string_view token, const catalog::Snapshot& snapshot, Time now);

/// Whether a token verified before, against the same snapshot version, is still good at `now`.
bool expired(const Claims& claims, Time now);

}  // namespace weir::token
