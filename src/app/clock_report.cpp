// Looked at once a second: a jump that was over in between shows in the count of jumps.
#include "app/clock_report.hpp"

#include <spdlog/spdlog.h>

namespace weir::app {
namespace {

std::int64_t seconds_of(std::chrono::microseconds time) {
  return std::chrono::floor<std::chrono::seconds>(time).count();
}

}  // namespace

void ClockReport::look(const WatchedClock::State& clock, std::chrono::microseconds stamps_ahead) {
  const bool was_ahead = clock_.ahead.count() != 0;
  const bool is_ahead = clock.ahead.count() != 0;
  if (clock.jumps != clock_.jumps)
    spdlog::error(
        "THE CLOCK JUMPED AHEAD{}: payloads are refused until it is right again, or has stood "
        "there for clock.jump_wait_s",
        is_ahead ? fmt::format(" by {} s", seconds_of(clock.ahead)) : "");
  if (clock.jumps_taken != clock_.jumps_taken)
    spdlog::warn("The time to which the clock jumped is taken for true: it has stood there");
  else if (!is_ahead && (was_ahead || clock.jumps != clock_.jumps))
    spdlog::warn("The clock is right again");
  clock_ = clock;
  const bool are_ahead = stamps_ahead > stamps_ahead_max_;
  if (are_ahead && !are_stamps_ahead_)
    spdlog::error(
        "THE CLOCK WAS AHEAD ONCE: the newest record is stamped {} s later than it is now, and so "
        "is "
        "all that comes until then; docs/operations.md, \"The clock\", has the way back",
        seconds_of(stamps_ahead));
  else if (!are_ahead && are_stamps_ahead_)
    spdlog::info("Records are stamped with the time of the clock again");
  are_stamps_ahead_ = are_ahead;
}

}  // namespace weir::app
