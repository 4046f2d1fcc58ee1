// Uses std::chrono's calendar within four hundred years, after which it repeats: its year has 16
// bits. So has that of Howard Hinnant's library, whose streams also throw beyond it.

#include "base/time.hpp"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>

namespace weir {
namespace {

constexpr std::int64_t cycle_years = 400;
constexpr std::int64_t cycle_days = 146'097;
constexpr std::int64_t year_max = 999'999'999;
constexpr std::int64_t four_digits_max = 9999;
constexpr std::int64_t second_us = 1'000'000;
constexpr std::int64_t day_us = 86'400 * second_us;

struct Divided {
  std::int64_t whole;
  std::int64_t rest;  // never negative
};

Divided divided(std::int64_t value, std::int64_t by) {
  const std::int64_t rest = value % by;
  return rest < 0 ? Divided{value / by - 1, rest + by} : Divided{value / by, rest};
}

template <class... Values>
std::string printed(const char* format, Values... values) {
  char text[40];
  return {text, static_cast<std::size_t>(std::snprintf(text, sizeof text, format, values...))};
}

std::optional<int> two_digits(std::string_view text, int max) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.size() != 2 || !digit(text[0]) || !digit(text[1])) return std::nullopt;
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  return value <= max ? std::optional(value) : std::nullopt;
}

/// ".25" or nothing is cut from the front of `text`; what is finer than a microsecond is dropped.
std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
  if (text.empty() || text.front() != '.') return std::chrono::microseconds(0);
  text.remove_prefix(1);
  int value = 0;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (digits == 6) continue;
    ++digits;
    value = value * 10 + (text.front() - '0');
  }
  if (digits == 0) return std::nullopt;
  for (; digits < 6; ++digits)
    value *= 10;
  return std::chrono::microseconds(value);
}

/// "Z" or "+02:00".
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto hours = two_digits(text.substr(1, 2), 23);
  const auto minutes = two_digits(text.substr(4, 2), 59);
  if (!hours || !minutes) return std::nullopt;
  const std::chrono::minutes offset(*hours * 60 + *minutes);
  return text[0] == '-' ? -offset : offset;
}

}  // namespace

CalendarDay calendar_day(Day day) {
  const auto [cycle, rest] = divided(day.time_since_epoch().count(), cycle_days);
  const std::chrono::year_month_day date{Day(std::chrono::days(rest))};
  return {cycle * cycle_years + static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

std::optional<Day> day_of(const CalendarDay& date) {
  if (date.year > year_max || date.year < -year_max) return std::nullopt;
  const auto [cycle, rest] = divided(date.year, cycle_years);
  const std::chrono::year_month_day day(std::chrono::year(static_cast<int>(rest)),
                                        std::chrono::month(date.month), std::chrono::day(date.day));
  if (!day.ok()) return std::nullopt;
  return Day(day) + std::chrono::days(cycle * cycle_days);
}

std::string to_string(Day day) {
  const CalendarDay date = calendar_day(day);
  const char* sign = date.year < 0 ? "-" : date.year > four_digits_max ? "+" : "";
  return printed("%s%04" PRId64 "-%02u-%02u", sign, std::abs(date.year), date.month, date.day);
}

std::string to_string(Time time) {
  // Not by floor() and a difference, which overflow in the first and the last day.
  const auto [days, us] = divided(time.time_since_epoch().count(), day_us);
  const std::int64_t seconds = us / second_us;
  return to_string(Day(std::chrono::days(days))) +
         printed("T%02" PRId64 ":%02" PRId64 ":%02" PRId64 ".%06" PRId64 "Z", seconds / 3600,
                 seconds / 60 % 60, seconds % 60, us % second_us);
}

// Both are our own: a general parser computes with fields that are missing in a malformed text.
std::optional<Day> parse_day(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto century = two_digits(text.substr(0, 2), 99);
  const auto year = two_digits(text.substr(2, 2), 99);
  const auto month = two_digits(text.substr(5, 2), 12);
  const auto day = two_digits(text.substr(8, 2), 31);
  if (!century || !year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(*century * 100 + *year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  return date.ok() ? std::optional(Day(date)) : std::nullopt;
}

std::optional<Time> parse_time(std::string_view text) {
  const auto day = parse_day(text.substr(0, 10));
  if (!day || text.size() < 20 || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  if (text[13] != ':' || text[16] != ':') return std::nullopt;
  const auto hour = two_digits(text.substr(11, 2), 23);
  const auto minute = two_digits(text.substr(14, 2), 59);
  const auto second = two_digits(text.substr(17, 2), 59);
  if (!hour || !minute || !second) return std::nullopt;
  text.remove_prefix(19);
  const auto fraction = take_fraction(text);
  const auto offset = parse_offset(text);
  if (!fraction || !offset) return std::nullopt;
  return *day + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction - *offset;
}

}  // namespace weir
