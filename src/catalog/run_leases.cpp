#include "catalog/alert_rows.hpp"
#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/run_rows.hpp"

// Who executes a run, and how a run ends.
//
// A lease says who may change a run, and until when nobody else may claim it. Time alone is no
// fence: an owner that was suspended, or whose clock stood still, may act on an expired lease. So
// each claim increments the run's epoch, and each change compares it inside its own transaction.
// The clock only decides when a run may be claimed again. A lock held by a connection would end
// with the process, but not with a hanging thread, and it would not work across machines.
namespace weir::catalog {
namespace {

struct Claimable {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::uint64_t epoch = 0;
};

Result<std::optional<Claimable>> oldest_claimable(soci::session& session, Time now) {
  Statement statement(session,
                      "SELECT id, tenant_no, lease_epoch FROM runs r WHERE live = 0"
                      " AND kind IN ('courier', 'ingest_job') AND ended_at IS NULL"
                      " AND (lease_until <= :now OR (state = 'scheduled'"
                      " AND (not_before IS NULL OR not_before <= :due) AND NOT EXISTS"
                      " (SELECT 1 FROM run_feeds mine JOIN run_feeds theirs"
                      " ON theirs.feed_id = mine.feed_id AND theirs.run_id <> mine.run_id"
                      " JOIN runs o ON o.id = theirs.run_id WHERE mine.run_id = r.id"
                      " AND o.ended_at IS NULL AND (o.state <> 'scheduled'"
                      " OR (COALESCE(o.range_from, ''), o.no) <"
                      " (COALESCE(r.range_from, ''), r.no)))))"
                      " ORDER BY no LIMIT 1");
  Claimable row;
  statement.bind(now).bind(now).into(row.id).into(row.tenant_no).into(row.epoch);
  return first(statement, row);
}

/// A scheduled run has none, nor has a live run between two rounds.
Result<bool> has_owner(soci::session& session, const std::string& run_id) {
  Statement statement(session, "SELECT lease_owner IS NOT NULL FROM runs WHERE id = :id");
  bool held = false;
  WEIR_CHECK(statement.bind(run_id).into(held).next());
  return held;
}

}  // namespace

Result<void> end_run(soci::session& session, Database& database, const std::string& run_id,
                     RunState state, const std::string& error) {
  Statement update(session,
                   "UPDATE runs SET state = :state, error = :error, ended_at = :now,"
                   " lease_owner = NULL, lease_until = NULL WHERE id = :id");
  update.bind(std::string(to_string(state))).bind(error).bind(database.now()).bind(run_id);
  WEIR_CHECK(update.run());
  Statement tasks(session,
                  "UPDATE run_tasks SET state = 'canceled', ended_at = :now WHERE run_id = :run"
                  " AND ended_at IS NULL AND state IN ('scheduled', 'started', 'in_progress',"
                  " 'running')");
  WEIR_CHECK(tasks.bind(database.now()).bind(run_id).run());
  WEIR_CHECK(note_feeds(session, run_id, ""));
  // Its group's run goes on; when a group's run ends, those that wait for it, or behind it, do.
  Statement wake(session,
                 "UPDATE runs SET not_before = :now WHERE kind = 'group' AND ended_at IS NULL"
                 " AND (id = (SELECT parent FROM runs WHERE id = :a) OR tenant_no ="
                 " (SELECT tenant_no FROM runs WHERE id = :b AND kind = 'group'))");
  WEIR_CHECK(wake.bind(database.now()).bind(run_id).bind(run_id).run());
  return raise_run_ended(session, database, run_id);
}

namespace {

/// A run that nobody works on is over at once; else its owner has to end it.
Result<void> stop_one(soci::session& session, Database& database, const std::string& run_id) {
  const Time now = database.now();
  WEIR_TRY(const bool is_held, has_owner(session, run_id));
  if (!is_held) {
    WEIR_CHECK(
        add_notices(session, run_id, {{now, "stopped", "Stopped; nobody was at work on it"}}));
    return end_run(session, database, run_id, RunState::stopped, "");
  }
  Statement update(session,
                   "UPDATE runs SET state = 'stopping' WHERE id = :id AND state <> 'stopping'");
  WEIR_TRY(const auto changed, update.bind(run_id).run());
  if (changed == 0) return {};
  return add_notices(session, run_id, {{now, "stopping", "Stop was asked for"}});
}

/// Stops the runs that a group's run made.
Result<void> stop_children(soci::session& session, Database& database, const std::string& run_id) {
  Statement open(session,
                 "SELECT id FROM runs WHERE parent = :run AND parent <> '' AND ended_at IS NULL"
                 " ORDER BY no");
  std::string id;
  WEIR_TRY(const auto children, collect(open.bind(run_id).into(id), id));
  for (const std::string& child : children)
    WEIR_CHECK(stop_one(session, database, child));
  return {};
}

/// The run of a group has no owner: each step of it is one transaction, which finds it stopped.
/// What became of loads that it had begun is for the next step to tell.
Result<void> stop_group(soci::session& session, Database& database, const Run& run) {
  const Time now = database.now();
  WEIR_CHECK(stop_children(session, database, run.id));
  Statement tasks(session,
                  "UPDATE run_tasks SET state = 'canceled', ended_at = :now WHERE run_id = :run"
                  " AND ended_at IS NULL AND (state = 'scheduled' OR kind <> 'load')");
  WEIR_CHECK(tasks.bind(now).bind(run.id).run());
  Statement update(session,
                   "UPDATE runs SET state = 'stopping', not_before = :now, lease_epoch ="
                   " lease_epoch + 1 WHERE id = :id");
  WEIR_CHECK(update.bind(now).bind(run.id).run());
  WEIR_CHECK(add_notices(session, run.id, {{now, "stopping", "Stop was asked for"}}));
  Statement loads(session,
                  "SELECT (SELECT COUNT(*) FROM run_tasks WHERE run_id = :run AND kind = 'load'"
                  " AND state <> 'canceled') + (SELECT COUNT(*) FROM runs WHERE parent = :parent"
                  " AND parent <> '' AND ended_at IS NULL)");
  std::uint64_t begun = 0;
  WEIR_CHECK(loads.bind(run.id).bind(run.id).into(begun).next());
  if (begun > 0) return {};
  WEIR_CHECK(add_notices(session, run.id, {{now, "stopped", "Stopped"}}));
  return end_run(session, database, run.id, RunState::stopped, "");
}

}  // namespace

Result<void> check_holder(soci::session& session, const RunLease& lease) {
  Statement statement(session, "SELECT state, lease_owner, lease_epoch FROM runs WHERE id = :id");
  RunState state = RunState::scheduled;
  RunLease held;
  statement.bind(lease.run_id);
  statement.into_text([&state](const std::string& text) { return take_state(state, text); });
  statement.into(held.owner).into(held.epoch);
  WEIR_TRY(const bool found, statement.next());
  if (!found) return fail(Errc::not_found, "There is no workflow run \"" + lease.run_id + "\".");
  if (is_over(state))
    return fail(Errc::conflict, "Workflow run " + lease.run_id +
                                    " is over already: " + std::string(to_string(state)) + ".");
  if (held.owner != lease.owner || held.epoch != lease.epoch)
    return fail(Errc::conflict, "Workflow run " + lease.run_id + " is not \"" + lease.owner +
                                    "\"'s any more: its lease ran out, and another claimed it. "
                                    "Leave it to that one.");
  return {};
}

Result<std::optional<ClaimedRun>> Runs::claim(const std::string& owner,
                                              std::chrono::milliseconds time) {
  return database_.write([&](soci::session& session) -> Result<std::optional<ClaimedRun>> {
    const Time now = database_.now();
    WEIR_TRY(const auto found, oldest_claimable(session, now));
    if (!found) return std::nullopt;
    const RunLease lease{found->id, owner, found->epoch + 1};
    Statement update(
        session,
        "UPDATE runs SET state = CASE state WHEN 'stopping' THEN 'stopping' ELSE"
        " 'started' END, started_at = COALESCE(started_at, :now), lease_owner = :owner,"
        " lease_epoch = :epoch, lease_until = :until WHERE id = :id");
    update.bind(now).bind(owner).bind(lease.epoch).bind(now + time).bind(lease.run_id);
    WEIR_CHECK(update.run());
    WEIR_TRY(Run run, select_run(session, found->tenant_no, found->id));
    return ClaimedRun{std::move(run), lease};
  });
}

Result<void> Runs::renew(const RunLease& lease, std::chrono::milliseconds time) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    Statement update(session, "UPDATE runs SET lease_until = :until WHERE id = :id");
    WEIR_CHECK(update.bind(database_.now() + time).bind(lease.run_id).run());
    return {};
  });
}

