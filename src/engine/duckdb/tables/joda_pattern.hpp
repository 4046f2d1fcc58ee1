#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/duckdb/text_scan.hpp"

namespace weir::engine::duckdb {

/// The result of a date pattern: a day, a time of day as written, and its offset east of UTC.
struct Moment {
  std::int32_t day = 0;      // since 1970
  std::int64_t time_us = 0;  // of the day
  std::optional<int> offset_minutes;

  /// Microseconds since 1970 UTC; without an offset it is UTC already. Nothing beyond what a
  /// TIMESTAMP holds (spark/calendar.hpp).
  std::optional<std::int64_t> utc_us() const;
};

/// A Joda-Time pattern, for reading only. Letters:
///
///   y Y u year (yy: see below)   M month (MMM, MMMM: English name)   d day    E name of the day
///   H k hour 0-23, 1-24          h K hour 1-12, 0-11 with a: AM, PM  m minute s second S fraction
///   Z z X offset or name of a zone; '...' and what is no letter stands for itself
///
/// As in Joda, a number takes fewer digits than letters unless another number follows directly;
/// yyyy takes four digits exactly, so that a two-digit year is not read as the first century. yy
/// takes two, and means the year of that ending from 80 years ago to 19 years ahead, as in Joda: in
/// 2026 those from 1946 to 2045.
class JodaPattern {
 public:
  /// bad_request names an unknown letter and its place.
  static Result<JodaPattern> parse(std::string_view pattern);
  /// Parses the front of a text and leaves the rest; leaves all of it where it does not fit.
  std::optional<Moment> take(TextScan& scan, int this_year) const;
  /// Parses a whole text.
  std::optional<Moment> read(std::string_view text, int this_year) const;

 private:
  struct Element {
    char letter;          // 0: a literal
    std::size_t count;    // how many letters
    bool number_follows;  // directly
    std::string literal;
  };
  struct Reading;
  static bool take_element(const Element& element, TextScan& scan, Reading& reading);
  static bool take_year(const Element& element, TextScan& scan, Reading& reading);
  static bool take_month(const Element& element, TextScan& scan, Reading& reading);

  std::vector<Element> elements_;
};

}  // namespace weir::engine::duckdb
