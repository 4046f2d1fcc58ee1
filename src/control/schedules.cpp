#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "workflow/schedule.hpp"

/// When a schedule fires (spec/workflows.md 2), told before anything is made of it.
namespace weir::control {
namespace {

constexpr int count_default = 5;
constexpr int count_max = 1000;

Result<http::Response> next_of_schedule(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"schedule", "time_zone", "after", "count"}));
  WEIR_TRY(const auto cron, body.text("schedule"));
  WEIR_TRY(const auto zone, body.text_or("time_zone", "UTC"));
  WEIR_TRY(const auto after, body.time("after"));
  WEIR_TRY(const int count, body.number_or("count", count_default, 1, count_max));
  WEIR_TRY(const auto schedule, workflow::Schedule::make(cron, zone));
  boost::json::array items;
  boost::json::array skipped;
  const auto from = after.value_or(call.services.clock.now());
  for (const auto& firing : schedule.next(from, static_cast<std::size_t>(count), true)) {
    boost::json::object item{{"at", to_string(firing.at)}, {"local", firing.local}};
    if (firing.kind == workflow::Firing::Kind::first) item["doubled"] = "first";
    if (firing.kind == workflow::Firing::Kind::second) item["doubled"] = "second";
    auto& list = firing.kind == workflow::Firing::Kind::skipped ? skipped : items;
    list.push_back(std::move(item));
  }
  return answer(200, {{"items", std::move(items)}, {"skipped", std::move(skipped)}});
}

}  // namespace

void add_schedule_routes(Routes& routes) {
  routes.push_back(
      {"POST", "/api/v0/schedules/next", "getNextOfSchedule", Access::view, next_of_schedule});
}

}  // namespace weir::control