Result<std::uint64_t> Runs::end_leases(const std::string& owner) {
  return database_.write([&](soci::session& session) -> Result<std::uint64_t> {
    Statement update(session,
                     "UPDATE runs SET lease_until = :now WHERE ended_at IS NULL"
                     " AND lease_until > :still AND substr(lease_owner, 1, :length) = :owner");
    Statement forget(session, "DELETE FROM leases WHERE substr(owner, 1, :length) = :owner");
    WEIR_CHECK(forget.bind(owner.size()).bind(owner).run());
    const Time now = database_.now();
    return update.bind(now).bind(now).bind(owner.size()).bind(owner).run();
  });
}

Result<void> Runs::finish(const RunLease& lease, RunState state, const std::string& error,
                          const RunStep& step) {
  if (!is_over(state))
    return fail(Errc::internal,
                "A run cannot be finished as \"" + std::string(to_string(state)) + "\".");
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    WEIR_CHECK(put_step(session, lease, step));
    return end_run(session, database_, lease.run_id, state, error);
  });
}

Result<Run> Runs::stop(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<Run> {
    WEIR_TRY(const Run run, select_run(session, tenant_no, id));
    if (is_over(run.state))
      return fail(Errc::conflict, "Workflow run " + id + " is over already: " +
                                      std::string(to_string(run.state)) + ".");
    if (run.state == RunState::stopping) return run;
    if (run.kind == RunKind::group)
      WEIR_CHECK(stop_group(session, database_, run));
    else
      WEIR_CHECK(stop_one(session, database_, id));
    return select_run(session, tenant_no, id);
  });
}

