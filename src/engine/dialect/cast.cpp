// A cast is DuckDB's own where it gives Spark's value for every input, and else a native function
// (engine/functions). TRY_CAST alone will not do: it reads other texts than Spark and rounds where
// Spark cuts.

#include "engine/dialect/cast.hpp"

#include "engine/spark/interval.hpp"

namespace weir::dialect {

namespace {

enum class CastMode : std::uint8_t { cast, try_cast };

Result<std::string> cast_in(CastMode mode, const std::string& sql, const Type& from, const Type& to,
                            Position at);

std::string call(const std::string& function, const std::string& sql) {
  return function + "(" + sql + ")";
}

std::string plain(const std::string& sql, std::string_view to) {
  return "CAST(" + sql + " AS " + std::string(to) + ")";
}
std::string plain(const std::string& sql, const Type& to) {
  return plain(sql, to.duckdb_name());
}

std::string tried(const std::string& sql, const Type& to) {
  return "TRY_CAST(" + sql + " AS " + to.duckdb_name() + ")";
}

Failure refused(const Type& from, const Type& to, Position at) {
  return fail_at(at, "a cast from " + from.spark_name() + " to " + to.spark_name() +
                         " is not supported by the embedded engine; cast its parts, or to another "
                         "type first");
}

Result<std::string> to_text(const std::string& sql, const Type& from, Position at) {
  switch (from.kind()) {
    case Kind::float_:
    case Kind::double_:
      return call("spark_fraction_to_string", sql);
    case Kind::decimal:
      if (from.scale() > 6) return call("spark_decimal_to_string", sql);
      if (from.precision() > from.scale()) return plain(sql, Kind::string);
      // DuckDB writes the zero before the point only where the type has room for it.
      return plain(plain(sql, Type::decimal(from.precision() + 1, from.scale())), Kind::string);
    case Kind::binary:
      return call("spark_binary_to_string", sql);
    case Kind::date:
      return call("spark_date_to_string", sql);
    case Kind::timestamp:
    case Kind::timestamp_ntz:
      return call("spark_timestamp_to_string", sql);
    case Kind::calendar:
      return call("spark_calendar_to_string", sql);
    case Kind::year_month:
    case Kind::day_time:
      return "spark_interval_to_string(" + plain(sql, Kind::long_) + ", " +
             quoted_string(from.spark_ddl()) + ")";
    default:
      break;
  }
  if (from.is_integral() || from.is(Kind::boolean)) return plain(sql, Kind::string);
  return refused(from, Kind::string, at);
}

Result<std::string> to_boolean(const std::string& sql, const Type& from, Position at) {
  if (from.is(Kind::string)) return call("spark_string_to_boolean", sql);
  if (from.is_numeric()) return "(" + sql + " <> 0)";
  return refused(from, Kind::boolean, at);
}

/// As a whole number in ANSI mode, with NULL in the place of an error: a text that has a point is
/// none, and a number that does not fit is not wrapped.
Result<std::string> to_integral_exactly(const std::string& sql, const Type& from, const Type& to,
                                        Position at) {
  if (from.is(Kind::string)) return tried(call("spark_digits_to_bigint", sql), to);
  if (from.is(Kind::boolean)) return plain(sql, to);
  if (from.is_integral()) return from.kind() <= to.kind() ? plain(sql, to) : tried(sql, to);
  if (from.is_fractional())
    return tried(call("spark_fitting_bigint", plain(sql, Kind::double_)), to);
  if (from.is(Kind::decimal)) return tried(call("trunc", sql), to);
  if (from.is(Kind::timestamp)) return tried(call("spark_unix_seconds", sql), to);
  return refused(from, to, at);
}

Result<std::string> to_integral(const std::string& sql, const Type& from, const Type& to,
                                Position at) {
  if (from.is(Kind::string)) return tried(call("spark_string_to_bigint", sql), to);
  if (from.is(Kind::boolean)) return plain(sql, to);
  if (from.is_integral()) {
    if (from.kind() <= to.kind()) return plain(sql, to);
    return call("spark_wrap_" + number_suffix(to), sql);
  }
  if (from.is_fractional()) {
    if (to.is(Kind::long_)) return call("spark_double_to_bigint", plain(sql, Kind::double_));
    const std::string whole = call("spark_double_to_int", plain(sql, Kind::double_));
    return to.is(Kind::int_) ? whole : call("spark_wrap_" + number_suffix(to), whole);
  }
  if (from.is(Kind::decimal)) {
    const bool fits = from.precision() - from.scale() <= 18;
    const std::string whole = plain(call("trunc", sql), fits ? "BIGINT" : "HUGEINT");
    return fits && to.is(Kind::long_) ? whole : call("spark_wrap_" + number_suffix(to), whole);
  }
  if (from.is_interval()) {
    return tried("(" + sql + " // " + std::to_string(spark::interval_unit(from.last_field())) + ")",
                 to);
  }
  if (from.is(Kind::timestamp)) {
    const std::string seconds = call("spark_unix_seconds", sql);
    return to.is(Kind::long_) ? seconds : call("spark_wrap_" + number_suffix(to), seconds);
  }
  return refused(from, to, at);
}

Result<std::string> to_fraction(const std::string& sql, const Type& from, const Type& to,
                                Position at) {
  if (from.is(Kind::string))
    return call(to.is(Kind::float_) ? "spark_string_to_float" : "spark_string_to_double", sql);
  // DuckDB divides the digits, which rounds twice where they are more than a fraction holds.
  const int exact = to.is(Kind::float_) ? 7 : 15;
  if (from.is(Kind::decimal) && from.precision() > exact)
    return plain(plain(sql, Kind::string), to);
  if (from.is(Kind::double_)) return call("spark_double_to_float", sql);
  if (from.is_numeric() || from.is(Kind::boolean)) return plain(sql, to);
  if (from.is(Kind::timestamp)) return plain("(epoch_us(" + sql + ") / 1000000.0e0)", to);
  return refused(from, to, at);
}

Result<std::string> to_decimal(const std::string& sql, const Type& from, const Type& to,
                               Position at) {
  const std::string digits =
      ", " + std::to_string(to.precision()) + ", " + std::to_string(to.scale()) + ")";
  if (from.is(Kind::string)) {
    return decimal_of_unscaled("spark_decimal_of_text(" + sql + digits, to);
  }
  if (from.is_fractional()) {
    return decimal_of_unscaled("spark_decimal_of_fraction(" + plain(sql, Kind::double_) + digits,
                               to);
  }
  // DuckDB's cast takes a value for too large that fits once it is rounded.
  if (from.is(Kind::decimal) && from.scale() > to.scale()) {
    return tried("round(" + sql + ", " + std::to_string(to.scale()) + ")", to);
  }
  if (from.is_numeric()) return tried(sql, to);
  if (from.is(Kind::boolean)) return tried("CAST(" + sql + " AS INTEGER)", to);
  if (from.is_interval()) {
    const Type micros = Type::decimal(25, 6);
    const bool fraction = from.last_field() == spark::IntervalField::second;
    const std::string whole =
        fraction
            ? decimal_of_unscaled(plain(sql, "HUGEINT"), micros)
            : "(" + sql + " // " + std::to_string(spark::interval_unit(from.last_field())) + ")";
    return cast_sql(whole, fraction ? micros : Type(Kind::long_), to, at);
  }
  return refused(from, to, at);
}

/// The bytes of a text, or of a whole number with the highest first.
Result<std::string> to_binary(const std::string& sql, const Type& from, Position at) {
  if (from.is(Kind::string)) return call("encode", sql);
  if (!from.is_integral()) return refused(from, Kind::binary, at);
  const int digits = from.is(Kind::byte)     ? 2
                     : from.is(Kind::short_) ? 4
                     : from.is(Kind::int_)   ? 8
                                             : 16;
  return "spark_unhex(right(lpad(spark_hex(" + plain(sql, Kind::long_) + "), 16, '0'), " +
         std::to_string(digits) + "))";
}

Result<std::string> to_datetime(const std::string& sql, const Type& from, const Type& to,
                                Position at) {
  const bool date = to.is(Kind::date);
  if (from.is(Kind::string)) {
    if (date) return call("spark_string_to_date", sql);
    if (to.is(Kind::timestamp_ntz)) return call("spark_string_to_timestamp_ntz", sql);
    // A text that is a time alone is of today.
    return "spark_string_to_timestamp(" + sql + ", " + current_moment + ")";
  }
  if (from.is_datetime() && !date && !from.is(Kind::date)) return sql;  // UTC is the session's zone
  if (from.is_datetime()) return date ? plain(sql, to) : call("spark_date_to_timestamp", sql);
  if (to.is(Kind::timestamp_ntz)) return refused(from, to, at);
  if (!date && from.is_integral()) {
    return call("spark_seconds_to_timestamp", plain(sql, Kind::long_));
  }
  if (!date && from.is_fractional()) {
    return call("spark_fraction_to_timestamp", plain(sql, Kind::double_));
  }
  return refused(from, to, at);
}

Result<std::string> to_interval(const std::string& sql, const Type& from, const Type& to,
                                Position at) {
  const std::string unit = std::to_string(spark::interval_unit(to.last_field()));
  if (from.is(Kind::string)) {
    return tried("spark_string_to_interval(" + sql + ", " + quoted_string(to.spark_ddl()) + ")",
                 to);
  }
  if (from.is_integral()) return tried("(CAST(" + sql + " AS HUGEINT) * " + unit + ")", to);
  if (from.kind() != to.kind()) return refused(from, to, at);
  return from.last_field() <= to.last_field() ? sql
                                              : "(" + sql + " // " + unit + " * " + unit + ")";
}

Result<std::string> to_nested(const std::string& sql, const Type& from, const Type& to, Position at,
                              CastMode mode) {
  if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) {
    return refused(from, to, at);
  }
  if (from.is(Kind::array)) {
    // The name of the element differs by depth, so that a lambda inside does not hide this one.
    const std::string element = "x" + std::to_string(from.spark_name().size());
    WEIR_TRY(std::string inner, cast_in(mode, element, from.element(), to.element(), at));
    return "list_transform(" + sql + ", lambda " + element + ": " + inner + ")";
  }
  if (!from.is(Kind::struct_)) return refused(from, to, at);
  if (sql.size() > shared_bytes) {
    const std::string name = name_for(sql);
    WEIR_TRY(const std::string body, to_nested(name, from, to, at, mode));
    return bound_to(name, sql, body);
  }
  std::string fields;
  for (std::size_t i = 0; i < to.fields().size(); ++i) {
    const std::string part =
        "struct_extract(" + sql + ", " + quoted_string(from.fields()[i].name) + ")";
    WEIR_TRY(std::string value,
             cast_in(mode, part, from.fields()[i].type, to.fields()[i].type, at));
    if (i > 0) fields += ", ";
    fields += quoted_identifier(to.fields()[i].name) + " := " + value;
  }
  return "CASE WHEN " + sql + " IS NOT NULL THEN struct_pack(" + fields + ") END";
}

}  // namespace

