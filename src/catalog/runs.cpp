#include "catalog/runs.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/run_rows.hpp"

// Runs and tasks are rows that are overwritten while a run proceeds, not a journal of events:
// readers need the current state. A repeated run replaces its earlier tasks, which have the same
// ids.
namespace weir::catalog {
namespace {

void task_into(Statement& statement, RunTask& row) {
  statement.into(row.id).into(row.run_id).into(row.position).into(row.kind).into(row.name);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.error).into(row.detail).into(row.started_at).into(row.ended_at);
}

Result<std::string> courier_name(soci::session& session, std::uint32_t tenant_no,
                                 const std::string& id) {
  Statement statement(session, "SELECT name FROM couriers WHERE tenant_no = :tenant AND id = :id");
  std::string name;
  WEIR_TRY(const bool found, statement.bind(tenant_no).bind(id).into(name).next());
  if (!found) return no_such("courier", id);
  return name;
}

}  // namespace

Result<std::string> new_run_id(soci::session& session, Database& database) {
  while (true) {
    std::string id = dated_id(database.random(), id_prefix::workflow_run, database.now());
    int taken = 0;
    Statement statement(session, "SELECT COUNT(*) FROM runs WHERE id = :id");
    WEIR_CHECK(statement.bind(id).into(taken).next());
    if (taken == 0) return id;
  }
}

bool take_state(RunState& target, const std::string& text) {
  const auto state = parse_run_state(text);
  target = state.value_or(target);
  return state.has_value();
}

void run_into(Statement& statement, Run& row) {
  statement.into(row.id).into(row.tenant_no).into(row.courier_id).into(row.name);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.range.from).into(row.range.to).into(row.load_only).into(row.skip_missing);
  statement.into(row.shadow);
  statement.into(row.error).into(row.created_at).into(row.started_at).into(row.ended_at);
  statement.into(row.live).into(row.round.after).into(row.round.to).into(row.rounds);
}

Result<Run> select_run(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + run_columns +
                                   " FROM runs WHERE tenant_no = :tenant AND id = :id");
  Run row;
  run_into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("workflow run", id);
  return *std::move(found);
}

Result<Run> Runs::add(std::uint32_t tenant_no, Run run) {
  return database_.write([&](soci::session& session) -> Result<Run> {
    WEIR_TRY(const std::string name, courier_name(session, tenant_no, run.courier_id));
    WEIR_TRY(const std::string id, new_run_id(session, database_));
    Statement insert(
        session,
        "INSERT INTO runs (id, tenant_no, courier_id, name, state, range_from,"
        " range_to, load_only, skip_missing, shadow, error, created_at) VALUES (:id, :tenant,"
        " :courier, :name, 'scheduled', :from, :to, :load_only, :skip, :shadow, '', :now)");
    insert.bind(id).bind(tenant_no).bind(run.courier_id).bind(name);
    insert.bind(run.range.from).bind(run.range.to).bind(run.load_only).bind(run.skip_missing);
    insert.bind(run.shadow);
    WEIR_CHECK(insert.bind(database_.now()).run());
    return select_run(session, tenant_no, id);
  });
}

Result<Run> Runs::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select_run(session, tenant_no, id); });
}

Result<Page<Run>> Runs::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    Statement statement(session, std::string("SELECT no, ") + run_columns +
                                     " FROM runs WHERE tenant_no = :tenant AND no > :after"
                                     " ORDER BY no LIMIT :limit");
    statement.bind(tenant_no);
    return read_page<Run>(statement, "runs", page, run_into);
  });
}

Result<std::vector<RunTask>> Runs::tasks(const std::string& run_id) {
  return database_.read([&](soci::session& session) {
    Statement statement(session,
                        "SELECT id, run_id, position, kind, name, state, error, detail,"
                        " started_at, ended_at FROM run_tasks WHERE run_id = :run"
                        " ORDER BY position, id");
    RunTask row;
    task_into(statement.bind(run_id), row);
    return collect(statement, row);
  });
}

Result<void> Runs::save_task(const RunLease& lease, const RunTask& task) {
  if (task.run_id != lease.run_id)
    return fail(Errc::internal, "A task of run " + task.run_id + " was saved with the lease of " +
                                    lease.run_id + ".");
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    Statement save(session,
                   "INSERT INTO run_tasks (id, run_id, position, kind, name, state, error, detail,"
                   " started_at, ended_at) VALUES (:id, :run, :position, :kind, :name, :state,"
                   " :error, :detail, :started, :ended) ON CONFLICT (id) DO UPDATE SET"
                   " position = excluded.position, kind = excluded.kind, name = excluded.name,"
                   " state = excluded.state, error = excluded.error, detail = excluded.detail,"
                   " started_at = excluded.started_at, ended_at = excluded.ended_at"
                   " WHERE run_tasks.run_id = excluded.run_id");
    save.bind(task.id).bind(task.run_id).bind(task.position).bind(task.kind).bind(task.name);
    save.bind(std::string(to_string(task.state))).bind(task.error).bind(task.detail);
    WEIR_TRY(const auto saved, save.bind(task.started_at).bind(task.ended_at).run());
    if (saved == 0)
      return fail(Errc::conflict, "Task " + task.id + " is another run's. Take a new id.");
    return {};
  });
}

}  // namespace weir::catalog
