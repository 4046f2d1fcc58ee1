// What Spark makes of one value is in engine/spark, without DuckDB; here it gets its names.
#include "engine/functions/text_functions.hpp"

#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/functions/native.hpp"
#include "engine/spark/binary_text.hpp"
#include "engine/spark/calendar.hpp"
#include "engine/spark/datetime_pattern.hpp"
#include "engine/spark/datetime_text.hpp"
#include "engine/spark/long_text.hpp"
#include "engine/spark/number_text.hpp"
#include "engine/spark/regex.hpp"

namespace weir::engine {

namespace {

using spark::DatetimePattern;
using spark::Day;
using spark::Moment;
using spark::Regex;

/// The compiled form of the last pattern: a query uses the same pattern for all rows. Each thread
/// has its own.
template <class T, class Compile>
const T* kept(std::string_view pattern, const Compile& compile) {
  thread_local std::string last;
  thread_local std::optional<T> made;
  if (!made || last != pattern) {
    made.reset();
    auto compiled = compile(pattern);
    if (!compiled) return nullptr;
    made.emplace(*std::move(compiled));
    last = pattern;
  }
  return &*made;
}

const Regex* regex(std::string_view pattern) {
  return kept<Regex>(pattern, Regex::compile);
}

const DatetimePattern* pattern_to_read(std::string_view pattern) {
  return kept<DatetimePattern>(pattern, [](std::string_view text) {
    return DatetimePattern::parse(text, DatetimePattern::Use::read);
  });
}

const DatetimePattern* pattern_to_write(std::string_view pattern) {
  return kept<DatetimePattern>(pattern, [](std::string_view text) {
    return DatetimePattern::parse(text, DatetimePattern::Use::write);
  });
}

// The dialect layer has compiled each pattern before it wrote the query, so that one which cannot
// be compiled here would be a NULL rather than an error is of no consequence.

std::optional<Moment> read_moment(std::string_view text, std::string_view pattern) {
  const DatetimePattern* compiled = pattern_to_read(pattern);
  return compiled == nullptr ? std::nullopt : compiled->read(text);
}

std::optional<std::string> format_moment(Moment moment, std::string_view pattern) {
  const DatetimePattern* compiled = pattern_to_write(pattern);
  return compiled == nullptr ? std::nullopt : std::optional(compiled->write(moment));
}

// Seconds too many for a timestamp wrap around, as Spark's multiplication does.
std::optional<std::string> format_seconds(std::int64_t seconds, std::string_view pattern) {
  std::int64_t us = 0;
  static_cast<void>(__builtin_mul_overflow(seconds, spark::second_us, &us));
  return format_moment(Moment{us}, pattern);
}

std::optional<Day> read_date(std::string_view text) {
  return spark::date_from_text(text);
}
std::optional<Moment> read_timestamp(std::string_view text, Moment now) {
  return spark::timestamp_from_text(text, now);
}
std::optional<std::string> date_text(Day day) {
  return spark::date_to_text(day);
}
std::optional<std::string> timestamp_text(Moment moment) {
  return spark::timestamp_to_text(moment);
}
std::optional<Moment> moment_of_date(Day day) {
  return spark::moment_of(day.days, spark::day_us);
}
// Seconds, truncated to microseconds; nullopt for NaN and values out of range.
std::optional<Moment> moment_of_seconds(double seconds) {
  const double us = seconds * static_cast<double>(spark::second_us);
  if (!(std::abs(us) < 9.2e18)) return std::nullopt;
  return spark::moment_of(static_cast<std::int64_t>(us), 1);
}
template <std::int64_t Unit>
std::optional<Moment> moment_of_units(std::int64_t value) {
  return spark::moment_of(value, Unit);
}

// Days wrap as Java's int does; nullopt where the result is outside the engine's range.
std::optional<Day> add_days(Day day, std::int32_t days) {
  const auto sum = static_cast<std::uint32_t>(day.days) + static_cast<std::uint32_t>(days);
  return spark::day_in_range(static_cast<std::int32_t>(sum));
}
std::optional<Day> subtract_days(Day day, std::int32_t days) {
  const auto rest = static_cast<std::uint32_t>(day.days) - static_cast<std::uint32_t>(days);
  return spark::day_in_range(static_cast<std::int32_t>(rest));
}
std::optional<Day> add_months(Day day, std::int32_t months) {
  return spark::day_in_range(spark::add_months(day.days, months));
}
std::optional<Moment> add_months_to_moment(Moment moment, std::int32_t months) {
  const std::int64_t days = spark::floor_div(moment.us, spark::day_us);
  return spark::moment_of(spark::add_months(days, months), spark::day_us,
                          moment.us - days * spark::day_us);
}
std::optional<Moment> add_microseconds(Moment moment, std::int64_t us) {
  return spark::moment_of(moment.us, 1, us);
}
std::optional<std::int64_t> unix_seconds(Moment moment) {
  return spark::floor_div(moment.us, spark::second_us);
}
std::optional<std::int64_t> unix_millis(Moment moment) {
  return spark::floor_div(moment.us, 1000);
}

std::optional<std::string> text_of_bytes(Bytes value) {
  return spark::utf8_from_bytes(value.bytes);
}
std::optional<OwnedBytes> bytes_of_base64(std::string_view text) {
  auto bytes = spark::bytes_from_base64(text);
  if (!bytes) return std::nullopt;
  return OwnedBytes{*std::move(bytes)};
}

std::optional<bool> regex_matches(std::string_view text, std::string_view pattern) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->found_in(text);
}
std::optional<std::string> regex_replace(std::string_view text, std::string_view pattern,
                                         std::string_view replacement) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->replaced(text, replacement);
}
std::optional<std::string> regex_extract(std::string_view text, std::string_view pattern,
                                         std::int32_t group) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->extracted(text, group);
}
std::optional<Texts> regex_split(std::string_view text, std::string_view pattern,
                                 std::int64_t limit) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->split(text, limit);
}

