#include "base/time.hpp"

#include <sstream>

#include <date/date.h>

namespace weir {

std::string to_string(Day day) {
  return date::format("%F", date::sys_days(day.time_since_epoch()));
}

std::string to_string(Time time) {
  return date::format("%FT%TZ", date::sys_time<std::chrono::microseconds>(time.time_since_epoch()));
}

std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  std::istringstream in{std::string(text)};
  date::sys_days day;
  in >> date::parse("%F", day);
  if (in.fail() || date::format("%F", day) != text) return std::nullopt;
  return Day(day.time_since_epoch());
}

std::optional<Time> parse_time(std::string_view text) {
  // "%Ez" reads +hh:mm; RFC 3339's Z is the offset zero.
  std::string copy(text);
  if (!copy.empty() && (copy.back() == 'Z' || copy.back() == 'z')) {
    copy.pop_back();
    copy += "+00:00";
  }
  std::istringstream in{copy};
  date::sys_time<std::chrono::microseconds> time;
  in >> date::parse("%FT%T%Ez", time);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return Time(time.time_since_epoch());
}

}  // namespace weir
