#include "catalog/alerts.hpp"

#include <boost/json.hpp>

#include "base/base64.hpp"
#include "base/limits.hpp"
#include "catalog/alert_limits.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/text.hpp"

/// Alerts: where they go, and what was delivered (spec/workflows.md 7).
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_alert(const catalog::AlertEndpoint& endpoint) {
  json::array kinds;
  for (const catalog::AlertKind kind : endpoint.kinds)
    kinds.emplace_back(to_string(kind));
  return {{"id", endpoint.id},
          {"name", endpoint.name},
          {"channel", to_string(endpoint.channel)},
          {"target", endpoint.target},
          {"kinds", std::move(kinds)},
          {"only", json::array(endpoint.only.begin(), endpoint.only.end())},
          {"state", to_string(endpoint.state)},
          {"waiting", endpoint.waiting},
          {"left_out", endpoint.left_out},
          {"created_at", to_string(endpoint.created_at)}};
}

json::value json_of_id(const std::string& id) {
  return id.empty() ? json::value() : json::value(id);
}

json::object json_of_delivery(const Services& services, const catalog::AlertMessage& message) {
  const catalog::AlertEvent& event = message.event;
  const auto told = [&services](const std::string& text) {
    return as_utf8(without_directory(text, services.data_directory));
  };
  return {{"id", message.id},
          {"alert_id", message.endpoint_id},
          {"type", to_string(event.kind)},
          {"title", told(event.title)},
          {"text", told(event.text)},
          {"run_id", json_of_id(event.run_id)},
          {"courier_id", json_of_id(event.courier_id)},
          {"group_id", json_of_id(event.group_id)},
          {"stream_id", json_of_id(event.stream_id)},
          {"happened_at", to_string(message.happened_at)},
          {"state", to_string(message.state)},
          {"tries", message.attempts},
          {"next_try_at", json_of(message.next_attempt_at)},
          {"ended_at", json_of(message.ended_at)}};
}

Result<std::vector<catalog::AlertKind>> kinds_of(const Fields& body) {
  std::vector<catalog::AlertKind> kinds;
  std::vector<std::string> names;
  if (body.has("kinds")) {
    WEIR_TRY(names, body.texts("kinds"));
  }
  for (const std::string& name : names) {
    const auto kind = catalog::parse_alert_kind(name);
    if (!kind || *kind == catalog::AlertKind::test)
      return fail(Errc::bad_request,
                  "\"kinds\" are failure, missing, success, runtime, stopped, quarantine and "
                  "conservation, not \"" +
                      name + "\".");
    kinds.push_back(*kind);
  }
  if (!kinds.empty()) return kinds;
  for (const catalog::AlertKind kind : catalog::alert_kinds())
    if (kind != catalog::AlertKind::success) kinds.push_back(kind);
  return kinds;
}

/// Ids are not looked up: a run may be over tomorrow, a group be made then.
Result<std::vector<std::string>> only_of(const Fields& body) {
  if (!body.has("only")) return std::vector<std::string>();
  WEIR_TRY(auto ids, body.texts("only"));
  if (ids.size() > limits::alert_only_ids_max)
    return fail(Errc::bad_request, "\"only\" has " + std::to_string(ids.size()) + " ids; at most " +
                                       std::to_string(limits::alert_only_ids_max) + " fit.");
  for (const std::string& id : ids) {
    const bool is_known = id.starts_with("cg-") || id.starts_with(id_prefix::courier) ||
                          id.starts_with(id_prefix::stream) ||
                          id.starts_with(id_prefix::workflow_run);
    if (!is_known || id.find(' ') != std::string::npos || id.size() > limits::name_bytes_max)
      return fail(Errc::bad_request,
                  "\"only\" has ids of courier groups (cg-), couriers (cr-), streams (is-) and "
                  "runs (wf-), not \"" +
                      id + "\".");
  }
  return ids;
}

/// The part that adding and changing share.
Result<void> read_settings(const Fields& body, catalog::AlertEndpoint& endpoint) {
  WEIR_TRY(endpoint.name, body.text("name"));
  WEIR_TRY(endpoint.target, body.text("target"));
  WEIR_TRY(endpoint.kinds, kinds_of(body));
  WEIR_TRY(endpoint.only, only_of(body));
  return {};
}

Result<http::Response> list_alerts(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.alerts().list(call.caller.tenant_no, request));
  return answer_page(page, json_of_alert);
}

