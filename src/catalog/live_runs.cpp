#include "catalog/live_runs.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/run_rows.hpp"

// How far a courier is, and what it tries next, is one row of the catalog that changes in the
// transaction that ends a round. So a crash at any moment leaves the round to be done again, with
// the same batches, and loads can be repeated. A queue of batches per courier, written in the
// batcher's commit, would cost each commit a row per courier, and would have to be filled when a
// courier becomes live; the manifest is that queue already.
namespace weir::catalog {
namespace {

struct LiveCourier {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  StreamNo stream;
  LiveProgress progress;
};

constexpr const char* live_courier_select =
    "SELECT c.id, c.tenant_no, c.name, s.no, COALESCE(c.live_to, 0), c.live_span, c.live_failures,"
    " c.live_probed, c.live_retry_at FROM couriers c"
    " JOIN streams s ON s.tenant_no = c.tenant_no AND s.id = c.stream_id"
    " WHERE c.started_by = 'each_batch'";

void into(Statement& statement, LiveCourier& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.stream);
  statement.into(row.progress.loaded_to).into(row.progress.span).into(row.progress.failures);
  statement.into(row.progress.probed).into(row.progress.retry_at);
}

/// The courier whose oldest batch waits longest, and on which nobody works.
Result<std::optional<LiveCourier>> due_courier(soci::session& session, Time now) {
  Statement statement(
      session, std::string(live_courier_select) +
                   " AND (c.live_retry_at IS NULL OR c.live_retry_at <= :now)"
                   " AND EXISTS (SELECT 1 FROM batches b WHERE b.stream_no = s.no"
                   "   AND b.no > c.live_to)"
                   " AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.courier_id = c.id AND r.live = 1"
                   "   AND r.ended_at IS NULL AND r.lease_owner IS NOT NULL)"
                   " ORDER BY (SELECT MIN(b.no) FROM batches b WHERE b.stream_no = s.no"
                   "   AND b.no > c.live_to), c.no LIMIT 1");
  LiveCourier row;
  into(statement.bind(now), row);
  return first(statement, row);
}

struct Round {
  std::string run_id;
  std::uint32_t tenant_no = 0;
  std::string courier_id;
  std::uint64_t epoch = 0;
  RunState state = RunState::running;
  BatchRange batches;
  Time created_at;
};

Result<std::optional<Round>> find_round(soci::session& session, const std::string& condition,
                                        const std::string& value) {
  Statement statement(session,
                      "SELECT id, tenant_no, courier_id, lease_epoch, state, batch_after, batch_to,"
                      " created_at FROM runs WHERE live = 1 AND ended_at IS NULL AND " +
                          condition + " LIMIT 1");
  Round row;
  statement.bind(value);
  statement.into(row.run_id).into(row.tenant_no).into(row.courier_id).into(row.epoch);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.batches.after).into(row.batches.to).into(row.created_at);
  return first(statement, row);
}

/// A round that a dead process left behind.
Result<std::optional<Round>> abandoned_round(soci::session& session, Time now) {
  return find_round(session, "lease_until <= :now", weir::to_string(now));
}

Result<std::vector<std::uint64_t>> waiting_batches(soci::session& session,
                                                   const LiveCourier& courier) {
  Statement statement(session,
                      "SELECT no FROM batches WHERE stream_no = :stream AND no > :after"
                      " ORDER BY no LIMIT :most");
  std::uint64_t no = 0;
  statement.bind(courier.stream).bind(courier.progress.loaded_to).bind(live_round_batches_max);
  return collect(statement.into(no), no);
}

/// The courier's open run of today, or a new one.
Result<Round> open_run(soci::session& session, Database& database, const LiveCourier& courier) {
  const Time now = database.now();
  WEIR_TRY(auto open, find_round(session, "courier_id = :courier", courier.id));
  if (open && day_of(open->created_at) == day_of(now)) return *std::move(open);
  if (open) WEIR_CHECK(end_run(session, database, open->run_id, RunState::succeeded, ""));
  Round fresh{.tenant_no = courier.tenant_no, .courier_id = courier.id};
  WEIR_TRY(fresh.run_id, new_run_id(session, database));
  Statement insert(session,
                   "INSERT INTO runs (id, tenant_no, courier_id, name, state, load_only,"
                   " skip_missing, error, created_at, live) VALUES (:id, :tenant, :courier, :name,"
                   " 'running', 0, 0, '', :now, 1)");
  insert.bind(fresh.run_id).bind(courier.tenant_no).bind(courier.id).bind(courier.name).bind(now);
  WEIR_CHECK(insert.run());
  return fresh;
}

Result<std::optional<Round>> next_of(soci::session& session, Database& database) {
  const Time now = database.now();
  WEIR_TRY(auto left, abandoned_round(session, now));
  if (left) return left;
  WEIR_TRY(const auto courier, due_courier(session, now));
  if (!courier) return std::nullopt;
  WEIR_TRY(const auto waiting, waiting_batches(session, *courier));
  WEIR_TRY(Round round, open_run(session, database, *courier));
  round.batches = next_round(courier->progress, waiting);
  return round;
}

/// The round that the lease is for. Errors: as check_holder.
Result<Round> held_round(soci::session& session, const RunLease& lease) {
  WEIR_CHECK(check_holder(session, lease));
  WEIR_TRY(auto round, find_round(session, "id = :id", lease.run_id));
  if (!round) return fail(Errc::internal, "Run " + lease.run_id + " is no live run.");
  return *std::move(round);
}

