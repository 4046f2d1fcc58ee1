#include "catalog/users.hpp"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/case_fold.hpp"
#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/user_rows.hpp"

// Who the users are and what they may do; sessions and codes are in user_sessions.cpp.
namespace weir::catalog {
namespace {

constexpr std::string_view user_prefix = "us-";
constexpr std::size_t email_bytes_max = 254;

Result<void> check(const NewUser& user) {
  WEIR_CHECK(check_name("a user", user.name));
  const std::string& email = user.email;
  const std::size_t at = email.find('@');
  const bool sound = email.size() <= email_bytes_max && at != std::string::npos && at > 0 &&
                     at + 1 < email.size() && std::none_of(email.begin(), email.end(), [](char c) {
                       return static_cast<unsigned char>(c) <= ' ';
                     });
  if (email.empty() || sound) return {};
  return fail(Errc::bad_request, "\"" + email +
                                     "\" is not an e-mail address. Write one like "
                                     "ada@example.org, or leave it out.");
}

std::string packed(const std::vector<std::string>& policies) {
  std::string text;
  for (const std::string& policy : policies)
    text.append(text.empty() ? "" : " ").append(policy);
  return text;
}

Result<void> add_membership(soci::session& session, const std::string& user_id,
                            std::uint32_t tenant_no, const std::vector<std::string>& policies) {
  Statement add(session,
                "INSERT INTO memberships (user_no, tenant_no, policies)"
                " SELECT no, :tenant, :policies FROM users WHERE id = :id");
  WEIR_CHECK(add.bind(tenant_no).bind(packed(policies)).bind(user_id).run());
  return {};
}

Result<std::string> insert(soci::session& session, Database& database, std::uint32_t tenant_no,
                           const NewUser& user, UserState state, const std::string& hash) {
  Statement taken(session, "SELECT COUNT(*) FROM users WHERE name_key = :key");
  int users = 0;
  const std::string key = folded_name(user.name);
  WEIR_CHECK(taken.bind(key).into(users).next());
  if (users > 0)
    return fail(Errc::conflict,
                "There is a user \"" + user.name + "\" already. Choose another name.");
  WEIR_TRY(const std::string id, database.new_id("users", user_prefix, 9));
  Statement add(session,
                "INSERT INTO users (id, tenant_no, name, name_key, email, state, password_hash,"
                " created_at) VALUES (:id, :tenant, :name, :key, :email, :state, :hash, :now)");
  add.bind(id).bind(tenant_no).bind(user.name).bind(key).bind(user.email);
  add.bind(std::string(to_string(state))).bind(hash);
  WEIR_CHECK(add.bind(database.now()).run());
  WEIR_CHECK(add_membership(session, id, tenant_no, user.policies));
  return id;
}

bool has(const User& user, const std::string& policy) {
  return std::find(user.policies.begin(), user.policies.end(), policy) != user.policies.end();
}

Result<void> check_another_has(soci::session& session, const User& user,
                               const std::string& policy) {
  if (user.state != UserState::active || !has(user, policy)) return {};
  Statement statement(session, std::string("SELECT ") + user_columns + user_tables +
                                   " WHERE m.tenant_no = :tenant AND u.no <> :no"
                                   " AND u.state = 'active'");
  User row;
  user_into(statement.bind(user.tenant_no).bind(user.no), row);
  WEIR_TRY(const auto others, collect(statement, row));
  if (std::any_of(others.begin(), others.end(),
                  [&](const User& other) { return has(other, policy); }))
    return {};
  return fail(Errc::conflict, "User " + user.id + " is the tenant's last one with the policy \"" +
                                  policy + "\". Give it to another active user first.");
}

Result<std::uint32_t> tenant_of_first(soci::session& session, const std::string& name) {
  Statement statement(session, "SELECT no, name FROM tenants ORDER BY no");
  std::pair<std::uint32_t, std::string> row;
  statement.into(row.first).into(row.second);
  WEIR_TRY(const auto tenants, collect(statement, row));
  if (name.empty() && tenants.size() == 1) return tenants.front().first;
  for (const auto& [no, known] : tenants)
    if (known == name) return no;
  return name.empty() ? fail(Errc::bad_request,
                             "This server has several tenants: say of which "
                             "one the first user is, as \"tenant\".")
                      : fail(Errc::not_found, "There is no tenant \"" + name + "\".");
}

}  // namespace

std::string_view to_string(UserState state) {
  switch (state) {
    case UserState::invited:
      return "invited";
    case UserState::active:
      return "active";
    case UserState::disabled:
      return "disabled";
  }
  return "unknown";
}

std::optional<UserState> parse_user_state(std::string_view text) {
  for (const UserState state : {UserState::invited, UserState::active, UserState::disabled})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

std::vector<std::string> unpacked(const std::string& policies) {
  std::istringstream words(policies);
  return {std::istream_iterator<std::string>(words), {}};
}

void user_into(Statement& statement, User& row) {
  statement.into(row.no).into(row.id).into(row.tenant_no).into(row.tenant).into(row.name);
  statement.into(row.email);
  statement.into_text([&row](const std::string& text) {
    row.policies = unpacked(text);
    return true;
  });
  statement.into_text([&row](const std::string& text) {
    const auto state = parse_user_state(text);
    row.state = state.value_or(row.state);
    return state.has_value();
  });
  statement.into(row.created_at).into(row.last_signed_in_at).into(row.is_at_home);
}

Result<User> select_user(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + user_columns + user_tables +
                                   " WHERE m.tenant_no = :tenant AND u.id = :id");
  User row;
  user_into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("user", id);
  return *std::move(found);
}

Result<User> select_own_user(soci::session& session, std::uint32_t tenant_no,
                             const std::string& id) {
  WEIR_TRY(auto user, select_user(session, tenant_no, id));
  if (user.is_at_home) return user;
  return fail(Errc::forbidden,
              "User " + id +
                  " is one of another tenant, whose administrators of users decide "
                  "this. Here, take the membership away.");
}

Result<bool> Users::any() const {
  return database_.read([](soci::session& session) -> Result<bool> {
    Statement statement(session, "SELECT COUNT(*) FROM users");
    std::uint64_t users = 0;
    WEIR_CHECK(statement.into(users).next());
    return users > 0;
  });
}

Result<User> Users::add(std::uint32_t tenant_no, const NewUser& user) {
  WEIR_CHECK(check(user));
  return database_.write([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const auto id, insert(session, database_, tenant_no, user, UserState::invited, ""));
    return select_user(session, tenant_no, id);
  });
}

