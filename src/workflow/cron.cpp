// A parser for one short grammar. No library: Debian has none for C++, and those of other languages
// disagree on steps, on names, and on how the two fields of days meet.

#include "workflow/cron.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace weir::workflow {

namespace {

constexpr std::size_t fields = 5;
constexpr std::size_t text_max = 1000;  // bytes of an expression

struct FieldRule {
  const char* name;
  int first;
  int last;
  std::string_view names;  // of the values from `first` on, three letters each
};

constexpr std::array<FieldRule, fields> rules{{
    {"minute", 0, 59, ""},
    {"hour", 0, 23, ""},
    {"day of month", 1, 31, ""},
    {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec"},
    {"day of week", 0, 7, "sunmontuewedthufrisat"},
}};
constexpr int sunday_again = 7;

Failure wrong(const FieldRule& rule, std::string_view field, const std::string& what) {
  std::string names;
  if (!rule.names.empty())
    names = std::string(", or a name such as ") + std::string(rule.names.substr(3, 3));
  return fail(Errc::bad_request,
              std::string("The ") + rule.name + " \"" + std::string(field) + "\" of the schedule " +
                  what + "; it may be *, numbers from " + std::to_string(rule.first) + " to " +
                  std::to_string(rule.last) + names +
                  ", ranges such as 2-4, steps such as */2, and lists of these.");
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators,
                                    bool keep_empty) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(text.find_first_of(separators, begin), text.size());
    if (keep_empty || end > begin) parts.push_back(text.substr(begin, end - begin));
    if (end == text.size()) return parts;
    begin = end + 1;
  }
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.front() == '-')
    return std::nullopt;
  return value;
}

std::optional<int> value_of(const FieldRule& rule, std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (const auto value = number(text)) {
    if (*value < rule.first || *value > rule.last) return std::nullopt;
    return value;
  }
  constexpr std::size_t letters = 3;
  if (text.size() != letters) return std::nullopt;
  std::string low(text);
  std::transform(low.begin(), low.end(), low.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (std::size_t at = 0; at < rule.names.size(); at += letters) {
    if (rule.names.substr(at, letters) == low) return rule.first + static_cast<int>(at / letters);
  }
  return std::nullopt;
}

struct Span {
  int from = 0;
  int to = 0;
  int step = 1;
};

/// One member of a field's list.
Result<Span> span_of(const FieldRule& rule, std::string_view field, std::string_view member) {
  const auto parts = split(member, "/", true);
  if (parts.size() > 2)
    return wrong(rule, field, "has more than one step in \"" + std::string(member) + "\"");
  Span span{rule.first, rule.last, 1};
  const std::string_view range = parts[0];
  if (range != "*") {
    const auto ends = split(range, "-", true);
    const auto from = value_of(rule, ends[0]);
    const auto to = value_of(rule, ends.back());
    if (ends.size() > 2 || !from || !to)
      return wrong(rule, field, "has \"" + std::string(range) + "\", which is no value of it");
    if (*from > *to)
      return wrong(rule, field,
                   "has the range \"" + std::string(range) + "\", which ends before it begins");
    if (parts.size() == 2 && ends.size() == 1)
      return wrong(rule, field,
                   "has a step without a range; write \"" + std::string(range) + "-" +
                       std::to_string(rule.last) + "/" + std::string(parts[1]) + "\"");
    span.from = *from;
    span.to = *to;
  }
  if (parts.size() == 2) {
    const auto step = parts[1].empty() ? std::nullopt : number(parts[1]);
    if (!step || *step == 0)
      return wrong(
          rule, field,
          "has the step \"" + std::string(parts[1]) + "\", which is no whole number above 0");
    span.step = *step;
  }
  return span;
}

template <std::size_t N>
Result<std::bitset<N>> values_of(const FieldRule& rule, std::string_view field) {
  std::bitset<N> values;
  for (const std::string_view member : split(field, ",", true)) {
    WEIR_TRY(const Span span, span_of(rule, field, member));
    for (int value = span.from; value <= span.to; value += std::min(span.step, span.to - value + 1))
      values.set(static_cast<std::size_t>(value == sunday_again && N == 7 ? 0 : value));
  }
  return values;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  const auto parts = split(text, " \t", false);
  if (parts.size() != fields || text.size() > text_max)
    return fail(Errc::bad_request,
                "A schedule has five fields, minute, hour, day of month, month and day of week, as "
                "in \"30 8 * * *\"; this one has " +
                    std::to_string(parts.size()) + ".");
  Cron cron;
  WEIR_TRY(cron.minutes_, values_of<60>(rules[0], parts[0]));
  WEIR_TRY(cron.hours_, values_of<24>(rules[1], parts[1]));
  WEIR_TRY(cron.days_, values_of<32>(rules[2], parts[2]));
  WEIR_TRY(cron.months_, values_of<13>(rules[3], parts[3]));
  WEIR_TRY(cron.weekdays_, values_of<7>(rules[4], parts[4]));
  cron.any_day_ = parts[2].starts_with('*');
  cron.any_weekday_ = parts[4].starts_with('*');
  if (!cron.ever_on_a_day())
    return fail(Errc::bad_request,
                "The day of month \"" + std::string(parts[2]) + "\" and the month \"" +
                    std::string(parts[3]) +
                    "\" of the schedule never meet: no such month has that day.");
  return cron;
}

bool Cron::on_day(Day day) const {
  const CalendarDay date = calendar_day(day);
  if (!months_[date.month]) return false;
  const bool of_month = days_[date.day];
  const bool of_week = weekdays_[std::chrono::weekday(day).c_encoding()];
  return any_day_ || any_weekday_ ? of_month && of_week : of_month || of_week;
}

bool Cron::ever_on_a_day() const {
  if (!any_day_ && !any_weekday_) return true;  // every month has each day of the week
  constexpr std::array<std::size_t, 13> longest{0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  for (std::size_t month = 1; month < longest.size(); ++month) {
    for (std::size_t day = 1; months_[month] && day <= longest[month]; ++day) {
      if (days_[day]) return true;
    }
  }
  return false;
}

}  // namespace weir::workflow
