#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/joda_calendar.hpp"

namespace weir::spark {

/// What a date pattern found: a day, a time of day as written, and its offset east of UTC.
struct WrittenMoment {
  std::int32_t day = 0;      // since 1970
  std::int64_t time_us = 0;  // of the day
  std::optional<std::int64_t> offset_us;

  /// Without an offset it is UTC already. Nothing beyond what a TIMESTAMP holds (calendar.hpp).
  [[nodiscard]] std::optional<Moment> utc() const;
};

/// A Joda-Time pattern, for reading only, with the meaning that DateTimeFormat of Joda-Time 2.12
/// gives it in English and in UTC:
///
///   G era  C century  y year (yy: below)  Y year of era  x year of weeks  w week  e day of the
///   week E its name  M month (MMM: its name)  d day of the month  D day of the year  a AM or PM H
///   0-23  k 1-24  K 0-11  h 1-12  m minute  s second  S fraction of a second z UTC, GMT, EST, PDT
///   and their like  Z, ZZ offset  ZZZ Europe/London
///   '...' and what is no letter stands for itself, '' is a quote
///
/// A number takes as many digits as there are, at most the pattern's letters or two (years: nine),
/// so `yyyy` reads 24 as the year 24. A year right before another number takes as many digits as it
/// has letters. `yy` takes the two digits for the year of that ending from 80 years ago to 19 years
/// ahead; other numbers of digits for the year itself. Contradicting fields do not make an error:
/// those of shorter ranges win, so a wrong name of the day moves the date to that day of its week.
/// Without a year, a month or day is one of the year 2000. A local time that a zone leaves out is
/// refused, one that it has twice is the earlier one.
///
/// Ours: `u` is `y` and `X` is `Z`; a quote must be closed; a fraction keeps microseconds. `zzzz`,
/// the zone's long name, cannot be read, and is refused at once.
class JodaPattern {
 public:
  /// How a feed's own pattern reads, or one of the documented lists (spec/feeds.md 5), which are
  /// tried one after the other and would take each other's texts: there a year takes as many digits
  /// as it has letters, and z takes offsets too.
  enum class Use : std::uint8_t { given, listed };
  /// bad_request names what cannot be read and its place.
  static Result<JodaPattern> parse(std::string_view pattern, Use use = Use::given);

  /// Parses the front of a text and leaves the rest; leaves all of it where it does not fit. Two
  /// digits of a year are read from `this_year`.
  std::optional<WrittenMoment> take(std::string_view& text, int this_year) const;
  /// Parses a whole text.
  std::optional<WrittenMoment> read(std::string_view text, int this_year) const;

 private:
  enum class Kind : std::uint8_t {
    literal,
    number,
    two_digits,
    name,
    fraction,
    zone,
    offset,
    zone_id
  };
  struct Element {
    Kind kind = Kind::literal;
    joda::Field field = joda::Field::year;
    std::size_t least = 1;  // digits
    std::size_t most = 2;
    bool is_signed = false;
    bool exact = false;  // two_digits: no other number of them
    bool or_offset = false;
    std::string literal = {};
  };
  struct Reading;

  Result<void> add_letters(std::string_view pattern, std::size_t at, std::size_t count, Use use);
  bool take_elements(std::string_view& text, Reading& reading) const;
  static bool take_element(const Element& element, std::string_view& text, Reading& reading);

  std::vector<Element> elements_;
};

}  // namespace weir::spark
