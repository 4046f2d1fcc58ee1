// One table of fields says how large each is, how many make the one before it, and what stands
// between; writing and reading walk along it from a type's first field to its last.

#include "engine/spark/interval.hpp"

#include <charconv>

#include "engine/spark/text_trim.hpp"

namespace weir::spark {

namespace {

struct FieldForm {
  std::string_view word;
  std::int64_t unit;
  std::int64_t most;  // where another field stands before it
  char before;        // and what is between them
};
constexpr FieldForm forms[] = {{"YEAR", 12, 0, 0},
                               {"MONTH", 1, 11, '-'},
                               {"DAY", 86'400'000'000, 0, 0},
                               {"HOUR", 3'600'000'000, 23, ' '},
                               {"MINUTE", 60'000'000, 59, ':'},
                               {"SECOND", 1'000'000, 59, ':'}};

const FieldForm& form_of(int field) {
  return forms[static_cast<std::size_t>(field)];
}

/// Takes the digits at the front; nullopt where there are none, or too many.
std::optional<std::int64_t> take_digits(std::string_view& text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  return value;
}

/// .5, up to nine digits, as microseconds; nothing is none.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!text.starts_with('.')) return 0;
  text.remove_prefix(1);
  std::int64_t us = 0;
  std::size_t digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1)) {
    if (++digits > 9) return std::nullopt;
    if (digits <= 6) us = us * 10 + (text.front() - '0');
  }
  for (std::size_t i = digits; i < 6; ++i)
    us *= 10;
  return us;
}

bool take_sign(std::string_view& text, bool& negative) {
  if (!text.starts_with('-') && !text.starts_with('+')) return false;
  if (text.front() == '-') negative = !negative;
  text.remove_prefix(1);
  return true;
}

/// Takes INTERVAL [sign] '...' FIELDS off, if it is there, down to what is within the quotes.
std::optional<std::string_view> unwrapped(const Type& type, std::string_view text, bool& negative) {
  constexpr std::string_view word = "INTERVAL";
  const auto same = [](char a, char b) { return (a & ~0x20) == b; };
  if (text.size() < word.size() || !std::equal(word.begin(), word.end(), text.begin(),
                                               [&](char w, char t) { return same(t, w); }))
    return text;
  text = java_trim(text.substr(word.size()));
  take_sign(text, negative);
  const std::size_t end = text.find('\'', 1);
  if (!text.starts_with('\'') || end == std::string_view::npos) return std::nullopt;
  const std::string whole = type.spark_ddl();
  const std::string_view fields = std::string_view(whole).substr(word.size() + 1);
  const std::string_view written = java_trim(text.substr(end + 1));
  if (written.size() != fields.size() ||
      !std::equal(fields.begin(), fields.end(), written.begin(),
                  [&](char f, char w) { return f == ' ' ? w == ' ' : same(w, f); }))
    return std::nullopt;
  return text.substr(1, end - 1);
}

}  // namespace

std::optional<IntervalField> interval_field(std::string_view word) {
  for (std::size_t i = 0; i < std::size(forms); ++i) {
    if (forms[i].word == word) return static_cast<IntervalField>(i);
  }
  return std::nullopt;
}

std::string_view interval_word(IntervalField field) {
  return form_of(static_cast<int>(field)).word;
}

std::int64_t interval_unit(IntervalField field) {
  return form_of(static_cast<int>(field)).unit;
}

std::string interval_to_text(const Type& type, std::int64_t count) {
  const int first = static_cast<int>(type.first_field());
  const int last = static_cast<int>(type.last_field());
  const bool clock = type.is(Kind::day_time);
  auto rest = static_cast<std::uint64_t>(count);
  if (count < 0) rest = 0 - rest;
  std::string text = count < 0 ? "-" : "";
  for (int field = first; field <= last; ++field) {
    const FieldForm& form = form_of(field);
    if (field > first) text += form.before;
    const std::uint64_t size = rest / static_cast<std::uint64_t>(form.unit);
    rest %= static_cast<std::uint64_t>(form.unit);
    // Hours and smaller have two digits.
    if (clock && field > static_cast<int>(IntervalField::day) && size < 10) text += '0';
    text += std::to_string(size);
  }
  if (clock && type.last_field() == IntervalField::second && rest > 0) {
    std::string fraction = std::to_string(1'000'000 + rest).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    text += "." + fraction;
  }
  return "INTERVAL '" + text + "' " + type.spark_ddl().substr(9);
}

std::string calendar_interval_to_text(const CalendarInterval& interval) {
  std::string out;
  const auto add = [&out](std::int64_t count, std::string_view unit) {
    if (count != 0) out += (out.empty() ? "" : " ") + std::to_string(count) + std::string(unit);
  };
  add(interval.months / 12, " years");
  add(interval.months % 12, " months");
  add(interval.days, " days");
  add(interval.us / 3'600'000'000, " hours");
  add(interval.us / 60'000'000 % 60, " minutes");
  if (const std::int64_t rest = interval.us % 60'000'000; rest != 0) {
    const std::int64_t size = rest < 0 ? -rest : rest;
    std::string seconds = (rest < 0 ? "-" : "") + std::to_string(size / 1'000'000);
    if (size % 1'000'000 != 0) {
      std::string digits = std::to_string(1'000'000 + size % 1'000'000).substr(1);
      digits.erase(digits.find_last_not_of('0') + 1);
      seconds += "." + digits;
    }
    out += (out.empty() ? "" : " ") + seconds + " seconds";
  }
  return out.empty() ? "0 seconds" : out;
}

std::optional<std::int64_t> interval_from_text(const Type& type, std::string_view text) {
  bool negative = false;
  const auto inner = unwrapped(type, java_trim(text), negative);
  if (!inner) return std::nullopt;
  std::string_view left = java_trim(*inner);
  take_sign(left, negative);
  const int first = static_cast<int>(type.first_field());
  const int last = static_cast<int>(type.last_field());
  std::int64_t count = 0;
  for (int field = first; field <= last; ++field) {
    const FieldForm& form = form_of(field);
    if (field > first) {
      if (!left.starts_with(form.before)) return std::nullopt;
      left.remove_prefix(1);
    }
    const auto value = take_digits(left);
    if (!value || (field > first && *value > form.most)) return std::nullopt;
    std::int64_t part = 0;
    if (__builtin_mul_overflow(*value, form.unit, &part) ||
        __builtin_add_overflow(count, part, &count))
      return std::nullopt;
  }
  if (type.last_field() == IntervalField::second) {
    const auto us = take_fraction(left);
    if (!us || __builtin_add_overflow(count, *us, &count)) return std::nullopt;
  }
  if (!left.empty()) return std::nullopt;
  if (type.is(Kind::year_month) && count > INT32_MAX) return std::nullopt;
  return negative ? -count : count;
}

}  // namespace weir::spark
