// The model walks the wall clock of the C library minute by minute, and keeps its own books of what
// fires, is missed, waits and is skipped.

#include "workflow/firing.hpp"

#include <cstdlib>
#include <ctime>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "workflow/graph.hpp"

namespace weir::workflow {
namespace {

using catalog::CourierGroup;
using catalog::GroupCourier;
using catalog::Overlap;
using std::chrono::minutes;
using std::chrono::seconds;

Time at(const std::string& text) {
  return *parse_time(text);
}

Day day(const char* text) {
  return *parse_day(text);
}

class ZoneOfC {
 public:
  explicit ZoneOfC(const std::string& zone) {
    setenv("TZ", zone.c_str(), 1);
    tzset();
  }
  ~ZoneOfC() {
    unsetenv("TZ");
    tzset();
  }
  static std::tm wall(Time time) {
    const std::time_t moment = std::chrono::floor<seconds>(time).time_since_epoch().count();
    std::tm shown{};
    localtime_r(&moment, &shown);
    return shown;
  }
  static Day day_of(Time time) {
    const std::tm shown = wall(time);
    return *weir::day_of(CalendarDay{shown.tm_year + 1900, static_cast<unsigned>(shown.tm_mon + 1),
                                     static_cast<unsigned>(shown.tm_mday)});
  }
};

std::uint64_t seed() {
  const char* given = std::getenv("WEIR_SEED");
  return given != nullptr ? std::stoull(given) : static_cast<std::uint64_t>(std::time(nullptr));
}

const std::vector<std::string> zones{"UTC",           "America/Los_Angeles", "Europe/Berlin",
                                     "Asia/Kolkata",  "Australia/Lord_Howe", "America/Sao_Paulo",
                                     "Africa/Cairo",  "Asia/Kathmandu",      "America/Havana",
                                     "Pacific/Apia",  "Asia/Beirut",         "Africa/Casablanca",
                                     "Europe/Dublin", "America/St_Johns",    "Antarctica/Troll"};

/// Minutes of one hour, at one or all hours: enough, since Schedule has its own test of cron.
struct Pattern {
  int minute = 0;
  int hour = 0;  // -1: all
  std::string text() const {
    return std::to_string(minute) + " " + (hour < 0 ? "*" : std::to_string(hour)) + " * * *";
  }
  bool matches(const std::tm& wall) const {
    return wall.tm_min == minute && (hour < 0 || wall.tm_hour == hour);
  }
};

TEST(Firing, EachMinuteOfTheWallClockIsAccountedForOnce) {
  const std::uint64_t from_seed = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(from_seed));
  std::mt19937_64 random(from_seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  std::uint64_t judged = 0;
  for (int round = 0; round < 60; ++round) {
    const std::string zone = zones[below(zones.size())];
    const ZoneOfC c(zone);
    const Pattern pattern{static_cast<int>(below(60)), static_cast<int>(below(5)) - 1};
    const auto schedule = Schedule::make(pattern.text(), zone).value();
    const seconds catch_up(below(3) == 0 ? 0 : below(200'000));
    const Overlap overlap = below(2) == 0 ? Overlap::queue_one : Overlap::skip;
    Time now = at("2026-01-01T00:00:00Z") + minutes(below(525'600));
    Time judge = now;
    std::uint64_t open = 0;
    Time after = now;
    const Time end = now + std::chrono::days(20);
    while (now < end) {
      const bool outage = below(20) == 0;
      now += outage ? minutes(below(6'000)) + seconds(below(60)) : seconds(20 + below(41));
      if (below(4) == 0) open = below(3);
      std::vector<Time> fired;
      for (; judge + minutes(1) <= now; judge += minutes(1))
        if (pattern.matches(ZoneOfC::wall(judge + minutes(1)))) fired.push_back(judge + minutes(1));
      const Due due = look(schedule, {after, now, catch_up, overlap, open});
      after = now;
      if (fired.empty()) {
        ASSERT_EQ(due.what, Due::What::nothing);
        continue;
      }
      judged += fired.size();
      ASSERT_EQ(due.at, fired.back());
      const auto lateness = now - fired.back();
      ASSERT_EQ(due.late, lateness > minutes(1));
      if (lateness > minutes(1) && lateness > catch_up) {
        ASSERT_EQ(due.what, Due::What::miss);
        ASSERT_EQ(due.missed, fired.size());
        continue;
      }
      ASSERT_EQ(due.missed, fired.size() - 1);
      const auto what = open == 0                                    ? Due::What::start
                        : open == 1 && overlap == Overlap::queue_one ? Due::What::queue
                                                                     : Due::What::skip;
      ASSERT_EQ(due.what, what);
    }
  }
  EXPECT_GT(judged, 1000U);
}

TEST(Firing, DaysOfAZoneAreThoseOfItsWallClock) {
  std::uint64_t hours = 0;
  for (const std::string& zone : zones) {
    const ZoneOfC c(zone);
    const Calendar calendar = Calendar::make(zone).value();
    for (Time hour = at("2025-12-31T00:00:00Z"); hour < at("2027-01-02T00:00:00Z");
         hour += std::chrono::hours(1)) {
      const Day shown = ZoneOfC::day_of(hour);
      ASSERT_EQ(calendar.day_of(hour), shown) << zone << " " << to_string(hour);
      const auto range = hours_of({shown, shown + std::chrono::days(1)}, calendar);
      ASSERT_LE(*range.from + std::chrono::hours(range.from_hour), hour) << zone;
      ASSERT_GT(*range.to + std::chrono::hours(range.to_hour), hour) << zone;
      ++hours;
    }
  }
  EXPECT_GT(hours, 100'000U);
}

TEST(Firing, ADayWithAnOffsetIsTheCompletedOneBefore) {
  const Calendar utc = Calendar::make("UTC").value();
  CourierGroup group;
  GroupCourier courier{.courier_id = "cr-1", .offset_s = 86'400};
  const auto days = days_of(group, courier, at("2027-03-05T08:00:00Z"), utc);
  EXPECT_EQ(days, (Days{day("2027-03-04"), day("2027-03-05")}));
}

TEST(Firing, TheDaysSinceTheLastSuccessAreLoadedUnlessThePastDayIsAsked) {
  const Calendar utc = Calendar::make("UTC").value();
  CourierGroup group;
  GroupCourier courier{.courier_id = "cr-1", .offset_s = 86'400, .covered_to = day("2027-02-27")};
  const Time time = at("2027-03-05T08:00:00Z");
  EXPECT_EQ(days_of(group, courier, time, utc), (Days{day("2027-02-27"), day("2027-03-05")}));
  courier.covered_to = day("2027-03-20");
  EXPECT_EQ(days_of(group, courier, time, utc), (Days{day("2027-03-04"), day("2027-03-05")}))
      << "a day may be loaded again";
  courier.covered_to = day("2027-02-27");
  group.past_day_only = true;
  EXPECT_EQ(days_of(group, courier, time, utc), (Days{day("2027-03-04"), day("2027-03-05")}));
}

TEST(Firing, ADayInTheGroupsZoneHasItsHours) {
  const Calendar zone = Calendar::make("America/Los_Angeles").value();
  const auto range = hours_of({day("2027-03-14"), day("2027-03-15")}, zone);  // of 23 hours
  EXPECT_EQ(range, (catalog::RunRange{day("2027-03-14"), day("2027-03-15"), 8, 7}));
}

// However runs come, fail and are late, no hour of data is left out: each is in a range that was
// loaded after it was sealed.
TEST(Firing, NoHourIsLeftOut) {
  const std::uint64_t from_seed = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(from_seed));
  std::mt19937_64 random(from_seed);
  const auto below = [&](std::uint64_t bound) { return random() % bound; };
  for (int round = 0; round < 200; ++round) {
    const Calendar calendar = Calendar::make(zones[below(zones.size())]).value();
    CourierGroup group;
    GroupCourier courier{.courier_id = "cr-1",
                         .offset_s = static_cast<std::uint32_t>(below(3) * 43'200),
                         .as_soon_as_sealed = below(3) == 0};
    Time time = at("2026-06-01T00:00:00Z") + minutes(below(400'000));
    std::optional<Time> first;  // where the first range begins
    Time loaded_to{};           // hours before it were loaded after they were sealed
    for (int run = 0; run < 50; ++run) {
      time += minutes(1 + below(4'000));
      const Days days = days_of(group, courier, time, calendar);
      const auto range = hours_of(days, calendar);
      const Time begin = *range.from + std::chrono::hours(range.from_hour);
      const Time end = *range.to + std::chrono::hours(range.to_hour);
      const Time sealed = std::chrono::floor<std::chrono::hours>(time - minutes(below(300)));
      if (below(4) == 0) continue;  // it failed
      if (!first) loaded_to = *(first = begin);
      ASSERT_LE(begin, loaded_to);
      loaded_to = std::max(loaded_to, std::min(end, sealed));
      courier.covered_to = covered(days, sealed, calendar, courier.covered_to);
    }
  }
}

RunTask task(int position, RunState state, std::vector<int> needs = {},
             std::vector<int> after = {}) {
  RunTask made;
  made.position = position;
  made.state = state;
  made.needs = std::move(needs);
  made.after = std::move(after);
  return made;
}

TEST(Graph, WhatIsNeededMustGoWellAndWhatComesBeforeMustBeOver) {
  using enum RunState;
  const std::vector<RunTask> tasks{task(1, succeeded),          task(2, failed),
                                   task(3, scheduled, {1}),     task(4, scheduled, {2}),
                                   task(5, scheduled, {}, {2}), task(6, scheduled, {3})};
  EXPECT_EQ(ready(tasks), (std::vector<std::size_t>{2, 4}));
  EXPECT_EQ(blocked(tasks), (std::vector<std::size_t>{3}));
  EXPECT_FALSE(all_over(tasks));
}

TEST(Graph, ARunEndsAsItsWorstTask) {
  using enum RunState;
  EXPECT_EQ(outcome({task(1, succeeded), task(2, skipped)}), succeeded);
  EXPECT_EQ(outcome({task(1, failed), task(2, canceled)}), failed);
  EXPECT_EQ(outcome({task(1, failed), task(2, stopped)}), stopped);
  EXPECT_EQ(outcome({}), succeeded);
}

}  // namespace
}  // namespace weir::workflow
