#pragma once

#include <memory>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace weir::workflow {

/// The days of a time zone as UTC times. Pure. Thread-safe.
class Calendar {
 public:
  /// `zone` is a name of the IANA database; bad_request where the machine's tzdata has none.
  static Result<Calendar> make(std::string_view zone);

  /// The day that the zone's wall clock shows.
  Day day_of(Time time) const;
  /// When that day begins there. Where its midnight is skipped, when the clock jumps over it.
  Time begin_of(Day day) const;
  /// The first UTC hour that begins in that day: files are kept by UTC hours, and an hour belongs
  /// to the day in which it begins.
  Time first_hour_of(Day day) const;

 private:
  struct Zone;
  explicit Calendar(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
  std::shared_ptr<const Zone> zone_;
};

}  // namespace weir::workflow
