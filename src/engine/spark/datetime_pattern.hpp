#pragma once

#include <cstddef>
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
  /// Whether it reads an offset from UTC.
  [[nodiscard]] bool has_offset() const;

  enum class Field : std::uint8_t {
    literal,
    year,
    month,
    day,
    day_of_year,
    quarter,
    hour,
    hour12,        // 1 to 12 of a half
    hour24,        // 1 to 24 of a day
    hour_of_half,  // 0 to 11
    minute,
    second,
    fraction,
    half,     // AM, PM
    weekday,  // by name
    zone,     // a text: the session's zone is UTC
    offset,   // from UTC, in seconds, where a text has one
    open,     // begins what may be missing in a text
    close,
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
    bool exceeds = false;   // a year of more digits than `least` has a + before it
    bool signs = false;     // it can have a - before it
    int reserved = 0;       // digits that belong to the numbers right behind it; -1: fixed width
    std::size_t after = 0;  // of `open`: the place behind its `close`
    std::string text;       // of a literal or a zone; how an offset is written, as +HH:MM:ss
  };

  /// How a pattern's zone reads an offset: `zero` is what stands for none.
  struct Offset {
    std::string_view zero;
    bool colon = false;
    int least_parts = 1;  // hours, minutes, seconds
    int most_parts = 2;
  };

 private:
  /// Ends the part that may be missing which was opened last.
  void close(std::vector<std::size_t>& open);

  std::vector<Item> items_;
};

}  // namespace weir::spark
