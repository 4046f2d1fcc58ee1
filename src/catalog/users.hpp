#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/page.hpp"

namespace weir::catalog {

class Database;

/// The state of a user: invited ones have no password yet, disabled ones are refused everything.
enum class UserState : std::uint8_t { invited, active, disabled };
std::string_view to_string(UserState state);
std::optional<UserState> parse_user_state(std::string_view text);

/// A person, as one tenant sees it. Names are unique in the whole server, without regard to case:
/// one signs in with it. A user is one of the tenant that made it, whose administrators decide
/// about password and state, and may belong to other tenants too, with policies in each.
struct User {
  std::uint64_t no = 0;
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string tenant;
  std::string name;
  std::string email;
  std::vector<std::string> policies;  // control/grants.hpp says what they grant
  UserState state = UserState::invited;
  Time created_at;
  std::optional<Time> last_signed_in_at;
  bool is_at_home = true;  // the tenant is the one that made it
};

struct NewUser {
  std::string name;
  std::string email;
  std::vector<std::string> policies;
};

/// How long a session is good.
struct SessionLife {
  std::chrono::seconds idle{3600};
  std::chrono::seconds in_all{43'200};
};

/// What a user may do in one tenant.
struct Membership {
  std::uint32_t tenant_no = 0;
  std::string tenant;
  std::string sandbox_of{};
  std::vector<std::string> policies;
};

/// A session of an active user, as requests need it.
struct SessionView {
  std::string user_id;
  std::string name;
  std::vector<Membership> memberships;  // the first is that of the tenant that made the user
  Time seen_at;                         // a minute late at most
  Time expires_at;                      // whatever happens
};

/// The sessions of all active users, by the hash of their token; immutable.
struct People {
  std::uint64_t version = 0;
  std::unordered_map<std::string, SessionView> sessions;
};

/// What a one-time code is good for.
enum class CodeUse : std::uint8_t { invitation, reset };

/// Users, their sessions, and the one-time codes that set a password. Tokens of sessions and codes
/// are stored as SHA-256 only, passwords as the caller hashed them. People are apart from the
/// snapshot that the gateway reads (snapshot.hpp): signing in costs it nothing.
class Users {
 public:
  explicit Users(Database& database);
  /// Once, before the first request.
  Result<void> read_all();

  std::shared_ptr<const People> people() const;
  Result<bool> any() const;

  /// conflict: the name is taken.
  Result<User> add(std::uint32_t tenant_no, const NewUser& user);
  /// The first user of the server, active at once. conflict once there is one, and where there
  /// are several tenants and none is named.
  Result<User> add_first(const std::string& tenant, const NewUser& user,
                         const std::string& password_hash);
  /// A user of another tenant belongs to this one too, from the next request on. not_found: nobody
  /// has the name. conflict: the user belongs to it already.
  Result<User> add_member(std::uint32_t tenant_no, const std::string& name,
                          const std::vector<std::string>& policies);
  /// The end of that, at once. conflict for a user of this tenant itself, and as in set_policies.
  Result<void> remove_member(std::uint32_t tenant_no, const std::string& id,
                             const std::string& policy);
  Result<User> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<User>> list(std::uint32_t tenant_no, const PageRequest& page,
                          std::optional<UserState> state = std::nullopt);
  /// conflict: nobody else who is active could administer users (`policy`) afterwards.
  Result<User> set_policies(std::uint32_t tenant_no, const std::string& id,
                            const std::vector<std::string>& policies, const std::string& policy);
  /// A disabled user's sessions and codes end with it. conflict as above. This, `enable` and
  /// `set_code` are forbidden for a user of another tenant, who only belongs to this one too.
  Result<User> disable(std::uint32_t tenant_no, const std::string& id, const std::string& policy);
  /// Active where there is a password or a provider vouches, invited otherwise.
  Result<User> enable(std::uint32_t tenant_no, const std::string& id);

  /// The hash of a one-time code that replaces the user's earlier one.
  Result<User> set_code(std::uint32_t tenant_no, const std::string& id, CodeUse use,
                        const std::string& code_hash, Time expires_at);
  /// Uses the code up: sets the password and ends all sessions. not_found: there is none, or it has
  /// expired.
  Result<User> use_code(const std::string& code_hash, const std::string& password_hash);

  /// The user that a sign-in provider knows by this subject, in the tenant that made the user and
  /// whatever the state; nullopt: nobody.
  Result<std::optional<User>> of_provider(const std::string& issuer, const std::string& subject);
  /// A user of that tenant who signs in there, active at once. conflict: the name is taken. Nobody
  /// who is a user already is taken for the person: the provider's names are not ours.
  Result<User> add_of_provider(const std::string& tenant, const NewUser& user,
                               const std::string& issuer, const std::string& subject);

  struct Credential {
    User user;
    std::string password_hash;
  };
  /// By name, or by id; nullopt: there is none, or it has no password or is not active.
  Result<std::optional<Credential>> credential(const std::string& name);
  Result<std::optional<Credential>> credential_by_id(const std::string& id);
  /// Ends all sessions but the one with this hash.
  Result<void> set_password(const std::string& id, const std::string& password_hash,
                            const std::string& kept_session);

  /// Starts a session of an active user; the one with the hash `replaces`, if any, ends.
  Result<void> start_session(const User& user, const std::string& token_hash,
                             const std::string& replaces, const SessionLife& life);
  Result<void> end_session(const std::string& token_hash);
  /// All of the user's, but the one with this hash.
  Result<void> end_sessions(std::uint32_t tenant_no, const std::string& id,
                            const std::string& kept_session);
  Result<void> note_seen(const std::string& token_hash, Time at);
  /// Removes what has expired. Housekeeping, each hour.
  Result<void> forget_expired(std::chrono::seconds idle);

 private:
  template <class Work>
  auto change(Work&& work);

  Database& database_;
  mutable std::mutex mutex_;
  std::uint64_t version_ = 0;             // within the database's transactions
  std::shared_ptr<const People> people_;  // guarded by mutex_
};

}  // namespace weir::catalog
