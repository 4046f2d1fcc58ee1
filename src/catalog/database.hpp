#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/audit_trail.hpp"
#include "catalog/migrations.hpp"
#include "catalog/readers.hpp"
#include "catalog/snapshot.hpp"
#include "catalog/statement_cache.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

namespace weir::catalog {

/// The connection to the catalog's database that writes, those that read, and what the classes of
/// its tables share: transactions, clock, randomness, and the snapshot. Thread-safe: one change at
/// a time, and reads beside it. If another process holds the file, calls wait.
class Database {
 public:
  /// Arguments as in Catalog::open. The file is created with mode 0600. `steps` is for tests only.
  static Result<std::unique_ptr<Database>> open(const std::string& path, const Clock& clock,
                                                Random& random,
                                                std::span<const Migration> steps = migrations());
  /// As Catalog::open_existing.
  static Result<std::unique_ptr<Database>> open_existing(const std::string& path,
                                                         const Clock& clock, Random& random);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `work(session)`, which returns a Result, in a transaction that reads one state.
  template <class Work>
  auto read(Work&& work) {
    // After a commit that may prove done, nothing goes on before that is settled.
    if (readers_.any() && !commit_uncertain_) return readers_.read(std::forward<Work>(work));
    return transact(Kind::read, Publish::never, std::forward<Work>(work));
  }
  /// The same for changes: commits when `work` returns a value, rolls back on an error.
  template <class Work>
  auto write(Work&& work) {
    return transact(Kind::change, Publish::never, std::forward<Work>(work));
  }
  /// The same for changes of what the snapshot holds: the new snapshot is published on return.
  template <class Work>
  auto write_and_publish(Work&& work) {
    return transact(Kind::change, Publish::always, std::forward<Work>(work));
  }
  /// The same, for what takes secrets away: nor are they left in the files' unused parts.
  template <class Work>
  auto write_publish_and_erase(Work&& work) {
    auto result = write_and_publish(std::forward<Work>(work));
    if (result) erase_deleted();
    return result;
  }
  /// `work(session, publish)` sets the flag if the snapshot has to be published.
  template <class Work>
  auto write_and_maybe_publish(Work&& work) {
    return transact(Kind::change, Publish::if_asked, [&](soci::session& session) {
      publish_asked_ = false;
      return work(session, publish_asked_);
    });
  }

  /// A new id that `table` does not hold: `prefix` and `length` alphanumerics.
  Result<std::string> new_id(const std::string& table, std::string_view prefix, std::size_t length);

  Time now() const { return clock_.now(); }
  Random& random() { return random_; }
  const SnapshotSource& snapshots() const { return snapshots_; }

 private:
  enum class Content { any, a_catalog };
  static Result<std::unique_ptr<Database>> open(const std::string& path, const Clock& clock,
                                                Random& random, std::span<const Migration> steps,
                                                Content content);
  Result<void> check_not_new();

  enum class Kind { read, change };
  enum class Publish { never, if_asked, always };
  using NextSnapshot = std::shared_ptr<const Snapshot>;

  Database(const Clock& clock, Random& random) : clock_(clock), random_(random) {}
  Result<void> execute(const std::string& sql);
  Result<NextSnapshot> next_snapshot(Publish publish);
  Result<void> overwrite_failed_commit();
  void erase_deleted();
  void roll_back();

  template <class Work>
  auto transact(Kind kind, Publish publish, Work&& work)
      -> std::invoke_result_t<Work&, soci::session&> {
    const std::lock_guard lock(mutex_);
    if (commit_uncertain_) WEIR_CHECK(overwrite_failed_commit());
    const bool changes = kind == Kind::change;
    WEIR_CHECK(execute(changes ? "BEGIN IMMEDIATE" : "BEGIN"));
    auto before = changes ? AuditTrail::before_change(session_) : Result<void>();
    if (!before) {
      roll_back();
      return fail(std::move(before).error());
    }
    auto result = work(session_);
    if (!result) {
      roll_back();
      return result;
    }
    auto audited =
        changes ? AuditTrail::write_event(session_, random_, now()) : Result<bool>(false);
    // Read before the commit, so that the change is rolled back if no snapshot can be made.
    auto next = audited ? next_snapshot(publish) : Result<NextSnapshot>(fail(audited.error()));
    auto committed = next ? execute("COMMIT") : Result<void>(fail(next.error()));
    if (!committed) {
      commit_uncertain_ = next.has_value();
      roll_back();
      return fail(std::move(committed).error());
    }
    if (*audited) AuditTrail::committed();
    if (*next) snapshots_.publish(*std::move(next));
    return result;
  }

  const Clock& clock_;
  Random& random_;
  std::mutex mutex_;  // guards the members below, and orders snapshots
  soci::session session_;
  StatementCache statements_{session_};  // behind the session, which it must not outlive
  Readers readers_;                      // none of a database in memory, or of a sqlite3_vfs
  bool publish_asked_ = false;
  std::atomic<bool> commit_uncertain_ = false;  // a commit failed; after a crash it may prove done
  SnapshotSource snapshots_;
};

/// Reads the whole snapshot; `version` is left to the caller.
Result<Snapshot> read_snapshot(soci::session& session);

}  // namespace weir::catalog
