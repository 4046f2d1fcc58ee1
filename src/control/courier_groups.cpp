#include "catalog/courier_groups.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/run_json.hpp"
#include "workflow/calendar.hpp"
#include "workflow/firing.hpp"
#include "workflow/schedule.hpp"
#include "workflow/scheduler.hpp"

/// Courier groups: what is loaded together, when, and what happens when it cannot be
/// (spec/workflows.md 1 to 4).
namespace weir::control {
namespace {

namespace json = boost::json;
using catalog::CourierGroup;
using catalog::GroupCourier;

constexpr int couriers_max = 200;
constexpr int seconds_max = 366 * 86'400;
constexpr int catch_up_default = 86'400;
constexpr int next_default = 5;
constexpr int next_max = 100;

json::object json_of_member(const GroupCourier& courier) {
  return {{"courier_id", courier.courier_id},
          {"wait_s", courier.wait_s},
          {"offset_s", courier.offset_s},
          {"as_soon_as_sealed", courier.as_soon_as_sealed},
          {"notify_when_missing", courier.notify_when_missing},
          {"stop_when_missing", courier.stop_when_missing},
          {"covered_to", json_of(courier.covered_to)}};
}

json::object json_of_group(const CourierGroup& group) {
  json::array couriers;
  for (const GroupCourier& courier : group.couriers)
    couriers.push_back(json_of_member(courier));
  const bool fires = group.active && !group.schedule.empty();
  return {{"id", group.id},
          {"name", group.name},
          {"schedule", group.schedule},
          {"time_zone", group.time_zone},
          {"file_ranges_in_zone", group.file_ranges_in_zone},
          {"past_day_only", group.past_day_only},
          {"active", group.active},
          {"runtime_alert_s", group.runtime_alert_s},
          {"overlap", catalog::to_string(group.overlap)},
          {"catch_up_s", group.catch_up_s},
          {"after_group", group.after_group},
          {"couriers", std::move(couriers)},
          {"created_at", to_string(group.created_at)},
          {"next_fire_at", fires ? json_of(group.next_fire_at) : json::value()},
          {"fired", group.fired},
          {"missed", group.missed},
          {"caught_up", group.caught_up}};
}

Result<std::uint32_t> seconds_of(const Fields& fields, const char* name, int otherwise) {
  WEIR_TRY(const int seconds, fields.number_or(name, otherwise, 0, seconds_max));
  return static_cast<std::uint32_t>(seconds);
}

/// A courier of a stream is a day behind unless it is told otherwise, so that its day is complete.
Result<GroupCourier> member_of(const Fields& fields) {
  constexpr int day = 86'400;
  GroupCourier courier;
  WEIR_TRY(courier.courier_id, fields.text("courier_id"));
  WEIR_TRY(courier.wait_s, seconds_of(fields, "wait_s", 0));
  WEIR_TRY(courier.as_soon_as_sealed, fields.flag_or("as_soon_as_sealed", false));
  if (courier.as_soon_as_sealed && fields.has("offset_s"))
    return fail(Errc::bad_request,
                "\"as_soon_as_sealed\" loads the last day that is over, without an offset: leave "
                "\"offset_s\" out.");
  WEIR_TRY(courier.offset_s, seconds_of(fields, "offset_s", courier.as_soon_as_sealed ? 0 : day));
  WEIR_TRY(courier.notify_when_missing, fields.flag_or("notify_when_missing", false));
  WEIR_TRY(courier.stop_when_missing, fields.flag_or("stop_when_missing", false));
  return courier;
}

Result<CourierGroup> group_of(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"name", "schedule", "time_zone", "file_ranges_in_zone",
                                          "past_day_only", "active", "couriers", "runtime_alert_s",
                                          "overlap", "catch_up_s", "after_group"}));
  CourierGroup group;
  group.tenant_no = call.caller.tenant_no;
  WEIR_TRY(group.name, body.text("name"));
  WEIR_TRY(group.schedule, body.text_or("schedule", ""));
  WEIR_TRY(group.time_zone, body.text_or("time_zone", "UTC"));
  if (!group.schedule.empty())
    WEIR_CHECK(workflow::Schedule::make(group.schedule, group.time_zone));
  WEIR_CHECK(workflow::Calendar::make(group.time_zone));
  WEIR_TRY(group.file_ranges_in_zone, body.flag_or("file_ranges_in_zone", false));
  WEIR_TRY(group.past_day_only, body.flag_or("past_day_only", false));
  WEIR_TRY(group.active, body.flag_or("active", true));
  WEIR_TRY(group.runtime_alert_s, seconds_of(body, "runtime_alert_s", 0));
  WEIR_TRY(const auto overlap, body.text_or("overlap", "queue_one"));
  const auto parsed = catalog::parse_overlap(overlap);
  if (!parsed)
    return fail(Errc::bad_request, "\"overlap\" is queue_one or skip, not \"" + overlap + "\".");
  group.overlap = *parsed;
  WEIR_TRY(group.catch_up_s, seconds_of(body, "catch_up_s", catch_up_default));
  WEIR_TRY(group.after_group, body.text_or("after_group", ""));
  WEIR_TRY(const auto members,
           body.items("couriers", {"courier_id", "wait_s", "offset_s", "as_soon_as_sealed",
                                   "notify_when_missing", "stop_when_missing"}));
  if (members.empty() || members.size() > couriers_max)
    return fail(Errc::bad_request, "\"couriers\" names 1 to " + std::to_string(couriers_max) +
                                       " couriers, as in [{\"courier_id\": \"cr-...\"}].");
  for (const Fields& member : members) {
    WEIR_TRY(auto courier, member_of(member));
    group.couriers.push_back(std::move(courier));
  }
  return group;
}

