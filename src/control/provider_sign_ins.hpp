#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"
#include "oidc/provider.hpp"

namespace weir::control {

/// How people of a provider become users here (docs/decisions/0018-openid-connect.md).
struct ProviderRules {
  std::string label;       // on the button
  std::string tenant;      // that of users who are made; empty: nobody is made at the first sign-in
  std::string name_claim;  // "preferred_username"
  std::string policy_claim;  // "groups"; empty: policies are given here, as to other users
  /// The policies of who has a value in that claim.
  std::map<std::string, std::vector<std::string>> policies;
};

/// "admins=datagrid-administrator+user-administration, staff=datagrid-operator". bad_request where
/// it is not so, or names a policy that users do not have.
Result<std::map<std::string, std::vector<std::string>>> read_policy_rules(const std::string& text);

/// Who the provider says somebody is.
struct ProvidedPerson {
  std::string issuer;
  std::string subject;  // never changes, and is nobody else's
  std::string name;
  std::string email;                                 // "" where the provider has not verified it
  std::optional<std::vector<std::string>> policies;  // none: they are given here
};

/// Sign-ins that are on their way at the provider, in memory: whoever is there while the server
/// starts again begins anew. Thread-safe; `begin` and `finish` may block while the provider is
/// asked.
class ProviderSignIns {
 public:
  ProviderSignIns(oidc::Provider& provider, ProviderRules rules, const Clock& clock, Random& random)
      : provider_(provider), rules_(std::move(rules)), clock_(clock), random_(random) {}

  struct Begun {
    std::string url;      // where the browser is sent
    std::string binding;  // for its cookie: only this browser ends the sign-in
  };
  /// `to`: where on this server one wanted to go. `replaces`: the hash of the session that ends.
  Result<Begun> begin(const std::string& to, const std::string& replaces);

  struct Finished {
    ProvidedPerson person;
    std::string to;
    std::string replaces;
  };
  /// unauthorized: there is no such sign-in, it is another browser's, took too long or was used; or
  /// the provider does not vouch. A state is good once, whatever comes of it.
  Result<Finished> finish(const std::string& state, const std::string& binding,
                          const std::string& code);

  const ProviderRules& rules() const { return rules_; }
  const std::string& issuer() const { return provider_.issuer(); }

 private:
  struct Pending {
    oidc::Attempt attempt;
    std::string binding_hash;
    std::string to;
    std::string replaces;
    Time begun_at;
  };
  Result<Pending> take(const std::string& state, const std::string& binding);
  Result<ProvidedPerson> person_of(const boost::json::object& claims) const;
  void make_room(Time now);

  oidc::Provider& provider_;
  const ProviderRules rules_;
  const Clock& clock_;
  Random& random_;
  std::atomic<int> asking_{0};
  std::mutex mutex_;
  std::map<std::string, Pending> pending_;  // by the hash of the state; guarded by mutex_
};

/// A path of ours that one may be sent to after signing in; "/" for whatever else is asked for.
std::string path_after_sign_in(const std::string& asked);

}  // namespace weir::control
