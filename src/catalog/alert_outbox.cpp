#include <algorithm>

#include "catalog/alert_limits.hpp"
#include "catalog/alert_rows.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/secrets.hpp"

// Messages on their way. A message is pending until a try is settled, and a try that was made but
// not settled is made again with the same id: so a message is delivered at least once. A claim of
// messages before they are sent would need a lease, and would gain nothing while one process holds
// the catalog.
namespace weir::catalog {
namespace {

constexpr std::uint64_t trimmed_at_once = 1000;

constexpr const char* columns =
    "m.id, e.id, m.kind, m.title, m.text, m.run_id, m.courier_id, m.group_id, m.stream_id,"
    " m.happened_at, m.state, m.attempts, m.next_attempt_at, m.ended_at, m.tried_since";
constexpr const char* tables =
    " FROM alert_messages m JOIN alert_endpoints e ON e.no = m.endpoint_no ";

void into(Statement& statement, AlertMessage& row) {
  statement.into(row.id).into(row.endpoint_id);
  statement.into_text([&row](const std::string& text) {
    const auto kind = parse_alert_kind(text);
    row.event.kind = kind.value_or(row.event.kind);
    return kind.has_value();
  });
  statement.into(row.event.title).into(row.event.text).into(row.event.run_id);
  statement.into(row.event.courier_id).into(row.event.group_id).into(row.event.stream_id);
  statement.into(row.happened_at);
  statement.into_text([&row](const std::string& text) {
    const auto state = parse_alert_message_state(text);
    row.state = state.value_or(row.state);
    return state.has_value();
  });
  statement.into(row.attempts).into(row.next_attempt_at).into(row.ended_at).into(row.tried_since);
}

Result<AlertMessage> select(soci::session& session, std::uint32_t tenant_no,
                            const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns + tables +
                                   "WHERE e.tenant_no = :tenant AND m.id = :id");
  AlertMessage row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("alert message", id);
  return *std::move(found);
}

struct Place {
  std::uint64_t no = 0;
  std::uint64_t endpoint_no = 0;
};

Result<std::optional<Place>> place_of(soci::session& session, const std::string& id) {
  Statement statement(session, "SELECT no, endpoint_no FROM alert_messages WHERE id = :id");
  Place row;
  statement.bind(id).into(row.no).into(row.endpoint_no);
  return first(statement, row);
}

Result<void> keep_attempt(soci::session& session, std::uint64_t message_no,
                          const AlertAttempt& attempt) {
  Statement insert(session,
                   "INSERT INTO alert_attempts (message_no, at, status, error, duration_ms)"
                   " VALUES (:message, :at, :status, :error, :duration)");
  insert.bind(message_no).bind(attempt.at).bind(attempt.status).bind(attempt.error);
  WEIR_CHECK(insert.bind(attempt.duration_ms).run());
  return {};
}

/// An endpoint that does not answer is tried with one message at a time, not with each that waits.
Result<void> let_others_wait(soci::session& session, std::uint64_t endpoint_no, Time until) {
  Statement wait(session,
                 "UPDATE alert_messages SET next_attempt_at = :until WHERE endpoint_no = :endpoint"
                 " AND state = 'pending' AND next_attempt_at < :before");
  WEIR_CHECK(wait.bind(until).bind(endpoint_no).bind(until).run());
  return {};
}

Result<void> close_endpoint(soci::session& session, std::uint64_t endpoint_no, Time now) {
  Statement close(session, "UPDATE alert_endpoints SET state = 'gone' WHERE no = :no");
  WEIR_CHECK(close.bind(endpoint_no).run());
  return cancel_alerts(session, endpoint_no, now);
}

/// The messages whose numbers `chosen` selects, with its one value bound.
Result<std::uint64_t> remove_chosen(soci::session& session, const std::string& chosen,
                                    const auto& value) {
  Statement attempts(session, "DELETE FROM alert_attempts WHERE message_no IN (" + chosen + ")");
  WEIR_CHECK(attempts.bind(value).run());
  Statement messages(session, "DELETE FROM alert_messages WHERE no IN (" + chosen + ")");
  return messages.bind(value).run();
}

/// The number of the newest message that is one too many, of an endpoint that has too many.
struct Surplus {
  std::uint64_t endpoint_no = 0;
  std::uint64_t last_no = 0;
};

Result<std::optional<Surplus>> find_surplus(soci::session& session) {
  Surplus row;
  Statement full(session,
                 "SELECT endpoint_no FROM alert_messages GROUP BY endpoint_no"
                 " HAVING COUNT(*) > :most LIMIT 1");
  full.bind(limits::alert_messages_kept_max).into(row.endpoint_no);
  WEIR_TRY(const bool is_full, full.next());
  if (!is_full) return std::nullopt;
  Statement last(session,
                 "SELECT no FROM alert_messages WHERE endpoint_no = :endpoint"
                 " ORDER BY no DESC LIMIT 1 OFFSET :kept");
  last.bind(row.endpoint_no).bind(limits::alert_messages_kept_max).into(row.last_no);
  return first(last, row);
}

}  // namespace