std::string number_suffix(const Type& to) {
  switch (to.kind()) {
    case Kind::byte:
      return "tinyint";
    case Kind::short_:
      return "smallint";
    case Kind::int_:
      return "int";
    default:
      return "bigint";
  }
}

std::string decimal_of_unscaled(const std::string& sql, const Type& type) {
  if (type.scale() == 0) return tried(sql, type);
  const std::string decimal = "spark_point_" + std::to_string(type.scale()) + "(" + sql + ")";
  return tried(decimal, type);  // of a type that a NULL, too, is to have
}

namespace {

Result<std::string> cast_in(CastMode mode, const std::string& sql, const Type& from, const Type& to,
                            Position at) {
  if (from == to) return sql;
  if (from.is(Kind::null_)) return "CAST(NULL AS " + to.duckdb_name() + ")";
  switch (to.kind()) {
    case Kind::string:
      return to_text(sql, from, at);
    case Kind::boolean:
      return to_boolean(sql, from, at);
    case Kind::byte:
    case Kind::short_:
    case Kind::int_:
    case Kind::long_:
      return mode == CastMode::cast || from.is_interval() ? to_integral(sql, from, to, at)
                                                          : to_integral_exactly(sql, from, to, at);
    case Kind::float_:
    case Kind::double_:
      return to_fraction(sql, from, to, at);
    case Kind::decimal:
      return to_decimal(sql, from, to, at);
    case Kind::date:
    case Kind::timestamp:
    case Kind::timestamp_ntz:
      return to_datetime(sql, from, to, at);
    case Kind::year_month:
    case Kind::day_time:
      return to_interval(sql, from, to, at);
    case Kind::binary:
      return to_binary(sql, from, at);
    case Kind::array:
    case Kind::map:
    case Kind::struct_:
      return to_nested(sql, from, to, at, mode);
    default:
      return refused(from, to, at);
  }
}

Result<Typed> cast_in(CastMode mode, Typed value, const Type& to) {
  if (value.type == to) return value;
  WEIR_TRY(value.sql, cast_in(mode, value.sql, value.type, to, value.at));
  if (value.number && !to.is_integral()) value.number.reset();
  value.text.reset();
  value.literal = false;
  value.type = to;
  return value;
}

}  // namespace

Result<std::string> cast_sql(const std::string& sql, const Type& from, const Type& to,
                             Position at) {
  return cast_in(CastMode::cast, sql, from, to, at);
}

Result<Typed> cast(Typed value, const Type& to) {
  return cast_in(CastMode::cast, std::move(value), to);
}

Result<Typed> try_cast(Typed value, const Type& to) {
  return cast_in(CastMode::try_cast, std::move(value), to);
}

}  // namespace weir::dialect
