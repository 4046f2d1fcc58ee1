#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "workflow/cron.hpp"

/// What runs when, and what becomes of it: schedules of courier groups (spec/workflows.md 2).
namespace weir::workflow {

/// A time at which a schedule fires, or would have fired if the wall clock had shown it.
struct Firing {
  enum class Kind {
    once,
    first,    // the wall clock shows this time twice; this is the first
    second,   // likewise; this is the second
    skipped,  // the wall clock jumps over this time: it does not fire; `at` is when it jumps
  };
  Time at;
  std::string local;  // what the wall clock shows, "2027-03-28T02:30", with the offset of then
                      // ("+01:00"); without an offset where it is skipped
  Kind kind = Kind::once;
};

/// When something recurs: a cron expression on the wall clock of a time zone. It fires at each
/// minute in which the wall clock shows a matching time: an hour that daylight saving skips does
/// not fire, one that it doubles fires twice. Pure: no clock is read. Thread-safe.
class Schedule {
 public:
  /// `zone` is a name of the IANA database, as the machine's tzdata has it. bad_request says which
  /// of the two is wrong.
  static Result<Schedule> make(std::string_view cron, std::string_view zone);

  /// The next `count` firings after a moment, in order. Skipped times are listed among them on
  /// request and do not count.
  std::vector<Firing> next(Time after, std::size_t count, bool with_skipped = false) const;
  /// The firings in (after, until], at most `most`.
  std::vector<Firing> between(Time after, Time until, std::size_t most) const;

 private:
  struct Zone;
  class Walk;
  Schedule(Cron cron, std::shared_ptr<const Zone> zone);

  Cron cron_;
  std::shared_ptr<const Zone> zone_;
};

}  // namespace weir::workflow