namespace {

/// The run of a group that made this one waits for it again, also where it was over.
Result<void> resume_parent(soci::session& session, const Run& run, Time now) {
  Statement state(session, "SELECT state FROM runs WHERE id = :id AND kind = 'group'");
  RunState parent = RunState::scheduled;
  state.bind(run.parent);
  state.into_text([&parent](const std::string& text) { return take_state(parent, text); });
  WEIR_TRY(const bool found, state.next());
  if (!found) return {};
  if (parent == RunState::stopping)
    return fail(Errc::conflict,
                "The run " + run.parent + " of its group is stopping; wait until it has stopped.");
  Statement task(session,
                 "UPDATE run_tasks SET state = 'running', ended_at = NULL, error = ''"
                 " WHERE run_id = :parent AND kind = 'load' AND ended_at IS NOT NULL"
                 " AND replace(outputs, :child, '') <> outputs");
  WEIR_CHECK(task.bind(run.parent).bind(run.id).run());
  Statement update(session,
                   "UPDATE runs SET state = 'running', ended_at = NULL, error = '', not_before ="
                   " :now, lease_epoch = lease_epoch + 1, warnings = CASE WHEN warnings > :told"
                   " THEN warnings - :same_told ELSE 0 END WHERE id = :id");
  WEIR_CHECK(update.bind(now).bind(run.warnings).bind(run.warnings).bind(run.parent).run());
  return add_notices(session, run.parent,
                     {{now, "resolved", run.name + ": " + run.id + " goes on"}});
}

Result<void> resume_one(soci::session& session, Database& database, const Run& read,
                        const RunResumption& how) {
  WEIR_TRY(const Run run, select_run(session, read.tenant_no, read.id));
  if (run.state != read.state || run.ended_at != read.ended_at ||
      (run.state != RunState::failed && run.state != RunState::stopped))
    return fail(Errc::conflict, "Workflow run " + run.id + " is " +
                                    std::string(to_string(run.state)) + " by now; read it again.");
  const Time now = database.now();
  WEIR_CHECK(Statement(session, "DELETE FROM run_tasks WHERE run_id = :id").bind(run.id).run());
  for (const RunTask& task : how.tasks)
    WEIR_CHECK(put_task(session, task));
  const std::string& config = how.config.empty() ? run.config : how.config;
  const bool is_group = run.kind == RunKind::group;
  Statement update(session,
                   "UPDATE runs SET state = :state, ended_at = NULL, error = '', not_before ="
                   " :now, lease_epoch = lease_epoch + 1, config = :config WHERE id = :id");
  update.bind(std::string(to_string(is_group ? RunState::in_progress : RunState::scheduled)));
  WEIR_CHECK(update.bind(now).bind(config).bind(run.id).run());
  if (!is_group) WEIR_CHECK(note_feeds(session, run.id, config));
  WEIR_CHECK(add_notices(session, run.id, {{now, "resolved", how.notice}}));
  if (run.parent.empty()) return {};
  return resume_parent(session, run, now);
}

}  // namespace

Result<Run> Runs::resume(const Run& read, const RunResumption& how,
                         const std::vector<std::pair<Run, RunResumption>>& children) {
  return database_.write([&](soci::session& session) -> Result<Run> {
    WEIR_CHECK(resume_one(session, database_, read, how));
    for (const auto& [child, how_it] : children)
      WEIR_CHECK(resume_one(session, database_, child, how_it));
    return select_run(session, read.tenant_no, read.id);
  });
}

}  // namespace weir::catalog