Result<CourierGroup> asked_for(const Call& call) {
  return call.services.catalog.courier_groups().find(call.caller.tenant_no, call.id);
}

Result<http::Response> list_groups(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  catalog::GroupFilter filter;
  WEIR_TRY(filter.active, query_flag(call.request, "active"));
  filter.courier_id = query_text(call.request, "courier_id").value_or("");
  WEIR_TRY(const auto page,
           call.services.catalog.courier_groups().list(call.caller.tenant_no, request, filter));
  return answer_page(page, json_of_group);
}

Result<http::Response> create_group(const Call& call) {
  WEIR_TRY(auto group, group_of(call));
  WEIR_TRY(const auto added,
           call.services.catalog.courier_groups().add(call.caller.tenant_no, std::move(group)));
  call.services.wake_runs();
  return answer(201, json_of_group(added));
}

Result<http::Response> get_group(const Call& call) {
  WEIR_TRY(const auto group, asked_for(call));
  return answer(200, json_of_group(group));
}

Result<http::Response> save(const Call& call, const CourierGroup& group) {
  WEIR_TRY(const auto saved,
           call.services.catalog.courier_groups().update(call.caller.tenant_no, group));
  call.services.wake_runs();
  return answer(200, json_of_group(saved));
}

Result<http::Response> update_group(const Call& call) {
  WEIR_CHECK(asked_for(call));
  WEIR_TRY(auto group, group_of(call));
  group.id = call.id;
  return save(call, group);
}

