// Reading follows java.time's number parser in strict mode, with its rule for numbers side by side
// (`yyyyMMdd`: the first takes what the fixed ones behind it leave), so that what fits a pattern
// here is what fits it there. Spark raises an error where a text does not fit but its parser before
// 3.0 would have read it; here such a text is nothing, because one odd value must not stop a load.
#include "engine/spark/datetime_pattern.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "engine/spark/datetime_text.hpp"
#include "engine/spark/digits.hpp"

namespace weir::spark {

namespace {

using Field = DatetimePattern::Field;
using Form = DatetimePattern::Form;
using Item = DatetimePattern::Item;
using Use = DatetimePattern::Use;

constexpr int digits_max = 19;
constexpr std::size_t fields = static_cast<std::size_t>(Field::close) + 1;
constexpr int fraction_digits = 6;
constexpr std::int64_t value_max = 999'999'999'999;  // beyond every field, far from an overflow

constexpr std::array<std::string_view, 12> months{"January",   "February", "March",    "April",
                                                  "May",       "June",     "July",     "August",
                                                  "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};
constexpr std::array<std::string_view, 2> halves{"AM", "PM"};
constexpr std::array<std::string_view, 4> quarters{"1st quarter", "2nd quarter", "3rd quarter",
                                                   "4th quarter"};
constexpr std::size_t short_name = 3;

struct Letters {
  std::string_view letters;
  Field field;
  Form form;
  int least;
  int most;
  bool read;
  std::string_view text = {};
};
constexpr Letters known[] = {
    {"y", Field::year, Form::number, 1, digits_max, true},
    {"yy", Field::year, Form::reduced, 2, 2, true},
    {"yyy", Field::year, Form::number, 3, digits_max, true},
    {"yyyy", Field::year, Form::number, 4, digits_max, true},
    {"yyyyy", Field::year, Form::number, 5, digits_max, true},
    {"yyyyyy", Field::year, Form::number, 6, digits_max, true},
    {"M", Field::month, Form::number, 1, digits_max, true},
    {"MM", Field::month, Form::number, 2, 2, true},
    {"MMM", Field::month, Form::name, 0, 0, true},
    {"MMMM", Field::month, Form::full_name, 0, 0, true},
    {"L", Field::month, Form::number, 1, digits_max, false},
    {"LL", Field::month, Form::number, 2, 2, false},
    {"LLL", Field::month, Form::name, 0, 0, false},
    {"LLLL", Field::month, Form::full_name, 0, 0, false},
    {"d", Field::day, Form::number, 1, digits_max, true},
    {"dd", Field::day, Form::number, 2, 2, true},
    {"D", Field::day_of_year, Form::number, 1, digits_max, true},
    {"DD", Field::day_of_year, Form::number, 2, 3, true},
    {"DDD", Field::day_of_year, Form::number, 3, 3, true},
    {"Q", Field::quarter, Form::number, 1, digits_max, false},
    {"q", Field::quarter, Form::number, 1, digits_max, false},
    {"QQ", Field::quarter, Form::number, 2, 2, false},
    {"qq", Field::quarter, Form::number, 2, 2, false},
    {"QQQ", Field::quarter, Form::name, 0, 0, false},
    {"QQQQ", Field::quarter, Form::full_name, 0, 0, false},
    {"H", Field::hour, Form::number, 1, digits_max, true},
    {"HH", Field::hour, Form::number, 2, 2, true},
    {"h", Field::hour12, Form::number, 1, digits_max, true},
    {"hh", Field::hour12, Form::number, 2, 2, true},
    {"k", Field::hour24, Form::number, 1, digits_max, true},
    {"kk", Field::hour24, Form::number, 2, 2, true},
    {"K", Field::hour_of_half, Form::number, 1, digits_max, true},
    {"KK", Field::hour_of_half, Form::number, 2, 2, true},
    {"m", Field::minute, Form::number, 1, digits_max, true},
    {"mm", Field::minute, Form::number, 2, 2, true},
    {"s", Field::second, Form::number, 1, digits_max, true},
    {"ss", Field::second, Form::number, 2, 2, true},
    {"a", Field::half, Form::name, 0, 0, true},
    {"E", Field::weekday, Form::name, 0, 0, false},
    {"EE", Field::weekday, Form::name, 0, 0, false},
    {"EEE", Field::weekday, Form::name, 0, 0, false},
    {"EEEE", Field::weekday, Form::full_name, 0, 0, false},
    {"X", Field::zone, Form::name, 0, 0, false, "Z"},
    {"XX", Field::zone, Form::name, 0, 0, false, "Z"},
    {"XXX", Field::zone, Form::name, 0, 0, false, "Z"},
    {"x", Field::zone, Form::name, 0, 0, false, "+00"},
    {"xx", Field::zone, Form::name, 0, 0, false, "+0000"},
    {"xxx", Field::zone, Form::name, 0, 0, false, "+00:00"},
    {"Z", Field::zone, Form::name, 0, 0, false, "+0000"},
    {"ZZ", Field::zone, Form::name, 0, 0, false, "+0000"},
    {"ZZZ", Field::zone, Form::name, 0, 0, false, "+0000"},
    {"O", Field::zone, Form::name, 0, 0, false, "GMT"},
    {"OOOO", Field::zone, Form::name, 0, 0, false, "GMT"},
    {"z", Field::zone, Form::name, 0, 0, false, "UTC"},
    {"zzzz", Field::zone, Form::name, 0, 0, false, "Coordinated Universal Time"},
    {"XXXX", Field::zone, Form::name, 0, 0, false, "Z"},
    {"XXXXX", Field::zone, Form::name, 0, 0, false, "Z"},
    {"xxxx", Field::zone, Form::name, 0, 0, false, "+0000"},
    {"xxxxx", Field::zone, Form::name, 0, 0, false, "+00:00"},
    {"ZZZZ", Field::zone, Form::name, 0, 0, false, "GMT"},
    {"ZZZZZ", Field::zone, Form::name, 0, 0, false, "Z"},
    {"VV", Field::zone, Form::name, 0, 0, false, "UTC"}};

struct OffsetLetters {
  std::string_view letters;
  DatetimePattern::Offset offset;
};
constexpr OffsetLetters offsets[] = {
    {"X", {"Z", false, 1, 2}},        {"XX", {"Z", false, 2, 2}},
    {"XXX", {"Z", true, 2, 2}},       {"XXXX", {"Z", false, 2, 3}},
    {"XXXXX", {"Z", true, 2, 3}},     {"x", {"+00", false, 1, 2}},
    {"xx", {"+0000", false, 2, 2}},   {"xxx", {"+00:00", true, 2, 2}},
    {"xxxx", {"+0000", false, 2, 3}}, {"xxxxx", {"+00:00", true, 2, 3}},
    {"Z", {"+0000", false, 2, 2}},    {"ZZ", {"+0000", false, 2, 2}},
    {"ZZZ", {"+0000", false, 2, 2}},  {"ZZZZZ", {"Z", true, 2, 3}}};

const DatetimePattern::Offset* offset_of(std::string_view letters) {
  const auto* found =
      std::find_if(std::begin(offsets), std::end(offsets),
                   [&](const OffsetLetters& entry) { return entry.letters == letters; });
  return found == std::end(offsets) ? nullptr : &found->offset;
}

Failure refuse(std::string_view pattern, const std::string& what) {
  return fail(Errc::bad_request, "the date pattern '" + std::string(pattern) + "' has " + what +
                                     ", which the embedded engine does not support; use y, M, d, "
                                     "D, H, h, a, m, s, S, X, parts in [ ] that may be missing, "
                                     "and text in single quotes");
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool same_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

/// The item of a run of one letter; nullopt where the letter is not supported for this use.
std::optional<Item> item_of(std::string_view letters, Use use) {
  Item item;
  if (letters[0] == 'S') {
    if (letters.size() > 9) return std::nullopt;
    item.field = Field::fraction;
    item.most = static_cast<int>(letters.size());
    item.least = use == Use::read ? 1 : item.most;
    return item;
  }
  if (use == Use::read && offset_of(letters) != nullptr) {
    item.field = Field::offset;
    item.form = Form::name;
    item.text = letters;
    return item;
  }
  const auto* found = std::find_if(std::begin(known), std::end(known), [&](const Letters& entry) {
    return entry.letters == letters && (entry.read || use == Use::write);
  });
  if (found == std::end(known)) return std::nullopt;
  item.field = found->field;
  item.form = found->form;
  item.least = found->least;
  item.most = found->most;
  item.signs = item.most == digits_max;
  item.exceeds = item.field == Field::year && item.least >= 4;
  item.text = found->text;
  return item;
}

/// Java's rule for numbers side by side: fixed ones reserve their digits in the first, and a number
/// of open width behind it makes that one fixed.
void reserve_digits(std::vector<Item>& items) {
  Item* first = nullptr;
  for (Item& item : items) {
    const bool number = (item.form == Form::number || item.form == Form::reduced) &&
                        item.field != Field::literal && item.field != Field::open &&
                        item.field != Field::close &&
                        (item.field != Field::fraction || item.most == 1);
    if (!number) {
      first = nullptr;
    } else if (first == nullptr) {
      first = &item;
    } else if (item.least == item.most) {
      first->reserved += first->reserved < 0 ? 0 : item.most;
      item.reserved = -1;
    } else {
      first->reserved = -1;
      first = &item;
    }
  }
}

// ---- Reading ----

struct Read {
  std::array<std::optional<std::int64_t>, fields> value;
  std::optional<std::int64_t>& operator[](Field field) {
    return value[static_cast<std::size_t>(field)];
  }
  std::int64_t get(Field field, std::int64_t otherwise) const {
    return value[static_cast<std::size_t>(field)].value_or(otherwise);
  }
};

std::optional<std::int64_t> taken_number(const Item& item, std::string_view& text) {
  const bool negative = text.starts_with('-');
  const bool positive = text.starts_with('+');
  if ((negative && !item.signs) || (positive && !item.exceeds)) return std::nullopt;
  if (negative || positive) text.remove_prefix(1);
  std::size_t there = 0;
  const auto widest = static_cast<std::size_t>(item.most + std::max(item.reserved, 0));
  while (there < text.size() && there < widest && is_digit(text[there]))
    ++there;
  if (there < static_cast<std::size_t>(item.least)) return std::nullopt;
  if (item.reserved > 0)
    there = static_cast<std::size_t>(std::max(item.least, static_cast<int>(there) - item.reserved));
  std::int64_t value = 0;
  for (const char c : text.substr(0, there))
    value = std::min(value * 10 + (c - '0'), value_max);
  text.remove_prefix(there);
  if (negative) return value == 0 ? std::nullopt : std::optional(-value);
  const bool wide = there > static_cast<std::size_t>(item.least);
  if (item.exceeds && positive != wide) return std::nullopt;
  if (item.form == Form::reduced) value += 2000;
  return value;
}

std::optional<std::int64_t> taken_fraction(const Item& item, std::string_view& text) {
  std::int64_t value = 0;
  int count = 0;
  for (; count < item.most && static_cast<std::size_t>(count) < text.size() &&
         is_digit(text[static_cast<std::size_t>(count)]);
       ++count) {
    if (count < fraction_digits) value = value * 10 + (text[static_cast<std::size_t>(count)] - '0');
  }
  if (count == 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(count));
  for (; count < fraction_digits; ++count)
    value *= 10;
  return value;
}

template <std::size_t Size>
std::optional<std::int64_t> taken_name(const std::array<std::string_view, Size>& names,
                                       std::size_t length, std::string_view& text) {
  for (std::size_t i = 0; i < Size; ++i) {
    const std::string_view name = names[i].substr(0, length);
    if (!same_ignoring_case(text.substr(0, name.size()), name)) continue;
    text.remove_prefix(name.size());
    return static_cast<std::int64_t>(i);
  }
  return std::nullopt;
}

std::optional<std::int64_t> taken_two_digits(std::string_view& text, int most) {
  if (text.size() < 2 || !is_digit(text[0]) || !is_digit(text[1])) return std::nullopt;
  const int value = (text[0] - '0') * 10 + (text[1] - '0');
  if (value > most) return std::nullopt;
  text.remove_prefix(2);
  return value;
}

/// Seconds east of UTC, at most 18 hours.
std::optional<std::int64_t> taken_offset(const DatetimePattern::Offset& how,
                                         std::string_view& text) {
  constexpr std::int64_t widest = std::int64_t{18} * 3600;
  if (same_ignoring_case(text.substr(0, how.zero.size()), how.zero)) {
    text.remove_prefix(how.zero.size());
    return 0;
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return std::nullopt;
  const bool west = text.starts_with('-');
  text.remove_prefix(1);
  std::int64_t seconds = 0;
  std::int64_t unit = 3600;
  for (int part = 0; part < how.most_parts; ++part, unit /= 60) {
    std::string_view rest = text;
    const bool colon = part > 0 && how.colon;
    std::optional<std::int64_t> value;
    if (!colon || rest.starts_with(':')) {
      if (colon) rest.remove_prefix(1);
      value = taken_two_digits(rest, part == 0 ? 18 : 59);
    }
    if (!value && part < how.least_parts) return std::nullopt;
    if (!value) break;
    seconds += *value * unit;
    text = rest;
  }
  if (seconds > widest) return std::nullopt;
  return west ? -seconds : seconds;
}

/// The value of one field at the beginning of the text.
std::optional<std::int64_t> taken(const Item& item, std::string_view& text) {
  if (item.field == Field::literal) {
    if (!same_ignoring_case(text.substr(0, item.text.size()), item.text)) return std::nullopt;
    text.remove_prefix(item.text.size());
    return 0;
  }
  if (item.field == Field::fraction) return taken_fraction(item, text);
  if (item.field == Field::half) return taken_name(halves, short_name, text);
  if (item.field == Field::offset) return taken_offset(*offset_of(item.text), text);
  if (item.form == Form::number || item.form == Form::reduced) return taken_number(item, text);
  const std::size_t length = item.form == Form::name ? short_name : std::string_view::npos;
  auto month = taken_name(months, length, text);
  if (month) ++*month;
  return month;
}

/// Takes the items from `first` to before `last` off the text; false where they do not fit. What
/// may be missing and does not fit is passed over, and none of its fields count.
bool take_items(const std::vector<Item>& items, std::size_t first, std::size_t last,
                std::string_view& text, Read& read) {
  for (std::size_t i = first; i < last; ++i) {
    const Item& item = items[i];
    if (item.field == Field::close) continue;
    if (item.field == Field::open) {
      std::string_view rest = text;
      Read more = read;
      if (take_items(items, i + 1, item.after - 1, rest, more)) {
        text = rest;
        read = more;
      }
      i = item.after - 1;
      continue;
    }
    const auto value = taken(item, text);
    if (!value) return false;
    auto& read_before = read[item.field];
    if (item.field != Field::literal && read_before && read_before != value) return false;
    read_before = value;
  }
  return true;
}

std::optional<std::int64_t> days_read(const Read& read) {
  const std::int64_t year = read.get(Field::year, 1970);
  const std::int64_t month = read.get(Field::month, 1);
  const std::int64_t day = read.get(Field::day, 1);
  const auto& of_year = read.value[static_cast<std::size_t>(Field::day_of_year)];
  if (month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
  if (!of_year) return days_of({year, static_cast<int>(month), static_cast<int>(day)});
  const auto begin = days_of({year, 1, 1});
  if (!begin || *of_year < 1 || *of_year > 366) return std::nullopt;
  const std::int64_t days = *begin + *of_year - 1;
  const Civil civil = civil_of(days);
  if (civil.year != year) return std::nullopt;
  if (read.get(Field::month, civil.month) != civil.month ||
      read.get(Field::day, civil.day) != civil.day)
    return std::nullopt;
  return days;
}

/// The hour of the day; before noon where no half is said.
std::optional<std::int64_t> hour_read(const Read& read) {
  const auto within = [&read](Field field, std::int64_t least, std::int64_t most) {
    const std::int64_t value = read.get(field, least);
    return value >= least && value <= most;
  };
  if (!within(Field::hour, 0, 23) || !within(Field::hour12, 1, 12) ||
      !within(Field::hour24, 1, 24) || !within(Field::hour_of_half, 0, 11))
    return std::nullopt;
  const auto has = [&read](Field field) {
    return read.value[static_cast<std::size_t>(field)].has_value();
  };
  if (has(Field::hour)) return read.get(Field::hour, 0);
  if (has(Field::hour24)) return read.get(Field::hour24, 0) % 24;
  const std::int64_t of_half =
      has(Field::hour12) ? read.get(Field::hour12, 0) % 12 : read.get(Field::hour_of_half, 0);
  return of_half + 12 * read.get(Field::half, 0);
}

std::optional<Moment> moment_read(const Read& read) {
  const std::int64_t minute = read.get(Field::minute, 0);
  const std::int64_t second = read.get(Field::second, 0);
  const auto hour = hour_read(read);
  const auto days = days_read(read);
  if (!hour || !days || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  const std::int64_t of_day =
      (*hour * 3600 + minute * 60 + second - read.get(Field::offset, 0)) * second_us;
  return moment_of(*days, day_us, of_day + read.get(Field::fraction, 0));
}

// ---- Writing ----

struct Shown {
  Civil civil;
  std::int64_t days = 0;
  std::int64_t of_day_us = 0;
};

std::int64_t shown_value(Field field, const Shown& shown) {
  const std::int64_t seconds = shown.of_day_us / second_us;
  switch (field) {
    case Field::year:
      return shown.civil.year;
    case Field::month:
      return shown.civil.month;
    case Field::day:
      return shown.civil.day;
    case Field::day_of_year:
      return shown.days - days_of({shown.civil.year, 1, 1}).value_or(0) + 1;
    case Field::quarter:
      return (shown.civil.month + 2) / 3;
    case Field::hour:
      return seconds / 3600;
    case Field::hour12:
      return (seconds / 3600 + 11) % 12 + 1;
    case Field::hour24:
      return (seconds / 3600 + 23) % 24 + 1;
    case Field::hour_of_half:
      return seconds / 3600 % 12;
    case Field::minute:
      return seconds / 60 % 60;
    case Field::second:
      return seconds % 60;
    default:
      return 0;
  }
}

void append_item(std::string& out, const Item& item, const Shown& shown) {
  const std::size_t length = item.form == Form::name ? short_name : std::string_view::npos;
  switch (item.field) {
    case Field::open:
    case Field::close:
      return;  // all fields are there
    case Field::literal:
    case Field::zone:
      out += item.text;
      return;
    case Field::half:
      out += halves[shown.of_day_us >= day_us / 2 ? 1 : 0];
      return;
    case Field::weekday:
      out += weekdays[static_cast<std::size_t>(weekday_of(shown.days) - 1)].substr(0, length);
      return;
    case Field::fraction: {
      std::string digits;
      append_digits(digits, shown.of_day_us % second_us, fraction_digits);
      digits += "000";  // nanoseconds, which a timestamp has none of
      out += digits.substr(0, static_cast<std::size_t>(item.most));
      return;
    }
    default:
      break;
  }
  const std::int64_t value = shown_value(item.field, shown);
  if (item.form == Form::reduced) {
    append_digits(out, std::llabs(value) % 100, item.least);
  } else if (item.form == Form::number) {
    if (value < 0) out += '-';
    if (item.exceeds && value > (item.least == 4 ? 9'999 : item.least == 5 ? 99'999 : 999'999))
      out += '+';
    append_digits(out, std::llabs(value), item.least);
  } else if (item.field == Field::month) {
    out += months[static_cast<std::size_t>(value - 1)].substr(0, length);
  } else if (item.form == Form::full_name) {
    out += quarters[static_cast<std::size_t>(value - 1)];
  } else {
    out += 'Q';
    append_digits(out, value, 1);
  }
}

}  // namespace

Result<DatetimePattern> DatetimePattern::parse(std::string_view pattern, Use use) {
  DatetimePattern out;
  const auto literal = [&out](char c) {
    if (out.items_.empty() || out.items_.back().field != Field::literal) out.items_.emplace_back();
    out.items_.back().text += c;
  };
  std::array<bool, fields> seen{};
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char c = pattern[i];
    if (c == '\'') {
      const std::size_t end = pattern.find('\'', i + 1);
      if (end == std::string_view::npos) return refuse(pattern, "a quote that does not end");
      if (end == i + 1) literal('\'');
      for (const char quoted : pattern.substr(i + 1, end - i - 1))
        literal(quoted);
      i = end;
    } else if (is_letter(c)) {
      const std::size_t end = std::min(pattern.find_first_not_of(c, i), pattern.size());
      const std::string_view letters = pattern.substr(i, end - i);
      auto item = item_of(letters, use);
      if (!item) return refuse(pattern, "\"" + std::string(letters) + "\"");
      seen[static_cast<std::size_t>(item->field)] = true;
      out.items_.push_back(*std::move(item));
      i = end - 1;
    } else if (c == '[') {
      open.push_back(out.items_.size());
      out.items_.emplace_back().field = Field::open;
    } else if (c == ']') {
      if (open.empty()) return refuse(pattern, "a \"]\" without its \"[\"");
      out.close(open);
    } else if (std::string_view("{}#").find(c) != std::string_view::npos) {
      return refuse(pattern, std::string("a \"") + c + "\"");
    } else {
      literal(c);
    }
  }
  while (!open.empty())
    out.close(open);
  if (use == Use::write) return out;
  const auto has = [&seen](Field field) { return seen[static_cast<std::size_t>(field)]; };
  const int hours = static_cast<int>(has(Field::hour)) + static_cast<int>(has(Field::hour12)) +
                    static_cast<int>(has(Field::hour24)) +
                    static_cast<int>(has(Field::hour_of_half));
  if (hours > 1 || ((has(Field::hour) || has(Field::hour24)) && has(Field::half)))
    return refuse(pattern, "the hour in two ways");
  if (std::find(seen.begin(), seen.end(), true) == seen.end()) return refuse(pattern, "no field");
  reserve_digits(out.items_);
  return out;
}

void DatetimePattern::close(std::vector<std::size_t>& open) {
  items_.emplace_back().field = Field::close;
  items_[open.back()].after = items_.size();
  open.pop_back();
}

bool DatetimePattern::has_offset() const {
  return std::any_of(items_.begin(), items_.end(),
                     [](const Item& item) { return item.field == Field::offset; });
}

std::optional<Moment> DatetimePattern::read(std::string_view text) const {
  Read read;
  if (!take_items(items_, 0, items_.size(), text, read)) return std::nullopt;
  return text.empty() ? moment_read(read) : std::nullopt;
}

std::string DatetimePattern::write(Moment moment) const {
  Shown shown;
  shown.days = floor_div(moment.us, day_us);
  shown.of_day_us = moment.us - shown.days * day_us;
  shown.civil = civil_of(shown.days);
  std::string out;
  for (const Item& item : items_)
    append_item(out, item, shown);
  return out;
}

}  // namespace weir::spark
