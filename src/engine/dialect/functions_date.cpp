// Dates and timestamps. A timestamp is a TIMESTAMP of DuckDB in UTC, never one with a zone: the
// session's zone is UTC, and DuckDB's would need its ICU extension. Patterns are checked when the
// query is saved.

#include <algorithm>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"
#include "engine/dialect/signature.hpp"
#include "engine/spark/datetime_pattern.hpp"
#include "engine/spark/interval.hpp"

namespace weir::dialect {

namespace {

struct TruncationUnit {
  std::string_view spark;
  std::string_view duckdb;
  bool of_date;  // TRUNC knows it too
};
constexpr TruncationUnit truncations[] = {{"YEAR", "year", true},
                                          {"YYYY", "year", true},
                                          {"YY", "year", true},
                                          {"QUARTER", "quarter", true},
                                          {"MONTH", "month", true},
                                          {"MM", "month", true},
                                          {"MON", "month", true},
                                          {"WEEK", "week", true},
                                          {"DAY", "day", false},
                                          {"DD", "day", false},
                                          {"HOUR", "hour", false},
                                          {"MINUTE", "minute", false},
                                          {"SECOND", "second", false},
                                          {"MILLISECOND", "millisecond", false},
                                          {"MICROSECOND", "microsecond", false}};

std::string upper_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

Result<std::string> literal_text(const Call& call, const Typed& arg) {
  if (arg.text) return *arg.text;
  return fail_at(arg.at, "the unit or pattern of " + call.function +
                             " must be written as a text, not computed, on the embedded engine");
}

// DATE_TRUNC(unit, timestamp) and TRUNC(date, unit); NULL for a unit Spark does not know.
MaybeTyped truncated(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a unit and a moment");
  const std::string name = call_name(call.function, call.args);
  const bool date = call.function == "trunc";
  const Type type = date ? Kind::date : Kind::timestamp;
  WEIR_TRY(const std::string unit, literal_text(call, call.args[date ? 1 : 0]));
  WEIR_TRY(const Typed value, implicit_cast(call, std::move(call.args[date ? 0 : 1]), type));
  for (const TruncationUnit& entry : truncations) {
    if (entry.spark == upper_case(unit) && (entry.of_date || !date)) {
      return made_of(value, type,
                     "CAST(date_trunc('" + std::string(entry.duckdb) + "', " + value.sql + ") AS " +
                         type.duckdb_name() + ")",
                     name);
    }
  }
  return made_of(value, type, "CAST(NULL AS " + type.duckdb_name() + ")", name);
}

using Use = spark::DatetimePattern::Use;

/// The pattern as SQL, known to be one.
Result<std::string> pattern_sql(const std::string& pattern, Use use, Position at) {
  const auto parsed = spark::DatetimePattern::parse(pattern, use);
  if (!parsed) return fail_at(at, parsed.error().message);
  return quoted_string(pattern);
}

MaybeTyped formatted(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a moment and a pattern");
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(const std::string pattern, literal_text(call, call.args[1]));
  WEIR_TRY(const Typed value, implicit_cast(call, std::move(call.args[0]), Kind::timestamp));
  WEIR_TRY(const std::string format, pattern_sql(pattern, Use::write, call.args[1].at));
  return made_of(value, Kind::string, "spark_date_format(" + value.sql + ", " + format + ")", name);
}

Result<std::string> parsed(const Call& call, const Typed& text, const Typed& pattern) {
  WEIR_TRY(const std::string wanted, literal_text(call, pattern));
  WEIR_TRY(const std::string format, pattern_sql(wanted, Use::read, pattern.at));
  return "spark_parse_timestamp(" + text.sql + ", " + format + ")";
}

// TO_DATE and TO_TIMESTAMP, with a pattern or as CAST.
MaybeTyped converted(Call& call) {
  if (call.args.empty() || call.args.size() > 2)
    return wrong_arguments(call, "a text and a pattern");
  const std::string name = call_name(call.function, call.args);
  const Type type = call.function == "to_date"            ? Kind::date
                    : call.function == "to_timestamp_ntz" ? Kind::timestamp_ntz
                                                          : Kind::timestamp;
  Typed value = call.args[0];
  if (type.is(Kind::timestamp) && value.type.is_numeric()) {  // seconds
    WEIR_TRY(value, cast(std::move(value), type));
    value.name = name;
    return value;
  }
  // TO_DATE takes anything by its text.
  if (!value.type.is_datetime()) {
    WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  }
  if (call.args.size() == 1 || !value.type.is(Kind::string)) {
    WEIR_TRY(value, implicit_cast(call, std::move(value), type));
    value.name = name;
    return value;
  }
  WEIR_TRY(const std::string sql, parsed(call, value, call.args[1]));
  if (type.is(Kind::timestamp_ntz) &&
      spark::DatetimePattern::parse(*call.args[1].text, Use::read)->has_offset()) {
    return fail_at(call.args[1].at,
                   "the pattern has an offset from UTC, and a TIMESTAMP_NTZ is without a zone; use "
                   "TO_TIMESTAMP");
  }
  return made_of(value, type, type.is(Kind::date) ? "CAST(" + sql + " AS DATE)" : sql, name);
}

MaybeTyped unix_time(Call& call) {
  constexpr std::string_view pattern = "yyyy-MM-dd HH:mm:ss";
  std::string name = call_name(call.function, call.args);
  if (call.args.empty()) {
    return made_of(std::vector<const Typed*>{}, Kind::long_,
                   "spark_unix_seconds(" + std::string(current_moment) + ")",
                   call.function + "(current_timestamp(), " + std::string(pattern) + ")");
  }
  if (call.args.size() > 2) return wrong_arguments(call, "a moment and a pattern");
  if (call.args.size() == 1) {
    name = call_name(call.function, call.args, ", " + std::string(pattern));
    Typed standard;
    standard.at = call.at;
    standard.text = std::string(pattern);
    call.args.push_back(standard);
  }
  Typed value = call.args[0];
  if (value.type.is_datetime()) {
    WEIR_TRY(value, cast(std::move(value), Kind::timestamp));
    return made_of(value, Kind::long_, "(epoch_us(" + value.sql + ") // 1000000)", name);
  }
  WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  WEIR_TRY(const std::string sql, parsed(call, value, call.args[1]));
  return made_of(value, Kind::long_, "spark_unix_seconds(" + sql + ")", name);
}

MaybeTyped from_unix_time(Call& call) {
  if (call.args.empty() || call.args.size() > 2)
    return wrong_arguments(call, "seconds and a pattern");
  const std::string standard = "yyyy-MM-dd HH:mm:ss";
  const std::string name =
      call_name(call.function, call.args, call.args.size() == 1 ? ", " + standard : "");
  std::string pattern = standard;
  if (call.args.size() == 2) {
    WEIR_TRY(pattern, literal_text(call, call.args[1]));
  }
  const Position at = call.args.back().at;
  WEIR_TRY(const Typed value, implicit_cast(call, std::move(call.args[0]), Kind::long_));
  WEIR_TRY(const std::string format, pattern_sql(pattern, Use::write, at));
  return made_of(value, Kind::string, "spark_from_unixtime(" + value.sql + ", " + format + ")",
                 name);
}

MaybeTyped months_between(Call& call) {
  if (call.args.size() < 2 || call.args.size() > 3) return wrong_arguments(call, "two moments");
  const std::string name =
      call_name(call.function, call.args, call.args.size() == 2 ? ", true" : "");
  bool rounds = true;
  if (call.args.size() == 3) {
    if (call.args[2].sql != "true" && call.args[2].sql != "false") {
      return fail_at(call.args[2].at, "the third argument of MONTHS_BETWEEN must be TRUE or FALSE");
    }
    rounds = call.args[2].sql == "true";
  }
  WEIR_TRY(const Typed a, implicit_cast(call, std::move(call.args[0]), Kind::timestamp));
  WEIR_TRY(const Typed b, implicit_cast(call, std::move(call.args[1]), Kind::timestamp));
  std::string sql = "spark_months_between(" + a.sql + ", " + b.sql + ")";
  if (rounds) sql = "(floor(" + sql + " * 1e8 + 0.5e0) / 1e8)";
  return made_of(a, b, Kind::double_, sql, name);
}

struct Part {
  std::string_view name;
  std::string_view function;
};
constexpr Part interval_parts[] = {
    {"YEAR", "year"},    {"Y", "year"},         {"YEARS", "year"},    {"YR", "year"},
    {"YRS", "year"},     {"MONTH", "month"},    {"MON", "month"},     {"MONS", "month"},
    {"MONTHS", "month"}, {"DAY", "day"},        {"D", "day"},         {"DAYS", "day"},
    {"HOUR", "hour"},    {"H", "hour"},         {"HOURS", "hour"},    {"HR", "hour"},
    {"HRS", "hour"},     {"MINUTE", "minute"},  {"M", "minute"},      {"MIN", "minute"},
    {"MINS", "minute"},  {"MINUTES", "minute"}, {"SECOND", "second"}, {"S", "second"},
    {"SEC", "second"},   {"SECONDS", "second"}, {"SECS", "second"}};
constexpr Part parts[] = {
    {"YEAR", "year"},       {"Y", "year"},          {"YEARS", "year"},   {"YR", "year"},
    {"QUARTER", "quarter"}, {"QTR", "quarter"},     {"MONTH", "month"},  {"MON", "month"},
    {"MONTHS", "month"},    {"WEEK", "weekofyear"}, {"W", "weekofyear"}, {"WEEKS", "weekofyear"},
    {"DAY", "day"},         {"D", "day"},           {"DAYS", "day"},     {"DAYOFWEEK", "dayofweek"},
    {"DOW", "dayofweek"},   {"DOY", "dayofyear"},   {"HOUR", "hour"},    {"H", "hour"},
    {"HOURS", "hour"},      {"MINUTE", "minute"},   {"MIN", "minute"},   {"MINUTES", "minute"},
    {"YRS", "year"},        {"MONS", "month"},      {"HR", "hour"},      {"HRS", "hour"},
    {"M", "minute"},        {"MINS", "minute"}};

/// The parts that no function gives, as DuckDB's.
constexpr Part own_parts[] = {
    {"YEAROFWEEK", "isoyear"}, {"DAYOFWEEK_ISO", "isodow"}, {"DOW_ISO", "isodow"}};

// A field of an interval: the largest counts all, those behind it what is left.
MaybeTyped interval_part(const Call& call, std::string_view wanted, const std::string& name) {
  using spark::IntervalField;
  const Typed& value = call.args[1];
  for (const Part& part : interval_parts) {
    if (part.name != wanted) continue;
    const IntervalField field = *spark::interval_field(upper_case(part.function));
    if ((field <= IntervalField::month) != value.type.is(Kind::year_month)) break;
    const std::string unit = std::to_string(spark::interval_unit(field));
    if (field == IntervalField::year || field == IntervalField::day) {
      return made_of(value, Kind::int_, "CAST(" + value.sql + " // " + unit + " AS INTEGER)", name);
    }
    const std::string above = std::to_string(
        spark::interval_unit(static_cast<IntervalField>(static_cast<int>(field) - 1)));
    if (field != IntervalField::second) {
      return made_of(value, Kind::byte,
                     "CAST(" + value.sql + " % " + above + " // " + unit + " AS TINYINT)", name);
    }
    const Type type = Type::decimal(8, 6);
    return made_of(value, type,
                   decimal_of_unscaled("CAST(" + value.sql + " % " + above + " AS HUGEINT)", type),
                   name);
  }
  return fail_at(call.args[0].at,
                 "the part " + std::string(wanted) + " is not one of " + value.type.spark_name());
}

MaybeTyped extracted(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "the name of a part and a moment");
  WEIR_TRY(const std::string wanted, literal_text(call, call.args[0]));
  const std::string name = call.function != "date_part"
                               ? call.function + "(" + wanted + " FROM " + call.args[1].name + ")"
                               : call_name(call.function, call.args);
  if (call.args[1].type.is_interval()) return interval_part(call, upper_case(wanted), name);
  for (const Part& part : parts) {
    if (part.name != upper_case(wanted)) continue;
    Call inner{std::string(part.function), call.at, {call.args[1]}, call.expr};
    WEIR_TRY(Typed value, call_function(std::move(inner)));
    value.name = name;
    return value;
  }
  for (const Part& part : own_parts) {
    if (part.name != upper_case(wanted)) continue;
    WEIR_TRY(const Typed day, implicit_cast(call, call.args[1], Kind::date));
    return made_of(day, Kind::int_,
                   "CAST(" + std::string(part.function) + "(" + day.sql + ") AS INTEGER)", name);
  }
  constexpr std::string_view seconds[] = {"SECOND", "S", "SEC", "SECONDS", "SECS"};
  if (std::find(std::begin(seconds), std::end(seconds), upper_case(wanted)) != std::end(seconds)) {
    WEIR_TRY(const Typed moment, implicit_cast(call, call.args[1], Kind::timestamp));
    return made_of(moment, Type::decimal(8, 6),
                   decimal_of_unscaled("CAST(microsecond(" + moment.sql + ") AS HUGEINT)",
                                       Type::decimal(8, 6)),
                   name);
  }
  return fail_at(call.args[0].at, "the part " + wanted +
                                      " is not supported by the embedded engine; use YEAR, MONTH, "
                                      "DAY, HOUR, MINUTE, SECOND, QUARTER, WEEK, DOW or DOY");
}

MaybeTyped made_interval(Call& call) {
  static const Signature signature(
      "int = 0, int = 0, int = 0, int = 0, int = 0, int = 0, decimal(18,6) = 0.000000 -> int");
  WEIR_TRY(const Signature::Fit fit, signature.fit(call));
  std::string sql;
  for (const Typed& arg : fit.args)
    sql += (sql.empty() ? "spark_make_interval(" : ", ") + arg.sql;
  return made_of(pointers(fit.args), Kind::calendar, sql + ")",
                 call_name(call.function, call.args, fit.left_out));
}

MaybeTyped current(Call& call) {
  if (!call.args.empty()) return wrong_arguments(call, "nothing");
  const bool date = call.function == "current_date" || call.function == "curdate";
  const bool local = call.function == "localtimestamp";
  return made_of(std::vector<const Typed*>{},
                 date    ? Kind::date
                 : local ? Kind::timestamp_ntz
                         : Kind::timestamp,
                 date ? "CAST(" + std::string(current_moment) + " AS DATE)" : current_moment,
                 call.function == "curdate" ? "current_date()" : call.function + "()");
}

}  // namespace

