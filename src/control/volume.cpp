#include "control/volume.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/batches.hpp"
#include "catalog/hours.hpp"
#include "control/answers.hpp"

// Told from what is recorded anyway: batches know their first and last payload, hours their counts.
// A series of its own would cost memory for each stream or a write for each minute, and would be
// gone after a restart. The price is that what has no batch yet is not told, and that the payloads
// of one batch count as evenly spread over its time.
namespace weir::control {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr int minutes_max = 180;
constexpr int hours_max = 24 * 31;

/// Equal steps of time, the last one with the present in it.
struct Steps {
  Time from;
  microseconds each;
  std::vector<std::uint64_t> accepted;

  Time to() const { return from + each * static_cast<std::int64_t>(accepted.size()); }
  /// Of a time outside, nothing is kept.
  void add(Time at, std::uint64_t count) {
    if (at >= from && at < to()) accepted[static_cast<std::size_t>((at - from) / each)] += count;
  }
  /// Evenly between two times; the sum stays.
  void spread(Time first, Time last, std::uint64_t count) {
    if (last <= first) return add(first, count);
    const auto told_by = [&](Time at) {
      const double share = std::chrono::duration<double>(std::clamp(at, first, last) - first) /
                           std::chrono::duration<double>(last - first);
      return static_cast<std::uint64_t>(share * static_cast<double>(count));
    };
    for (std::size_t i = 0; i < accepted.size(); ++i) {
      const Time begin = from + each * static_cast<std::int64_t>(i);
      accepted[i] += told_by(begin + each) - told_by(begin);
    }
  }
};

Steps steps_to(Time now, microseconds each, int count) {
  const Time to{(now.time_since_epoch() / each + 1) * each};
  return {to - each * count, each, std::vector<std::uint64_t>(static_cast<std::size_t>(count))};
}

Result<void> add_batches(const Call& call, Steps& steps) {
  const Time last_hour = std::chrono::floor<hours>(steps.to() - microseconds(1)) + hours(1);
  catalog::BatchFilter filter{
      .stream_id = call.id, .from = day_of(steps.from), .to = day_of(last_hour), .hour = {}};
  filter.from_hour = hour_of(steps.from);
  filter.to_hour = hour_of(last_hour);
  WEIR_TRY(const auto batches, call.services.catalog.batches().find(call.caller.tenant_no, filter));
  for (const catalog::Batch& batch : batches)
    steps.spread(batch.first_received_at, batch.last_received_at,
                 batch.records + batch.duplicates + batch.quarantined);
  return {};
}

Result<void> add_hours(const Call& call, Steps& steps) {
  const catalog::HourFilter filter{.from = day_of(steps.from), .to = {}};
  catalog::PageRequest request{limits::page_items_max};
  do {
    WEIR_TRY(const auto page,
             call.services.catalog.hours().list(call.caller.tenant_no, call.id, request, filter));
    for (const catalog::Hour& hour : page.items)
      steps.add(hour.day + hours(hour.hour), hour.accepted());
    request.next_token = page.next_token;
  } while (!request.next_token.empty());
  return {};
}

Result<http::Response> get_volume(const Call& call) {
  const std::string by = query_text(call.request, "by").value_or("minute");
  if (by != "minute" && by != "hour") return fail(Errc::bad_request, "\"by\" is minute or hour.");
  const bool by_minute = by == "minute";
  WEIR_TRY(const auto last,
           query_number(call.request, "last", 1, by_minute ? minutes_max : hours_max));
  Steps steps = steps_to(call.services.clock.now(),
                         by_minute ? microseconds(minutes(1)) : microseconds(hours(1)),
                         last.value_or(by_minute ? 60 : 24));
  WEIR_CHECK(by_minute ? add_batches(call, steps) : add_hours(call, steps));
  return answer(200, {{"stream_id", call.id},
                      {"by", by},
                      {"from", to_string(steps.from)},
                      {"to", to_string(steps.to())},
                      {"accepted", json::value_from(steps.accepted)}});
}

}  // namespace

void add_volume_routes(Routes& routes) {
  routes.push_back({"GET",
                    "/api/v0/streams/{id}/volume",
                    "getStreamVolume",
                    Access::operate,
                    get_volume,
                    {"by", "last"}});
}

}  // namespace weir::control