Result<http::Response> create_alert(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"name", "channel", "target", "kinds", "only"}));
  catalog::AlertEndpoint endpoint;
  WEIR_CHECK(read_settings(body, endpoint));
  WEIR_TRY(const auto text, body.text("channel"));
  const auto channel = catalog::parse_alert_channel(text);
  if (!channel)
    return fail(Errc::bad_request, "\"channel\" is webhook or email, not \"" + text + "\".");
  endpoint.channel = *channel;
  WEIR_CHECK(call.services.check_alert(endpoint));
  WEIR_TRY(const auto added,
           call.services.catalog.alerts().add(call.caller.tenant_no, std::move(endpoint)));
  json::object answered = json_of_alert(added.endpoint);
  if (!added.secret.empty()) answered["secret"] = "whsec_" + to_base64(added.secret);
  return answer(201, answered);
}

Result<http::Response> get_alert(const Call& call) {
  WEIR_TRY(const auto endpoint,
           call.services.catalog.alerts().find(call.caller.tenant_no, call.id));
  return answer(200, json_of_alert(endpoint));
}

Result<http::Response> update_alert(const Call& call) {
  auto& alerts = call.services.catalog.alerts();
  WEIR_TRY(auto endpoint, alerts.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"name", "target", "kinds", "only", "active"}));
  WEIR_CHECK(read_settings(body, endpoint));
  WEIR_TRY(const bool active, body.flag_or("active", true));
  endpoint.state = active ? catalog::AlertEndpointState::active : catalog::AlertEndpointState::off;
  WEIR_CHECK(call.services.check_alert(endpoint));
  WEIR_TRY(const auto updated, alerts.update(call.caller.tenant_no, endpoint));
  return answer(200, json_of_alert(updated));
}

Result<http::Response> delete_alert(const Call& call) {
  WEIR_CHECK(call.services.catalog.alerts().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> test_alert(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto message, call.services.catalog.alerts().test(call.caller.tenant_no, call.id));
  return answer(201, json_of_delivery(call.services, message));
}

Result<http::Response> list_deliveries(const Call& call) {
  auto& alerts = call.services.catalog.alerts();
  WEIR_CHECK(alerts.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto request, page_request(call.request));
  catalog::Alerts::MessageFilter filter{.endpoint_id = call.id, .state = std::nullopt};
  if (const auto text = query_text(call.request, "state")) {
    filter.state = catalog::parse_alert_message_state(*text);
    if (!filter.state)
      return fail(Errc::bad_request,
                  "\"state\" is pending, delivered, failed or canceled, not \"" + *text + "\".");
  }
  WEIR_TRY(const auto page, alerts.messages(call.caller.tenant_no, filter, request));
  return answer_page(page, [&call](const catalog::AlertMessage& message) {
    return json_of_delivery(call.services, message);
  });
}

Result<http::Response> get_delivery(const Call& call) {
  auto& alerts = call.services.catalog.alerts();
  WEIR_TRY(const auto message, alerts.message(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto tries, alerts.attempts(message.id));
  json::array history;
  for (const catalog::AlertAttempt& one : tries)
    history.push_back(
        {{"at", to_string(one.at)},
         {"status", one.status},
         {"error", one.error.empty() ? json::value() : json::value(as_utf8(one.error))},
         {"duration_ms", one.duration_ms}});
  json::object body = json_of_delivery(call.services, message);
  body["history"] = std::move(history);
  return answer(200, body);
}

Result<http::Response> redeliver(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto message,
           call.services.catalog.alerts().redeliver(call.caller.tenant_no, call.id));
  return answer(200, json_of_delivery(call.services, message));
}

}  // namespace

/// Who changes an endpoint makes the server send to an address of his choice, and a secret is
/// shown: that is the administrator's. Looking, testing and delivering again is the operator's.
void add_alert_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/alerts";
  constexpr std::string_view one = "/api/v0/alerts/{id}";
  constexpr auto operate = Access::operate;
  constexpr auto administer = Access::administer;
  routes.push_back({"GET", all, "listAlerts", operate, list_alerts, paged({"q"})});
  routes.push_back({"POST", all, "createAlert", administer, create_alert});
  routes.push_back({"GET", one, "getAlert", operate, get_alert});
  routes.push_back({"PUT", one, "updateAlert", administer, update_alert});
  routes.push_back({"DELETE", one, "deleteAlert", administer, delete_alert});
  routes.push_back({"POST", "/api/v0/alerts/{id}/test", "testAlert", operate, test_alert});
  routes.push_back({"GET", "/api/v0/alerts/{id}/deliveries", "listAlertDeliveries", operate,
                    list_deliveries, paged({"state"})});
  routes.push_back(
      {"GET", "/api/v0/alert-deliveries/{id}", "getAlertDelivery", operate, get_delivery});
  routes.push_back(
      {"POST", "/api/v0/alert-deliveries/{id}/redeliver", "redeliverAlert", operate, redeliver});
}

}  // namespace weir::control