std::string_view to_string(AlertMessageState state) {
  switch (state) {
    case AlertMessageState::pending:
      return "pending";
    case AlertMessageState::delivered:
      return "delivered";
    case AlertMessageState::failed:
      return "failed";
    case AlertMessageState::canceled:
      return "canceled";
  }
  return "unknown";
}

std::optional<AlertMessageState> parse_alert_message_state(std::string_view text) {
  for (const AlertMessageState state : {AlertMessageState::pending, AlertMessageState::delivered,
                                        AlertMessageState::failed, AlertMessageState::canceled})
    if (to_string(state) == text) return state;
  return std::nullopt;
}

Result<void> cancel_alerts(soci::session& session, std::uint64_t endpoint_no, Time now) {
  Statement cancel(session,
                   "UPDATE alert_messages SET state = 'canceled', next_attempt_at = NULL,"
                   " ended_at = :now WHERE endpoint_no = :endpoint AND state = 'pending'");
  WEIR_CHECK(cancel.bind(now).bind(endpoint_no).run());
  return {};
}

Result<Page<AlertMessage>> Alerts::messages(std::uint32_t tenant_no, const MessageFilter& filter,
                                            const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const std::string state = filter.state ? std::string(to_string(*filter.state)) : std::string();
    const ListOf messages{.name = "alert messages", .number = "m.no", .order = Order::newest};
    Statement statement(session, std::string("SELECT m.no, ") + columns + tables +
                                     "WHERE e.tenant_no = :tenant"
                                     " AND (:any_endpoint = '' OR e.id = :endpoint)"
                                     " AND (:any_state = '' OR m.state = :state)" +
                                     page_sql(messages, page));
    statement.bind(tenant_no).bind(filter.endpoint_id).bind(filter.endpoint_id);
    statement.bind(state).bind(state);
    return read_page<AlertMessage>(statement, messages, page, into);
  });
}

Result<AlertMessage> Alerts::message(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<std::vector<AlertAttempt>> Alerts::attempts(const std::string& message_id) {
  return database_.read([&](soci::session& session) {
    Statement statement(session,
                        "SELECT a.at, a.status, a.error, a.duration_ms FROM alert_attempts a"
                        " JOIN alert_messages m ON m.no = a.message_no WHERE m.id = :id"
                        " ORDER BY a.no");
    AlertAttempt row;
    statement.bind(message_id).into(row.at).into(row.status).into(row.error).into(row.duration_ms);
    return collect(statement, row);
  });
}

Result<AlertMessage> Alerts::redeliver(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<AlertMessage> {
    WEIR_TRY(const AlertMessage before, select(session, tenant_no, id));
    Statement active(session, "SELECT state = 'active' FROM alert_endpoints WHERE id = :id");
    bool is_active = false;
    WEIR_CHECK(active.bind(before.endpoint_id).into(is_active).next());
    if (!is_active)
      return fail(Errc::conflict, "Alert endpoint " + before.endpoint_id +
                                      " is not active. Activate it, then deliver again.");
    Statement again(session,
                    "UPDATE alert_messages SET state = 'pending', next_attempt_at = :now,"
                    " tried_since = :since, ended_at = NULL WHERE id = :id");
    WEIR_CHECK(again.bind(database_.now()).bind(database_.now()).bind(id).run());
    return select(session, tenant_no, id);
  });
}