std::optional<Texts> regex_extract_all(std::string_view text, std::string_view pattern,
                                       std::int32_t group) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->extracted_all(text, group);
}
std::optional<std::int32_t> regex_place(std::string_view text, std::string_view pattern) {
  const Regex* compiled = regex(pattern);
  return compiled == nullptr ? std::nullopt : compiled->place(text);
}

}  // namespace

Result<void> add_text_functions(duckdb_connection connection) {
  WEIR_CHECK(add_native<read_date>(connection, "spark_string_to_date"));
  WEIR_CHECK(add_native<read_timestamp>(connection, "spark_string_to_timestamp"));
  WEIR_CHECK(add_native<date_text>(connection, "spark_date_to_string"));
  WEIR_CHECK(add_native<timestamp_text>(connection, "spark_timestamp_to_string"));
  WEIR_CHECK(add_native<moment_of_seconds>(connection, "spark_fraction_to_timestamp"));
  WEIR_CHECK(add_native<moment_of_date>(connection, "spark_date_to_timestamp"));
  WEIR_CHECK(
      add_native<moment_of_units<spark::second_us>>(connection, "spark_seconds_to_timestamp"));
  WEIR_CHECK(add_native<moment_of_units<1000>>(connection, "spark_millis_to_timestamp"));
  WEIR_CHECK(add_native<moment_of_units<1>>(connection, "spark_micros_to_timestamp"));
  WEIR_CHECK(add_native<read_moment>(connection, "spark_parse_timestamp"));
  WEIR_CHECK(add_native<format_moment>(connection, "spark_date_format"));
  WEIR_CHECK(add_native<format_seconds>(connection, "spark_from_unixtime"));
  WEIR_CHECK(add_native<spark::whole_from_text>(connection, "spark_string_to_bigint"));
  WEIR_CHECK(add_native<spark::whole_from_digits>(connection, "spark_digits_to_bigint"));
  WEIR_CHECK(add_native<spark::double_from_text>(connection, "spark_string_to_double"));
  WEIR_CHECK(add_native<spark::float_from_text>(connection, "spark_string_to_float"));
  WEIR_CHECK(add_native<spark::boolean_from_text>(connection, "spark_string_to_boolean"));
  WEIR_CHECK(add_native<add_days>(connection, "spark_date_add"));
  WEIR_CHECK(add_native<subtract_days>(connection, "spark_date_sub"));
  WEIR_CHECK(add_native<add_months>(connection, "spark_add_months"));
  WEIR_CHECK(add_native<add_months_to_moment>(connection, "spark_timestamp_add_months"));
  WEIR_CHECK(add_native<add_microseconds>(connection, "spark_timestamp_add"));
  WEIR_CHECK(add_native<unix_seconds>(connection, "spark_unix_seconds"));
  WEIR_CHECK(add_native<unix_millis>(connection, "spark_unix_millis"));
  WEIR_CHECK(add_native<spark::padded>(connection, "spark_pad"));
  WEIR_CHECK(add_native<spark::repeated>(connection, "spark_repeat"));
  WEIR_CHECK(add_native<text_of_bytes>(connection, "spark_binary_to_string"));
  WEIR_CHECK(add_native<bytes_of_base64>(connection, "spark_unbase64"));
  WEIR_CHECK(add_native<regex_matches>(connection, "spark_regexp_matches"));
  WEIR_CHECK(add_native<regex_replace>(connection, "spark_regexp_replace"));
  WEIR_CHECK(add_native<regex_extract>(connection, "spark_regexp_extract"));
  WEIR_CHECK(add_native<regex_place>(connection, "spark_regexp_instr"));
  WEIR_CHECK(add_native<regex_extract_all>(connection, "spark_regexp_extract_all"));
  return add_native<regex_split>(connection, "spark_regexp_split");
}

}  // namespace weir::engine
