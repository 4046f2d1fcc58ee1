// A zone's time line is a row of stretches with one offset each. Within a stretch the wall clock
// simply runs, so the next matching minute is found by days, hours and minutes; stretches that
// overlap on the wall clock fire twice, and what lies between two of them never comes.

#include "workflow/schedule.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include <date/tz.h>

#include "workflow/zone.hpp"

namespace weir::workflow {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
// The wall clock's time, counted as if it were UTC.
using Wall = std::chrono::sys_time<minutes>;

// A leap day comes back after eight years at most, and its day of the week within 28; around a
// century without a leap year after 40.
constexpr days searched_for{366 * 41};

// Zones have no changes before it; the first stretch of each begins in a year without meaning.
constexpr std::chrono::sys_seconds first_change{
    std::chrono::sys_days{std::chrono::year(1800) / 1 / 1}};

struct Stretch {
  std::chrono::sys_seconds begin;
  std::chrono::sys_seconds end;
  seconds offset;

  Wall wall(std::chrono::sys_seconds moment) const {
    return std::chrono::ceil<minutes>(moment + offset);
  }
};

std::string two_digits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

std::string wall_text(Wall wall) {
  const Day day = std::chrono::floor<days>(wall);
  const auto of_day = wall - day;
  return to_string(day) + "T" + two_digits(of_day / hours(1)) + ":" +
         two_digits(of_day % hours(1) / minutes(1));
}

std::string offset_text(seconds offset) {
  const auto size = std::chrono::abs(offset);
  return (offset.count() < 0 ? "-" : "+") + two_digits(size / hours(1)) + ":" +
         two_digits(size % hours(1) / minutes(1));
}

/// The first matching minute in [from, to).
std::optional<Wall> first_match(const Cron& cron, Wall from, Wall to) {
  for (Day day = std::chrono::floor<days>(from); day < to; day += days(1)) {
    if (!cron.on_day(day)) continue;
    for (int hour = 0; hour < 24; ++hour) {
      const Wall begin = day + hours(hour);
      if (!cron.at_hour(hour) || begin + hours(1) <= from) continue;
      for (int minute = 0; minute < 60; ++minute) {
        const Wall wall = begin + minutes(minute);
        if (wall >= to) return std::nullopt;
        if (wall >= from && cron.at_minute(minute)) return wall;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

struct Schedule::Zone {
  const date::time_zone* zone;

  Stretch at(std::chrono::sys_seconds moment) const {
    const date::sys_info info = zone->get_info(moment);
    return {info.begin, info.end, info.offset};
  }
};

/// The firings after a moment, one after the other.
class Schedule::Walk {
 public:
  Walk(const Schedule& schedule, Time after, bool with_skipped)
      : cron_(schedule.cron_),
        zone_(*schedule.zone_),
        with_skipped_(with_skipped),
        last_(std::chrono::floor<seconds>(after) + searched_for),
        next_(std::chrono::floor<seconds>(after) + seconds(1)),
        stretch_(zone_.at(next_)) {}

  /// nullopt when none comes for decades.
  std::optional<Firing> next() {
    while (next_ <= last_) {
      if (jump_) {
        // First what the wall clock jumped over on its way into this stretch.
        const auto [from, to] = *jump_;
        if (const auto skipped = first_match(cron_, from, to)) {
          jump_->first = *skipped + minutes(1);
          return Firing{stretch_.begin, wall_text(*skipped), Firing::Kind::skipped};
        }
        jump_.reset();
      }
      const Wall to = stretch_.wall(std::min(stretch_.end, last_));
      if (const auto wall = first_match(cron_, stretch_.wall(next_), to)) {
        const std::chrono::sys_seconds at = *wall - stretch_.offset;
        next_ = at + seconds(1);
        return Firing{at, wall_text(*wall) + offset_text(stretch_.offset), kind(*wall)};
      }
      if (stretch_.end > last_) break;
      const Stretch before = stretch_;
      next_ = stretch_.end;
      stretch_ = zone_.at(next_);
      if (with_skipped_ && stretch_.offset > before.offset)
        jump_ = {before.wall(before.end), stretch_.wall(stretch_.begin)};
    }
    return std::nullopt;
  }

 private:
  Firing::Kind kind(Wall wall) const {
    if (stretch_.begin > first_change) {
      const Stretch before = zone_.at(stretch_.begin - seconds(1));
      if (wall < before.wall(before.end)) return Firing::Kind::second;
    }
    if (stretch_.end < last_) {
      const Stretch after = zone_.at(stretch_.end);
      if (wall >= after.wall(after.begin)) return Firing::Kind::first;
    }
    return Firing::Kind::once;
  }

  const Cron& cron_;
  const Zone& zone_;
  const bool with_skipped_;
  const std::chrono::sys_seconds last_;
  std::chrono::sys_seconds next_;  // the earliest moment that is not searched yet
  Stretch stretch_;                // it lies in this one
  std::optional<std::pair<Wall, Wall>> jump_;
};

Schedule::Schedule(Cron cron, std::shared_ptr<const Zone> zone)
    : cron_(cron), zone_(std::move(zone)) {}

Result<Schedule> Schedule::make(std::string_view cron, std::string_view zone) {
  WEIR_TRY(const Cron parsed, Cron::parse(cron));
  WEIR_TRY(const date::time_zone* found, find_zone(zone));
  return Schedule(parsed, std::make_shared<const Zone>(Zone{found}));
}

std::vector<Firing> Schedule::next(Time after, std::size_t count, bool with_skipped) const {
  std::vector<Firing> firings;
  Walk walk(*this, after, with_skipped);
  for (std::size_t fired = 0; fired < count;) {
    auto firing = walk.next();
    if (!firing) break;
    fired += firing->kind != Firing::Kind::skipped ? 1 : 0;
    firings.push_back(*std::move(firing));
  }
  return firings;
}

std::vector<Firing> Schedule::between(Time after, Time until, std::size_t most) const {
  std::vector<Firing> firings;
  Walk walk(*this, after, false);
  while (firings.size() < most) {
    auto firing = walk.next();
    if (!firing || firing->at > until) break;
    firings.push_back(*std::move(firing));
  }
  return firings;
}

}  // namespace weir::workflow
