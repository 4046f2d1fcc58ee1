#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/audit_trail.hpp"
#include "catalog/backend.hpp"
#include "catalog/migrations.hpp"
#include "catalog/readers.hpp"
#include "catalog/snapshot.hpp"
#include "catalog/statement_cache.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

namespace weir::catalog {

/// The connection to the catalog's database that writes, those that read, and what the classes of
/// its tables share: transactions, clock, randomness, and the snapshot. Thread-safe: one change at
/// a time, and reads beside it. What it promises of isolation and durability is in backend.hpp.
///
/// `work` may run more than once: a change that another process made impossible, or whose
/// connection was lost before its commit, is made again from its beginning. So `work` leaves what
/// it captured as it was, but for what it assigns anew each time.
class Database {
 public:
  /// Arguments as in Catalog::open. `steps` is for tests only.
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
    if (backend_->has_readers() && !backend_->uncertain())
      return readers_.read(std::forward<Work>(work));
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

  /// Within a change of what processes keep in memory, a snapshot or something else: raises its
  /// version (catalog_state), and tells other processes.
  Result<void> raise_version(soci::session& session);
  /// Reads what this process keeps in memory anew, where another one has changed it.
  Result<void> refresh();
  /// What refresh() calls, within its transaction, to renew more than the snapshot. Before the
  /// first refresh() only.
  using Renewal = std::function<Result<void>(soci::session&)>;
  void on_refresh(Renewal renewal) { renewals_.push_back(std::move(renewal)); }
  /// As Catalog::probe.
  Result<std::string> probe();
  /// For whoever calls refresh() when another process has changed something; as Backend::listener.
  std::unique_ptr<Listener> listener() const { return backend_->listener(); }

  /// A new id that `table` does not hold: `prefix` and `length` alphanumerics.
  Result<std::string> new_id(const std::string& table, std::string_view prefix, std::size_t length);

  Time now() const { return clock_.now(); }
  Random& random() { return random_; }
  const SnapshotSource& snapshots() const { return snapshots_; }

 private:
  static Result<std::unique_ptr<Database>> open(std::unique_ptr<Backend> backend,
                                                const Clock& clock, Random& random,
                                                std::span<const Migration> steps,
                                                Backend::Content content);

  enum class Kind { read, change };
  enum class Publish { never, if_asked, always };
  using NextSnapshot = std::shared_ptr<const Snapshot>;

  Database(std::unique_ptr<Backend> backend, const Clock& clock, Random& random);
  Result<NextSnapshot> next_snapshot(Publish publish);
  void erase_deleted();

  template <class Work>
  auto transact(Kind kind, Publish publish, Work&& work)
      -> std::invoke_result_t<Work&, soci::session&> {
    const std::lock_guard lock(mutex_);
    for (int tried = 1;; ++tried) {
      auto result = transact_once(kind, publish, work);
      if (result || !backend_->may_try_again(tried)) return result;
    }
  }

  template <class Work>
  auto transact_once(Kind kind, Publish publish, Work& work)
      -> std::invoke_result_t<Work&, soci::session&> {
    raised_.reset();
    // After a commit that may prove done, nothing goes on before that is settled.
    if (backend_->uncertain()) WEIR_CHECK(backend_->settle(session_));
    const bool changes = kind == Kind::change;
    WEIR_CHECK(changes ? backend_->begin_change(session_) : backend_->begin_read(session_));
    auto before = changes ? AuditTrail::before_change(session_) : Result<void>();
    if (!before) {
      backend_->roll_back(session_);
      return fail(std::move(before).error());
    }
    auto result = work(session_);
    if (!result) {
      backend_->roll_back(session_);
      return result;
    }
    auto audited =
        changes ? AuditTrail::write_event(session_, random_, now()) : Result<bool>(false);
    // Read before the commit, so that the change is rolled back if no snapshot can be made.
    auto next = audited ? next_snapshot(publish) : Result<NextSnapshot>(fail(audited.error()));
    auto committed = next ? backend_->commit(session_) : Result<void>(fail(next.error()));
    if (!committed) {
      backend_->roll_back(session_);
      return fail(std::move(committed).error());
    }
    if (*audited) AuditTrail::committed();
    // Others' changes between are still to be read.
    if (raised_ && known_version_ + 1 == *raised_) known_version_ = *raised_;
    if (*next) snapshots_.publish(*std::move(next));
    return result;
  }

  const Clock& clock_;
  Random& random_;
  std::unique_ptr<Backend> backend_;
  std::mutex mutex_;  // guards the members below, and orders snapshots
  soci::session session_;
  StatementCache statements_{session_};  // behind the session, which it must not outlive
  Readers readers_{*backend_};
  bool publish_asked_ = false;
  std::optional<std::uint64_t> raised_;  // the version that the present change makes
  SnapshotSource snapshots_;
  std::vector<Renewal> renewals_;
  std::atomic<std::uint64_t> known_version_ = 0;  // that is in memory; written under the mutex
};

/// Reads the whole snapshot; `version` is left to the caller.
Result<Snapshot> read_snapshot(soci::session& session);

}  // namespace weir::catalog
