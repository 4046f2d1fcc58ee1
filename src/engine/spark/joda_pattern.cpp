// A pattern is read once into elements, which take the front of a text one after the other and
// never go back, as Joda's parsers do. The fields are set when all are read, longest range first,
// and then once more, so that 29 February finds its leap year.
//
// Java's DateTimeFormatter knows other letters (datetime_pattern.hpp), ICU's has another leniency.
#include "engine/spark/joda_pattern.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "engine/spark/zone.hpp"

namespace weir::spark {

namespace {

using joda::Field;

constexpr int pivot_back = 30;   // two digits mean a year around the current one less this,
constexpr int pivot_range = 50;  // from this many before
constexpr std::size_t year_digits_max = 9;
constexpr std::size_t fraction_digits_max = 18;
constexpr std::size_t fields_max = 32;
constexpr int default_year = 2000;
constexpr std::int64_t hour_us = 3600 * second_us;

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::size_t short_name = 3;
constexpr std::array<std::pair<std::string_view, int>, 4> eras{
    {{"BCE", 0}, {"BC", 0}, {"CE", 1}, {"AD", 1}}};
constexpr std::array<std::pair<std::string_view, int>, 2> halfdays{{{"AM", 0}, {"PM", 1}}};
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> zones{
    {{"UTC", "UTC"},
     {"UT", "UTC"},
     {"GMT", "UTC"},
     {"EST", "America/New_York"},
     {"EDT", "America/New_York"},
     {"CST", "America/Chicago"},
     {"CDT", "America/Chicago"},
     {"MST", "America/Denver"},
     {"MDT", "America/Denver"},
     {"PST", "America/Los_Angeles"},
     {"PDT", "America/Los_Angeles"}}};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

/// Whether a text begins with a name as it is, in lower case or in upper case; no mixture.
bool begins_with(std::string_view text, std::string_view name) {
  if (text.size() < name.size()) return false;
  text = text.substr(0, name.size());
  const auto in = [&](char (*change)(char)) {
    return std::equal(text.begin(), text.end(), name.begin(),
                      [change](char a, char b) { return a == change(b); });
  };
  return text == name || in(lower) || in(upper);
}

bool take_text(std::string_view& text, std::string_view literal) {
  if (text.size() < literal.size()) return false;
  for (std::size_t i = 0; i < literal.size(); ++i)
    if (lower(text[i]) != lower(literal[i])) return false;
  text.remove_prefix(literal.size());
  return true;
}

/// The longest name that the text begins with, whole or short.
template <std::size_t N>
std::optional<int> take_name(std::string_view& text, const std::array<std::string_view, N>& names) {
  for (const bool whole : {true, false}) {
    for (std::size_t i = 0; i < N; ++i) {
      const std::string_view name = whole ? names[i] : names[i].substr(0, short_name);
      if (!begins_with(text, name)) continue;
      text.remove_prefix(name.size());
      return static_cast<int>(i) + 1;
    }
  }
  return std::nullopt;
}

template <std::size_t N>
std::optional<int> take_name(std::string_view& text,
                             const std::array<std::pair<std::string_view, int>, N>& names) {
  for (const auto& [name, value] : names) {
    if (!begins_with(text, name)) continue;
    text.remove_prefix(name.size());
    return value;
  }
  return std::nullopt;
}

std::size_t digits_of(std::string_view text, std::size_t most) {
  std::size_t count = 0;
  while (count < most && count < text.size() && is_digit(text[count]))
    ++count;
  return count;
}

/// Takes so many digits; nothing beyond 32 bits.
std::optional<std::int64_t> take_digits(std::string_view& text, std::size_t count, bool negative) {
  std::int64_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value * 10 + (text[i] - '0');
    if (value > std::numeric_limits<std::int32_t>::max()) return std::nullopt;
  }
  text.remove_prefix(count);
  return negative ? -value : value;
}

/// Two digits within [0, most].
std::optional<std::int64_t> take_pair(std::string_view& text, int most) {
  if (digits_of(text, 2) < 2) return std::nullopt;
  const auto value = take_digits(text, 2, false);
  return *value <= most ? value : std::nullopt;
}

/// Z, +hh, +hhmm, +hhmmss, +hhmmssSSS, or the same with colons and a point or comma.
std::optional<std::int64_t> take_offset_us(std::string_view& text) {
  if (take_text(text, "Z")) return 0;
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const bool west = text[0] == '-';
  std::string_view rest = text.substr(1);
  const auto hours = take_pair(rest, 23);
  if (!hours) return std::nullopt;
  std::int64_t offset = *hours * hour_us;
  const bool separated = rest.starts_with(':');
  for (const std::int64_t unit_us : {60 * second_us, second_us}) {
    std::string_view ahead = rest;
    if (separated && !ahead.empty()) {
      if (ahead[0] != ':') break;
      ahead.remove_prefix(1);
    }
    if (digits_of(ahead, 1) == 0 && !separated) break;
    if (ahead.empty() && rest.empty()) break;
    const auto part = take_pair(ahead, 59);
    if (!part) return std::nullopt;
    offset += *part * unit_us;
    rest = ahead;
    if (unit_us != second_us) continue;
    if (separated && !rest.starts_with('.') && !rest.starts_with(',')) break;
    if (separated) rest.remove_prefix(1);
    const std::size_t digits = digits_of(rest, 3);
    if (digits == 0 && separated) return std::nullopt;
    std::int64_t place_us = second_us / 10;
    for (std::size_t i = 0; i < digits; ++i, place_us /= 10)
      offset += (rest[i] - '0') * place_us;
    rest.remove_prefix(digits);
  }
  text = rest;
  return west ? -offset : offset;
}

/// A zone's name, the longest that the text begins with; empty: none.
std::string_view take_zone_name(std::string_view& text) {
  for (const auto& [name, id] : zones) {
    if (!text.starts_with(name)) continue;
    text.remove_prefix(name.size());
    return id;
  }
  return {};
}

std::string_view take_zone_id(std::string_view& text, Zones& known) {
  const auto in_id = [](char c) {
    return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-';
  };
  std::size_t size = 0;
  while (size < text.size() && in_id(text[size]))
    ++size;
  for (; size > 0; --size) {
    const std::string_view id = text.substr(0, size);
    if (!known.is_region(id)) continue;
    text.remove_prefix(size);
    return id;
  }
  return {};
}

bool is_number(std::string_view token) {
  if (token.starts_with('M')) return token.size() < short_name;
  return !token.empty() && std::string_view("CxyYudhHmsSeDwkK").find(token[0]) != token.npos;
}

/// The letters of one kind that a pattern has at a place.
std::string_view run_at(std::string_view pattern, std::size_t at) {
  if (at >= pattern.size() || !is_letter(pattern[at])) return {};
  const std::size_t end = std::min(pattern.find_first_not_of(pattern[at], at), pattern.size());
  return pattern.substr(at, end - at);
}

Failure refused(std::string_view pattern, const std::string& why) {
  return fail(Errc::bad_request, "the date pattern \"" + std::string(pattern) + "\" " + why);
}

Zones& thread_zones() {
  thread_local Zones zones_of_thread;
  return zones_of_thread;
}

}  // namespace

