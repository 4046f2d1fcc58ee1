// One run for many missed firings, since a run's days are those since the last success: a run for
// each would load the same days again. That a firing is found late says nothing of why, so the
// cause (a stopped process, a wrong clock, an overload) is not asked for.

#include "workflow/firing.hpp"

#include <algorithm>

namespace weir::workflow {

namespace {

constexpr std::size_t firings_at_once = 1000;
using catalog::CourierGroup;
using catalog::GroupCourier;

}  // namespace

Due look(const Schedule& schedule, const Look& look) {
  Due due;
  Time after = look.after;
  while (true) {
    const auto firings = schedule.between(after, look.now, firings_at_once);
    for (const Firing& firing : firings) {
      if (due.at) {
        ++due.missed;
        if (!due.first_missed) due.first_missed = due.at;
      }
      due.at = firing.at;
    }
    if (firings.size() < firings_at_once) break;
    after = firings.back().at;
  }
  if (!due.at) return due;
  const auto lateness = look.now - *due.at;
  due.late = lateness > late_after;
  if (due.late && lateness > look.catch_up) {
    due.what = Due::What::miss;
    if (!due.first_missed) due.first_missed = due.at;
    ++due.missed;
  } else if (look.runs_open == 0) {
    due.what = Due::What::start;
  } else if (look.overlap == catalog::Overlap::queue_one && look.runs_open == 1) {
    due.what = Due::What::queue;
  } else {
    due.what = Due::What::skip;
  }
  return due;
}

Days days_of(const CourierGroup& group, const GroupCourier& courier, Time at,
             const Calendar& calendar) {
  const Day last = courier.as_soon_as_sealed
                       ? calendar.day_of(at) - std::chrono::days(1)
                       : calendar.day_of(at - std::chrono::seconds(courier.offset_s));
  const Day from = group.past_day_only ? last : std::min(courier.covered_to.value_or(last), last);
  return {from, last + std::chrono::days(1)};
}

catalog::RunRange hours_of(const Days& days, const Calendar& calendar) {
  catalog::RunRange range;
  if (days.from) {
    const Time begin = calendar.first_hour_of(*days.from);
    range.from = weir::day_of(begin);
    range.from_hour = hour_of(begin);
  }
  if (days.to) {
    const Time end = calendar.first_hour_of(*days.to);
    range.to = weir::day_of(end);
    range.to_hour = hour_of(end);
  }
  return range;
}

std::optional<Day> covered(const Days& days, Time sealed_to, const Calendar& calendar,
                           std::optional<Day> before) {
  if (!days.to) return before;
  const Day to = std::min(*days.to, calendar.day_of(sealed_to));
  return before ? std::max(*before, to) : to;
}

}  // namespace weir::workflow
