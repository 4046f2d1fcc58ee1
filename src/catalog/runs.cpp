#include "catalog/runs.hpp"

#include <sstream>

#include "catalog/couriers.hpp"
#include "catalog/database.hpp"
#include "catalog/feeds.hpp"
#include "catalog/ingest_queries.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/run_config.hpp"
#include "catalog/run_rows.hpp"

// Runs and tasks are rows that are overwritten while a run proceeds, not a journal of events:
// readers need the current state.
namespace weir::catalog {
namespace {

/// The columns of a list, which leaves out what a run keeps.
std::string listed_columns() {
  std::string columns = run_columns();
  const std::string_view kept = " config,";
  return columns.replace(columns.find(kept), kept.size(), " '',");
}

std::string conditions(const RunFilter& filter) {
  std::string text;
  if (filter.state) text += " AND state = :state";
  if (filter.kind) text += " AND kind = :kind";
  if (!filter.started_by.empty()) text += " AND started_by = :by";
  // The terms that say the same twice lead SQLite to the index of the group or parent.
  if (!filter.group_id.empty()) text += " AND group_id = :group AND group_id <> ''";
  if (!filter.parent.empty()) text += " AND parent = :parent AND parent <> ''";
  if (filter.loads) text += " AND kind <> 'group'";
  if (!filter.courier_id.empty()) text += " AND courier_id = :courier";
  if (filter.created_from) text += " AND created_at >= :created_from";
  if (filter.created_to) text += " AND created_at < :created_to";
  if (filter.ended_from) text += " AND ended_at >= :ended_from";
  if (filter.ended_to) text += " AND ended_at < :ended_to";
  if (filter.unresolved) text += std::string(" AND ") + is_unresolved;
  return text;
}

void bind_conditions(Statement& statement, const RunFilter& filter) {
  if (filter.state) statement.bind(std::string(to_string(*filter.state)));
  if (filter.kind) statement.bind(std::string(to_string(*filter.kind)));
  if (!filter.started_by.empty()) statement.bind(filter.started_by);
  if (!filter.group_id.empty()) statement.bind(filter.group_id);
  if (!filter.parent.empty()) statement.bind(filter.parent);
  if (!filter.courier_id.empty()) statement.bind(filter.courier_id);
  for (const auto& time :
       {filter.created_from, filter.created_to, filter.ended_from, filter.ended_to})
    if (time) statement.bind(*time);
}

/// "FROM runs WHERE ...", with the tenant to be bound first.
std::string from_where(const RunFilter& filter) {
  // The + keeps SQLite from the tenant's index where there is a better one.
  const bool by_other = !filter.group_id.empty() || !filter.parent.empty();
  return std::string(" FROM runs WHERE ") + (by_other ? "+" : "") + "tenant_no = :tenant" +
         conditions(filter);
}

const ListOf& list_of_runs() {
  static const ListOf runs{
      .name = "runs", .searched = {"name", "error", "id"}, .order = Order::newest};
  return runs;
}

std::string text_of(const std::vector<int>& positions) {
  std::string text;
  for (const int position : positions)
    text += (text.empty() ? "" : " ") + std::to_string(position);
  return text;
}

bool take_positions(std::vector<int>& target, const std::string& text) {
  std::istringstream words(text);
  target.clear();
  for (int position = 0; words >> position;)
    target.push_back(position);
  return words.eof();
}

void task_into(Statement& statement, RunTask& row) {
  statement.into(row.id).into(row.run_id).into(row.position).into(row.kind).into(row.name);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.error).into(row.detail).into(row.started_at).into(row.ended_at);
  statement.into(row.stage).into(row.inputs).into(row.outputs).into(row.attempt);
  statement.into(row.not_before);
  statement.into_text([&row](const std::string& text) { return take_positions(row.needs, text); });
  statement.into_text([&row](const std::string& text) { return take_positions(row.after, text); });
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

std::string task_id(const Run& run, int position) {
  return std::string(id_prefix::workflow_task) + run.id.substr(id_prefix::workflow_run.size()) +
         "-" + std::to_string(position);
}

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

std::string run_columns() {
  return "id, tenant_no, courier_id, name, state, range_from, range_to, load_only, skip_missing,"
         " shadow, only_errors, error, created_at, started_at, ended_at, live, batch_after,"
         " batch_to, rounds, kind, parent, group_id, scheduled_for, automatic, started_by, " +
         name_of_principal("started_by", "runs.tenant_no") +
         ", config, warnings, warn_after_ms, not_before, from_hour, to_hour";
}

void run_into(Statement& statement, Run& row) {
  statement.into(row.id).into(row.tenant_no).into(row.courier_id).into(row.name);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.range.from).into(row.range.to).into(row.load_only).into(row.skip_missing);
  statement.into(row.shadow);
  statement.into(row.only_errors);
  statement.into(row.error).into(row.created_at).into(row.started_at).into(row.ended_at);
  statement.into(row.live).into(row.round.after).into(row.round.to).into(row.rounds);
  statement.into_text([&row](const std::string& text) {
    const auto kind = parse_run_kind(text);
    row.kind = kind.value_or(row.kind);
    return kind.has_value();
  });
  statement.into(row.parent).into(row.group_id).into(row.scheduled_for).into(row.automatic);
  statement.into(row.started_by)
      .into(row.started_by_name)
      .into(row.config)
      .into(row.warnings)
      .into(row.warn_after_ms);
  statement.into(row.not_before).into(row.range.from_hour).into(row.range.to_hour);
}

Result<Run> select_run(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(
      session, "SELECT " + run_columns() + " FROM runs WHERE tenant_no = :tenant AND id = :id");
  Run row;
  run_into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("workflow run", id);
  return *std::move(found);
}

Result<Run> insert_run(soci::session& session, Database& database, Run run) {
  WEIR_TRY(run.id, new_run_id(session, database));
  Statement insert(
      session,
      "INSERT INTO runs (id, tenant_no, courier_id, name, state, range_from,"
      " range_to, load_only, skip_missing, shadow, only_errors, error, created_at, ended_at, kind,"
      " parent,"
      " group_id, scheduled_for, automatic, started_by, config, warnings,"
      " warn_after_ms, not_before, from_hour, to_hour) VALUES (:id, :tenant,"
      " :courier, :name, :state, :from, :to, :load_only, :skip, :shadow, :only_errors, :error,"
      " :now, :ended,"
      " :kind, :parent, :group, :scheduled, :automatic, :by, :config, :warnings,"
      " :warn, :not_before, :from_hour, :to_hour)");
  insert.bind(run.id).bind(run.tenant_no).bind(run.courier_id).bind(run.name);
  insert.bind(std::string(to_string(run.state))).bind(run.range.from).bind(run.range.to);
  insert.bind(run.load_only)
      .bind(run.skip_missing)
      .bind(run.shadow)
      .bind(run.only_errors)
      .bind(run.error)
      .bind(database.now());
  insert.bind(run.ended_at).bind(std::string(to_string(run.kind))).bind(run.parent);
  insert.bind(run.group_id).bind(run.scheduled_for).bind(run.automatic).bind(run.started_by);
  insert.bind(run.config).bind(run.warnings).bind(run.warn_after_ms).bind(run.not_before);
  WEIR_CHECK(insert.bind(run.range.from_hour).bind(run.range.to_hour).run());
  if (run.kind != RunKind::group && !is_over(run.state))
    WEIR_CHECK(note_feeds(session, run.id, run.config));
  return select_run(session, run.tenant_no, run.id);
}

Result<void> add_notices(soci::session& session, const std::string& run_id,
                         const std::vector<RunNotice>& notices) {
  for (const RunNotice& notice : notices) {
    Statement insert(session,
                     "INSERT INTO run_notices (run_id, at, kind, text)"
                     " VALUES (:run, :at, :kind, :text)");
    WEIR_CHECK(insert.bind(run_id).bind(notice.at).bind(notice.kind).bind(notice.text).run());
  }
  return {};
}

Result<void> note_feeds(soci::session& session, const std::string& run_id,
                        const std::string& config) {
  WEIR_CHECK(Statement(session, "DELETE FROM run_feeds WHERE run_id = :run").bind(run_id).run());
  if (config.empty()) return {};
  WEIR_TRY(const RunConfig kept, parse_run_config(config));
  for (const std::string& feed : feeds_of(kept.courier.load_operations)) {
    Statement insert(session, "INSERT INTO run_feeds (feed_id, run_id) VALUES (:feed, :run)");
    WEIR_CHECK(insert.bind(feed).bind(run_id).run());
  }
  return {};
}

/// Each is read as it is at its own moment, which is as good as any: a change between two of them
/// could have come before or after both.
Result<std::string> Runs::config_of(std::uint32_t tenant_no, const std::string& courier_id) {
  RunConfig config;
  WEIR_TRY(config.courier, Couriers(database_).find(tenant_no, courier_id));
  for (const std::string& id : feeds_of(config.courier.load_operations)) {
    auto found = Feeds(database_).find(tenant_no, id);
    if (!found && found.error().code != Errc::not_found) return fail(std::move(found).error());
    if (found) config.feeds.push_back(*std::move(found));
  }
  for (const std::string& name : queries_of(config.courier.load_operations)) {
    auto found = IngestQueries(database_).find_by_name(tenant_no, name);
    if (!found && found.error().code != Errc::not_found) return fail(std::move(found).error());
    if (found) config.queries.push_back(*std::move(found));
  }
  return to_json(config);
}

Result<Run> Runs::add(std::uint32_t tenant_no, Run run, std::vector<RunTask> tasks) {
  if (run.config.empty()) {
    WEIR_TRY(run.config, config_of(tenant_no, run.courier_id));
  }
  return database_.write([&](soci::session& session) -> Result<Run> {
    WEIR_TRY(run.name, courier_name(session, tenant_no, run.courier_id));
    run.tenant_no = tenant_no;
    if (run.kind != RunKind::ingest_job) run.kind = RunKind::courier;
    run.state = RunState::scheduled;
    const std::string by = run.started_by.empty() ? "" : " by " + run.started_by;
    WEIR_TRY(Run added, insert_run(session, database_, run));
    for (RunTask& task : tasks) {
      task.id = task_id(added, task.position);
      task.run_id = added.id;
      WEIR_CHECK(put_task(session, task));
    }
    const char* what = added.kind == RunKind::courier ? "Courier run request" : "Ingest requested";
    WEIR_CHECK(add_notices(session, added.id, {{database_.now(), "requested", what + by}}));
    return added;
  });
}

Result<Run> Runs::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select_run(session, tenant_no, id); });
}