Result<std::vector<DueAlert>> Alerts::due(std::size_t most) {
  return database_.read([&](soci::session& session) {
    Statement statement(
        session, std::string("SELECT ") + columns + ", e.channel, e.target, e.secret, t.name" +
                     tables +
                     "JOIN tenants t ON t.no = e.tenant_no WHERE m.no IN (SELECT MIN(d.no) FROM"
                     " alert_messages d WHERE d.state = 'pending' AND d.next_attempt_at <= :now"
                     " GROUP BY d.endpoint_no) ORDER BY m.next_attempt_at, m.no LIMIT :most");
    DueAlert row;
    into(statement.bind(database_.now()).bind(most), row.message);
    statement.into_text([&row](const std::string& text) {
      const auto channel = parse_alert_channel(text);
      row.channel = channel.value_or(row.channel);
      return channel.has_value();
    });
    statement.into(row.target);
    statement.into_text([&row](const std::string& hex) {
      const auto secret = from_hex(hex);
      row.secret = secret.value_or("");
      return secret.has_value();
    });
    statement.into(row.tenant);
    return collect(statement, row);
  });
}

Result<void> Alerts::settle(const std::string& message_id, const AlertAttempt& attempt,
                            const AlertVerdict& verdict) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const auto place, place_of(session, message_id));
    if (!place) return {};
    WEIR_CHECK(keep_attempt(session, place->no, attempt));
    const Time now = database_.now();
    const bool is_pending = verdict.state == AlertMessageState::pending;
    Statement update(session,
                     "UPDATE alert_messages SET attempts = attempts + 1, state = :state,"
                     " next_attempt_at = :next, ended_at = :ended"
                     " WHERE no = :no AND (state = 'pending' OR :delivered = 1)");
    update.bind(std::string(to_string(verdict.state))).bind(verdict.next_attempt_at);
    update.bind(is_pending ? std::nullopt : std::optional<Time>(now)).bind(place->no);
    update.bind(verdict.state == AlertMessageState::delivered);
    WEIR_CHECK(update.run());
    if (verdict.others_wait_until)
      WEIR_CHECK(let_others_wait(session, place->endpoint_no, *verdict.others_wait_until));
    if (verdict.is_endpoint_gone) return close_endpoint(session, place->endpoint_no, now);
    return {};
  });
}

Result<std::uint64_t> Alerts::trim(std::chrono::seconds keep) {
  return database_.write([&](soci::session& session) -> Result<std::uint64_t> {
    const std::string most = " ORDER BY no LIMIT " + std::to_string(trimmed_at_once);
    WEIR_TRY(const std::uint64_t old,
             remove_chosen(session,
                           "SELECT no FROM alert_messages WHERE state <> 'pending'"
                           " AND ended_at < :before" +
                               most,
                           database_.now() - keep));
    if (old > 0) return old;
    WEIR_TRY(const auto surplus, find_surplus(session));
    if (!surplus) return 0;
    return remove_chosen(session,
                         "SELECT no FROM alert_messages WHERE state <> 'pending'"
                         " AND endpoint_no = " +
                             std::to_string(surplus->endpoint_no) + " AND no <= :last" + most,
                         surplus->last_no);
  });
}

}  // namespace weir::catalog
