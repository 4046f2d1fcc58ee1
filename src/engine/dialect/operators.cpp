// Arithmetic and comparison with the result types of Spark. Integers wrap and decimals become NULL
// where DuckDB would fail the query, so its operators are used only where they cannot overflow;
// native functions do the rest.

#include "engine/dialect/operators.hpp"

#include <algorithm>
#include <limits>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/spark/decimal_text.hpp"

namespace weir::dialect {

namespace {

Failure mismatch(std::string_view op, const Typed& a, const Typed& b) {
  return fail_at(a.at, "\"" + std::string(op) + "\" cannot take " + a.type.spark_name() + " and " +
                           b.type.spark_name() + "; cast one of them");
}

std::string named(std::string_view op, const Typed& a, const Typed& b) {
  return "(" + a.name + " " + std::string(op) + " " + b.name + ")";
}

std::string infix(std::string_view op, const Typed& a, const Typed& b) {
  return "(" + a.sql + " " + std::string(op) + " " + b.sql + ")";
}

Result<void> cast_both(Typed& a, Typed& b, const Type& type) {
  WEIR_TRY(a, cast(std::move(a), type));
  WEIR_TRY(b, cast(std::move(b), type));
  return {};
}

// Of a literal as many digits as it has, else as its type can have.
Type decimal_for(const Typed& value) {
  if (value.type.is(Kind::decimal)) return value.type;
  if (value.literal && value.number && !value.type.is(Kind::byte)) {
    std::string digits = std::to_string(*value.number);
    if (digits[0] == '-') digits.erase(0, 1);
    return Type::decimal(static_cast<int>(digits.size()), 0);
  }
  return decimal_of(value.type);
}

std::string cast_to(const std::string& sql, const Type& type) {
  return "CAST(" + sql + " AS " + type.duckdb_name() + ")";
}

// What DuckDB's own operators do exactly; nothing where they may overflow on the way. They compute
// in 18 digits where both operands have no more than that, even if the result has; then ours does,
// since theirs would have to be handed wider operands first.
std::optional<std::string> plain_decimal(std::string_view op, const Typed& a, const Typed& b,
                                         const Type& exact) {
  constexpr int digits_max = 38;
  constexpr int word_digits = 18;
  const int p1 = a.type.precision();
  const int p2 = b.type.precision();
  if (op == "*") {
    if (p1 + p2 > digits_max) return std::nullopt;
    if (p1 + p2 <= word_digits) return infix(op, a, b);
    return "spark_product_" + std::to_string(exact.scale()) + "(" + a.sql + ", " + b.sql + ")";
  }
  if (exact.precision() > digits_max) return std::nullopt;
  if (exact.precision() <= word_digits) return infix(op, a, b);
  return "(" + cast_to(a.sql, exact) + " " + std::string(op) + " " + cast_to(b.sql, exact) + ")";
}

Result<Typed> decimal_arithmetic(std::string_view op, Typed a, Typed b) {
  const std::string name = named(op == "DIV" ? "div" : op, a, b);
  const Type left = decimal_for(a);
  const Type right = decimal_for(b);
  WEIR_TRY(a, cast(std::move(a), left));
  WEIR_TRY(b, cast(std::move(b), right));
  const int p1 = left.precision();
  const int s1 = left.scale();
  const int p2 = right.precision();
  const int s2 = right.scale();
  if (op == "DIV") {
    return made_of(a, b, Kind::long_, "spark_decimal_div(" + a.sql + ", " + b.sql + ")", name);
  }
  int scale = std::max(s1, s2);
  int precision = std::max(p1 - s1, p2 - s2) + scale + 1;
  std::string_view function = op == "+" ? "add" : "subtract";
  if (op == "*") {
    scale = s1 + s2;
    precision = p1 + p2 + 1;
    function = "multiply";
  } else if (op == "/") {
    scale = std::max(6, s1 + p2 + 1);
    precision = p1 - s1 + s2 + scale;
    function = "divide";
  } else if (op == "%" || op == "pmod") {
    precision = std::min(p1 - s1, p2 - s2) + scale;
    function = op == "%" ? "remainder" : "pmod";
  }
  const Type result = adjusted_decimal(precision, scale);
  if (op == "+" || op == "-" || op == "*") {
    // The type before it is cut to 38 digits, to hold it against them.
    if (const auto sql = plain_decimal(op, a, b, Type::decimal(precision, scale))) {
      return made_of(a, b, result, "TRY_CAST(" + *sql + " AS " + result.duckdb_name() + ")", name);
    }
  }
  return made_of(a, b, result, decimal_call(function, a.sql, b.sql, result), name);
}

// A count of months or microseconds as SQL, negative for "-"; of a literal as a number.
std::string signed_count(std::string_view op, const Typed& length) {
  if (length.interval) return std::to_string(op == "-" ? -*length.interval : *length.interval);
  return op == "-" ? "(-" + length.sql + ")" : length.sql;
}

Result<Typed> add_interval(std::string_view op, const Typed& moment, const Typed& length) {
  std::string name = moment.name + " " + std::string(op) + " " + length.name;  // bare in Spark
  const bool date = moment.type.is(Kind::date);
  const bool months = length.type.is(Kind::year_month);
  const bool days = !months && length.type.last_field() == spark::IntervalField::day;
  if (date && days) {
    const std::string count = "extractansiintervaldays(" + length.name + ")";
    name = "date_add(" + moment.name + ", " + (op == "-" ? "(- " + count + ")" : count) + ")";
  }
  if (!moment.type.is_datetime()) {
    return fail_at(moment.at, "an interval is added to " + moment.type.spark_name() +
                                  "; cast it to date or timestamp first");
  }
  std::string sql = moment.sql;
  Type type = moment.type;
  const std::string count = signed_count(op, length);
  if (months) {
    sql = std::string(date ? "spark_add_months(" : "spark_timestamp_add_months(") + sql + ", " +
          count + ")";
  } else if (date && days) {
    sql = "spark_date_add(" + sql + ", CAST(" + count + " // 86400000000 AS INTEGER))";
  } else {
    if (date) sql = "spark_date_to_timestamp(" + sql + ")";
    sql = "spark_timestamp_add(" + sql + ", " + count + ")";
    if (date) type = Kind::timestamp;
  }
  return made_of(moment, length, type, sql, name);
}

// The days between two dates, or the time between two moments.
Result<Typed> difference(Typed a, Typed b) {
  const std::string name = named("-", a, b);
  using spark::IntervalField;
  if (a.type.is(Kind::date) && b.type.is(Kind::date)) {
    return made_of(a, b, Type::interval(IntervalField::day, IntervalField::day),
                   "(date_diff('day', " + b.sql + ", " + a.sql + ") * 86400000000)", name);
  }
  WEIR_CHECK(cast_both(a, b, Kind::timestamp));
  return made_of(a, b, Type::interval(IntervalField::day, IntervalField::second),
                 "TRY(epoch_us(" + a.sql + ") - epoch_us(" + b.sql + "))", name);
}

// Intervals plus and minus each other, and times and by a number; what is too long is NULL.
Result<Typed> interval_arithmetic(std::string_view op, Typed a, Typed b) {
  if (op == "*" && !a.type.is_interval()) std::swap(a, b);
  const std::string name = named(op, a, b);
  if (op == "+" || op == "-") {
    if (a.type.is(Kind::null_))
      a.type = b.type, a.sql = "CAST(NULL AS " + b.type.duckdb_name() + ")";
    if (b.type.is(Kind::null_))
      b.type = a.type, b.sql = "CAST(NULL AS " + a.type.duckdb_name() + ")";
    const auto type = tightest_type(a.type, b.type);
    if (!type || !type->is_interval()) return mismatch(op, a, b);
    WEIR_CHECK(cast_both(a, b, *type));
    return made_of(a, b, *type, "TRY" + infix(op, a, b), name);
  }
  if (op == "DIV" && a.type.is_interval() && a.type.kind() == b.type.kind()) {
    a.sql = cast_to(a.sql, Kind::long_);
    b.sql = cast_to(b.sql, Kind::long_);
    return made_of(a, b, Kind::long_, "spark_div(" + a.sql + ", " + b.sql + ")",
                   named("div", a, b));
  }
  const bool number = b.type.is_numeric() || b.type.is(Kind::string) || b.type.is(Kind::null_);
  if ((op != "*" && op != "/") || !a.type.is_interval() || !number) return mismatch(op, a, b);
  if (op == "*" && b.type.is_integral()) {
    const Type type = whole_interval(a.type);
    return made_of(
        a, b, type,
        "TRY_CAST(CAST(" + a.sql + " AS HUGEINT) * " + b.sql + " AS " + type.duckdb_name() + ")",
        name);
  }
  WEIR_TRY(b, cast(std::move(b), Kind::double_));
  const Type type = whole_interval(a.type);
  const std::string by = op == "/" ? "nullif(" + b.sql + ", 0)" : b.sql;
  return made_of(a, b, type,
                 "TRY_CAST(round(CAST(" + a.sql + " AS DOUBLE) " + std::string(op) + " " + by +
                     ") AS " + type.duckdb_name() + ")",
                 name);
}

// Intervals of months, days and microseconds, and moments that they move.
Result<Typed> calendar_arithmetic(std::string_view op, const Typed& a, const Typed& b) {
  const bool both = a.type == b.type;
  if ((op != "+" && op != "-") || (!both && op == "-" && a.type.is(Kind::calendar)))
    return mismatch(op, a, b);
  const bool swapped = !both && a.type.is(Kind::calendar);
  const Typed& moved = swapped ? b : a;
  const Typed& by = swapped ? a : b;
  if (!both && !moved.type.is_datetime()) return mismatch(op, a, b);
  const std::string length = op == "-" ? "spark_interval_negated(" + by.sql + ")" : by.sql;
  const std::string_view function = both                        ? "spark_intervals_sum("
                                    : moved.type.is(Kind::date) ? "spark_date_moved("
                                                                : "spark_timestamp_moved(";
  // Without parentheses in Spark where a moment is moved.
  const std::string name =
      both ? named(op, a, b) : moved.name + " " + std::string(op) + " " + by.name;
  return made_of(moved, by, moved.type, std::string(function) + moved.sql + ", " + length + ")",
                 name);
}

/// The digits of a decimal that is written, as a whole number of its last place.
std::optional<spark::Int128> written_decimal(const Typed& value) {
  constexpr std::string_view before = "CAST('";
  if (!value.literal || !value.type.is(Kind::decimal) || !value.sql.starts_with(before))
    return std::nullopt;
  const std::size_t end = value.sql.find('\'', before.size());
  return spark::decimal_from_text(value.sql.substr(before.size(), end - before.size()),
                                  value.type.precision(), value.type.scale());
}

// Spark compares a whole number with a decimal that is written as with the whole number that
// decides the same; where that is none of 64 bits, NULL is on the same side as all numbers.
Result<std::optional<Typed>> compared_whole(std::string_view op, const Typed& a, const Typed& b) {
  const bool greater = op == ">" || op == ">=";
  if (!greater && op != "<" && op != "<=") return std::nullopt;
  const bool behind = a.type.is_integral();
  const Typed& literal = behind ? b : a;
  if (!(behind ? a : b).type.is_integral()) return std::nullopt;
  const auto digits = written_decimal(literal);
  if (!digits) return std::nullopt;
  const spark::Int128 unit =
      spark::powers_of_ten.at(static_cast<std::size_t>(literal.type.scale()));
  spark::Int128 whole = *digits / unit;
  const spark::Int128 rest = *digits % unit;
  const bool strict = op == ">" || op == "<";
  const bool up = (greater == behind) != strict;
  using Limits = std::numeric_limits<std::int64_t>;
  const bool above = whole > Limits::max() || (whole == Limits::max() && rest > 0);
  if (above || whole < Limits::min() || (whole == Limits::min() && rest < 0)) {
    const std::string truth = (greater == behind) != above ? "true" : "false";
    return made_of(a, b, Kind::boolean, truth, truth);
  }
  if (up && rest > 0) ++whole;
  if (!up && rest < 0) --whole;
  const std::string text = std::to_string(static_cast<std::int64_t>(whole));
  Typed number = constant(literal.at, Kind::long_, "CAST('" + text + "' AS BIGINT)", text);
  WEIR_TRY(Typed compared,
           behind ? compare(op, a, std::move(number)) : compare(op, std::move(number), b));
  return compared;
}

std::string_view symbol_of(std::string_view op) {
  if (op == "<=>") return "IS NOT DISTINCT FROM";
  return op;
}

}  // namespace

std::string decimal_call(std::string_view function, const std::string& a, const std::string& b,
                         const Type& result) {
  return decimal_of_unscaled("spark_decimal_" + std::string(function) + "(" + a + ", " + b + ", " +
                                 std::to_string(result.precision()) + ", " +
                                 std::to_string(result.scale()) + ")",
                             result);
}

Type whole_interval(const Type& type) {
  using spark::IntervalField;
  return type.is(Kind::year_month) ? Type::interval(IntervalField::year, IntervalField::month)
                                   : Type::interval(IntervalField::day, IntervalField::second);
}

Result<Typed> compare(std::string_view op, Typed a, Typed b) {
  WEIR_TRY(std::optional<Typed> whole, compared_whole(op, a, b));
  if (whole) return std::move(*whole);
  std::string name = op == "<>" ? "(NOT " + named("=", a, b) + ")" : named(op, a, b);
  const bool equality = op == "=" || op == "<=>" || op == "<>";
  if (a.type.is(Kind::map) || b.type.is(Kind::map)) return mismatch(op, a, b);
  if (a.type.is(Kind::calendar) || b.type.is(Kind::calendar)) return mismatch(op, a, b);
  const bool truth = a.type.is(Kind::boolean) || b.type.is(Kind::boolean);
  if (truth && (a.type.is_numeric() || b.type.is_numeric())) {
    if (!equality) return mismatch(op, a, b);
    Typed& boolean = a.type.is(Kind::boolean) ? a : b;
    boolean.sql = "CAST(" + boolean.sql + " AS INTEGER)";
    return made_of(a, b, Kind::boolean, infix(symbol_of(op), a, b), name);
  }
  const auto type = comparison_type(a.type, b.type);
  if (!type) return mismatch(op, a, b);
  if (type->is_nested() && !equality) {
    return fail_at(a.at, "\"" + std::string(op) + "\" of " + type->spark_name() +
                             " is not supported by the embedded engine, which puts the NULLs in "
                             "it elsewhere than Spark; compare its parts");
  }
  if (type->is(Kind::null_)) {  // NULL against NULL
    const std::string value = op == "<=>" ? "true" : "CAST(NULL AS BOOLEAN)";
    return made_of(a, b, Kind::boolean, value, name);
  }
  WEIR_CHECK(cast_both(a, b, *type));
  return made_of(a, b, Kind::boolean, infix(symbol_of(op), a, b), name);
}

Result<Typed> arithmetic(std::string_view op, Typed a, Typed b) {
  const std::string name = named(op == "DIV" ? "div" : op, a, b);
  if (a.type.is(Kind::calendar) || b.type.is(Kind::calendar)) return calendar_arithmetic(op, a, b);
  if (a.type.is_interval() || b.type.is_interval()) {
    const bool moved = a.type.is_interval() && !b.type.is_interval();
    const Typed& moment = moved ? b : a;
    if (moment.type.is_datetime() && (op == "+" || (op == "-" && !moved)))
      return add_interval(op, moment, moved ? a : b);
    return interval_arithmetic(op, std::move(a), std::move(b));
  }
  if (op == "+" && a.type.is(Kind::null_) && b.type.is(Kind::date)) std::swap(a, b);
  if (a.type.is(Kind::date) && (op == "+" || op == "-") &&
      ((b.type.is_integral() && !b.type.is(Kind::long_)) || b.type.is(Kind::null_))) {
    WEIR_TRY(b, cast(std::move(b), Kind::int_));
    const std::string function = op == "+" ? "date_add(" : "date_sub(";
    return made_of(a, b, Kind::date, "spark_" + function + a.sql + ", " + b.sql + ")",
                   function + a.name + ", " + b.name + ")");
  }
  // A text is taken for a date before a date only, as in Spark.
  const bool date_of_text = a.type.is(Kind::string) && b.type.is(Kind::date);
  const auto moment = [](const Typed& value) {
    return value.type.is_datetime() || value.type.is(Kind::null_);
  };
  if (op == "-" && (a.type.is_datetime() || b.type.is_datetime()) && (date_of_text || moment(a)) &&
      moment(b)) {
    if (b.type.is(Kind::date) && !a.type.is_datetime()) {
      WEIR_TRY(a, cast(std::move(a), Kind::date));
    }
    return difference(std::move(a), std::move(b));
  }
  const auto numeric = [](const Typed& value) {
    return value.type.is_numeric() || value.type.is(Kind::string) || value.type.is(Kind::null_);
  };
  if (!numeric(a) || !numeric(b)) return mismatch(op, a, b);
  if (a.type.is(Kind::string)) {
    WEIR_TRY(a, cast(std::move(a), Kind::double_));
  }
  if (b.type.is(Kind::string)) {
    WEIR_TRY(b, cast(std::move(b), Kind::double_));
  }
  if (a.type.is(Kind::null_) && b.type.is(Kind::null_)) {
    WEIR_TRY(a, cast(std::move(a), Kind::double_));
  }
  if (a.type.is(Kind::null_)) a.type = b.type, a.sql = "CAST(NULL AS " + a.type.duckdb_name() + ")";
  if (b.type.is(Kind::null_)) b.type = a.type, b.sql = "CAST(NULL AS " + b.type.duckdb_name() + ")";
  const bool fraction = a.type.is_fractional() || b.type.is_fractional();
  if (!fraction && (a.type.is(Kind::decimal) || b.type.is(Kind::decimal))) {
    return decimal_arithmetic(op, std::move(a), std::move(b));
  }
  Type type = Kind::double_;
  if (op != "/") {
    const auto met = tightest_type(a.type, b.type);
    if (met) type = *met;
  }
  WEIR_CHECK(cast_both(a, b, type));
  // The same text whichever comes first, so that GROUP BY a + b is met by b + a, as in Spark.
  if ((op == "+" || op == "*") && b.sql < a.sql && !a.foldable && !b.foldable) std::swap(a, b);
  const auto called = [&](const std::string& function, const Type& of) {
    return made_of(a, b, of, function + "(" + a.sql + ", " + b.sql + ")", name);
  };
  if (op == "DIV") {
    if (fraction) return mismatch(op, a, b);
    WEIR_CHECK(cast_both(a, b, Kind::long_));
    return called("spark_div", Kind::long_);
  }
  // DuckDB refuses to overflow where Spark's integers wrap.
  if (type.is_integral()) {
    const std::string_view function = op == "+"   ? "spark_add_"
                                      : op == "-" ? "spark_subtract_"
                                      : op == "*" ? "spark_multiply_"
                                      : op == "%" ? "spark_remainder_"
                                                  : "spark_pmod_";
    return called(std::string(function) + number_suffix(type), type);
  }
  if (op == "pmod") {
    WEIR_CHECK(cast_both(a, b, Kind::double_));
    WEIR_TRY(Typed rest, cast(called("spark_pmod_double", Kind::double_), type));
    return rest;
  }
  if (op == "/" || op == "%") {
    return made_of(a, b, type, "(" + a.sql + " " + std::string(op) + " nullif(" + b.sql + ", 0))",
                   name);
  }
  return made_of(a, b, type, infix(op, a, b), name);
}

Result<Typed> bitwise(std::string_view op, Typed a, Typed b) {
  const std::string name = named(op, a, b);
  const auto type = tightest_type(a.type, b.type);
  if (!type || !type->is_integral()) return mismatch(op, a, b);
  WEIR_CHECK(cast_both(a, b, *type));
  const std::string sql = op == "^" ? "xor(" + a.sql + ", " + b.sql + ")" : infix(op, a, b);
  return made_of(a, b, *type, sql, name);
}

Result<Typed> concat(std::vector<Typed> parts, Position at) {
  std::string name = "concat(";
  for (const Typed& part : parts) {
    name += (&part == parts.data() ? "" : ", ") + part.name;
  }
  name += ")";
  const bool arrays = std::any_of(parts.begin(), parts.end(),
                                  [](const Typed& part) { return part.type.is(Kind::array); });
  if (arrays) {
    for (const Typed& part : parts) {
      if (!part.type.is(Kind::array)) return mismatch("||", parts[0], part);
    }
    WEIR_TRY(parts, unified(std::move(parts), true, "CONCAT"));
  }
  std::vector<const Typed*> from;
  std::string sql;
  bool constants = false;
  for (Typed& part : parts) {
    constants = constants || (part.foldable && !part.text);
    if (!arrays && part.type.is(Kind::binary)) {
      return fail_at(part.at,
                     "CONCAT of binary is not supported by the embedded engine; DECODE it");
    }
    if (!arrays) {
      WEIR_TRY(part, cast(std::move(part), Kind::string));
    }
    sql += (sql.empty() ? "" : " || ") + part.sql;
    from.push_back(&part);
  }
  const Type type = arrays ? parts[0].type : Type(Kind::string);
  sql = parts.empty() ? "''" : "(" + sql + ")";
  // To DuckDB anything with a constant NULL in it is of no type.
  if (constants) sql = "CAST(" + sql + " AS " + type.duckdb_name() + ")";
  Typed whole = made_of(from, type, sql, name);
  whole.at = at;
  return whole;
}

Result<Typed> negate(std::string_view op, Typed value) {
  const std::string name = "(- " + value.name + ")";
  if (op == "~") {
    if (!value.type.is_integral()) {
      return fail_at(value.at, "\"~\" takes an integer, not " + value.type.spark_name());
    }
    return made_of(value, value.type, "(~" + value.sql + ")", "~" + value.name);
  }
  if (value.type.is(Kind::string) || value.type.is(Kind::null_)) {
    WEIR_TRY(value, cast(std::move(value), Kind::double_));
  }
  if (value.type.is_interval()) return made_of(value, value.type, "TRY(-" + value.sql + ")", name);
  if (value.type.is(Kind::calendar))
    return made_of(value, value.type, "spark_interval_negated(" + value.sql + ")", name);
  if (!value.type.is_numeric()) {
    return fail_at(value.at, "\"-\" takes a number, not " + value.type.spark_name());
  }
  if (value.type.is_integral()) {
    const std::string function = "spark_subtract_" + number_suffix(value.type);
    return made_of(value, value.type, function + "(0, " + value.sql + ")", name);
  }
  return made_of(value, value.type, "(-" + value.sql + ")", name);
}

Result<std::vector<Typed>> unified(std::vector<Typed> values, bool with_text,
                                   const std::string& what) {
  std::vector<Type> types;
  types.reserve(values.size());
  for (const Typed& value : values) {
    types.push_back(value.type);
  }
  const auto type = with_text ? wider_type(types) : wider_type_without_text(types);
  if (!type) {
    std::string all;
    for (const Type& one : types) {
      all += (all.empty() ? "" : ", ") + one.spark_name();
    }
    const Position at = values.empty() ? Position{} : values[0].at;
    return fail_at(
        at, what + " has values of types that do not meet (" + all + "); cast them to one type");
  }
  for (Typed& value : values) {
    WEIR_TRY(value, cast(std::move(value), *type));
  }
  return values;
}

}  // namespace weir::dialect
