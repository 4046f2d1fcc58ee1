#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/follower.hpp"
#include "catalog/migrations.hpp"

namespace weir::catalog {

/// The database behind a catalog: how sessions are opened, the schema's version is kept, and a
/// transaction begins and ends. SQLite in a file (sqlite_backend.hpp) or PostgreSQL
/// (postgres_backend.hpp); docs/decisions/0022-two-catalog-databases.md says why it is so little.
///
/// Both give the same promises. One change at a time is made, whoever makes it, so a change reads
/// what all earlier ones have left, and numbers of rows grow in the order of commits. A reader sees
/// one state, and all that was committed before it began. A commit is on stable storage when it
/// returns.
///
/// Of the session that writes, one call at a time (the Database's lock); open_reader and
/// begin_read from any thread.
class Backend {
 public:
  enum class Content : std::uint8_t { any, a_catalog };

  Backend() = default;
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;
  virtual ~Backend() = default;

  /// What it is, for people; without a password.
  virtual std::string name() const = 0;
  /// Opens the session that writes, checks what there is, and takes the steps that are missing. The
  /// error names the database and what to do.
  virtual Result<void> open(soci::session& session, std::span<const Migration> steps,
                            Content content) = 0;
  /// Whether reads have sessions of their own.
  virtual bool has_readers() const = 0;
  virtual Result<void> open_reader(soci::session& session) = 0;

  /// A session that was lost is opened again first. Others' changes are waited for, seconds.
  virtual Result<void> begin_change(soci::session& session) = 0;
  virtual Result<void> begin_read(soci::session& session) = 0;
  /// After an error it may be uncertain() whether the change was made.
  virtual Result<void> commit(soci::session& session) = 0;
  virtual void roll_back(soci::session& session) = 0;
  /// Whether the transaction that failed last on this thread may be made again, which its caller
  /// need not know of; `tried` times it was made. It asks once after each that failed.
  virtual bool may_try_again(int tried) = 0;

  /// A commit failed and may have happened; nothing goes on before settle().
  bool uncertain() const { return uncertain_; }
  /// What was uncertain is so no more: whoever reads now, reads what will stay.
  virtual Result<void> settle(soci::session& session) = 0;

  /// Makes that what was deleted cannot be read from the files either.
  virtual void erase_deleted(soci::session& session) = 0;
  /// Within a change: tells those who listen in other processes, once it is committed.
  virtual Result<void> announce(soci::session& session) = 0;
  /// nullptr where there are no other processes that keep the catalog in memory.
  virtual std::unique_ptr<Listener> listener() const = 0;

  // -- For migrate() alone

  virtual Result<void> begin_steps(soci::session& session) = 0;
  virtual Result<std::size_t> schema_version(soci::session& session) = 0;
  virtual Result<void> set_schema_version(soci::session& session, std::size_t version) = 0;
  /// Around steps that are taken.
  virtual Result<void> before_steps(soci::session& session) = 0;
  virtual Result<void> after_steps(soci::session& session) = 0;

 protected:
  std::atomic<bool> uncertain_ = false;
};

/// Runs a statement without values.
Result<void> execute(soci::session& session, const std::string& sql);

}  // namespace weir::catalog
