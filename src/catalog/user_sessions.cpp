#include "base/case_fold.hpp"
#include "catalog/user_rows.hpp"

// Sessions, passwords and one-time codes. Requests look sessions up in memory, since a request's
// head is judged on the event loop, where nothing may block; signing in reads them anew, whole.
namespace weir::catalog {
namespace {

Result<void> run(soci::session& session, const char* sql, const std::string& text) {
  WEIR_CHECK(Statement(session, sql).bind(text).run());
  return {};
}

Result<std::optional<Users::Credential>> find_credential(Database& database,
                                                         const std::string& condition,
                                                         const std::string& value) {
  return database.read([&](soci::session& session) -> Result<std::optional<Users::Credential>> {
    Statement statement(session, std::string("SELECT u.password_hash, ") + user_columns +
                                     user_tables +
                                     " WHERE u.state = 'active' AND m.tenant_no = u.tenant_no"
                                     " AND t.disabled_at IS NULL AND " +
                                     condition + " = :value AND u.password_hash <> ''");
    Users::Credential row;
    statement.bind(value).into(row.password_hash);
    user_into(statement, row.user);
    return first(statement, row);
  });
}

Result<void> end_others(soci::session& session, std::uint64_t user_no, const std::string& kept) {
  Statement end(session, "DELETE FROM user_sessions WHERE user_no = :user AND token_hash <> :kept");
  WEIR_CHECK(end.bind(user_no).bind(kept).run());
  return {};
}

}  // namespace

Result<People> read_people(soci::session& session) {
  Statement statement(session,
                      "SELECT s.token_hash, s.seen_at, s.expires_at, u.id, u.name, m.tenant_no,"
                      " t.name, COALESCE(p.name, ''), m.policies FROM user_sessions s"
                      " JOIN users u ON u.no = s.user_no JOIN memberships m ON m.user_no = u.no"
                      " JOIN tenants t ON t.no = m.tenant_no"
                      " LEFT JOIN tenants p ON p.no = t.sandbox_of WHERE u.state = 'active'"
                      " ORDER BY m.tenant_no <> u.tenant_no, t.name");
  struct Row {
    std::string token_hash;
    SessionView view;
    Membership membership;
  } row;
  statement.into(row.token_hash).into(row.view.seen_at).into(row.view.expires_at);
  statement.into(row.view.user_id).into(row.view.name).into(row.membership.tenant_no);
  statement.into(row.membership.tenant).into(row.membership.sandbox_of);
  statement.into_text([&row](const std::string& text) {
    row.membership.policies = unpacked(text);
    return true;
  });
  WEIR_TRY(auto rows, collect(statement, row));
  People people;
  for (Row& each : rows) {
    SessionView& view = people.sessions.try_emplace(each.token_hash, each.view).first->second;
    view.memberships.push_back(std::move(each.membership));
  }
  return people;
}

Users::Users(Database& database) : database_(database), people_(std::make_shared<People>()) {
  database_.on_refresh([this](soci::session& session) -> Result<void> {
    WEIR_TRY(auto people, read_people(session));
    people.version = ++version_;
    const std::lock_guard lock(mutex_);
    people_ = std::make_shared<People>(std::move(people));
    return {};
  });
}

Result<void> Users::read_all() {
  return change([](soci::session&) -> Result<void> { return {}; });
}

std::shared_ptr<const People> Users::people() const {
  const std::lock_guard lock(mutex_);
  return people_;
}

Result<User> Users::set_code(std::uint32_t tenant_no, const std::string& id, CodeUse use,
                             const std::string& code_hash, Time expires_at) {
  return change([&](soci::session& session) -> Result<User> {
    WEIR_TRY(const User user, select_own_user(session, tenant_no, id));
    const UserState wanted = use == CodeUse::invitation ? UserState::invited : UserState::active;
    if (user.state != wanted)
      return fail(Errc::conflict,
                  "User " + id + " is " + std::string(to_string(user.state)) +
                      (use == CodeUse::invitation ? ": only invited users are invited again."
                                                  : ": only an active user's password is reset."));
    WEIR_CHECK(
        Statement(session, "DELETE FROM user_codes WHERE user_no = :no").bind(user.no).run());
    Statement insert(session,
                     "INSERT INTO user_codes (user_no, code_hash, expires_at)"
                     " VALUES (:user, :hash, :expires)");
    WEIR_CHECK(insert.bind(user.no).bind(code_hash).bind(expires_at).run());
    return user;
  });
}

Result<User> Users::use_code(const std::string& code_hash, const std::string& password_hash) {
  return change([&](soci::session& session) -> Result<User> {
    Statement statement(session, std::string("SELECT ") + user_columns + user_tables +
                                     " JOIN user_codes c ON c.user_no = u.no"
                                     " WHERE c.code_hash = :hash AND c.expires_at > :now"
                                     " AND u.state <> 'disabled' AND m.tenant_no = u.tenant_no"
                                     " AND t.disabled_at IS NULL");
    User row;
    user_into(statement.bind(code_hash).bind(database_.now()), row);
    WEIR_TRY(auto user, first(statement, row));
    if (!user)
      return fail(Errc::not_found,
                  "There is no such code, or it was used or has expired. Ask for another link.");
    AuditTrail::of_user(user->tenant_no, user->id);
    WEIR_CHECK(
        Statement(session, "DELETE FROM user_codes WHERE user_no = :no").bind(user->no).run());
    Statement update(session,
                     "UPDATE users SET state = 'active', password_hash = :hash WHERE no = :no");
    WEIR_CHECK(update.bind(password_hash).bind(user->no).run());
    WEIR_CHECK(end_others(session, user->no, ""));
    user->state = UserState::active;
    return *std::move(user);
  });
}

Result<std::optional<User>> Users::of_provider(const std::string& issuer,
                                               const std::string& subject) {
  return database_.read([&](soci::session& session) -> Result<std::optional<User>> {
    Statement statement(session, std::string("SELECT ") + user_columns + user_tables +
                                     " JOIN user_identities i ON i.user_no = u.no"
                                     " WHERE i.issuer = :issuer AND i.subject = :subject"
                                     " AND m.tenant_no = u.tenant_no");
    User row;
    user_into(statement.bind(issuer).bind(subject), row);
    return first(statement, row);
  });
}

Result<std::optional<Users::Credential>> Users::credential(const std::string& name) {
  return find_credential(database_, "u.name_key", folded_name(name));
}

Result<std::optional<Users::Credential>> Users::credential_by_id(const std::string& id) {
  return find_credential(database_, "u.id", id);
}

Result<void> Users::set_password(const std::string& id, const std::string& password_hash,
                                 const std::string& kept_session) {
  return change([&](soci::session& session) -> Result<void> {
    Statement update(session, "UPDATE users SET password_hash = :hash WHERE id = :id");
    WEIR_CHECK(update.bind(password_hash).bind(id).run());
    Statement end(session,
                  "DELETE FROM user_sessions WHERE token_hash <> :kept"
                  " AND user_no = (SELECT no FROM users WHERE id = :id)");
    WEIR_CHECK(end.bind(kept_session).bind(id).run());
    return run(session,
               "DELETE FROM user_codes WHERE user_no = (SELECT no FROM users WHERE id = :id)", id);
  });
}

Result<void> Users::start_session(const User& user, const std::string& token_hash,
                                  const std::string& replaces, const SessionLife& life) {
  return change([&](soci::session& session) -> Result<void> {
    const Time now = database_.now();
    WEIR_CHECK(run(session, "DELETE FROM user_sessions WHERE token_hash = :hash", replaces));
    // Whoever was disabled since the password was looked at stays out.
    Statement seen(session,
                   "UPDATE users SET last_signed_in_at = :now WHERE no = :no"
                   " AND state = 'active'");
    WEIR_TRY(const auto active, seen.bind(now).bind(user.no).run());
    if (active == 0) return fail(Errc::unauthorized, "The user was disabled.");
    Statement insert(session,
                     "INSERT INTO user_sessions (token_hash, user_no, created_at, seen_at,"
                     " expires_at) VALUES (:hash, :user, :now, :seen, :expires)");
    insert.bind(token_hash).bind(user.no).bind(now).bind(now).bind(now + life.in_all);
    WEIR_CHECK(insert.run());
    return {};
  });
}

Result<void> Users::end_session(const std::string& token_hash) {
  return change([&](soci::session& session) {
    return run(session, "DELETE FROM user_sessions WHERE token_hash = :hash", token_hash);
  });
}

Result<void> Users::end_sessions(std::uint32_t tenant_no, const std::string& id,
                                 const std::string& kept_session) {
  return change([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const User user, select_user(session, tenant_no, id));
    return end_others(session, user.no, kept_session);
  });
}

Result<void> Users::note_seen(const std::string& token_hash, Time at) {
  return change([&](soci::session& session) -> Result<void> {
    Statement update(session,
                     "UPDATE user_sessions SET seen_at = :at WHERE token_hash = :hash"
                     " AND seen_at < :than");
    WEIR_CHECK(update.bind(at).bind(token_hash).bind(at).run());
    return {};
  });
}

Result<void> Users::forget_expired(std::chrono::seconds idle) {
  return change([&](soci::session& session) -> Result<void> {
    const Time now = database_.now();
    Statement sessions(session,
                       "DELETE FROM user_sessions WHERE expires_at <= :now OR seen_at <= :idle");
    WEIR_CHECK(sessions.bind(now).bind(now - idle).run());
    Statement codes(session, "DELETE FROM user_codes WHERE expires_at <= :now");
    WEIR_CHECK(codes.bind(now).run());
    return {};
  });
}

}  // namespace weir::catalog