/// nullopt for one that was deleted, or is live no more.
Result<std::optional<LiveCourier>> courier_of(soci::session& session, std::uint32_t tenant_no,
                                              const std::string& courier_id) {
  Statement statement(session,
                      std::string(live_courier_select) + " AND c.tenant_no = :t AND c.id = :id");
  LiveCourier row;
  into(statement.bind(tenant_no).bind(courier_id), row);
  return first(statement, row);
}

Result<void> save_progress(soci::session& session, const Round& round,
                           const LiveProgress& progress) {
  Statement update(
      session,
      "UPDATE couriers SET live_to = :to, live_span = :span, live_failures = :failures,"
      " live_probed = :probed, live_retry_at = :at WHERE tenant_no = :tenant"
      " AND id = :id");
  update.bind(progress.loaded_to).bind(progress.span).bind(progress.failures);
  update.bind(progress.probed).bind(progress.retry_at);
  WEIR_CHECK(update.bind(round.tenant_no).bind(round.courier_id).run());
  return {};
}

Result<void> release(soci::session& session, const Round& round, bool is_done,
                     const std::string& error) {
  Statement update(session,
                   "UPDATE runs SET lease_owner = NULL, lease_until = NULL, error = :error,"
                   " rounds = rounds + :done WHERE id = :id");
  WEIR_CHECK(update.bind(error).bind(is_done).bind(round.run_id).run());
  return {};
}

Result<std::string> left_out_text(soci::session& session, const Round& round,
                                  const std::string& error) {
  Statement statement(session, "SELECT path, day FROM batches WHERE no = :no");
  std::string path;
  std::string day;
  WEIR_CHECK(statement.bind(round.batches.to).into(path).into(day).next());
  return "The batch " + path +
         " was left out: it could not be loaded, and batches after it could. Mend the cause, then "
         "run the courier by hand for " +
         day + ". The cause: " + error;
}

}  // namespace

Result<std::optional<ClaimedRun>> LiveRuns::claim(const std::string& owner,
                                                  std::chrono::milliseconds time) {
  // Most looks find nothing, and do not wait for those who write.
  WEIR_TRY(const bool is_due, database_.read([&](soci::session& session) -> Result<bool> {
    const Time now = database_.now();
    WEIR_TRY(const auto left, abandoned_round(session, now));
    if (left) return true;
    WEIR_TRY(const auto courier, due_courier(session, now));
    return courier.has_value();
  }));
  if (!is_due) return std::nullopt;
  return database_.write([&](soci::session& session) -> Result<std::optional<ClaimedRun>> {
    WEIR_TRY(const auto round, next_of(session, database_));
    if (!round) return std::nullopt;
    const Time now = database_.now();
    const RunLease lease{round->run_id, owner, round->epoch + 1};
    Statement update(session,
                     "UPDATE runs SET started_at = COALESCE(started_at, :now), lease_owner ="
                     " :owner, lease_epoch = :epoch, lease_until = :until, batch_after = :after,"
                     " batch_to = :to WHERE id = :id");
    update.bind(now).bind(owner).bind(lease.epoch).bind(now + time);
    update.bind(round->batches.after).bind(round->batches.to).bind(lease.run_id);
    WEIR_CHECK(update.run());
    WEIR_TRY(Run run, select_run(session, round->tenant_no, round->run_id));
    return ClaimedRun{std::move(run), lease};
  });
}

Result<void> LiveRuns::finish_round(const RunLease& lease) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const Round round, held_round(session, lease));
    WEIR_TRY(const auto courier, courier_of(session, round.tenant_no, round.courier_id));
    if (courier)
      WEIR_CHECK(save_progress(session, round, after_success(courier->progress, round.batches)));
    WEIR_CHECK(release(session, round, true, ""));
    if (courier && round.state != RunState::stopping) return {};
    return end_run(session, database_, round.run_id,
                   courier ? RunState::stopped : RunState::succeeded, "");
  });
}

Result<void> LiveRuns::fail_round(const RunLease& lease, const std::string& error) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const Round round, held_round(session, lease));
    WEIR_TRY(const auto courier, courier_of(session, round.tenant_no, round.courier_id));
    if (!courier) return end_run(session, database_, round.run_id, RunState::failed, error);
    const auto [progress, left_out] =
        after_failure(courier->progress, round.batches, database_.now());
    WEIR_CHECK(save_progress(session, round, progress));
    if (!left_out) return release(session, round, false, error);
    WEIR_TRY(const std::string text, left_out_text(session, round, error));
    return end_run(session, database_, round.run_id, RunState::failed, text);
  });
}

Result<std::optional<LiveState>> LiveRuns::state(std::uint32_t tenant_no,
                                                 const std::string& courier_id) {
  return database_.read([&](soci::session& session) -> Result<std::optional<LiveState>> {
    WEIR_TRY(const auto courier, courier_of(session, tenant_no, courier_id));
    if (!courier) return std::nullopt;
    LiveState state{.progress = courier->progress};
    Statement count(session,
                    "SELECT COUNT(*) FROM batches WHERE stream_no = :stream AND no > :after");
    count.bind(courier->stream).bind(courier->progress.loaded_to).into(state.waiting);
    WEIR_CHECK(count.next());
    Statement run(session,
                  "SELECT id, error FROM runs WHERE courier_id = :courier AND live = 1"
                  " AND ended_at IS NULL");
    WEIR_CHECK(run.bind(courier_id).into(state.run_id).into(state.error).next());
    return state;
  });
}

}  // namespace weir::catalog