/// The fields read so far, in the order in which they are to be set.
struct JodaPattern::Reading {
  struct Value {
    Field field;
    std::int64_t value;
  };
  int this_year = 1970;
  std::array<Value, fields_max> values;
  std::size_t count = 0;
  std::optional<std::int64_t> offset_us;
  std::string_view zone;

  bool save(Field field, std::int64_t value) {
    std::size_t at = count++;
    for (; at > 0 && joda::rank(values[at - 1].field) > joda::rank(field); --at)
      values[at] = values[at - 1];
    values[at] = {field, value};
    return true;
  }

  /// Year, month, day and parts of the day, each once: then nothing is set twice, and one pass
  /// gives what two would.
  bool is_plain() const {
    if (count < 3 || values[0].field != Field::year || values[1].field != Field::month ||
        values[2].field != Field::day_of_month)
      return false;
    for (std::size_t i = 3; i < count; ++i)
      if (joda::rank(values[i].field) < joda::rank(Field::hour) ||
          joda::rank(values[i].field) <= joda::rank(values[i - 1].field))
        return false;
    return true;
  }

  std::optional<joda::Local> plain() const {
    const auto days = days_of(
        {values[0].value, static_cast<int>(values[1].value), static_cast<int>(values[2].value)});
    if (!days) return std::nullopt;
    joda::Local out{*days, 0};
    for (std::size_t i = 3; i < count; ++i)
      if (!joda::set(values[i].field, values[i].value, out)) return std::nullopt;
    return out;
  }

  std::optional<joda::Local> local() {
    if (count > 0 && joda::lies_within_a_year(values[0].field)) save(Field::year, default_year);
    if (is_plain()) return plain();
    joda::Local out;
    for (std::size_t i = 0; i < count; ++i) {
      if (!joda::set(values[i].field, values[i].value, out)) return std::nullopt;
      joda::round_down(values[i].field, out);
    }
    for (std::size_t i = 0; i < count; ++i)
      if (!joda::set(values[i].field, values[i].value, out)) return std::nullopt;
    if (count > 0) joda::round_down(values[count - 1].field, out);
    return out;
  }

