#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "oidc/keys.hpp"

namespace weir::oidc {

/// What an ID token must say to be taken.
struct Expected {
  std::string issuer;
  std::string client_id;
  std::string nonce;
};

/// The `kid` in the token's header, not verified; "" where it has none or the text is no token.
std::string key_id_of(const std::string& token);

/// The claims of an ID token (OpenID Connect Core 3.1.3.7): signed by one of the keys, with the
/// algorithm of that key; from the issuer, for this client, with the nonce of this sign-in, and not
/// expired. Else unauthorized, with what is wrong and nothing of the token.
Result<boost::json::object> verify(const std::string& token, const Keys& keys,
                                   const Expected& expected, Time now);

}  // namespace weir::oidc
