#pragma once

#include <bitset>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace weir::workflow {

/// A cron expression of five fields, as Vixie's cron reads it (crontab(5); spec/workflows.md 2):
/// minute, hour, day of month, month, day of week, separated by spaces or tabs. A field is a list
/// of `*`, numbers, ranges, and of `*` or a range with a step (`*/15`, `9-17/2`). Months and days
/// of the week may be named by three letters in any case; day of week 0 and 7 is Sunday.
///
/// It knows nothing of time zones: it says which minutes of a wall clock match. A plain value.
class Cron {
 public:
  /// bad_request names the field, what is wrong with it, and what may stand there. An expression
  /// that no day of any year matches is refused too.
  static Result<Cron> parse(std::string_view text);

  /// Whether it fires on that day at all. Where day of month and day of week are both restricted,
  /// either is enough; a field that begins with `*` restricts nothing here.
  bool on_day(Day day) const;
  bool at_hour(int hour) const { return hours_[static_cast<std::size_t>(hour)]; }
  bool at_minute(int minute) const { return minutes_[static_cast<std::size_t>(minute)]; }

 private:
  Cron() = default;
  bool ever_on_a_day() const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;    // 1 to 31
  std::bitset<13> months_;  // 1 to 12
  std::bitset<7> weekdays_;
  bool any_day_ = false;      // the field begins with *
  bool any_weekday_ = false;  // likewise
};

}  // namespace weir::workflow
