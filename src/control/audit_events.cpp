#include <chrono>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/audit.hpp"
#include "catalog/audit_limits.hpp"
#include "control/answers.hpp"
#include "control/csv.hpp"
#include "control/routes.hpp"

/// The audit log, as a list and as CSV (spec/users.md 4). Nothing is written from here:
/// control_api.cpp puts each call that changes something into a scope of the catalog.
namespace weir::control {
namespace {

namespace json = boost::json;

json::value json_of_event(const catalog::AuditEvent& event) {
  return {{"event_id", event.id},
          {"event_type", event.type},
          {"external_id", nullptr},
          {"happened_at", to_string(event.happened_at)},
          {"object", event.object},
          {"object_name", text_or_null(event.object_name)},
          {"origin_ip", text_or_null(event.origin_ip)},
          {"principal_email", text_or_null(event.principal_email)},
          {"principal_id", text_or_null(event.principal_id)},
          {"principal_name", text_or_null(event.principal_name)},
          {"recorded_at", to_string(event.recorded_at)},
          {"source", event.source}};
}

Result<catalog::AuditFilter> filter_of(const http::Request& request) {
  catalog::AuditFilter filter;
  filter.type = query_text(request, "type").value_or("");
  filter.principal_id = query_text(request, "principal_id").value_or("");
  filter.object = query_text(request, "object").value_or("");
  WEIR_TRY(filter.happened_from, query_time(request, "happened_from"));
  WEIR_TRY(filter.happened_to, query_time(request, "happened_to"));
  return filter;
}

Result<http::Response> list_audit_events(const Call& call) {
  auto& audit = call.services.catalog.audit();
  WEIR_TRY(const auto filter, filter_of(call.request));
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const bool with_total, query_flag(call.request, "with_total", false));
  WEIR_TRY(const auto page, audit.list(call.caller.tenant_no, filter, request));
  json::object body;
  json::array items;
  for (const catalog::AuditEvent& event : page.items)
    items.push_back(json_of_event(event));
  body["items"] = std::move(items);
  body["next_token"] = text_or_null(page.next_token);
  body["previous_token"] = text_or_null(page.previous_token);
  if (with_total) {
    WEIR_TRY(body["total"], audit.count(call.caller.tenant_no, filter));
  }
  return answer(200, body);
}

std::string or_null(const std::string& text) {
  return text.empty() ? "NULL" : text;
}

void append_event(std::string& csv, const catalog::AuditEvent& event) {
  append_csv_line(csv, {event.id, event.type, "NULL", to_string(event.happened_at), event.object,
                        or_null(event.object_name), or_null(event.origin_ip),
                        or_null(event.principal_email), or_null(event.principal_id),
                        or_null(event.principal_name), to_string(event.recorded_at), event.source});
}

Result<std::string> csv_of(const Call& call, const catalog::AuditFilter& filter) {
  auto& audit = call.services.catalog.audit();
  WEIR_TRY(const std::uint64_t events, audit.count(call.caller.tenant_no, filter));
  if (events > limits::audit_events_exported_max)
    return fail(Errc::bad_request,
                "These are " + std::to_string(events) + " events, and one CSV has " +
                    std::to_string(limits::audit_events_exported_max) +
                    " at most. Narrow the period with \"happened_from\" and \"happened_to\".");
  std::string csv;
  append_csv_line(csv, {"event-id", "event-type", "external-id", "happened-at", "object",
                        "object-name", "origin-ip", "principal-email", "principal-id",
                        "principal-name", "recorded-at", "source"});
  catalog::PageRequest request{limits::page_items_max, ""};
  do {
    WEIR_TRY(const auto page, audit.list(call.caller.tenant_no, filter, request));
    for (const catalog::AuditEvent& event : page.items)
      append_event(csv, event);
    request.next_token = page.next_token;
  } while (!request.next_token.empty());
  return csv;
}

Result<http::Response> export_audit_events(const Call& call) {
  WEIR_TRY(const auto filter, filter_of(call.request));
  http::Response response;
  WEIR_TRY(response.body, csv_of(call, filter));
  response.content_type = "text/csv; charset=utf-8";
  const Time now = call.services.clock.now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  response.headers.emplace_back("Content-Disposition", "attachment; filename=\"events-" +
                                                           to_string(now).substr(0, 10) + "-" +
                                                           std::to_string(seconds) + ".csv\"");
  return response;
}

}  // namespace

void add_audit_routes(Routes& routes) {
  constexpr auto admin = Access::administer;
  routes.push_back({"GET", "/api/v0/audit-events", "listAuditEvents", admin, list_audit_events,
                    paged({"q", "with_total", "happened_from", "happened_to", "type",
                           "principal_id", "object"})});
  routes.push_back({"GET",
                    "/api/v0/audit-events.csv",
                    "exportAuditEvents",
                    admin,
                    export_audit_events,
                    {"happened_from", "happened_to", "type", "principal_id", "object"}});
}

}  // namespace weir::control