Result<User> Users::add_first(const std::string& tenant, const NewUser& user,
                              const std::string& password_hash) {
  WEIR_CHECK(check(user));
  return database_.write([&](soci::session& session) -> Result<User> {
    Statement count(session, "SELECT COUNT(*) FROM users");
    std::uint64_t users = 0;
    WEIR_CHECK(count.into(users).next());
    if (users > 0)
      return fail(Errc::conflict,
                  "The first user was made already. Sign in, or ask for an "
                  "invitation.");
    WEIR_TRY(const std::uint32_t tenant_no, tenant_of_first(session, tenant));
    WEIR_TRY(const auto id,
             insert(session, database_, tenant_no, user, UserState::active, password_hash));
    AuditTrail::of_user(tenant_no, id);
    return select_user(session, tenant_no, id);
  });
}

Result<User> Users::add_member(std::uint32_t tenant_no, const std::string& name,
                               const std::vector<std::string>& policies) {
  return change([&](soci::session& session) -> Result<User> {
    Statement statement(session, "SELECT id FROM users WHERE name_key = :key");
    std::string id;
    WEIR_TRY(const bool known, statement.bind(folded_name(name)).into(id).next());
    if (!known)
      return fail(Errc::not_found, "There is no user \"" + name +
                                       "\" on this server. Invite one who signs in by that name.");
    if (select_user(session, tenant_no, id))
      return fail(Errc::conflict,
                  "User \"" + name + "\" (" + id + ") belongs to this tenant already.");
    WEIR_CHECK(add_membership(session, id, tenant_no, policies));
    AuditTrail::created(id);
    return select_user(session, tenant_no, id);
  });
}

