#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/spark/calendar.hpp"

namespace weir::spark {

/// A pattern of Spark's date functions (Java's DateTimeFormatter), for reading or for writing, with
/// the session in UTC. Parsing one fails with Errc::bad_request and names the letter that is not
/// supported. Immutable; any threads.
class DatetimePattern {
 public:
  enum class Use : std::uint8_t { read, write };
  static Result<DatetimePattern> parse(std::string_view pattern, Use use);

  /// The timestamp that a text means; nullopt when it does not fit exactly. Fields that the pattern
  /// lacks are those of 1970-01-01 00:00.
  [[nodiscard]] std::optional<Moment> read(std::string_view text) const;
  [[nodiscard]] std::string write(Moment moment) const;

  enum class Field : std::uint8_t {
    literal,
    year,
    month,
    day,
    day_of_year,
    quarter,
    hour,
    hour12,
    minute,
    second,
    fraction,
    half,     // AM, PM
    weekday,  // by name
    zone,     // a text: the session's zone is UTC
  };
  enum class Form : std::uint8_t {
    number,    // of `least` to `most` digits
    reduced,   // the last two digits of a year
    name,      // Jan, Mon, AM
    full_name  // January, Monday
  };
  struct Item {
    Field field = Field::literal;
    Form form = Form::number;
    int least = 1;
    int most = 1;
    bool exceeds = false;  // a year of more digits than `least` has a + before it
    bool signs = false;    // it can have a - before it
    int reserved = 0;      // digits that belong to the numbers right behind it; -1: fixed width
    std::string text;      // of a literal or a zone; "Q" before a quarter
  };

 private:
  std::vector<Item> items_;
};

}  // namespace weir::spark