Result<Page<Run>> Runs::list(std::uint32_t tenant_no, const PageRequest& page,
                             const RunFilter& filter) {
  return database_.read([&](soci::session& session) {
    Statement statement(session, "SELECT no, " + listed_columns() + from_where(filter) +
                                     page_sql(list_of_runs(), page));
    statement.bind(tenant_no);
    bind_conditions(statement, filter);
    return read_page<Run>(statement, list_of_runs(), page, run_into);
  });
}

Result<std::uint64_t> Runs::count(std::uint32_t tenant_no, const std::string& text,
                                  const RunFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<std::uint64_t> {
    Statement statement(session,
                        "SELECT COUNT(*)" + from_where(filter) + search_sql(list_of_runs(), text));
    statement.bind(tenant_no);
    bind_conditions(statement, filter);
    bind_search(statement, list_of_runs(), text);
    std::uint64_t runs = 0;
    WEIR_CHECK(statement.into(runs).next());
    return runs;
  });
}

Result<std::vector<RunNotice>> Runs::notices(const std::string& run_id) {
  return database_.read([&](soci::session& session) {
    Statement statement(session,
                        "SELECT at, kind, text FROM run_notices WHERE run_id = :run ORDER BY no");
    RunNotice row;
    statement.bind(run_id).into(row.at).into(row.kind).into(row.text);
    return collect(statement, row);
  });
}

