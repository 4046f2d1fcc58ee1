#include <algorithm>

#include "catalog/alert_limits.hpp"
#include "catalog/alert_rows.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/secrets.hpp"

// An endpoint's kinds and ids are words in one column each: they are only ever read as a whole, and
// a table of them would be joined at every event. Its secret is stored as those of keys are, since
// it signs; it is erased from the files when the endpoint is removed.
namespace weir::catalog {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<std::string> words_of(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    if (end > begin) words.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

std::string joined(const std::vector<AlertKind>& kinds) {
  std::vector<std::string> words;
  words.reserve(kinds.size());
  for (const AlertKind kind : kinds)
    words.emplace_back(to_string(kind));
  return joined(words);
}

bool take_kinds(std::vector<AlertKind>& target, const std::string& text) {
  target.clear();
  for (const std::string& word : words_of(text)) {
    const auto kind = parse_alert_kind(word);
    if (!kind) return false;
    target.push_back(*kind);
  }
  return true;
}

bool take_state(AlertEndpointState& target, const std::string& text) {
  for (const AlertEndpointState state :
       {AlertEndpointState::active, AlertEndpointState::off, AlertEndpointState::gone}) {
    if (to_string(state) != text) continue;
    target = state;
    return true;
  }
  return false;
}

struct EndpointRow {
  std::uint64_t no = 0;
  AlertEndpoint endpoint;
};

constexpr const char* columns =
    "no, id, tenant_no, name, channel, target, kinds, only_ids, state, left_out, created_at,"
    " (SELECT COUNT(*) FROM alert_messages m WHERE m.endpoint_no = alert_endpoints.no"
    " AND m.state = 'pending')";

void into(Statement& statement, EndpointRow& row) {
  AlertEndpoint& endpoint = row.endpoint;
  statement.into(row.no).into(endpoint.id).into(endpoint.tenant_no).into(endpoint.name);
  statement.into_text([&endpoint](const std::string& text) {
    const auto channel = parse_alert_channel(text);
    endpoint.channel = channel.value_or(endpoint.channel);
    return channel.has_value();
  });
  statement.into(endpoint.target);
  statement.into_text(
      [&endpoint](const std::string& text) { return take_kinds(endpoint.kinds, text); });
  statement.into_text([&endpoint](const std::string& text) {
    endpoint.only = words_of(text);
    return true;
  });
  statement.into_text(
      [&endpoint](const std::string& text) { return take_state(endpoint.state, text); });
  statement.into(endpoint.left_out).into(endpoint.created_at).into(endpoint.waiting);
}

Result<EndpointRow> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM alert_endpoints WHERE tenant_no = :tenant AND id = :id");
  EndpointRow row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("alert endpoint", id);
  return *std::move(found);
}

Result<void> check_room(soci::session& session, std::uint32_t tenant_no) {
  Statement count(session, "SELECT COUNT(*) FROM alert_endpoints WHERE tenant_no = :tenant");
  std::uint32_t endpoints = 0;
  WEIR_CHECK(count.bind(tenant_no).into(endpoints).next());
  if (endpoints < limits::alert_endpoints_max) return {};
  return fail(Errc::conflict, "This tenant has " + std::to_string(endpoints) +
                                  " alert endpoints, which is as many as it may have. Delete one.");
}

bool wants(const AlertEndpoint& endpoint, const AlertEvent& event) {
  const auto holds = [](const auto& list, const auto& value) {
    return std::find(list.begin(), list.end(), value) != list.end();
  };
  if (!holds(endpoint.kinds, event.kind)) return false;
  if (endpoint.only.empty()) return true;
  for (const std::string* id :
       {&event.run_id, &event.courier_id, &event.group_id, &event.stream_id})
    if (!id->empty() && holds(endpoint.only, *id)) return true;
  return false;
}

/// Writes the message, or counts it where the endpoint has too many waiting.
Result<void> tell(soci::session& session, Database& database, const EndpointRow& to,
                  const AlertEvent& event) {
  if (to.endpoint.waiting < limits::alert_messages_waiting_max) {
    WEIR_CHECK(add_alert_message(session, database, to.no, event));
    return {};
  }
  Statement count(session, "UPDATE alert_endpoints SET left_out = left_out + 1 WHERE no = :no");
  WEIR_CHECK(count.bind(to.no).run());
  return {};
}

}  // namespace

std::string_view to_string(AlertChannel channel) {
  return channel == AlertChannel::email ? "email" : "webhook";
}

std::optional<AlertChannel> parse_alert_channel(std::string_view text) {
  for (const AlertChannel channel : {AlertChannel::webhook, AlertChannel::email})
    if (to_string(channel) == text) return channel;
  return std::nullopt;
}

std::string_view to_string(AlertEndpointState state) {
  switch (state) {
    case AlertEndpointState::active:
      return "active";
    case AlertEndpointState::off:
      return "off";
    case AlertEndpointState::gone:
      return "gone";
  }
  return "unknown";
}

std::string_view to_string(AlertKind kind) {
  switch (kind) {
    case AlertKind::test:
      return "test";
    case AlertKind::failure:
      return "failure";
    case AlertKind::missing:
      return "missing";
    case AlertKind::success:
      return "success";
    case AlertKind::runtime:
      return "runtime";
    case AlertKind::stopped:
      return "stopped";
    case AlertKind::quarantine:
      return "quarantine";
    case AlertKind::conservation:
      return "conservation";
  }
  return "unknown";
}

const std::vector<AlertKind>& alert_kinds() {
  static const std::vector<AlertKind> kinds = {
      AlertKind::failure, AlertKind::missing,    AlertKind::success,     AlertKind::runtime,
      AlertKind::stopped, AlertKind::quarantine, AlertKind::conservation};
  return kinds;
}

