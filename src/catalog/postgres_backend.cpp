#include "catalog/postgres_backend.hpp"

#include <utility>

#include <soci/postgresql/soci-postgresql.h>

#include "catalog/postgres_address.hpp"
#include "catalog/postgres_listener.hpp"
#include "catalog/postgres_trouble.hpp"
#include "catalog/statement.hpp"

// One writer at a time over all processes: a change begins with the lock of a table, which it has
// until its end. So every change reads what all earlier ones have left, no two of them meet, and
// numbers of rows grow in the order of commits, just as with SQLite; the classes above know no
// other rules. LOCK TABLE comes before the transaction's snapshot is taken, which an advisory lock
// would not. SERIALIZABLE then only finds others who do not take the lock.
//
// SOCI never connects again by itself, and the server may be restarted or fail over at any time. So
// a transaction begins by connecting where it must, and the number of its transaction is kept to
// ask what became of a commit that was not answered.
namespace weir::catalog {
namespace {

constexpr int tries_max = 5;
constexpr int version_min = 150000;

constexpr const char* open_session =
    "SET bytea_output = 'hex'; SET standard_conforming_strings = on;"
    " SET extra_float_digits = 3;"
    // What the administrator has set stays; a commit is on stable storage when it returns.
    " SELECT set_config('synchronous_commit', 'on', false)"
    "  WHERE current_setting('synchronous_commit') = 'off';"
    " SELECT set_config(own.name, own.value, false)"
    "  FROM (VALUES ('statement_timeout', '30s'), ('lock_timeout', '20s'),"
    "   ('idle_in_transaction_session_timeout', '10s')) AS own (name, value)"
    "  WHERE current_setting(own.name) = '0'";

constexpr const char* begin_changing =
    "BEGIN ISOLATION LEVEL SERIALIZABLE; LOCK TABLE catalog_state IN EXCLUSIVE MODE;"
    " SELECT pg_current_xact_id()::text";

/// Held by whoever takes steps: there may be no table to lock.
constexpr const char* begin_stepping = "BEGIN; SELECT pg_advisory_xact_lock(7308604759841234)";

class PostgresBackend final : public Backend {
 public:
  explicit PostgresBackend(std::string url) : url_(std::move(url)) {}

  std::string name() const override { return "PostgreSQL, " + address_.name; }

  Result<void> open(soci::session& session, std::span<const Migration> steps,
                    Content content) override {
    WEIR_TRY(address_, PostgresAddress::of(url_));
    auto done = [&]() -> Result<void> {
      WEIR_CHECK(connect(session));
      WEIR_CHECK(check_server(session));
      if (content == Content::a_catalog) WEIR_CHECK(check_not_new(session));
      return migrate(session, *this, steps);
    }();
    static_cast<void>(take_trouble());
    if (!done) return fail_while("Opening the catalog database " + address_.name, done.error());
    return {};
  }

  bool has_readers() const override { return true; }
  Result<void> open_reader(soci::session& session) override { return connect(session); }