Result<std::vector<RunsInState>> Runs::counts() {
  return database_.read([&](soci::session& session) {
    Statement statement(session,
                        "SELECT kind, state, COUNT(*) FROM runs GROUP BY kind, state"
                        " ORDER BY kind, state");
    RunsInState row;
    statement.into(row.kind).into(row.state).into(row.runs);
    return collect(statement, row);
  });
}

Result<std::uint64_t> Runs::trim(Time before, std::uint32_t most) {
  return database_.write([&](soci::session& session) -> Result<std::uint64_t> {
    Statement old(session,
                  "SELECT id FROM runs WHERE ended_at < :before AND (parent = '' OR NOT EXISTS"
                  " (SELECT 1 FROM runs p WHERE p.id = runs.parent AND p.ended_at IS NULL))"
                  " ORDER BY ended_at LIMIT :most");
    std::string id;
    WEIR_TRY(const auto ids, collect(old.bind(before).bind(most).into(id), id));
    for (const std::string& one : ids)
      for (const char* sql :
           {"DELETE FROM run_notices WHERE run_id = :id",
            "DELETE FROM run_files WHERE run_id = :id", "DELETE FROM run_tasks WHERE run_id = :id",
            "DELETE FROM runs WHERE id = :id"})
        WEIR_CHECK(Statement(session, sql).bind(one).run());
    return ids.size();
  });
}

