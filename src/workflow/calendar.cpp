// A day of a zone has 23 to 25 hours, and some have no midnight. The zone's own time line answers
// both; nothing here counts in 24 hours.

#include "workflow/calendar.hpp"

#include <chrono>
#include <utility>

#include <date/tz.h>

#include "workflow/zone.hpp"

namespace weir::workflow {

struct Calendar::Zone {
  const date::time_zone* zone;
};

Result<Calendar> Calendar::make(std::string_view zone) {
  WEIR_TRY(const date::time_zone* found, find_zone(zone));
  return Calendar(std::make_shared<const Zone>(Zone{found}));
}

Day Calendar::day_of(Time time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  return std::chrono::floor<std::chrono::days>(seconds + zone_->zone->get_info(seconds).offset);
}

Time Calendar::begin_of(Day day) const {
  const date::local_info info = zone_->zone->get_info(date::local_seconds(day.time_since_epoch()));
  if (info.result == date::local_info::nonexistent) return info.first.end;
  return std::chrono::sys_seconds(day) - info.first.offset;
}

Time Calendar::first_hour_of(Day day) const {
  return std::chrono::ceil<std::chrono::hours>(begin_of(day));
}

}  // namespace weir::workflow
