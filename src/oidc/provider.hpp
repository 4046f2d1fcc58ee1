#pragma once

#include <mutex>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "env/clock.hpp"
#include "oidc/fetch.hpp"
#include "oidc/keys.hpp"

/// Signing in with an OpenID Connect provider: authorization code with PKCE (docs/decisions/
/// 0018-openid-connect.md). Knows neither users nor sessions.
namespace weir::oidc {

struct ProviderSettings {
  std::string issuer;
  std::string client_id;
  std::string client_secret;  // empty: a public client
  std::string scopes = "openid profile email";
  std::string redirect_uri;
};

/// What one sign-in goes by, from its beginning to its end.
struct Attempt {
  std::string state;
  std::string nonce;
  std::string verifier;  // of PKCE
};

/// Thread-safe. Calls ask the provider where need be, and so may block for seconds.
class Provider {
 public:
  Provider(ProviderSettings settings, Fetch fetch, const Clock& clock);

  /// Where the browser is sent.
  Result<std::string> authorization_url(const Attempt& attempt);
  /// Exchanges the code and returns the verified claims; unauthorized where the provider or the
  /// token is not what was asked for, unavailable where the provider does not answer.
  Result<boost::json::object> redeem(const Attempt& attempt, const std::string& code);
  const std::string& issuer() const { return settings_.issuer; }

 private:
  struct Known {
    std::string authorization_endpoint;
    std::string token_endpoint;
    std::string jwks_uri;
    std::string userinfo_endpoint;  // empty: it has none
    Time read_at;
    std::optional<Keys> keys;
    Time keys_read_at;
  };
  Result<boost::json::object> get_object(const FetchRequest& request) const;
  Result<Known> known();
  /// What the provider says of the person beside the ID token: most put names and groups there.
  Result<void> add_more(boost::json::object& claims, const std::string& access_token,
                        const std::string& userinfo_endpoint) const;
  Result<Keys> keys_for(const std::string& key_id);

  const ProviderSettings settings_;
  const Fetch fetch_;
  const Clock& clock_;
  std::mutex mutex_;  // also while the provider is asked: others want the same answer
  std::optional<Known> known_;
};

/// bad_request where an address of the settings is not one that secrets may be sent to: https, or
/// http on this machine.
Result<void> check(const ProviderSettings& settings);

/// The code challenge of a verifier (RFC 7636 4.2, S256).
std::string challenge_of(const std::string& verifier);

}  // namespace weir::oidc
