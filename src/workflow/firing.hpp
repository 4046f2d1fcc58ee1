#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "catalog/run_records.hpp"
#include "workflow/calendar.hpp"
#include "workflow/schedule.hpp"

/// When a group's schedule makes a run, and of which days (spec/workflows.md 2 and 3). Pure: times
/// come as arguments.
namespace weir::workflow {

/// A firing that is found later than this is late: the server was down, or its clock was wrong.
inline constexpr std::chrono::seconds late_after{60};

/// What is known of a group when its schedule is looked at.
struct Look {
  Time after;  // firings up to then are dealt with
  Time now;
  std::chrono::seconds catch_up{0};
  catalog::Overlap overlap = catalog::Overlap::queue_one;
  std::uint64_t runs_open = 0;  // of the group, not over
};

/// What the look at a schedule found.
struct Due {
  enum class What : std::uint8_t {
    nothing,
    start,  // the newest firing makes a run
    queue,  // it does, and the run waits until the one before is over
    skip,   // it makes none, since the run before is at work
    miss,   // it makes none, since it comes too late
  };
  What what = What::nothing;
  std::optional<Time> at{};  // the newest firing
  bool late = false;
  std::uint64_t missed = 0;  // firings before it that make no run; the days of theirs are its own
  std::optional<Time> first_missed{};
};

/// Of the firings in (after, now] the newest counts. Those before it are missed, since one run
/// loads the days of all. The newest is missed too where it is late and older than `catch_up`.
Due look(const Schedule& schedule, const Look& look);

/// Days in the group's zone, `to` not included; both empty: all.
struct Days {
  std::optional<Day> from;
  std::optional<Day> to;
  bool operator==(const Days&) const = default;
};

/// The days that a courier loads in a run for the time `at`: those since its last success, up to
/// the one that holds `at` less the offset. One that waits for sealed hours loads up to the last
/// day that is over. Never none: a day may be loaded again.
Days days_of(const catalog::CourierGroup& group, const catalog::GroupCourier& courier, Time at,
             const Calendar& calendar);

/// The UTC hours of these days.
catalog::RunRange hours_of(const Days& days, const Calendar& calendar);

/// Where the next run begins after one that loaded these days while all hours before `sealed_to`
/// were sealed: a day that was not over is loaded again. Never before `before`.
std::optional<Day> covered(const Days& days, Time sealed_to, const Calendar& calendar,
                           std::optional<Day> before);

}  // namespace weir::workflow
