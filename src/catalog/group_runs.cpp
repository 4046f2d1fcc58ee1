#include "catalog/group_runs.hpp"

#include "catalog/alert_rows.hpp"
#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/run_rows.hpp"

// A lease for a step of milliseconds would have to run out after each crash before the run goes on.
// So a step is fenced by the version of the run that it was worked out from, and whatever changes a
// group's run counts it up: a stop, and each step.
namespace weir::catalog {
namespace {

Result<bool> any_row(soci::session& session, const std::string& sql, const std::string& value) {
  Statement statement(session, "SELECT EXISTS (" + sql + ")");
  bool found = false;
  WEIR_CHECK(statement.bind(value).into(found).next());
  return found;
}

/// Notices that files are missing or that a run takes long go to people too.
Result<void> raise_alerts(soci::session& session, Database& database, const Run& run,
                          const std::vector<RunNotice>& notices) {
  for (const RunNotice& notice : notices) {
    const bool missing = notice.kind == "missing";
    if (!missing && notice.kind != "runtime") continue;
    AlertEvent event;
    event.kind = missing ? AlertKind::missing : AlertKind::runtime;
    event.title = "Run of " + run.name + (missing ? " has no files" : " takes long");
    event.text = notice.text;
    event.run_id = run.id;
    event.group_id = run.group_id;
    WEIR_CHECK(raise_alert(session, database, run.tenant_no, event));
  }
  return {};
}

Result<std::vector<Run>> children_of(soci::session& session, const std::string& run_id) {
  Statement statement(session, "SELECT " + run_columns() +
                                   " FROM runs WHERE parent = :run AND parent <> '' ORDER BY no");
  Run row;
  run_into(statement.bind(run_id), row);
  return collect(statement, row);
}

}  // namespace

Result<Run> GroupRuns::add(std::uint32_t tenant_no, Run run, const std::string& notice) {
  return database_.write([&](soci::session& session) -> Result<Run> {
    Statement group(session,
                    "SELECT name FROM courier_groups WHERE tenant_no = :tenant AND id = :id");
    group.bind(tenant_no).bind(run.group_id).into(run.name);
    WEIR_TRY(const bool found, group.next());
    if (!found) return no_such("courier group", run.group_id);
    run.tenant_no = tenant_no;
    run.kind = RunKind::group;
    run.state = RunState::scheduled;
    WEIR_TRY(Run added, insert_run(session, database_, run));
    WEIR_CHECK(add_notices(session, added.id, {{database_.now(), "requested", notice}}));
    return added;
  });
}

Result<std::vector<std::string>> GroupRuns::due(std::uint32_t most) {
  return database_.read([&](soci::session& session) {
    Statement statement(session,
                        "SELECT id FROM runs WHERE kind = 'group' AND ended_at IS NULL"
                        " AND (not_before IS NULL OR not_before <= :now)"
                        " ORDER BY COALESCE(not_before, ''), no LIMIT :most");
    std::string id;
    return collect(statement.bind(database_.now()).bind(most).into(id), id);
  });
}

Result<std::optional<Time>> GroupRuns::next_due() {
  return database_.read([&](soci::session& session) -> Result<std::optional<Time>> {
    Statement statement(session,
                        "SELECT COALESCE(not_before, created_at) FROM runs WHERE kind = 'group'"
                        " AND ended_at IS NULL ORDER BY COALESCE(not_before, '') LIMIT 1");
    Time at;
    return first(statement.into(at), at);
  });
}

Result<std::optional<GroupRunView>> GroupRuns::view(const std::string& run_id) {
  return database_.read([&](soci::session& session) -> Result<std::optional<GroupRunView>> {
    Statement statement(session,
                        "SELECT tenant_no, lease_epoch, (SELECT COUNT(*) FROM runs o WHERE"
                        " o.group_id = runs.group_id AND o.kind = 'group' AND o.ended_at IS NULL"
                        " AND o.no < runs.no) > 0 FROM runs WHERE id = :id AND kind = 'group'"
                        " AND ended_at IS NULL");
    GroupRunView view;
    std::uint32_t tenant_no = 0;
    statement.bind(run_id).into(tenant_no).into(view.version).into(view.behind_another);
    WEIR_TRY(const bool found, statement.next());
    if (!found) return std::nullopt;
    WEIR_TRY(view.run, select_run(session, tenant_no, run_id));
    WEIR_TRY(view.tasks, select_tasks(session, run_id));
    WEIR_TRY(view.children, children_of(session, run_id));
    WEIR_TRY(view.runtime_told,
             any_row(session, "SELECT 1 FROM run_notices WHERE run_id = :run AND kind = 'runtime'",
                     run_id));
    return view;
  });
}

Result<bool> GroupRuns::at_work(const std::string& group_id) {
  return database_.read([&](soci::session& session) {
    return any_row(
        session,
        "SELECT 1 FROM runs WHERE group_id = :group AND kind = 'group' AND ended_at IS NULL",
        group_id);
  });
}

Result<void> GroupRuns::save(const GroupRunView& read, const GroupRunStep& step) {
  return database_.write([&](soci::session& session) -> Result<void> {
    const Time now = database_.now();
    Statement update(session,
                     "UPDATE runs SET state = :state, started_at = COALESCE(started_at,"
                     " CASE WHEN :scheduled THEN NULL ELSE :now END), not_before = :next,"
                     " warnings = :warnings, lease_epoch = lease_epoch + 1"
                     " WHERE id = :id AND lease_epoch = :version AND ended_at IS NULL");
    update.bind(std::string(to_string(step.state))).bind(step.state == RunState::scheduled);
    update.bind(now).bind(step.not_before).bind(step.warnings).bind(read.run.id);
    WEIR_TRY(const auto updated, update.bind(read.version).run());
    if (updated == 0)
      return fail(Errc::conflict,
                  "Workflow run " + read.run.id +
                      " has changed since it was looked at; it is looked at again.");
    for (const RunTask& task : step.tasks)
      WEIR_CHECK(put_task(session, task));
    for (const Run& child : step.children) {
      WEIR_TRY(const Run made, insert_run(session, database_, child));
      WEIR_CHECK(add_notices(
          session, made.id,
          {{now, "requested", "Courier run request by " + read.run.id + " of its group"}}));
    }
    WEIR_CHECK(add_notices(session, read.run.id, step.notices));
    WEIR_CHECK(raise_alerts(session, database_, read.run, step.notices));
    for (const auto& covered : step.covered) {
      Statement move(session,
                     "UPDATE group_couriers SET covered_to = CASE WHEN covered_to > :to"
                     " THEN covered_to ELSE :same_to END"
                     " WHERE group_id = :group AND courier_id = :courier");
      move.bind(covered.to).bind(covered.to).bind(read.run.group_id).bind(covered.courier_id);
      WEIR_CHECK(move.run());
    }
    if (!is_over(step.state)) return {};
    return end_run(session, database_, read.run.id, step.state, step.error);
  });
}

Result<void> GroupRuns::put_off(const std::string& run_id, std::chrono::milliseconds time) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement update(session, "UPDATE runs SET not_before = :at WHERE id = :id");
    WEIR_CHECK(update.bind(database_.now() + time).bind(run_id).run());
    return {};
  });
}

}  // namespace weir::catalog
