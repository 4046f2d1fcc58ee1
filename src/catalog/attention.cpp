#include "catalog/attention.hpp"

#include <algorithm>

#include "catalog/database.hpp"
#include "catalog/run_rows.hpp"

// Asked of the rows each time: a stored list of open matters would have to be kept right by each
// change that opens or settles one, and the indexes below make asking cheap enough.
namespace weir::catalog {
namespace {

constexpr std::uint32_t failed_looked_at_max = 1000;

Result<std::vector<Run>> select_runs(Statement& statement) {
  Run row;
  run_into(statement, row);
  std::vector<Run> runs;
  while (true) {
    WEIR_TRY(const bool more, statement.next());
    if (!more) return runs;
    row.config.clear();
    runs.push_back(row);
  }
}

}  // namespace

Result<std::vector<Attention::HeldPayloads>> Attention::quarantined(std::uint32_t tenant_no) {
  return database_.read([&](soci::session& session) -> Result<std::vector<HeldPayloads>> {
    Statement statement(session,
                        "SELECT s.id, s.name, COUNT(*), MIN(q.received_at), MAX(q.received_at)"
                        " FROM streams s JOIN quarantine q ON q.stream_no = s.no"
                        " AND q.state = 'held' WHERE s.tenant_no = :tenant"
                        " GROUP BY s.no ORDER BY s.no");
    HeldPayloads row;
    statement.bind(tenant_no).into(row.stream_id).into(row.stream_name).into(row.payloads);
    statement.into(row.since).into(row.newest);
    return collect(statement, row);
  });
}

Result<std::vector<Attention::FailedRuns>> Attention::failed_runs(std::uint32_t tenant_no) {
  return database_.read([&](soci::session& session) -> Result<std::vector<FailedRuns>> {
    Statement statement(session, "SELECT " + run_columns() +
                                     " FROM runs WHERE tenant_no = :tenant AND " + is_unresolved +
                                     " ORDER BY no DESC LIMIT :most");
    statement.bind(tenant_no).bind(failed_looked_at_max);
    WEIR_TRY(auto runs, select_runs(statement));
    std::vector<FailedRuns> found;
    for (Run& run : runs) {
      const auto same = std::find_if(found.begin(), found.end(), [&](const FailedRuns& other) {
        return other.newest.kind == run.kind && other.newest.courier_id == run.courier_id &&
               other.newest.group_id == run.group_id;
      });
      if (same == found.end())
        found.push_back({std::move(run), 1});
      else
        ++same->runs;
    }
    return found;
  });
}

Result<std::vector<Attention::DeadEndpoint>> Attention::dead_endpoints(std::uint32_t tenant_no) {
  return database_.read([&](soci::session& session) -> Result<std::vector<DeadEndpoint>> {
    Statement statement(session,
                        "SELECT id, name, target, state FROM alert_endpoints e"
                        " WHERE tenant_no = :tenant AND (state = 'gone' OR (state = 'active' AND"
                        " (SELECT m.state FROM alert_messages m WHERE m.endpoint_no = e.no"
                        "   AND m.state IN ('delivered', 'failed') ORDER BY m.no DESC LIMIT 1)"
                        " = 'failed')) ORDER BY no");
    DeadEndpoint row;
    statement.bind(tenant_no).into(row.id).into(row.name).into(row.target);
    statement.into_text([&row](const std::string& state) {
      row.is_gone = state == "gone";
      return true;
    });
    return collect(statement, row);
  });
}

Result<std::vector<Attention::LastPayload>> Attention::last_payloads(std::uint32_t tenant_no) {
  return database_.read([&](soci::session& session) -> Result<std::vector<LastPayload>> {
    Statement statement(session,
                        "SELECT s.id, MAX(h.last_received_at) FROM streams s JOIN hours h"
                        " ON h.stream_no = s.no WHERE s.tenant_no = :tenant GROUP BY s.no");
    LastPayload row;
    statement.bind(tenant_no).into(row.stream_id).into(row.received_at);
    return collect(statement, row);
  });
}

Result<std::vector<Run>> Attention::current_runs(std::uint32_t tenant_no, std::uint32_t newest) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Run>> {
    Statement statement(session, "SELECT " + run_columns() +
                                     " FROM runs WHERE tenant_no = :tenant AND (ended_at IS NULL"
                                     " OR no IN (SELECT no FROM runs WHERE tenant_no = :same"
                                     " ORDER BY no DESC LIMIT :newest)) ORDER BY no DESC");
    return select_runs(statement.bind(tenant_no).bind(tenant_no).bind(newest));
  });
}

}  // namespace weir::catalog