  std::optional<WrittenMoment> moment() {
    const auto read = local();
    const auto day = read ? day_in_range(read->days) : std::nullopt;
    if (!day) return std::nullopt;
    WrittenMoment out{day->days, read->us, offset_us};
    if (offset_us || zone.empty()) return out;
    const std::int64_t local_s = read->days * day_s + read->us / second_us;
    const auto utc_s = thread_zones().region_utc_s(local_s, zone);
    if (!utc_s) return std::nullopt;
    out.offset_us = (local_s - *utc_s) * second_us;
    return out;
  }
};

std::optional<Moment> WrittenMoment::utc() const {
  return moment_of(day, day_us, time_us - offset_us.value_or(0));
}

Result<JodaPattern> JodaPattern::parse(std::string_view pattern, Use use) {
  JodaPattern out;
  if (pattern.empty()) return fail(Errc::bad_request, "the date pattern is empty");
  std::size_t fields = 0;
  for (std::size_t at = 0; at < pattern.size();) {
    if (const std::string_view run = run_at(pattern, at); !run.empty()) {
      if (++fields > fields_max - 1)
        return refused(pattern, "has more than " + std::to_string(fields_max - 1) + " fields");
      WEIR_CHECK(out.add_letters(pattern, at, run.size(), use));
      at += run.size();
      continue;
    }
    Element element;
    std::optional<std::size_t> open;
    for (; at < pattern.size() && (open || !is_letter(pattern[at])); ++at) {
      if (pattern[at] != '\'') {
        element.literal += pattern[at];
      } else if (pattern.substr(at + 1).starts_with('\'')) {
        element.literal += pattern[at++];
      } else {
        open = open ? std::nullopt : std::optional(at);
      }
    }
    if (open)
      return refused(pattern,
                     "has a quote at " + std::to_string(*open + 1) + " that is not closed");
    out.elements_.push_back(std::move(element));
  }
  return out;
}

Result<void> JodaPattern::add_letters(std::string_view pattern, std::size_t at, std::size_t count,
                                      Use use) {
  const char letter = pattern[at];
  const bool number_follows = is_number(run_at(pattern, at + count));
  const auto number = [&](Field field) {
    elements_.push_back(
        {.kind = Kind::number, .field = field, .most = std::max<std::size_t>(count, 2)});
  };
  const auto year = [&](Field field, bool is_signed) {
    if (count == 2) {
      elements_.push_back({.kind = Kind::two_digits,
                           .field = field == Field::weekyear ? field : Field::year,
                           .exact = number_follows || use == Use::listed});
      return;
    }
    const bool exact = use == Use::listed;
    elements_.push_back({.kind = Kind::number,
                         .field = field,
                         .least = exact ? count : 1,
                         .most = exact || number_follows ? count : std::max(count, year_digits_max),
                         .is_signed = is_signed && !exact});
  };
  const auto add = [&](Kind kind, Field field = Field::year) {
    elements_.push_back({.kind = kind,
                         .field = field,
                         .most = std::min(count, fraction_digits_max),
                         .or_offset = use == Use::listed});
  };
  switch (letter) {
    case 'G':
      add(Kind::name, Field::era);
      return {};
    case 'C':
      elements_.push_back(
          {.kind = Kind::number, .field = Field::century, .most = count, .is_signed = true});
      return {};
    case 'y':
    case 'u':
      year(Field::year, true);
      return {};
    case 'Y':
      year(Field::year_of_era, false);
      return {};
    case 'x':
      year(Field::weekyear, true);
      return {};
    case 'M':
      if (count >= short_name) {
        add(Kind::name, Field::month);
      } else {
        number(Field::month);
      }
      return {};
    case 'w':
      number(Field::week);
      return {};
    case 'd':
      number(Field::day_of_month);
      return {};
    case 'D':
      elements_.push_back({.kind = Kind::number,
                           .field = Field::day_of_year,
                           .most = std::max<std::size_t>(count, 3)});
      return {};
    case 'e':
      elements_.push_back({.kind = Kind::number, .field = Field::day_of_week, .most = count});
      return {};
    case 'E':
      add(Kind::name, Field::day_of_week);
      return {};
    case 'a':
      add(Kind::name, Field::halfday);
      return {};
    case 'H':
      number(Field::hour);
      return {};
    case 'k':
      number(Field::clockhour);
      return {};
    case 'K':
      number(Field::hour_of_halfday);
      return {};
    case 'h':
      number(Field::clockhour_of_halfday);
      return {};
    case 'm':
      number(Field::minute);
      return {};
    case 's':
      number(Field::second);
      return {};
    case 'S':
      add(Kind::fraction, Field::fraction);
      return {};
    case 'z':
      if (count > short_name)
        return refused(pattern, "has zzzz at " + std::to_string(at + 1) +
                                    ", the long name of a zone, which cannot be read; use z for "
                                    "names such as EST, Z for offsets, ZZZ for Europe/London");
      add(Kind::zone);
      return {};
    case 'Z':
    case 'X':
      add(letter == 'Z' && count >= short_name ? Kind::zone_id : Kind::offset);
      return {};
    default:
      return refused(pattern, std::string("uses the letter ") + letter + " at " +
                                  std::to_string(at + 1) +
                                  ", which means nothing; use G C y Y x M w d D e E a H k K h m s "
                                  "S z Z, and put text in quotes: 'T'");
  }
}

