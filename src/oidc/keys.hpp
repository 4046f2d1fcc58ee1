#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::oidc {

/// A provider's key that signs ID tokens.
struct Key {
  std::string algorithm;  // the one it is used with: "RS256", "ES256"
  std::string pem;
};

/// By key id (`kid`, which may be "").
using Keys = std::map<std::string, Key>;

/// A JWK set (RFC 7517). What is no key for signing, of another kind, or weaker than RSA of 2,048
/// bits is left out; unavailable where it is no JWK set.
Result<Keys> read_keys(std::string_view json);

/// RFC 4648 5, without padding; "" where it is none.
std::string from_base64url(std::string_view text);
std::string to_base64url(std::string_view bytes);

}  // namespace weir::oidc
