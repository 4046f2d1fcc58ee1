// Reading follows java.time's number parser in strict mode, with its rule for numbers side by side
// (`yyyyMMdd`: the first takes what the fixed ones behind it leave), so that what fits a pattern
// here is what fits it there. Spark raises an error where a text does not fit but its parser before
// 3.0 would have read it; here such a text is nothing, because one odd value must not stop a load.
#include "engine/spark/datetime_pattern.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "engine/spark/datetime_text.hpp"

namespace weir::spark {

namespace {

using Field = DatetimePattern::Field;
using Form = DatetimePattern::Form;
using Item = DatetimePattern::Item;
using Use = DatetimePattern::Use;

constexpr int digits_max = 19;
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
    {"yyyy", Field::year, Form::number, 4, digits_max, true},
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
    {"D", Field::day_of_year, Form::number, 1, digits_max, false},
    {"DDD", Field::day_of_year, Form::number, 3, 3, false},
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
    {"VV", Field::zone, Form::name, 0, 0, false, "UTC"}};

Failure refuse(std::string_view pattern, const std::string& what) {
  return fail(Errc::bad_request, "the date pattern '" + std::string(pattern) + "' has " + what +
                                     ", which the embedded engine does not support; use y, M, d, "
                                     "H, h, a, m, s, S and text in single quotes");
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
  const auto* found = std::find_if(std::begin(known), std::end(known), [&](const Letters& entry) {
    return entry.letters == letters && (entry.read || use == Use::write);
  });
  if (found == std::end(known)) return std::nullopt;
  item.field = found->field;
  item.form = found->form;
  item.least = found->least;
  item.most = found->most;
  item.signs = item.most == digits_max;
  item.exceeds = item.field == Field::year && item.least == 4;
  item.text = found->text;
  return item;
}

/// Java's rule for numbers side by side: fixed ones reserve their digits in the first, and a number
/// of open width behind it makes that one fixed.
void reserve_digits(std::vector<Item>& items) {
  Item* first = nullptr;
  for (Item& item : items) {
    const bool number = (item.form == Form::number || item.form == Form::reduced) &&
                        item.field != Field::literal &&
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
  std::array<std::optional<std::int64_t>, 16> value;
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

/// The value of one field at the beginning of the text.
std::optional<std::int64_t> taken(const Item& item, std::string_view& text) {
  if (item.field == Field::literal) {
    if (!same_ignoring_case(text.substr(0, item.text.size()), item.text)) return std::nullopt;
    text.remove_prefix(item.text.size());
    return 0;
  }
  if (item.field == Field::fraction) return taken_fraction(item, text);
  if (item.field == Field::half) return taken_name(halves, short_name, text);
  if (item.form == Form::number || item.form == Form::reduced) return taken_number(item, text);
  const std::size_t length = item.form == Form::name ? short_name : std::string_view::npos;
  auto month = taken_name(months, length, text);
  if (month) ++*month;
  return month;
}

std::optional<Moment> moment_read(const Read& read) {
  const auto within = [](std::int64_t value, std::int64_t least, std::int64_t most) {
    return value >= least && value <= most;
  };
  std::int64_t hour = read.get(Field::hour, 0);
  const std::int64_t hour12 = read.get(Field::hour12, 12);
  const std::int64_t minute = read.get(Field::minute, 0);
  const std::int64_t second = read.get(Field::second, 0);
  const std::int64_t month = read.get(Field::month, 1);
  const std::int64_t day = read.get(Field::day, 1);
  if (!within(hour, 0, 23) || !within(hour12, 1, 12) || !within(minute, 0, 59) ||
      !within(second, 0, 59) || !within(month, 1, 12) || !within(day, 1, 31))
    return std::nullopt;
  if (read.value[static_cast<std::size_t>(Field::half)])
    hour = hour12 % 12 + 12 * read.get(Field::half, 0);
  const auto days =
      days_of({read.get(Field::year, 1970), static_cast<int>(month), static_cast<int>(day)});
  if (!days) return std::nullopt;
  const std::int64_t of_day = (hour * 3600 + minute * 60 + second) * second_us;
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
    case Field::minute:
      return seconds / 60 % 60;
    case Field::second:
      return seconds % 60;
    default:
      return 0;
  }
}

void append_number(std::string& out, std::int64_t value, int width) {
  std::array<char, 32> text{};
  const int size =
      std::snprintf(text.data(), text.size(), "%0*lld", width, static_cast<long long>(value));
  out.append(text.data(), static_cast<std::size_t>(size));
}

void append_item(std::string& out, const Item& item, const Shown& shown) {
  const std::size_t length = item.form == Form::name ? short_name : std::string_view::npos;
  switch (item.field) {
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
      append_number(digits, shown.of_day_us % second_us, fraction_digits);
      digits += "000";  // nanoseconds, which a timestamp has none of
      out += digits.substr(0, static_cast<std::size_t>(item.most));
      return;
    }
    default:
      break;
  }
  const std::int64_t value = shown_value(item.field, shown);
  if (item.form == Form::reduced) {
    append_number(out, std::llabs(value) % 100, item.least);
  } else if (item.form == Form::number) {
    if (value < 0) out += '-';
    if (item.exceeds && value > 9999) out += '+';
    append_number(out, std::llabs(value), item.least);
  } else if (item.field == Field::month) {
    out += months[static_cast<std::size_t>(value - 1)].substr(0, length);
  } else if (item.form == Form::full_name) {
    out += quarters[static_cast<std::size_t>(value - 1)];
  } else {
    out += 'Q';
    append_number(out, value, 1);
  }
}

}  // namespace

Result<DatetimePattern> DatetimePattern::parse(std::string_view pattern, Use use) {
  DatetimePattern out;
  const auto literal = [&out](char c) {
    if (out.items_.empty() || out.items_.back().field != Field::literal) out.items_.emplace_back();
    out.items_.back().text += c;
  };
  std::array<bool, 16> seen{};
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
      bool& there = seen[static_cast<std::size_t>(item->field)];
      if (there && use == Use::read) return refuse(pattern, "a letter twice");
      there = true;
      out.items_.push_back(*std::move(item));
      i = end - 1;
    } else if (std::string_view("[]{}#").find(c) != std::string_view::npos) {
      return refuse(pattern, std::string("a \"") + c + "\"");
    } else {
      literal(c);
    }
  }
  if (use == Use::write) return out;
  const auto has = [&seen](Field field) { return seen[static_cast<std::size_t>(field)]; };
  if (has(Field::hour12) != has(Field::half) || (has(Field::hour) && has(Field::half)))
    return refuse(pattern, "\"h\" or \"a\" without the other");
  if (std::find(seen.begin(), seen.end(), true) == seen.end()) return refuse(pattern, "no field");
  reserve_digits(out.items_);
  return out;
}

std::optional<Moment> DatetimePattern::read(std::string_view text) const {
  Read read;
  for (const Item& item : items_) {
    const auto value = taken(item, text);
    if (!value) return std::nullopt;
    read[item.field] = value;
  }
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
