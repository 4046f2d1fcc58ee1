// Many groups on a turned clock, for as many days as WEIR_DAYS says, with an
// executor that loads nothing but takes its time. The oracle walks the C library's wall clock
// minute by minute and keeps its own books; it shares no code with what it judges.

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <random>
#include <set>

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "env/fake/test_directory.hpp"
#include "workflow/group_fixture.hpp"

namespace weir::workflow {
namespace {

using catalog::CourierGroup;
using catalog::GroupCourier;
using catalog::Overlap;
using catalog::RunKind;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

/// Minute, hours, and one day of the week or month, or every day.
struct Pattern {
  int minute = 0;
  std::set<int> at_hours;
  int weekday = -1;
  int day = -1;
  std::string text() const {
    std::string list;
    for (const int hour : at_hours)
      list += (list.empty() ? "" : ",") + std::to_string(hour);
    return std::to_string(minute) + " " + list + " " + (day < 0 ? "*" : std::to_string(day)) +
           " * " + (weekday < 0 ? "*" : std::to_string(weekday));
  }
  bool matches(const std::tm& wall) const {
    return wall.tm_min == minute && at_hours.contains(wall.tm_hour) &&
           (weekday < 0 || wall.tm_wday == weekday) && (day < 0 || wall.tm_mday == day);
  }
};

/// What the oracle knows of a group.
struct Books {
  CourierGroup group;
  Pattern pattern;
  std::string zone;
  std::vector<Time> firings;  // of the year
  std::size_t next = 0;
  std::uint64_t fired = 0;
  std::uint64_t missed = 0;
  std::uint64_t caught_up = 0;
};

struct Working {
  catalog::ClaimedRun claimed;
  Time until;
};

class SimulationTest : public GroupTest {
 protected:
  std::uint64_t below(std::uint64_t bound) { return chance_() % bound; }
  bool once_in(std::uint64_t n) { return below(n) == 0; }

