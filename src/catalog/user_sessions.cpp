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
                                     user_tables + " WHERE u.state = 'active' AND " + condition +
                                     " = :value AND u.password_hash <> ''");
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
                      "SELECT s.token_hash, s.seen_at, s.expires_at, u.id, u.name, u.tenant_no,"
                      " t.name, u.policies FROM user_sessions s JOIN users u ON u.no = s.user_no"
                      " JOIN tenants t ON t.no = u.tenant_no WHERE u.state = 'active'");
  std::pair<std::string, SessionView> row;
  SessionView& view = row.second;
  statement.into(row.first).into(view.seen_at).into(view.expires_at).into(view.user_id);
  statement.into(view.name).into(view.tenant_no).into(view.tenant);
  statement.into_text([&view](const std::string& text) {
    view.policies = unpacked(text);
    return true;
  });
  WEIR_TRY(auto rows, collect(statement, row));
  People people;
  people.sessions.insert(rows.begin(), rows.end());
  return people;
}

Users::Users(Database& database) : database_(database), people_(std::make_shared<People>()) {}

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
    WEIR_TRY(const User user, select_user(session, tenant_no, id));
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
                                     " AND u.state <> 'disabled'");
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
