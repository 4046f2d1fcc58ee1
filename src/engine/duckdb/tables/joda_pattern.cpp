// A pattern is read once into steps, and a text is walked by them. strptime knows other letters,
// and ICU another leniency.

#include "engine/duckdb/tables/joda_pattern.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "engine/spark/calendar.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::string_view known_letters = "yYuMdEHhKkmsSaZzX";
constexpr std::string_view number_letters = "yYuMdHhKkmsS";
constexpr int years_back = 80;  // of those that two digits may mean; Joda's pivot, less 50

constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};
constexpr std::array<std::string_view, 7> weekdays{"monday", "tuesday",  "wednesday", "thursday",
                                                   "friday", "saturday", "sunday"};
constexpr std::size_t short_name = 3;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The place of a name, whole or its first three letters, in a list; 1, 2, 3, ...
template <std::size_t N>
std::optional<int> place_of(std::string_view word, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i) {
    if (equal_ignoring_case(word, names[i]) ||
        equal_ignoring_case(word, names[i].substr(0, short_name)))
      return static_cast<int>(i) + 1;
  }
  return std::nullopt;
}

bool keep(std::optional<int> value, int least, int most, int& out) {
  if (!value || *value < least || *value > most) return false;
  out = *value;
  return true;
}

}  // namespace

/// The fields parsed so far; hours stay as written until all fields are known.
struct JodaPattern::Reading {
  int this_year = 1970;
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int fraction_us = 0;
  bool half_day = false;  // the hour is one of twelve
  bool afternoon = false;
  std::optional<int> offset_minutes;

  std::optional<Moment> moment() const {
    const auto days = spark::days_of({year, month, day});
    const auto number = days ? spark::day_in_range(*days) : std::nullopt;
    if (!number) return std::nullopt;
    const int hours = half_day && afternoon ? hour + 12 : hour;
    const std::int64_t seconds = std::int64_t{hours} * 3600 + std::int64_t{minute} * 60 + second;
    return Moment{number->days, seconds * 1'000'000 + fraction_us, offset_minutes};
  }
};

std::optional<std::int64_t> Moment::utc_us() const {
  const std::int64_t offset_us = std::int64_t{offset_minutes.value_or(0)} * 60 * spark::second_us;
  const auto moment = spark::moment_of(day, spark::day_us, time_us - offset_us);
  return moment ? std::optional(moment->us) : std::nullopt;
}

Result<JodaPattern> JodaPattern::parse(std::string_view pattern) {
  JodaPattern out;
  const auto literal = [&out](char c) {
    if (out.elements_.empty() || out.elements_.back().letter != 0)
      out.elements_.push_back({0, 0, false, ""});
    out.elements_.back().literal += c;
  };
  std::size_t i = 0;
  while (i < pattern.size()) {
    const char c = pattern[i];
    if (c == '\'') {
      const std::size_t end = pattern.find('\'', i + 1);
      if (end == std::string_view::npos)
        return fail(Errc::bad_request, "the date pattern \"" + std::string(pattern) +
                                           "\" has a quote at " + std::to_string(i + 1) +
                                           " that is not closed");
      for (std::size_t at = i + 1; at < end; ++at)
        literal(pattern[at]);
      if (end == i + 1) literal('\'');
      i = end + 1;
    } else if (!is_letter(c)) {
      literal(c);
      ++i;
    } else {
      if (known_letters.find(c) == std::string_view::npos)
        return fail(Errc::bad_request,
                    "the date pattern \"" + std::string(pattern) + "\" uses the letter " + c +
                        " at " + std::to_string(i + 1) +
                        ", which is not supported; use y M d E H h K k m s S a Z z");
      const std::size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      out.elements_.push_back({c, end - i, false, ""});
      i = end;
    }
  }
  for (std::size_t e = 0; e + 1 < out.elements_.size(); ++e) {
    const Element& next = out.elements_[e + 1];
    out.elements_[e].number_follows = next.letter != 0 &&
                                      number_letters.find(next.letter) != std::string_view::npos &&
                                      !(next.letter == 'M' && next.count >= short_name);
  }
  if (out.elements_.empty()) return fail(Errc::bad_request, "the date pattern is empty");
  return out;
}

std::optional<Moment> JodaPattern::take(TextScan& scan, int this_year) const {
  TextScan ahead = scan;
  Reading reading;
  reading.this_year = this_year;
  for (const Element& element : elements_) {
    if (!take_element(element, ahead, reading)) return std::nullopt;
  }
  const auto moment = reading.moment();
  if (moment) scan = ahead;
  return moment;
}

std::optional<Moment> JodaPattern::read(std::string_view text, int this_year) const {
  TextScan scan(text);
  const auto moment = take(scan, this_year);
  return scan.done() ? moment : std::nullopt;
}

bool JodaPattern::take_element(const Element& element, TextScan& scan, Reading& reading) {
  const auto number = [&](std::size_t most = 2) {
    const std::size_t digits = std::max(element.count, most);
    return element.number_follows ? scan.digits(element.count, element.count)
                                  : scan.digits(1, digits);
  };
  switch (element.letter) {
    case 0:
      return scan.take(element.literal);
    case 'y':
    case 'Y':
    case 'u':
      return take_year(element, scan, reading);
    case 'M':
      return take_month(element, scan, reading);
    case 'd':
      return keep(number(), 1, 31, reading.day);
    case 'E':
      return place_of(scan.word(), weekdays).has_value();
    case 'H':
      return keep(number(), 0, 23, reading.hour);
    case 'k':
      if (!keep(number(), 1, 24, reading.hour)) return false;
      reading.hour %= 24;
      return true;
    case 'h':
    case 'K':
      reading.half_day = true;
      if (!keep(number(), element.letter == 'h' ? 1 : 0, element.letter == 'h' ? 12 : 11,
                reading.hour))
        return false;
      reading.hour %= 12;
      return true;
    case 'm':
      return keep(number(), 0, 59, reading.minute);
    case 's':
      return keep(number(), 0, 59, reading.second);
    case 'S':
      return keep(scan.fraction(element.count), 0, 999'999, reading.fraction_us);
    case 'a': {
      const std::string_view word = scan.word();
      reading.afternoon = equal_ignoring_case(word, "pm");
      return reading.afternoon || equal_ignoring_case(word, "am");
    }
    case 'Z':
    case 'X':
      reading.offset_minutes = take_offset(scan);
      return reading.offset_minutes.has_value();
    default:  // z
      reading.offset_minutes = take_zone(scan);
      return reading.offset_minutes.has_value();
  }
}

bool JodaPattern::take_year(const Element& element, TextScan& scan, Reading& reading) {
  if (element.count == 2) {
    int last_two = 0;
    if (!keep(scan.digits(2, 2), 0, 99, last_two)) return false;
    const int first = reading.this_year - years_back;
    reading.year = first + ((last_two - first) % 100 + 100) % 100;
    return true;
  }
  return keep(scan.digits(element.count, std::max<std::size_t>(element.count, 4)), 0,
              std::numeric_limits<int>::max(), reading.year);
}

bool JodaPattern::take_month(const Element& element, TextScan& scan, Reading& reading) {
  if (element.count >= short_name) {
    // A digit may follow directly ("05JAN2024"), a letter may not.
    return keep(place_of(scan.word(), months), 1, 12, reading.month);
  }
  const auto month =
      element.number_follows ? scan.digits(element.count, element.count) : scan.digits(1, 2);
  return keep(month, 1, 12, reading.month);
}

}  // namespace weir::engine::duckdb