  void make_groups(std::size_t count) {
    const std::vector<std::string> zones{"UTC",
                                         "America/Los_Angeles",
                                         "Europe/Berlin",
                                         "Asia/Kolkata",
                                         "America/Havana",
                                         "Australia/Lord_Howe",
                                         "America/St_Johns",
                                         "Africa/Cairo",
                                         "Europe/Dublin",
                                         "Asia/Kathmandu",
                                         "Africa/Casablanca",
                                         "Antarctica/Troll"};
    for (std::size_t i = 0; i < count; ++i) {
      Books books;
      books.zone = zones[below(zones.size())];
      books.pattern.minute = static_cast<int>(below(60));
      // Hours in which clocks change are the most frequent.
      books.pattern.at_hours.insert(static_cast<int>(once_in(2) ? below(4) : below(24)));
      const auto kind = below(50);
      if (kind == 0) books.pattern.at_hours = {1, 7, 13, 19};
      if (kind > 8 && kind < 35) books.pattern.weekday = static_cast<int>(below(7));
      if (kind >= 35) books.pattern.day = static_cast<int>(1 + below(31));
      CourierGroup group;
      group.name = "Group " + std::to_string(i);
      group.schedule = books.pattern.text();
      group.time_zone = books.zone;
      group.file_ranges_in_zone = once_in(2);
      group.overlap = once_in(2) ? Overlap::skip : Overlap::queue_one;
      group.catch_up_s = static_cast<std::uint32_t>(below(4) * below(86'400));
      group.runtime_alert_s = once_in(4) ? 3600 : 0;
      if (i > 0 && once_in(10)) group.after_group = books_[below(books_.size())].group.id;
      for (std::uint64_t c = 0; c <= below(2); ++c)
        group.couriers.push_back(
            {.courier_id = add_courier("C" + std::to_string(i) + "-" + std::to_string(c),
                                       "df-" + std::to_string(below(20))),
             .wait_s = static_cast<std::uint32_t>(once_in(3) ? below(3600) : 0),
             .offset_s = static_cast<std::uint32_t>(below(3) * 86'400),
             .as_soon_as_sealed = once_in(6),
             .notify_when_missing = once_in(2),
             .stop_when_missing = once_in(3)});
      books.group = add_group(group);
      books_.push_back(std::move(books));
    }
  }

  /// The oracle's list of firings: each minute of the year on each zone's wall clock.
  void walk(Time from, Time to) {
    std::map<std::string, std::vector<Books*>> by_zone;
    for (Books& books : books_)
      by_zone[books.zone].push_back(&books);
    for (const auto& [zone, all] : by_zone) {
      setenv("TZ", zone.c_str(), 1);
      tzset();
      for (Time time = from + minutes(1); time <= to; time += minutes(1)) {
        const std::time_t moment = std::chrono::floor<seconds>(time).time_since_epoch().count();
        std::tm wall{};
        localtime_r(&moment, &wall);
        for (Books* books : all)
          if (books->pattern.matches(wall)) books->firings.push_back(time);
      }
    }
    unsetenv("TZ");
    tzset();
  }

  /// Not over by the state of each.
  std::uint64_t open_runs(const Books& books) {
    std::uint64_t open = 0;
    // All of them: one that is at work may be older than many that were skipped since.
    for (const Run& run : runs_of(books.group.id)) {
      const bool is_open = !catalog::is_over(run.state);
      open += is_open ? 1 : 0;
      if (is_open) longest_open_ = std::max(longest_open_, clock_.now() - run.created_at);
    }
    return open;
  }

  /// What the scheduler's look at this moment must find.
  std::vector<Books*> expect() {
    std::vector<Books*> due;
    const Time now = clock_.now();
    for (Books& books : books_) {
      const std::size_t first = books.next;
      while (books.next < books.firings.size() && books.firings[books.next] <= now)
        ++books.next;
      if (first == books.next) continue;
      due.push_back(&books);
      const Time newest = books.firings[books.next - 1];
      const bool late = now - newest > seconds(60);
      books.missed += books.next - first - 1;
      if (late && now - newest > seconds(books.group.catch_up_s)) {
        ++books.missed;
        continue;
      }
      const std::uint64_t open = open_runs(books);
      if (open == 0 || (open == 1 && books.group.overlap == Overlap::queue_one)) {
        ++books.fired;
        books.caught_up += late ? 1 : 0;
      } else {
        ++books.missed;
      }
    }
    return due;
  }

  void look() {
    const auto due = expect();
    tick();
    for (const Books* books : due) {
      const CourierGroup group = group_now(books->group.id);
      ASSERT_EQ(group.fired, books->fired) << group.schedule << " " << group.time_zone;
      ASSERT_EQ(group.missed, books->missed) << group.schedule << " " << group.time_zone;
      ASSERT_EQ(group.caught_up, books->caught_up) << group.schedule;
    }
    start_work();
    measure();
  }

  void start_work() {
    while (working_.size() < 4) {
      auto claimed = catalog_->runs().claim("executor", hours(100'000)).value();
      if (!claimed) return;
      const minutes takes(once_in(60) ? 60 + below(1800) : 1 + below(15));
      working_.push_back({*std::move(claimed), clock_.now() + takes});
    }
  }

  void end_work() {
    for (std::size_t i = 0; i < working_.size();) {
      if (working_[i].until > clock_.now()) {
        ++i;
        continue;
      }
      const bool fails = once_in(25);
      const catalog::ClaimedRun done = working_[i].claimed;
      working_.erase(working_.begin() + static_cast<std::ptrdiff_t>(i));
      const auto finished = catalog_->runs().finish(
          done.lease, fails ? RunState::failed : RunState::succeeded, fails ? "Bad." : "");
      ASSERT_TRUE(finished) << finished.error().message;
      note_loaded(done.run, !fails);
    }
  }

  /// No hour between the first day of a courier and what it has covered may be left out.
  void note_loaded(const Run& run, bool succeeded) {
    ++loads_;
    const Time begin = *run.range.from + hours(run.range.from_hour);
    const Time end = *run.range.to + hours(run.range.to_hour);
    const auto [place, is_first] = covered_.try_emplace(run.group_id + run.courier_id, begin);
    ASSERT_LE(begin, place->second)
        << run.name << " left out hours before " << weir::to_string(begin);
    if (!succeeded) return;
    const Time sealed = std::chrono::floor<hours>(run.created_at - sealed_after_);
    place->second = std::max(place->second, std::min(end, sealed));
  }

  /// Once as many runs are trimmed as are made, there are no more of them later than earlier.
  void measure() {
    if (++looks_ % 10 != 0 || clock_.now() < settled_at_) return;
    Size& size = clock_.now() < settled_at_ + (end_ - settled_at_) / 2 ? earlier_ : later_;
    std::uint64_t rows = 0;
    const auto counts = catalog_->runs().counts().value();
    for (const auto& one : counts)
      rows += one.runs;
    size.rows = std::max(size.rows, rows);
    std::error_code none;
    const auto bytes = std::filesystem::file_size(file_, none);
    if (none) return;
    size.bytes = std::max<std::uint64_t>(size.bytes, bytes);
  }

  /// The process dies: what is at work is lost, and taken up by the next one.
  void restart() {
    scheduler_.reset();
    working_.clear();
    ASSERT_TRUE(catalog_->runs().end_leases());
  }

  void turn_to(Time time) {
    clock_.turn(std::chrono::duration_cast<microseconds>(time - clock_.now()));
  }

  Time next_event(Time at_most) {
    Time next = at_most;
    for (const Books& books : books_)
      if (books.next < books.firings.size()) next = std::min(next, books.firings[books.next]);
    for (const Working& one : working_)
      next = std::min(next, one.until);
    if (const auto due = catalog_->group_runs().next_due().value()) next = std::min(next, *due);
    return std::max(next, clock_.now() + seconds(1));
  }

  std::mt19937_64 chance_;
  std::vector<Books> books_;
  std::vector<Working> working_;
  std::map<std::string, Time> covered_;
  std::uint64_t loads_ = 0;
  microseconds longest_open_{0};
  std::uint64_t looks_ = 0;
  struct Size {
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
  };
  Size earlier_;
  Size later_;
  std::string file_;  // of the catalog, where it is not in memory
  Time settled_at_;
  Time end_;

  struct Options {
    std::uint64_t seed = 1;
    std::uint64_t groups = 20;
    std::uint64_t days = 40;
    std::uint64_t keep_days = 20;
  };
  static std::uint64_t number(const char* name, std::uint64_t otherwise) {
    const char* given = std::getenv(name);
    return given != nullptr ? std::stoull(given) : otherwise;
  }
  static long memory_mb() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss / 1024;
  }
  void simulate(const Options& options);
};

void SimulationTest::simulate(const Options& options) {
  const std::uint64_t seed = options.seed;
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(seed));
  chance_.seed(seed);
  const auto begun = std::chrono::steady_clock::now();
  keep_runs_ = std::chrono::days(options.keep_days);
  make_groups(options.groups);
  const Time from = clock_.now();
  const Time end = from + std::chrono::days(options.days);
  settled_at_ = from + 2 * keep_runs_;
  end_ = end;
  // An outage may lead beyond the end, and the firings in it are judged too.
  walk(from, end + std::chrono::days(8));
  has_file_ = [this, seed](const std::string& courier, Time hour) {
    const auto day = std::chrono::floor<std::chrono::days>(hour).time_since_epoch().count();
    const std::size_t drawn = std::hash<std::string>()(courier + std::to_string(day)) ^ seed;
    if (drawn % 100 < 4) return false;                                         // never comes
    return drawn % 100 >= 8 || clock_.now() >= hour + hours(24 + drawn % 30);  // comes late
  };
  std::uint64_t outages = 0;
  std::uint64_t restarts = 0;
  std::uint64_t changes = 0;
  Time next_trouble = from + hours(48);
  start_scheduler();
  while (clock_.now() < end) {
    turn_to(next_event(std::min(end, next_trouble)));
    if (clock_.now() >= next_trouble) {
      next_trouble = clock_.now() + hours(12 + below(200));
      switch (below(4)) {
        case 0:  // nobody is there for hours or days
          ++outages;
          restart();
          clock_.turn(once_in(4) ? hours(24 + below(120)) : minutes(1 + below(1200)));
          break;
        case 1:
          ++restarts;
          restart();
          break;
        case 2:
          ++changes;
          clock_.turn(minutes(1 + below(240)));
          break;
        default:
          ++changes;
          clock_.turn(-minutes(1 + below(240)));
      }
    }
    end_work();
    look();
    ASSERT_FALSE(HasFatalFailure());
  }
  Books all;
  std::uint64_t firings = 0;
  for (const Books& books : books_) {
    const CourierGroup group = group_now(books.group.id);
    EXPECT_EQ(group.fired + group.missed, books.next) << "each is fired or missed";
    all.fired += group.fired;
    all.missed += group.missed;
    all.caught_up += group.caught_up;
    firings += books.next;
  }
  EXPECT_TRUE(errors_.empty()) << errors_.front();
  if (end_ > settled_at_) {
    EXPECT_GT(earlier_.rows, 0U);
    EXPECT_LT(later_.rows, earlier_.rows * 3 / 2) << "the catalog grows";
    EXPECT_LE(later_.bytes, earlier_.bytes * 3 / 2) << "the file grows";
  }
  EXPECT_GT(all.missed, 0U);
  std::cout << books_.size() << " groups: " << firings << " firings, " << all.fired << " fired, "
            << all.caught_up << " of them made up for, " << all.missed << " missed; " << loads_
            << " loads, " << outages << " outages, " << restarts << " restarts, " << changes
            << " changes of the clock; at most " << earlier_.rows
            << " runs kept in the first half and " << later_.rows << " in the second, in "
            << earlier_.bytes / 1024 << " and " << later_.bytes / 1024 << " KiB; at most "
            << memory_mb() << " MB of memory; a run was open for at most "
            << std::chrono::duration<double>(longest_open_) / hours(24) << " days; "
            << std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count()
            << " s\n";
}

TEST_F(SimulationTest, GroupsFireAsTheOracleSays) {
  simulate({.seed = number("WEIR_SEED", 1),
            .groups = number("WEIR_GROUPS", 20),
            .days = number("WEIR_DAYS", 40),
            .keep_days = number("WEIR_KEEP_DAYS", 20)});
}

// On a disk, where what was trimmed has to be room for what comes.
TEST_F(SimulationTest, TheCatalogsFileIsBoundedByTheRunsThatAreKept) {
  const TestDirectory directory;
  file_ = directory.file("catalog.db");
  catalog_ = open(file_);
  acme_ = catalog_->tenants().add("acme")->no;
  simulate({.seed = number("WEIR_SEED", 2),
            .groups = number("WEIR_GROUPS", 24),
            .days = number("WEIR_DAYS", 40),
            .keep_days = number("WEIR_KEEP_DAYS", 6)});
  EXPECT_GT(later_.bytes, 0U);
  catalog_.reset();
}

}  // namespace
}  // namespace weir::workflow