std::optional<AlertKind> parse_alert_kind(std::string_view text) {
  for (const AlertKind kind : alert_kinds())
    if (to_string(kind) == text) return kind;
  if (text == to_string(AlertKind::test)) return AlertKind::test;
  return std::nullopt;
}

Result<NewAlertEndpoint> Alerts::add(std::uint32_t tenant_no, AlertEndpoint endpoint) {
  WEIR_CHECK(check_name("an alert endpoint", endpoint.name));
  return database_.write([&](soci::session& session) -> Result<NewAlertEndpoint> {
    WEIR_CHECK(check_room(session, tenant_no));
    WEIR_TRY(const std::string id,
             database_.new_id("alert_endpoints", id_prefix::alert_endpoint, 8));
    const bool signs = endpoint.channel == AlertChannel::webhook;
    const std::string secret = signs ? new_secret(database_.random()) : "";
    Statement insert(session,
                     "INSERT INTO alert_endpoints (id, tenant_no, name, channel, target, secret,"
                     " kinds, only_ids, state, created_at) VALUES (:id, :tenant, :name, :channel,"
                     " :target, :secret, :kinds, :only, 'active', :now)");
    insert.bind(id).bind(tenant_no).bind(endpoint.name);
    insert.bind(std::string(to_string(endpoint.channel))).bind(endpoint.target);
    insert.bind(to_hex(secret)).bind(joined(endpoint.kinds)).bind(joined(endpoint.only));
    WEIR_CHECK(insert.bind(database_.now()).run());
    WEIR_TRY(EndpointRow added, select(session, tenant_no, id));
    return NewAlertEndpoint{std::move(added.endpoint), secret};
  });
}

Result<AlertEndpoint> Alerts::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) -> Result<AlertEndpoint> {
    WEIR_TRY(EndpointRow row, select(session, tenant_no, id));
    return std::move(row.endpoint);
  });
}

Result<Page<AlertEndpoint>> Alerts::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<AlertEndpoint>> {
    const ListOf alerts{.name = "alerts", .searched = {"name", "id", "target"}};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM alert_endpoints WHERE tenant_no = :tenant" +
                                     page_sql(alerts, page));
    statement.bind(tenant_no);
    WEIR_TRY(auto rows, read_page<EndpointRow>(statement, alerts, page, into));
    Page<AlertEndpoint> result;
    result.next_token = std::move(rows.next_token);
    result.previous_token = std::move(rows.previous_token);
    for (EndpointRow& row : rows.items)
      result.items.push_back(std::move(row.endpoint));
    return result;
  });
}

Result<AlertEndpoint> Alerts::update(std::uint32_t tenant_no, const AlertEndpoint& endpoint) {
  WEIR_CHECK(check_name("an alert endpoint", endpoint.name));
  return database_.write([&](soci::session& session) -> Result<AlertEndpoint> {
    WEIR_TRY(const EndpointRow before, select(session, tenant_no, endpoint.id));
    Statement update(session,
                     "UPDATE alert_endpoints SET name = :name, target = :target, kinds = :kinds,"
                     " only_ids = :only, state = :state WHERE no = :no");
    update.bind(endpoint.name).bind(endpoint.target).bind(joined(endpoint.kinds));
    update.bind(joined(endpoint.only)).bind(std::string(to_string(endpoint.state)));
    WEIR_CHECK(update.bind(before.no).run());
    if (endpoint.state != AlertEndpointState::active)
      WEIR_CHECK(cancel_alerts(session, before.no, database_.now()));
    WEIR_TRY(EndpointRow after, select(session, tenant_no, endpoint.id));
    return std::move(after.endpoint);
  });
}

Result<void> Alerts::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write_publish_and_erase([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const EndpointRow row, select(session, tenant_no, id));
    for (const char* sql : {"DELETE FROM alert_attempts WHERE message_no IN"
                            " (SELECT no FROM alert_messages WHERE endpoint_no = :no)",
                            "DELETE FROM alert_messages WHERE endpoint_no = :no",
                            "DELETE FROM alert_endpoints WHERE no = :no"})
      WEIR_CHECK(Statement(session, sql).bind(row.no).run());
    return {};
  });
}

Result<void> raise_alert(soci::session& session, Database& database, std::uint32_t tenant_no,
                         const AlertEvent& event) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM alert_endpoints WHERE state = 'active'"
                                   " AND (tenant_no = :tenant OR :all = 1)");
  EndpointRow row;
  into(statement.bind(tenant_no).bind(tenant_no == 0), row);
  WEIR_TRY(const auto endpoints, collect(statement, row));
  for (const EndpointRow& one : endpoints)
    if (wants(one.endpoint, event)) WEIR_CHECK(tell(session, database, one, event));
  return {};
}

Result<AlertMessage> Alerts::test(std::uint32_t tenant_no, const std::string& id) {
  WEIR_TRY(const std::string made,
           database_.write([&](soci::session& session) -> Result<std::string> {
             WEIR_TRY(const EndpointRow row, select(session, tenant_no, id));
             if (row.endpoint.state != AlertEndpointState::active)
               return fail(Errc::conflict, "Alert endpoint " + id + " is " +
                                               std::string(to_string(row.endpoint.state)) +
                                               ". Activate it first.");
             const AlertEvent event{.kind = AlertKind::test,
                                    .title = "Test message to " + row.endpoint.name,
                                    .text = "This is a test message. Nothing has happened."};
             return add_alert_message(session, database_, row.no, event);
           }));
  return message(tenant_no, made);
}

}  // namespace weir::catalog
