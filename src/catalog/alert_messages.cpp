#include <algorithm>

#include "catalog/alert_limits.hpp"
#include "catalog/alert_rows.hpp"
#include "catalog/names.hpp"
#include "catalog/run_rows.hpp"
#include "catalog/statement.hpp"

// Events become messages. An event that is a change of the catalog has its messages in the
// transaction of the change, so that neither is there without the other. What came into the
// quarantine is counted afterwards, by the row numbers that were not looked at yet: the batcher's
// commit shall not pay for alerts.
namespace weir::catalog {
namespace {

constexpr std::chrono::hours quarantine_told_every{1};

/// At most `alert_text_bytes_max`, whole characters.
std::string bounded(std::string text) {
  if (text.size() <= limits::alert_text_bytes_max) return text;
  std::size_t end = limits::alert_text_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
    --end;
  text.resize(end);
  return text + "...";
}

std::optional<AlertKind> kind_of(RunState state) {
  switch (state) {
    case RunState::failed:
      return AlertKind::failure;
    case RunState::succeeded:
      return AlertKind::success;
    case RunState::stopped:
    case RunState::canceled:
      return AlertKind::stopped;
    default:
      return std::nullopt;
  }
}

struct Grown {
  StreamNo stream;
  std::uint32_t tenant_no = 0;
  std::string stream_id;
  std::string name;
  std::uint64_t untold = 0;
};

/// Adds what came into the quarantine since the last look to what is to be told.
Result<void> count_new(soci::session& session) {
  Statement add(session,
                "INSERT INTO alert_quarantine (stream_no, untold) SELECT stream_no, COUNT(*)"
                " FROM quarantine WHERE no > (SELECT MAX(no) FROM alert_quarantine_seen)"
                " GROUP BY stream_no ON CONFLICT (stream_no)"
                " DO UPDATE SET untold = alert_quarantine.untold + excluded.untold");
  WEIR_CHECK(add.run());
  Statement seen(session,
                 "UPDATE alert_quarantine_seen SET no = (SELECT MAX(no) FROM quarantine)"
                 " WHERE no < (SELECT MAX(no) FROM quarantine)");
  WEIR_CHECK(seen.run());
  return {};
}

Result<std::vector<Grown>> to_tell(soci::session& session, Time now) {
  Statement statement(session,
                      "SELECT q.stream_no, s.tenant_no, s.id, s.name, q.untold"
                      " FROM alert_quarantine q JOIN streams s ON s.no = q.stream_no"
                      " WHERE q.untold > 0 AND (q.told_at IS NULL OR q.told_at <= :before)"
                      " ORDER BY q.stream_no");
  Grown row;
  statement.bind(now - quarantine_told_every);
  statement.into(row.stream).into(row.tenant_no).into(row.stream_id).into(row.name);
  statement.into(row.untold);
  return collect(statement, row);
}

/// Most looks find nothing, and do not wait for those who write.
Result<bool> has_grown(soci::session& session, Time now) {
  Statement statement(session,
                      "SELECT COALESCE((SELECT MAX(no) FROM quarantine), 0)"
                      " > (SELECT MAX(no) FROM alert_quarantine_seen)");
  bool is_new = false;
  WEIR_CHECK(statement.into(is_new).next());
  if (is_new) return true;
  WEIR_TRY(const auto grown, to_tell(session, now));
  return !grown.empty();
}

}  // namespace

Result<std::string> add_alert_message(soci::session& session, Database& database,
                                      std::uint64_t endpoint_no, const AlertEvent& event) {
  // Random enough to be unique without a look; the column's constraint would say otherwise.
  const std::string id = random_id(database.random(), id_prefix::alert_message, 16);
  const Time now = database.now();
  Statement insert(session,
                   "INSERT INTO alert_messages (id, endpoint_no, kind, title, text, run_id,"
                   " courier_id, group_id, stream_id, happened_at, state, next_attempt_at,"
                   " tried_since) VALUES (:id, :endpoint, :kind, :title, :text, :run, :courier,"
                   " :group, :stream, :happened, 'pending', :next, :since)");
  insert.bind(id).bind(endpoint_no).bind(std::string(to_string(event.kind)));
  insert.bind(bounded(event.title)).bind(bounded(event.text)).bind(event.run_id);
  insert.bind(event.courier_id).bind(event.group_id).bind(event.stream_id);
  WEIR_CHECK(insert.bind(now).bind(now).bind(now).run());
  return id;
}

Result<void> raise_run_ended(soci::session& session, Database& database,
                             const std::string& run_id) {
  Statement statement(
      session,
      "SELECT r.tenant_no, r.name, r.state, r.error, r.courier_id, r.group_id, c.stream_id"
      " FROM runs r LEFT JOIN couriers c ON c.id = r.courier_id WHERE r.id = :id");
  std::uint32_t tenant_no = 0;
  std::string name;
  RunState state = RunState::scheduled;
  AlertEvent event;
  statement.bind(run_id).into(tenant_no).into(name);
  statement.into_text([&state](const std::string& text) { return take_state(state, text); });
  statement.into(event.text).into(event.courier_id).into(event.group_id).into(event.stream_id);
  WEIR_TRY(const bool found, statement.next());
  const auto kind = found ? kind_of(state) : std::nullopt;
  if (!kind) return {};
  event.kind = *kind;
  event.run_id = run_id;
  event.title = "Run of " + name + " " + std::string(to_string(state));
  if (event.text.empty())
    event.text = state == RunState::stopped ? "A person stopped it." : "It is done.";
  return raise_alert(session, database, tenant_no, event);
}

Result<void> Alerts::raise(std::uint32_t tenant_no, const AlertEvent& event) {
  return database_.write([&](soci::session& session) -> Result<void> {
    return raise_alert(session, database_, tenant_no, event);
  });
}

Result<void> Alerts::raise_everywhere(const AlertEvent& event) {
  return raise(0, event);
}

Result<void> Alerts::raise_quarantine() {
  WEIR_TRY(const bool grown, database_.read([&](soci::session& session) {
    return has_grown(session, database_.now());
  }));
  if (!grown) return {};
  return database_.write([&](soci::session& session) -> Result<void> {
    const Time now = database_.now();
    WEIR_CHECK(count_new(session));
    WEIR_TRY(const auto streams, to_tell(session, now));
    for (const Grown& one : streams) {
      const std::string payloads =
          std::to_string(one.untold) + (one.untold == 1 ? " payload" : " payloads");
      const AlertEvent event{
          .kind = AlertKind::quarantine,
          .title = payloads + " of stream " + one.name + " came into the quarantine",
          .text =
              "They could not be converted and are in no batch file. `weir quarantine list` "
              "says why; they can be replayed or dropped.",
          .stream_id = one.stream_id};
      WEIR_CHECK(raise_alert(session, database_, one.tenant_no, event));
      Statement told(session,
                     "UPDATE alert_quarantine SET untold = 0, told_at = :now"
                     " WHERE stream_no = :stream");
      WEIR_CHECK(told.bind(now).bind(one.stream).run());
    }
    return {};
  });
}

}  // namespace weir::catalog