  Result<void> begin_change(soci::session& session) override {
    return begin(session, [&]() -> Result<void> {
      WEIR_CHECK(Statement(session, begin_changing).into(transaction_).next());
      return {};
    });
  }
  Result<void> begin_read(soci::session& session) override {
    return begin(session, [&] {
      return execute(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    });
  }

  Result<void> commit(soci::session& session) override {
    static_cast<void>(take_trouble());
    // The server would answer such a COMMIT with a rollback, and without an error.
    if (is_connected(session) && PQtransactionStatus(connection_of(session)) == PQTRANS_INERROR)
      return fail(Errc::internal, "A statement of the transaction failed, and the rest went on.");
    auto done = execute(session, "COMMIT");
    if (done || is_connected(session)) return done;
    uncertain_ = true;
    auto known = settle(session);
    if (!known)
      return fail(
          Errc::commit_timeout,
          "The connection to the catalog database " + address_.name +
              " was lost during a commit, so it is not known whether the change was made: " +
              known.error().message);
    if (happened_) return {};
    note_trouble(Trouble::again);
    return done;
  }

  void roll_back(soci::session& session) override {
    if (is_connected(session)) static_cast<void>(execute_quietly(session, "ROLLBACK"));
  }

  bool may_try_again(int tried) override {
    return take_trouble() != Trouble::none && tried < tries_max;
  }

  /// The server tells what became of a transaction for as long as it matters. One that is still in
  /// progress is that of a server process which has not noticed that we are gone.
  Result<void> settle(soci::session& session) override {
    WEIR_CHECK(connect(session));
    std::string state;
    Statement ask(session, "SELECT COALESCE(pg_xact_status(:no), 'forgotten')");
    auto answered = ask.bind(transaction_).into(state).next();
    // A server that took over without our last transactions does not know the number.
    if (!answered && is_connected(session)) state = "aborted";
    if (!answered && !is_connected(session)) return fail(answered.error());
    if (state == "in progress")
      return fail(Errc::unavailable, "the server is still working on it.");
    happened_ = state == "committed";
    uncertain_ = false;
    return {};
  }

  /// What a row had is on the disk until it is vacuumed, and in backups and replicas of the server.
  void erase_deleted(soci::session&) override {}

  Result<void> announce(soci::session& session) override {
    return execute(session, "NOTIFY weir_catalog");
  }
  std::unique_ptr<Listener> listener() const override {
    return postgres_listener(address_.connection);
  }

  Result<void> begin_steps(soci::session& session) override {
    WEIR_CHECK(execute(session, begin_stepping));
    std::string missing;
    Statement schema(session,
                     "SELECT split_part(current_setting('search_path'), ',', 1)"
                     " WHERE current_schema() IS NULL");
    WEIR_TRY(const bool none, schema.into(missing).next());
    return none ? execute(session, "CREATE SCHEMA " + missing) : Result<void>();
  }
  Result<std::size_t> schema_version(soci::session& session) override {
    WEIR_CHECK(execute(session, "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT)"));
    std::size_t version = 0;
    WEIR_CHECK(Statement(session, "SELECT MAX(version) FROM schema_version HAVING COUNT(*) > 0")
                   .into(version)
                   .next());
    return version;
  }
  Result<void> set_schema_version(soci::session& session, std::size_t version) override {
    WEIR_CHECK(execute(session, "DELETE FROM schema_version"));
    Statement insert(session, "INSERT INTO schema_version (version) VALUES (:version)");
    WEIR_CHECK(insert.bind(version).run());
    return {};
  }
  Result<void> before_steps(soci::session&) override { return {}; }
  Result<void> after_steps(soci::session&) override { return {}; }

 private:
  /// SOCI's library keeps the type information of its session to itself, which UBSan's check of
  /// dynamic types would ask for.
  __attribute__((no_sanitize("vptr"))) static PGconn* connection_of(soci::session& session) {
    return static_cast<soci::postgresql_session_backend*>(session.get_backend())->conn_;
  }
  static bool is_connected(soci::session& session) {
    return session.get_backend() != nullptr && PQstatus(connection_of(session)) == CONNECTION_OK;
  }
  static Result<void> execute_quietly(soci::session& session, const char* sql) {
    const Trouble before = take_trouble();
    auto done = execute(session, sql);
    static_cast<void>(take_trouble());
    note_trouble(before);
    return done;
  }

  Failure away(const std::string& message) const {
    return fail(Errc::unavailable, "The catalog database " + address_.name +
                                       " cannot be reached: " + message +
                                       " Check that the server runs, and what catalog.url says.");
  }

  Result<void> connect(soci::session& session) const {
    session.close();
    try {
      session.open(soci::postgresql, address_.connection);
    } catch (const soci::soci_error& error) {
      std::string message = error.get_error_message();
      for (char& c : message)
        if (c == '\n' || c == '\t') c = ' ';
      return away(message);
    }
    // Or libpq writes on standard error what the server only notes.
    PQsetNoticeProcessor(
        connection_of(session), [](void*, const char*) {}, nullptr);
    if (auto set = execute(session, open_session); !set) return away(set.error().message);
    return {};
  }

  static Result<void> check_server(soci::session& session) {
    int version = 0;
    std::string encoding;
    Statement server(session,
                     "SELECT current_setting('server_version_num')::int,"
                     " current_setting('server_encoding')");
    WEIR_CHECK(server.into(version).into(encoding).next());
    if (version < version_min)
      return fail(Errc::bad_request, "The server is PostgreSQL " + std::to_string(version / 10000) +
                                         ", and 15 or newer is needed. Upgrade it.");
    if (encoding != "UTF8")
      return fail(Errc::bad_request, "The database has the encoding " + encoding +
                                         ", and UTF8 is needed. Create it with ENCODING 'UTF8' "
                                         "TEMPLATE template0.");
    return {};
  }

  static Result<void> check_not_new(soci::session& session) {
    bool there = false;
    WEIR_CHECK(
        Statement(session, "SELECT to_regclass('schema_version') IS NOT NULL").into(there).next());
    if (there) return {};
    return fail(Errc::corrupt,
                "it holds no catalog, and without it nobody knows what the log and the store "
                "hold. Nothing was changed. Restore the database from a backup, or name the right "
                "one in catalog.url; `weir init` makes a new catalog.");
  }

  /// Connects once more where the connection proves lost: nothing was done on it yet.
  template <class Begin>
  Result<void> begin(soci::session& session, Begin&& statement) {
    static_cast<void>(take_trouble());
    if (!is_connected(session)) WEIR_CHECK(connect(session));
    auto begun = statement();
    if (!begun && !is_connected(session)) {
      WEIR_CHECK(connect(session));
      begun = statement();
    }
    static_cast<void>(take_trouble());
    if (!begun) roll_back(session);
    return begun;
  }

  const std::string url_;
  PostgresAddress address_;
  std::string transaction_;  // the server's number of the last change
  bool happened_ = false;    // the change that was settled last
};

}  // namespace

bool is_postgres(const std::string& address) {
  return address.starts_with("postgresql://") || address.starts_with("postgres://");
}

std::unique_ptr<Backend> postgres_backend(const std::string& url) {
  return std::make_unique<PostgresBackend>(url);
}

}  // namespace weir::catalog
