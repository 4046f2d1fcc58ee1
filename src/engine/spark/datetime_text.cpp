// Spark reads a timestamp as one run over its bytes, counting digits into nine segments (year,
// month, day, hour, minute, second, fraction, zone hour and minute). The same run is here, because
// what it takes beyond the documented forms ("2020-01-05 10:11Z" is none, "10:11:12." is one)
// follows from its order and from nothing simpler.
#include "engine/spark/datetime_text.hpp"

#include <array>
#include <cstdlib>

#include "engine/spark/digits.hpp"
#include "engine/spark/text_trim.hpp"
#include "engine/spark/zone.hpp"

namespace weir::spark {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

struct Segments {
  std::array<std::int64_t, 9> value{1, 1, 1, 0, 0, 0, 0, 0, 0};
  bool just_time = false;
  bool zoned = false;
  std::string_view zone;
};

bool valid_digits(std::size_t segment, int digits) {
  if (segment == 6) return true;
  if (segment == 0) return digits >= 4 && digits <= 6;
  if (segment == 7) return digits <= 2;
  return digits > 0 && digits <= 2;
}

/// The run over the bytes: digits go to a segment, everything else ends one.
class TimestampRun {
 public:
  explicit TimestampRun(std::string_view text) : text_(text) {}

  std::optional<Segments> run() {
    bool negative = false;
    bool has_sign = false;
    if (text_[0] == '-' || text_[0] == '+') {
      has_sign = true;
      negative = text_[0] == '-';
      at_ = 1;
    }
    for (; at_ < text_.size(); ++at_) {
      if (is_digit(text_[at_])) {
        digit(text_[at_] - '0');
      } else if (!separator(text_[at_], has_sign)) {
        return std::nullopt;
      }
    }
    if (!close_segment()) return std::nullopt;
    for (; fraction_digits_ < 6; ++fraction_digits_)
      out_.value[6] *= 10;
    if (negative) out_.value[0] = -out_.value[0];
    return out_;
  }

 private:
  void digit(int value) {
    if (segment_ == 6) ++fraction_digits_;
    // More than six digits of a fraction are cut; more of another segment are refused at its end.
    if (digits_ < 7 && (segment_ != 6 || digits_ < 6)) value_ = value_ * 10 + value;
    ++digits_;
  }

  bool close_segment() {
    if (!valid_digits(segment_, digits_)) return false;
    out_.value[segment_] = value_;
    value_ = 0;
    digits_ = 0;
    return true;
  }
  bool next_segment() {
    if (!close_segment()) return false;
    ++segment_;
    return true;
  }

  bool separator(char c, bool has_sign) {
    if (at_ == 0 && c == 'T') {
      out_.just_time = true;
      segment_ = 3;
      return true;
    }
    if (segment_ < 2) {
      if (c == '-') return next_segment();
      if (segment_ != 0 || c != ':' || has_sign) return false;
      out_.just_time = true;
      segment_ = 3;
      return next_segment();
    }
    if (segment_ == 2) return (c == ' ' || c == 'T') && next_segment();
    if (segment_ < 5) return c == ':' && next_segment();
    if (segment_ == 5 && c == '.') return next_segment();
    if (segment_ > 6) return false;
    // What follows the seconds and their fraction is the zone, to the end.
    const bool had_fraction = segment_ == 6;
    if (!next_segment()) return false;
    if (!had_fraction) ++segment_;
    out_.zoned = true;
    out_.zone = text_.substr(at_);
    at_ = text_.size();
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t segment_ = 0;
  std::int64_t value_ = 0;
  int digits_ = 0;
  int fraction_digits_ = 0;
  Segments out_;
};

}  // namespace

std::optional<Day> date_from_text(std::string_view text, DateTail tail) {
  text = trim_all(text);
  if (text.empty()) return std::nullopt;
  const bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  std::array<std::int64_t, 3> parts{1, 1, 1};
  for (std::size_t part = 0; part < parts.size(); ++part) {
    std::size_t count = 0;
    std::int64_t value = 0;
    while (count < text.size() && count <= 7 && is_digit(text[count]))
      value = value * 10 + (text[count++] - '0');
    if (part == 0 ? count < 4 || count > 7 : count < 1 || count > 2) return std::nullopt;
    parts[part] = value;
    text.remove_prefix(count);
    if (text.empty()) break;
    if (part == 2) {
      const bool has_zone = tail == DateTail::time_or_zone && xml_zone_s(text);
      if (text[0] != ' ' && text[0] != 'T' && !has_zone) return std::nullopt;
    } else {
      if (text[0] != '-') return std::nullopt;
      text.remove_prefix(1);
    }
  }
  const auto days = days_of(
      {negative ? -parts[0] : parts[0], static_cast<int>(parts[1]), static_cast<int>(parts[2])});
  return days ? day_in_range(*days) : std::nullopt;
}

std::optional<Moment> timestamp_from_text(std::string_view text, std::optional<Moment> now) {
  text = trim_all(text);
  if (text.empty()) return std::nullopt;
  const auto read = TimestampRun(text).run();
  if (!read) return std::nullopt;
  const auto& part = read->value;
  if (part[3] > 23 || part[4] > 59 || part[5] > 59) return std::nullopt;
  const std::int64_t of_day_s = part[3] * 3600 + part[4] * 60 + part[5];
  thread_local Zones zones;
  const std::string_view zone = read->zoned ? java_trim(read->zone) : "Z";
  std::optional<std::int64_t> days;
  if (read->just_time) {
    if (!now) return std::nullopt;
    // The day that it is now in that zone, found by what that zone's midnight is.
    const std::int64_t now_s = floor_div(now->us, second_us);
    const auto shown = zones.utc_s(now_s, zone);
    if (!shown) return std::nullopt;
    days = floor_div(now_s + (now_s - *shown), day_s);
  } else {
    days = days_of({part[0], static_cast<int>(part[1]), static_cast<int>(part[2])});
  }
  if (!days) return std::nullopt;
  const auto utc = zones.utc_s(*days * day_s + of_day_s, zone);
  if (!utc) return std::nullopt;
  return moment_of(*utc, second_us, part[6]);
}

std::string year_to_text(std::int64_t year) {
  std::string out;
  if (year < 0) out += '-';
  if (year > 9999) out += '+';
  append_digits(out, std::abs(year), 4);
  return out;
}

std::string date_to_text(Day day) {
  const Civil civil = civil_of(day.days);
  std::string out = year_to_text(civil.year);
  out += '-';
  append_digits(out, civil.month, 2);
  out += '-';
  append_digits(out, civil.day, 2);
  return out;
}

std::string timestamp_to_text(Moment moment) {
  const std::int64_t days = floor_div(moment.us, day_us);
  const std::int64_t of_day = moment.us - days * day_us;
  const std::int64_t seconds = of_day / second_us;
  const std::int64_t fraction = of_day % second_us;
  std::string out = date_to_text(Day{static_cast<std::int32_t>(days)});
  out += ' ';
  append_digits(out, seconds / 3600, 2);
  out += ':';
  append_digits(out, seconds / 60 % 60, 2);
  out += ':';
  append_digits(out, seconds % 60, 2);
  if (fraction != 0) {
    out += '.';
    append_digits(out, fraction, 6);
    out.resize(out.find_last_not_of('0') + 1);
  }
  return out;
}

}  // namespace weir::spark
