// The documented lists of date and time formats are Joda patterns, tried one after the other. The
// numbers are read as Spark's readers read them (file_text.hpp), so that there is one way from
// text to a number; only a feed's float takes no NaN and no infinity.

#include "engine/spark/feed_text.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <vector>

#include "base/assert.hpp"
#include "engine/spark/file_text.hpp"
#include "engine/spark/joda_pattern.hpp"
#include "engine/spark/text_trim.hpp"
#include "engine/spark/zone.hpp"

namespace weir::spark {

namespace {

// The order is the one of spec/feeds.md 5.
constexpr std::array<std::string_view, 9> date_patterns{"yyyyMMdd",   "yyyy-MM-dd",  "yyyy/MM/dd",
                                                        "MM/dd/yyyy", "MM/dd/yy",    "dd-MMM-yyyy",
                                                        "dd-MMM-yy",  "dd MMM yyyy", "ddMMMyyyy"};
constexpr std::array<std::string_view, 14> time_patterns{"HHmmssZ",
                                                         "HHmmss",
                                                         "HHmmss.SSSSSSSSSZ",
                                                         "HHmmss.SSSSSSSSS",
                                                         "HH:mm:ss.SSS z",
                                                         "HH:mm:ss.SSSSSSSSSZ",
                                                         "HH:mm:ss.SSSSSSSSS",
                                                         "HH:mm:ssZ",
                                                         "HH:mm:ss",
                                                         "HH:mm",
                                                         "HH",
                                                         "hh:mm:ss a",
                                                         "hh:mm a",
                                                         "hh:mma z"};
// ISO 8601 allows these too; none of them fits a pattern above.
constexpr std::array<std::string_view, 2> more_time_patterns{"HH:mmZ", "HH:mm:ss z"};

/// What can be seen of a text, or of all texts that a pattern takes, at a glance: what follows the
/// digits in front, and whether there is a fraction. Trying a pattern that cannot fit costs as much
/// as taking one.
struct Shape {
  char behind_digits = 0;  // one of : - and /, or 0
  bool has_point = false;
  bool operator==(const Shape&) const = default;
};

Shape shape_of(std::string_view text, std::size_t digits_end) {
  Shape out;
  const char next = digits_end < text.size() ? text[digits_end] : '\0';
  if (next == ':' || next == '-' || next == '/') out.behind_digits = next;
  out.has_point = text.find('.') != std::string_view::npos;
  return out;
}

Shape shape_of_text(std::string_view text) {
  const std::size_t sign = text.starts_with('-') || text.starts_with('+') ? 1 : 0;
  return shape_of(text, std::min(text.find_first_not_of("0123456789", sign), text.size()));
}

/// All patterns of the lists begin with numbers.
Shape shape_of_pattern(std::string_view pattern) {
  return shape_of(pattern, std::min(pattern.find_first_not_of("yMdHhms"), pattern.size()));
}

struct Candidate {
  JodaPattern pattern;
  Shape shape;
};

std::vector<Candidate> compiled(auto... lists) {
  std::vector<Candidate> out;
  const auto add = [&out](const auto& list) {
    for (const std::string_view text : list) {
      auto pattern = JodaPattern::parse(text, JodaPattern::Use::listed);
      WEIR_ASSERT(pattern.has_value());
      out.push_back({*std::move(pattern), shape_of_pattern(text)});
    }
  };
  (add(lists), ...);
  return out;
}

bool may_end(std::string_view behind_date) {
  return behind_date.empty() || behind_date[0] == ' ' || behind_date[0] == 'T' ||
         xml_zone_s(behind_date);
}

/// The first pattern that reads the front of a text and leaves it where a date may end.
std::optional<WrittenMoment> take_date(std::string_view& text, int this_year) {
  static const std::vector<Candidate> candidates = compiled(date_patterns);
  const char next = shape_of_text(text).behind_digits;
  for (const auto& [pattern, shape] : candidates) {
    if (shape.behind_digits != 0 && shape.behind_digits != next) continue;
    std::string_view ahead = text;
    const auto date = pattern.take(ahead, this_year);
    if (!date || !may_end(ahead)) continue;
    text = ahead;
    return date;
  }
  return std::nullopt;
}

std::optional<WrittenMoment> read_time(std::string_view text, int this_year) {
  static const std::vector<Candidate> candidates = compiled(time_patterns, more_time_patterns);
  const Shape wanted = shape_of_text(text);
  for (const auto& [pattern, shape] : candidates) {
    if (shape != wanted) continue;
    if (const auto time = pattern.read(text, this_year)) return time;
  }
  return std::nullopt;
}

/// 2027-03-02, 2027-03-02T08:00:00 and 2027-03-02T08:00:00Z, also with a blank for the T, in a
/// tenth of the time that the patterns take. Whatever is not so is left to them.
std::optional<WrittenMoment> read_usual(std::string_view text) {
  constexpr std::string_view form = "0000-00-00T00:00:00Z";
  constexpr std::size_t date_bytes = 10;
  const std::size_t size = text.size();
  if (size != date_bytes && size != form.size() && size != form.size() - 1) return std::nullopt;
  for (std::size_t i = 0; i < size; ++i) {
    const bool fits = form[i] == '0' ? text[i] >= '0' && text[i] <= '9'
                                     : text[i] == form[i] || (form[i] == 'T' && text[i] == ' ');
    if (!fits) return std::nullopt;
  }
  const auto two = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const std::chrono::year_month_day date(std::chrono::year(two(0) * 100 + two(2)),
                                         std::chrono::month(static_cast<unsigned>(two(5))),
                                         std::chrono::day(static_cast<unsigned>(two(8))));
  if (text[0] == '0' || !date.ok()) return std::nullopt;
  WrittenMoment out;
  out.day = static_cast<std::int32_t>(std::chrono::sys_days(date).time_since_epoch().count());
  if (size == date_bytes) return out;
  const int hour = two(11);
  const int minute = two(14);
  const int second = two(17);
  if (hour > 23 || minute > 59 || second > 59) return std::nullopt;
  out.time_us = ((hour * 60 + minute) * 60 + second) * second_us;
  if (size == form.size()) out.offset_us = 0;
  return out;
}

std::optional<WrittenMoment> read_moment(std::string_view text, int this_year) {
  if (const auto usual = read_usual(text)) return usual;
  text = trim_all(text);
  auto moment = take_date(text, this_year);
  if (!moment || text.empty()) return moment;
  // The zone of an xs:date, which has no time.
  if (const auto zone_s = xml_zone_s(text)) {
    moment->offset_us = *zone_s * second_us;
    return moment;
  }
  text.remove_prefix(1);
  const auto time = read_time(trim_all(text), this_year);
  if (!time) return std::nullopt;
  moment->time_us = time->time_us;
  moment->offset_us = time->offset_us;
  return moment;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word(std::string_view text, std::string_view word) {
  return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                    [](char a, char b) { return lower(a) == b; });
}

}  // namespace

std::optional<bool> feed_boolean(std::string_view text) {
  text = trim_all(text);
  if (is_word(text, "yes")) return true;
  if (is_word(text, "no")) return false;
  return boolean_from_file(text);
}

std::optional<double> feed_float(std::string_view text) {
  const auto value = double_from_file(text);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<Day> feed_date(std::string_view text, int this_year) {
  const auto moment = read_moment(text, this_year);
  if (!moment) return std::nullopt;
  return Day{moment->day};
}

std::optional<Moment> feed_datetime(std::string_view text, int this_year) {
  const auto moment = read_moment(text, this_year);
  return moment ? moment->utc() : std::nullopt;
}

std::optional<Day> feed_date_alone(std::string_view text, int this_year) {
  text = trim_all(text);
  const auto date = take_date(text, this_year);
  if (!date || (!text.empty() && !xml_zone_s(text))) return std::nullopt;
  return Day{date->day};
}

}  // namespace weir::spark