bool JodaPattern::take_elements(std::string_view& text, Reading& reading) const {
  return std::all_of(elements_.begin(), elements_.end(),
                     [&](const Element& element) { return take_element(element, text, reading); });
}

std::optional<WrittenMoment> JodaPattern::take(std::string_view& text, int this_year) const {
  std::string_view ahead = text;
  Reading reading;
  reading.this_year = this_year;
  const auto moment = take_elements(ahead, reading) ? reading.moment() : std::nullopt;
  if (moment) text = ahead;
  return moment;
}

std::optional<WrittenMoment> JodaPattern::read(std::string_view text, int this_year) const {
  Reading reading;
  reading.this_year = this_year;
  return take_elements(text, reading) && text.empty() ? reading.moment() : std::nullopt;
}

namespace {

std::optional<std::int64_t> take_number(std::string_view& text, std::size_t least, std::size_t most,
                                        bool is_signed) {
  std::string_view ahead = text;
  const bool has_sign = is_signed && !ahead.empty() && (ahead[0] == '-' || ahead[0] == '+');
  const bool negative = has_sign && ahead[0] == '-';
  if (has_sign) ahead.remove_prefix(1);
  const std::size_t digits = digits_of(ahead, most);
  if (digits < least) return std::nullopt;
  const auto value = take_digits(ahead, digits, negative);
  if (value) text = ahead;
  return value;
}

std::optional<std::int64_t> take_two_digits(std::string_view& text, bool exact, int this_year) {
  std::string_view ahead = text;
  if (!exact) {
    const bool has_plus = ahead.starts_with('+');
    while (ahead.starts_with('+'))
      ahead.remove_prefix(1);
    const bool negative = ahead.starts_with('-');
    if (negative) ahead.remove_prefix(1);
    const std::size_t digits = digits_of(ahead, ahead.size());
    if (has_plus || negative || digits != 2) {
      if (digits == 0) return std::nullopt;
      const auto value = take_digits(ahead, digits, negative);
      if (value) text = ahead;
      return value;
    }
  }
  const auto last_two = take_pair(ahead, 99);
  if (!last_two) return std::nullopt;
  text = ahead;
  const int first = this_year - pivot_back - pivot_range;
  return first + ((*last_two - first) % 100 + 100) % 100;
}

/// Microseconds; digits beyond them are dropped.
std::optional<std::int64_t> take_fraction(std::string_view& text, std::size_t most) {
  const std::size_t digits = digits_of(text, most);
  if (digits == 0) return std::nullopt;
  std::int64_t value = 0;
  std::int64_t place_us = second_us / 10;
  for (std::size_t i = 0; i < digits && place_us > 0; ++i, place_us /= 10)
    value += (text[i] - '0') * place_us;
  text.remove_prefix(digits);
  return value;
}

std::optional<int> take_name_of(Field field, std::string_view& text) {
  if (field == Field::month) return take_name(text, months);
  if (field == Field::day_of_week) return take_name(text, weekdays);
  return field == Field::era ? take_name(text, eras) : take_name(text, halfdays);
}

}  // namespace

bool JodaPattern::take_element(const Element& element, std::string_view& text, Reading& reading) {
  std::optional<std::int64_t> value;
  switch (element.kind) {
    case Kind::literal:
      return take_text(text, element.literal);
    case Kind::number:
      value = take_number(text, element.least, element.most, element.is_signed);
      break;
    case Kind::two_digits:
      value = take_two_digits(text, element.exact, reading.this_year);
      break;
    case Kind::fraction:
      value = take_fraction(text, element.most);
      break;
    case Kind::name:
      value = take_name_of(element.field, text);
      break;
    case Kind::zone:
      if (element.or_offset) reading.offset_us = take_offset_us(text);
      if (!reading.offset_us) reading.zone = take_zone_name(text);
      return reading.offset_us || !reading.zone.empty();
    case Kind::offset:
      reading.offset_us = take_offset_us(text);
      return reading.offset_us.has_value();
    case Kind::zone_id:
      reading.zone = take_zone_id(text, thread_zones());
      return !reading.zone.empty();
  }
  return value && reading.save(element.field, *value);
}

}  // namespace weir::spark
