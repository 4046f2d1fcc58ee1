#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/run_rows.hpp"

/// Who is doing a run, and how it ends.
namespace weir::catalog {
namespace {

struct Lease {
  RunState state = RunState::scheduled;
  std::string owner;
};

Result<Lease> select_lease(soci::session& session, const std::string& run_id) {
  Statement statement(session, "SELECT state, lease_owner FROM runs WHERE id = :id");
  Lease row;
  statement.bind(run_id);
  statement.into_text([&row](const std::string& text) { return take_state(row.state, text); });
  statement.into(row.owner);
  WEIR_TRY(const auto found, first(statement, row));
  if (!found) return fail(Errc::not_found, "There is no workflow run \"" + run_id + "\".");
  return *found;
}

Failure lost(const std::string& run_id, const std::string& owner) {
  return fail(Errc::conflict, "Workflow run " + run_id + " is not \"" + owner +
                                  "\"'s any more: its lease ran out and was taken, or it is over. "
                                  "Leave it alone.");
}

Result<void> end(soci::session& session, const std::string& run_id, RunState state,
                 const std::string& error, Time now) {
  Statement update(session,
                   "UPDATE runs SET state = :state, error = :error, ended_at = :now,"
                   " lease_owner = NULL, lease_until = NULL WHERE id = :id");
  update.bind(std::string(to_string(state))).bind(error).bind(now).bind(run_id);
  WEIR_CHECK(update.run());
  return {};
}

struct Claimable {
  std::string id;
  std::uint32_t tenant_no = 0;
};

Result<std::optional<Claimable>> oldest_claimable(soci::session& session, Time now) {
  Statement statement(session,
                      "SELECT id, tenant_no FROM runs WHERE state = 'scheduled'"
                      " OR (state IN ('started', 'running', 'stopping') AND lease_until <= :now)"
                      " ORDER BY no LIMIT 1");
  Claimable row;
  statement.bind(now).into(row.id).into(row.tenant_no);
  return first(statement, row);
}

}  // namespace

Result<std::optional<Run>> Runs::claim(const std::string& owner, std::chrono::seconds lease) {
  return database_.write([&](soci::session& session) -> Result<std::optional<Run>> {
    const Time now = database_.now();
    WEIR_TRY(const auto found, oldest_claimable(session, now));
    if (!found) return std::nullopt;
    Statement update(
        session,
        "UPDATE runs SET state = CASE state WHEN 'stopping' THEN 'stopping' ELSE"
        " 'running' END, started_at = COALESCE(started_at, :now), lease_owner = :owner,"
        " lease_until = :until WHERE id = :id");
    WEIR_CHECK(update.bind(now).bind(owner).bind(now + lease).bind(found->id).run());
    WEIR_TRY(Run run, select_run(session, found->tenant_no, found->id));
    return std::optional<Run>(std::move(run));
  });
}

Result<void> Runs::renew(const std::string& run_id, const std::string& owner,
                         std::chrono::seconds lease) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const Lease held, select_lease(session, run_id));
    if (is_over(held.state) || held.owner != owner) return lost(run_id, owner);
    Statement update(session, "UPDATE runs SET lease_until = :until WHERE id = :id");
    WEIR_CHECK(update.bind(database_.now() + lease).bind(run_id).run());
    return {};
  });
}

Result<void> Runs::finish(const std::string& run_id, RunState state, const std::string& error,
                          const std::string& owner) {
  if (!is_over(state))
    return fail(Errc::internal,
                "A run cannot be finished as \"" + std::string(to_string(state)) + "\".");
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const Lease held, select_lease(session, run_id));
    if (is_over(held.state) || (!owner.empty() && held.owner != owner)) return lost(run_id, owner);
    return end(session, run_id, state, error, database_.now());
  });
}

Result<Run> Runs::stop(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<Run> {
    WEIR_TRY(const Run run, select_run(session, tenant_no, id));
    if (is_over(run.state))
      return fail(Errc::conflict, "Workflow run " + id + " is over already: " +
                                      std::string(to_string(run.state)) + ".");
    if (run.state == RunState::scheduled) {
      WEIR_CHECK(end(session, id, RunState::stopped, "", database_.now()));
    } else {
      Statement update(session, "UPDATE runs SET state = 'stopping' WHERE id = :id");
      WEIR_CHECK(update.bind(id).run());
    }
    return select_run(session, tenant_no, id);
  });
}

}  // namespace weir::catalog