MaybeTyped call_date(Call& call) {
  const std::string& f = call.function;
  if (f == "current_date" || f == "curdate" || f == "current_timestamp" || f == "now" ||
      f == "localtimestamp") {
    return current(call);
  }
  if (f == "date_trunc" || f == "trunc") return truncated(call);
  if (f == "date_format") return formatted(call);
  if (f == "to_date" || f == "to_timestamp" || f == "to_timestamp_ltz" || f == "to_timestamp_ntz" ||
      f == "try_to_timestamp")
    return converted(call);
  if (f == "unix_timestamp" || f == "to_unix_timestamp") return unix_time(call);
  if (f == "from_unixtime") return from_unix_time(call);
  if (f == "months_between") return months_between(call);
  if (f == "extract" || f == "date_part" || f == "datepart") return extracted(call);
  if (f == "make_interval") return made_interval(call);
  if (f == "convert_timezone") {
    if (call.args.size() < 2 || call.args.size() > 3)
      return wrong_arguments(call, "the zones from and to, and a timestamp without a zone");
    const bool from_session = call.args.size() == 2;  // whose zone is UTC
    const std::string plain = call_name("", call.args).substr(1);
    WEIR_TRY(const Typed to, implicit_cast(call, call.args[from_session ? 0 : 1], Kind::string));
    WEIR_TRY(Typed moment, implicit_cast(call, call.args.back(), Kind::timestamp_ntz));
    if (!from_session) {
      WEIR_TRY(const Typed zone, implicit_cast(call, call.args[0], Kind::string));
      moment.sql = "spark_to_utc_timestamp(" + moment.sql + ", " + zone.sql + ")";
    }
    return made_of(pointers(call.args), Kind::timestamp_ntz,
                   "spark_from_utc_timestamp(" + moment.sql + ", " + to.sql + ")",
                   f + "(" + (from_session ? "current_timezone(), " : "") + plain);
  }
  if (f == "window_time") {
    const bool window = call.args.size() == 1 && call.args[0].type.is(Kind::struct_) &&
                        call.args[0].type.fields().size() == 2 &&
                        call.args[0].type.fields()[1].type.is_datetime();
    if (!window) return wrong_arguments(call, "a window of time");
    const Field& end = call.args[0].type.fields()[1];
    return made_of(call.args[0], end.type,
                   "make_timestamp(epoch_us(struct_extract(" + call.args[0].sql + ", " +
                       quoted_string(end.name) + ")) - 1)",
                   call_name(f, call.args));
  }
  if (f == "timestamp_seconds") {
    if (call.args.size() != 1) return wrong_arguments(call, "seconds");
    const std::string name = call_name(f, call.args);
    const Typed value = call.args[0];
    if (value.type.is(Kind::decimal)) {  // exact, where a double is not
      Typed million = constant(call.at, Kind::int_, "1000000", "1000000");
      million.number = 1'000'000;
      WEIR_TRY(Typed us, arithmetic("*", value, std::move(million)));
      WEIR_TRY(us, cast(std::move(us), Kind::long_));
      return made_of(value, Kind::timestamp, "spark_micros_to_timestamp(" + us.sql + ")", name);
    }
    if (value.type.is_numeric() && !value.type.is_integral()) {
      WEIR_TRY(Typed moment, cast(value, Kind::timestamp));
      moment.name = name;
      return moment;
    }
    if (!value.type.is_integral()) return wrong_arguments(call, "a number");
    return made_of(value, Kind::timestamp,
                   "spark_seconds_to_timestamp(CAST(" + value.sql + " AS BIGINT))", name);
  }
  return std::nullopt;
}

}  // namespace weir::dialect
