#include "catalog/usage.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/routes.hpp"

/// What a tenant's streams took, by day (spec/users.md 5).
namespace weir::control {
namespace {

namespace json = boost::json;
using std::chrono::days;

constexpr days told_by_default{30};
constexpr days told_max{400};
constexpr std::uint32_t streams_told = 100;

json::object json_of_used(const catalog::Used& used) {
  return {{"payloads", used.payloads},
          {"bytes", used.bytes},
          {"files", used.files},
          {"duplicates", used.duplicates},
          {"quarantined", used.quarantined},
          {"refused", used.refused}};
}

struct Period {
  Day from;
  Day to;  // not included
};

Result<Period> period_of(const Call& call) {
  WEIR_TRY(const auto from, query_day(call.request, "from"));
  WEIR_TRY(const auto to, query_day(call.request, "to"));
  Period period;
  period.to = to.value_or(day_of(call.services.clock.now()) + days(1));
  period.from = from.value_or(period.to - told_by_default);
  if (period.from >= period.to || period.to - period.from > told_max)
    return fail(Errc::bad_request, "\"from\" must be before \"to\", and by " +
                                       std::to_string(told_max.count()) + " days at most.");
  return period;
}

/// Every day of the period, those without any as well.
json::array json_of_days(const Period& period, const std::vector<catalog::Usage::OfDay>& known) {
  json::array all;
  auto next = known.begin();
  for (Day day = period.from; day < period.to; day += days(1)) {
    const bool is_known = next != known.end() && next->day == day;
    json::object line = json_of_used(is_known ? (next++)->used : catalog::Used());
    line["day"] = to_string(day);
    all.push_back(std::move(line));
  }
  return all;
}

Result<http::Response> get_usage(const Call& call) {
  auto& usage = call.services.catalog.usage();
  const std::uint32_t tenant = call.caller.tenant_no;
  WEIR_TRY(const Period period, period_of(call));
  const std::string stream = query_text(call.request, "stream_id").value_or("");
  WEIR_TRY(const auto known, usage.days(tenant, stream, period.from, period.to));
  json::object body{{"from", to_string(period.from)},
                    {"to", to_string(period.to)},
                    {"days", json_of_days(period, known)}};
  if (!stream.empty()) {
    body["stream_id"] = stream;
    return answer(200, body);
  }
  WEIR_TRY(const auto streams, usage.streams(tenant, period.from, period.to, streams_told));
  json::array lines;
  for (const auto& each : streams) {
    json::object line = json_of_used(each.used);
    line["stream_id"] = each.stream_id;
    line["name"] = each.name;
    lines.push_back(std::move(line));
  }
  body["streams"] = std::move(lines);
  WEIR_TRY(const auto in_use, usage.in_use(tenant, period.from, period.to));
  body["tables_loaded"] = in_use.feeds;
  body["couriers_run"] = in_use.couriers;
  return answer(200, body);
}

}  // namespace

void add_usage_routes(Routes& routes) {
  routes.push_back({"GET",
                    "/api/v0/usage",
                    "getUsage",
                    Access::operate,
                    get_usage,
                    {"from", "to", "stream_id"}});
}

}  // namespace weir::control
