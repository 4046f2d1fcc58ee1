// The judge is the C library: its localtime_r says what a zone's wall clock shows, minute by
// minute.

#include "workflow/schedule.hpp"

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::workflow {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

Time at(const std::string& text) {
  return *parse_time(text);
}

std::string shown(const std::vector<Firing>& firings) {
  std::string text;
  const std::array<const char*, 4> kinds{"", " first", " second", " skipped"};
  for (const Firing& firing : firings)
    text += to_string(firing.at).substr(0, 16) + "Z " + firing.local +
            kinds[static_cast<std::size_t>(firing.kind)] + "\n";
  return text;
}

std::vector<Firing> next(const char* cron, const char* zone, const char* after, std::size_t count,
                         bool with_skipped = false) {
  const auto schedule = Schedule::make(cron, zone);
  EXPECT_TRUE(schedule) << schedule.error().message;
  return schedule ? schedule->next(at(after), count, with_skipped) : std::vector<Firing>();
}

TEST(Schedule, FiresAfterTheMomentAndNotAtIt) {
  EXPECT_EQ(shown(next("30 8 * * *", "UTC", "2027-03-01T08:30:00Z", 2)),
            "2027-03-02T08:30Z 2027-03-02T08:30+00:00\n2027-03-03T08:30Z 2027-03-03T08:30+00:00\n");
  EXPECT_EQ(shown(next("30 8 * * *", "UTC", "2027-03-01T08:29:59.999999Z", 1)),
            "2027-03-01T08:30Z 2027-03-01T08:30+00:00\n");
}

TEST(Schedule, AnHourThatDaylightSavingSkipsDoesNotFire) {
  EXPECT_EQ(shown(next("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 1)),
            "2027-03-29T00:30Z 2027-03-29T02:30+02:00\n");
  EXPECT_EQ(shown(next("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00:00Z", 1, true)),
            "2027-03-28T01:00Z 2027-03-28T02:30 skipped\n"
            "2027-03-29T00:30Z 2027-03-29T02:30+02:00\n");
}

TEST(Schedule, AnHourThatDaylightSavingDoublesFiresTwice) {
  EXPECT_EQ(shown(next("30 2 * * *", "Europe/Berlin", "2027-10-30T12:00:00Z", 3)),
            "2027-10-31T00:30Z 2027-10-31T02:30+02:00 first\n"
            "2027-10-31T01:30Z 2027-10-31T02:30+01:00 second\n"
            "2027-11-01T01:30Z 2027-11-01T02:30+01:00\n");
}

TEST(Schedule, ALeapDayComesWhenItComes) {
  EXPECT_EQ(shown(next("0 0 29 2 *", "UTC", "2097-01-01T00:00:00Z", 1)),
            "2104-02-29T00:00Z 2104-02-29T00:00+00:00\n");
}

TEST(Schedule, AMissingZoneIsNamed) {
  const auto none = Schedule::make("* * * * *", "Europe/Berln");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::bad_request);
  EXPECT_NE(none.error().message.find("Europe/Berln"), std::string::npos);
  EXPECT_FALSE(Schedule::make("* * * * *", ""));
  EXPECT_FALSE(Schedule::make("* * * * *", "../../../etc/passwd"));
}

// ---- against the C library

struct RandomCron {
  std::string text;
  std::array<std::set<int>, 5> values;
  std::array<bool, 5> star{};

  bool matches(const std::tm& wall) const {
    const bool day = values[2].contains(wall.tm_mday);
    const bool week = values[4].contains(wall.tm_wday);
    return values[0].contains(wall.tm_min) && values[1].contains(wall.tm_hour) &&
           values[3].contains(wall.tm_mon + 1) && (star[2] || star[4] ? day && week : day || week);
  }
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  int below(int bound) { return static_cast<int>(engine_() % static_cast<std::uint64_t>(bound)); }
  int between(int from, int to) { return from + below(to - from + 1); }

 private:
  std::mt19937_64 engine_;
};

void add_field(RandomCron& cron, Random& random, std::size_t field) {
  constexpr std::array<std::array<int, 2>, 5> bounds{{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 7}}};
  const auto [low, high] = bounds[field];
  const int parts = random.below(3) == 0 ? random.between(2, 3) : 1;
  const bool often_any = field >= 1 && random.below(2) == 0;
  for (int part = 0; part < parts; ++part) {
    std::string text;
    int from = low;
    int to = high;
    int step = 1;
    const int kind = often_any ? 0 : random.below(5);
    if (kind <= 1) {
      text = "*";
      cron.star[field] = cron.star[field] || part == 0;
    } else if (kind <= 3) {
      from = to = random.between(low, high);
      text = std::to_string(from);
    } else {
      from = random.between(low, high);
      to = random.between(from, high);
      text = std::to_string(from) + "-" + std::to_string(to);
    }
    if ((kind == 1 || kind == 4) && random.below(2) == 0) {
      step = random.between(1, high);
      text += "/" + std::to_string(step);
    }
    for (int value = from; value <= to; value += step)
      cron.values[field].insert(field == 4 ? value % 7 : value);
    cron.text += (part > 0 ? "," : field > 0 ? " " : "") + text;
  }
}

std::vector<std::string> all_zones() {
  std::vector<std::string> zones;
  std::ifstream tab("/usr/share/zoneinfo/tzdata.zi");
  for (std::string line; std::getline(tab, line);) {
    std::istringstream words(line);
    std::string kind;
    std::string name;
    std::string link;
    words >> kind >> name >> link;
    if (kind == "Z" && name != "Factory") zones.push_back(name);  // no place on Earth
    if (kind == "L") zones.push_back(link);
  }
  return zones;
}

/// The moments in [from, to) at whose minute the wall clock of TZ matches.
std::vector<std::time_t> judged(const RandomCron& cron, std::time_t from, std::time_t to) {
  std::vector<std::time_t> moments;
  for (std::time_t moment = from; moment < to; moment += 60) {
    std::tm wall{};
    localtime_r(&moment, &wall);
    if (cron.matches(wall)) moments.push_back(moment);
  }
  return moments;
}

/// Where a zone's offset changes, found by looking each half day.
std::vector<std::time_t> changes(std::time_t from, std::time_t to) {
  constexpr std::time_t half_day = 43'200;
  std::vector<std::time_t> found;
  long before = 0;
  for (std::time_t moment = from; moment < to; moment += half_day) {
    std::tm wall{};
    localtime_r(&moment, &wall);
    if (moment > from && wall.tm_gmtoff != before) found.push_back(moment);
    before = wall.tm_gmtoff;
  }
  return found;
}

TEST(Schedule, FiresAsTheWallClockShowsInAllZones) {
  const char* given = std::getenv("WEIR_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::stoull(given) : static_cast<std::uint64_t>(std::time(nullptr));
  const char* more = std::getenv("WEIR_SCHEDULE_ROUNDS");
  const int rounds = more != nullptr ? std::stoi(more) : 3;
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  Random random(seed);
  const auto zones = all_zones();
  ASSERT_GT(zones.size(), 500U);
  constexpr std::time_t y2020 = 1'577'836'800;
  constexpr std::time_t y2037 = 2'114'380'800;  // its first day
  constexpr std::time_t day = 86'400;
  std::size_t compared = 0;
  for (const std::string& zone : zones) {
    setenv("TZ", zone.c_str(), 1);
    tzset();
    const auto turns = changes(y2020, y2037);
    for (int round = 0; round < rounds; ++round) {
      RandomCron cron;
      for (std::size_t field = 0; field < 5; ++field)
        add_field(cron, random, field);
      const auto schedule = Schedule::make(cron.text, zone);
      if (!schedule && schedule.error().message.find("never meet") != std::string::npos) continue;
      ASSERT_TRUE(schedule) << schedule.error().message;
      std::time_t from = y2020 + static_cast<std::time_t>(random.below(6'200)) * day;
      if (!turns.empty() && random.below(4) > 0)
        from = turns[static_cast<std::size_t>(random.below(static_cast<int>(turns.size())))] -
               (day + day / 2);
      from -= from % 60;
      const std::time_t to = from + 3 * day;
      const auto expected = judged(cron, from, to);
      const auto found =
          schedule->between(Time(seconds(from)) - std::chrono::microseconds(1),
                            Time(seconds(to)) - std::chrono::microseconds(1), expected.size() + 1);
      std::vector<std::time_t> moments;
      for (const Firing& firing : found)
        moments.push_back(std::chrono::floor<seconds>(firing.at).time_since_epoch().count());
      ASSERT_EQ(moments, expected) << cron.text << " in " << zone << " from " << from;
      compared += expected.size();
    }
  }
  unsetenv("TZ");
  tzset();
  EXPECT_GT(compared, 1000U);
  std::cout << zones.size() << " zones with " << rounds << " expressions each: " << compared
            << " firings, all at the minutes of the wall clock\n";
}

}  // namespace
}  // namespace weir::workflow