Result<http::Response> delete_group(const Call& call) {
  WEIR_CHECK(call.services.catalog.courier_groups().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> set_active(const Call& call, bool active) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(auto group, asked_for(call));
  group.active = active;
  return save(call, group);
}

Result<http::Response> activate_group(const Call& call) {
  return set_active(call, true);
}

Result<http::Response> deactivate_group(const Call& call) {
  return set_active(call, false);
}

/// Switched off, so that nothing is loaded twice before somebody has looked at it.
Result<http::Response> copy_group(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name"}));
  WEIR_TRY(auto group, asked_for(call));
  WEIR_TRY(group.name, body.text("name"));
  group.active = false;
  WEIR_TRY(const auto added,
           call.services.catalog.courier_groups().add(call.caller.tenant_no, std::move(group)));
  return answer(201, json_of_group(added));
}

/// Without days: those that the schedule would load now.
Result<http::Response> run_group(const Call& call) {
  WEIR_TRY(const auto asked, group_run_of(call.request));
  return start_group(call, call.id, asked);
}

json::object json_of_firing(const workflow::Firing& firing) {
  json::object item{{"at", to_string(firing.at)}, {"local", firing.local}};
  if (firing.kind == workflow::Firing::Kind::first) item["doubled"] = "first";
  if (firing.kind == workflow::Firing::Kind::second) item["doubled"] = "second";
  return item;
}

/// What the next firings would load, if each goes well.
Result<http::Response> next_of_group(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"after", "count"}));
  WEIR_TRY(const auto after, body.time("after"));
  WEIR_TRY(const int count, body.number_or("count", next_default, 1, next_max));
  WEIR_TRY(auto group, asked_for(call));
  json::array items;
  json::array skipped;
  if (group.schedule.empty())
    return answer(200, {{"items", std::move(items)}, {"skipped", std::move(skipped)}});
  WEIR_TRY(const auto schedule, workflow::Schedule::make(group.schedule, group.time_zone));
  WEIR_TRY(const auto calendar,
           workflow::Calendar::make(group.file_ranges_in_zone ? group.time_zone : "UTC"));
  const Time from = after.value_or(call.services.clock.now());
  for (const auto& firing : schedule.next(from, static_cast<std::size_t>(count), true)) {
    json::object item = json_of_firing(firing);
    if (firing.kind == workflow::Firing::Kind::skipped) {
      skipped.push_back(std::move(item));
      continue;
    }
    json::array loads;
    for (GroupCourier& courier : group.couriers) {
      const auto days = workflow::days_of(group, courier, firing.at, calendar);
      loads.push_back(json::object{{"courier_id", courier.courier_id},
                                   {"range_from", json_of(days.from)},
                                   {"range_to", json_of(days.to)}});
      courier.covered_to = workflow::covered(days, firing.at, calendar, courier.covered_to);
    }
    item["loads"] = std::move(loads);
    items.push_back(std::move(item));
  }
  return answer(200, {{"items", std::move(items)}, {"skipped", std::move(skipped)}});
}

}  // namespace

Result<http::Response> start_group(const Call& call, const std::string& group_id,
                                   const catalog::Run& asked) {
  WEIR_TRY(const auto group,
           call.services.catalog.courier_groups().find(call.caller.tenant_no, group_id));
  WEIR_TRY(auto run, workflow::run_of(call.services.catalog, group));
  run.range = asked.range;
  run.automatic = asked.automatic;
  run.load_only = asked.load_only;
  run.skip_missing = asked.skip_missing;
  run.shadow = asked.shadow;
  run.started_by = call.caller.key_id;
  const std::string notice = "Courier group run request by " + call.caller.key_id +
                             (run.automatic    ? " for the days that the schedule would load"
                              : run.range.from ? " for " + to_string(*run.range.from) + " up to " +
                                                     to_string(*run.range.to) + ", not included"
                                               : " for all there is") +
                             (run.shadow ? ", into the shadows of the tables" : "");
  WEIR_TRY(const auto added,
           call.services.catalog.group_runs().add(call.caller.tenant_no, std::move(run), notice));
  call.services.wake_runs();
  return answer(201, json_of_run(call.services, added));
}

void add_courier_group_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/courier-groups";
  constexpr std::string_view one = "/api/v0/courier-groups/{id}";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listCourierGroups", operate, list_groups,
                    paged({"q", "active", "courier_id"})});
  routes.push_back({"POST", all, "createCourierGroup", Access::configure, create_group});
  routes.push_back({"GET", one, "getCourierGroup", operate, get_group});
  routes.push_back({"PUT", one, "updateCourierGroup", Access::configure, update_group});
  routes.push_back({"DELETE", one, "deleteCourierGroup", Access::configure, delete_group});
  routes.push_back({"POST", "/api/v0/courier-groups/{id}/activate", "activateCourierGroup",
                    Access::configure, activate_group});
  routes.push_back({"POST", "/api/v0/courier-groups/{id}/deactivate", "deactivateCourierGroup",
                    Access::configure, deactivate_group});
  routes.push_back({"POST", "/api/v0/courier-groups/{id}/copy", "copyCourierGroup",
                    Access::configure, copy_group});
  routes.push_back(
      {"POST", "/api/v0/courier-groups/{id}/runs", "runCourierGroup", operate, run_group});
  routes.push_back({"POST", "/api/v0/courier-groups/{id}/next", "getNextOfCourierGroup",
                    Access::view, next_of_group});
}

}  // namespace weir::control