Result<void> Users::remove_member(std::uint32_t tenant_no, const std::string& id,
                                  const std::string& policy) {
  return change([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const User user, select_user(session, tenant_no, id));
    if (user.is_at_home)
      return fail(Errc::conflict,
                  "User " + id + " is one of this tenant and stays so. Disable the user instead.");
    WEIR_CHECK(check_another_has(session, user, policy));
    Statement remove(session,
                     "DELETE FROM memberships WHERE user_no = :no AND tenant_no = :tenant");
    WEIR_CHECK(remove.bind(user.no).bind(tenant_no).run());
    return {};
  });
}

Result<User> Users::add_of_provider(const std::string& tenant, const NewUser& user,
                                    const std::string& issuer, const std::string& subject) {
  WEIR_CHECK(check(user));
  return database_.write([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const std::uint32_t tenant_no, tenant_of_first(session, tenant));
    WEIR_TRY(const auto id, insert(session, database_, tenant_no, user, UserState::active, ""));
    Statement add(session,
                  "INSERT INTO user_identities (issuer, subject, user_no)"
                  " SELECT :issuer, :subject, no FROM users WHERE id = :id");
    WEIR_CHECK(add.bind(issuer).bind(subject).bind(id).run());
    AuditTrail::of_user(tenant_no, id);
    return select_user(session, tenant_no, id);
  });
}

Result<User> Users::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read(
      [&](soci::session& session) { return select_user(session, tenant_no, id); });
}

Result<Page<User>> Users::list(std::uint32_t tenant_no, const PageRequest& page,
                               std::optional<UserState> state) {
  return database_.read([&](soci::session& session) {
    const ListOf users{
        .name = "users", .number = "u.no", .searched = {"u.name", "u.id", "u.email"}};
    Statement statement(session, std::string("SELECT u.no, ") + user_columns + user_tables +
                                     " WHERE m.tenant_no = :tenant" +
                                     (state ? " AND u.state = :state" : "") +
                                     page_sql(users, page));
    statement.bind(tenant_no);
    if (state) statement.bind(std::string(to_string(*state)));
    return read_page<User>(statement, users, page, user_into);
  });
}

Result<User> Users::set_policies(std::uint32_t tenant_no, const std::string& id,
                                 const std::vector<std::string>& policies,
                                 const std::string& policy) {
  return change([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const User user, select_user(session, tenant_no, id));
    User after = user;
    after.policies = policies;
    if (!has(after, policy)) WEIR_CHECK(check_another_has(session, user, policy));
    Statement update(session,
                     "UPDATE memberships SET policies = :policies WHERE user_no = :no"
                     " AND tenant_no = :tenant");
    WEIR_CHECK(update.bind(packed(policies)).bind(user.no).bind(tenant_no).run());
    return after;
  });
}

Result<User> Users::disable(std::uint32_t tenant_no, const std::string& id,
                            const std::string& policy) {
  return change([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const User user, select_own_user(session, tenant_no, id));
    WEIR_CHECK(check_another_has(session, user, policy));
    for (const char* sql : {"UPDATE users SET state = 'disabled' WHERE no = :no",
                            "DELETE FROM user_sessions WHERE user_no = :no",
                            "DELETE FROM user_codes WHERE user_no = :no"})
      WEIR_CHECK(Statement(session, sql).bind(user.no).run());
    return select_user(session, tenant_no, id);
  });
}

Result<User> Users::enable(std::uint32_t tenant_no, const std::string& id) {
  return change([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const User user, select_own_user(session, tenant_no, id));
    Statement update(session,
                     "UPDATE users SET state = CASE WHEN password_hash = '' AND no NOT IN"
                     " (SELECT user_no FROM user_identities) THEN 'invited' ELSE 'active' END"
                     " WHERE no = :no");
    WEIR_CHECK(update.bind(user.no).run());
    return select_user(session, tenant_no, id);
  });
}

}  // namespace weir::catalog