Result<std::vector<RunTask>> select_tasks(soci::session& session, const std::string& run_id) {
  Statement statement(session,
                      "SELECT id, run_id, position, kind, name, state, error, detail,"
                      " started_at, ended_at, stage, inputs, outputs, attempt, not_before, needs,"
                      " comes_after FROM run_tasks WHERE run_id = :run ORDER BY position, id");
  RunTask row;
  task_into(statement.bind(run_id), row);
  return collect(statement, row);
}

Result<std::vector<RunTask>> Runs::tasks(const std::string& run_id) {
  return database_.read([&](soci::session& session) { return select_tasks(session, run_id); });
}

Result<void> put_task(soci::session& session, const RunTask& task) {
  Statement save(session,
                 "INSERT INTO run_tasks (id, run_id, position, kind, name, state, error, detail,"
                 " started_at, ended_at, stage, inputs, outputs, attempt, not_before, needs,"
                 " comes_after) VALUES (:id, :run, :position, :kind, :name, :state, :error,"
                 " :detail, :started, :ended, :stage, :inputs, :outputs, :attempt, :not_before,"
                 " :needs, :after) ON CONFLICT (id) DO UPDATE SET"
                 " position = excluded.position, kind = excluded.kind, name = excluded.name,"
                 " state = excluded.state, error = excluded.error, detail = excluded.detail,"
                 " started_at = excluded.started_at, ended_at = excluded.ended_at, stage ="
                 " excluded.stage, inputs = excluded.inputs, outputs = excluded.outputs,"
                 " attempt = excluded.attempt, not_before = excluded.not_before, needs ="
                 " excluded.needs, comes_after = excluded.comes_after"
                 " WHERE run_tasks.run_id = excluded.run_id");
  save.bind(task.id).bind(task.run_id).bind(task.position).bind(task.kind).bind(task.name);
  save.bind(std::string(to_string(task.state))).bind(task.error).bind(task.detail);
  save.bind(task.started_at).bind(task.ended_at).bind(task.stage).bind(task.inputs);
  save.bind(task.outputs).bind(task.attempt).bind(task.not_before).bind(text_of(task.needs));
  WEIR_TRY(const auto saved, save.bind(text_of(task.after)).run());
  if (saved == 0)
    return fail(Errc::conflict, "Task " + task.id + " is another run's. Take a new id.");
  return {};
}

Result<void> put_step(soci::session& session, const RunLease& lease, const RunStep& step) {
  for (const RunTask& task : step.tasks) {
    if (task.run_id != lease.run_id)
      return fail(Errc::internal, "A task of run " + task.run_id + " was saved with the lease of " +
                                      lease.run_id + ".");
    WEIR_CHECK(put_task(session, task));
  }
  WEIR_CHECK(add_notices(session, lease.run_id, step.notices));
  if (step.state) {
    Statement state(session,
                    "UPDATE runs SET state = :state WHERE id = :id AND state <> 'stopping'");
    WEIR_CHECK(state.bind(std::string(to_string(*step.state))).bind(lease.run_id).run());
  }
  if (step.warnings) {
    Statement warnings(session, "UPDATE runs SET warnings = :warnings WHERE id = :id");
    WEIR_CHECK(warnings.bind(*step.warnings).bind(lease.run_id).run());
  }
  if (step.config.empty()) return {};
  Statement keep(session, "UPDATE runs SET config = :config WHERE id = :id AND config = ''");
  WEIR_CHECK(keep.bind(step.config).bind(lease.run_id).run());
  return note_feeds(session, lease.run_id, step.config);
}

namespace {

/// For a run that is to be claimed again when a task's `not_before` has come.
Result<void> give_lease_back(soci::session& session, Database& database,
                             const std::string& run_id) {
  Statement update(session,
                   "UPDATE runs SET lease_owner = NULL, lease_until = NULL, not_before ="
                   " (SELECT MIN(not_before) FROM run_tasks WHERE run_id = :run"
                   " AND ended_at IS NULL) WHERE id = :id AND state = 'scheduled'");
  WEIR_TRY(const auto updated, update.bind(run_id).bind(run_id).run());
  if (updated > 0) return {};
  // A stop came meanwhile.
  WEIR_CHECK(add_notices(session, run_id, {{database.now(), "stopped", "Stopped"}}));
  return end_run(session, database, run_id, RunState::stopped, "");
}

}  // namespace

Result<void> Runs::save(const RunLease& lease, const RunStep& step) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    WEIR_CHECK(put_step(session, lease, step));
    if (step.state != RunState::scheduled) return {};
    return give_lease_back(session, database_, lease.run_id);
  });
}

}  // namespace weir::catalog
