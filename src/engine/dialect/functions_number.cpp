// Numbers whose result has a type of its own to be computed, such as ROUND of a decimal. Arithmetic
// is in operators.cpp.

#include <algorithm>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

// Text counts as double where any number is taken.
Result<Typed> number(const Call& call, Typed value) {
  if (value.type.is_numeric()) return value;
  return implicit_cast(call, std::move(value), Kind::double_);
}

/// ROUND, BROUND, and CEIL and FLOOR with digits, of a decimal.
MaybeTyped rounded_decimal(const Call& call, const Typed& value, std::int64_t digits,
                           const std::string& name) {
  const Type& type = value.type;
  const int kept = static_cast<int>(digits);
  // Spark: a digit more in front of the point, for the carry.
  const int whole = type.precision() - type.scale() + 1;
  const Type result = kept < 0 ? Type::decimal(std::min(std::max(whole, -kept + 1), 38), 0)
                               : Type::decimal(std::min(whole + std::min(type.scale(), kept), 38),
                                               std::min(type.scale(), kept));
  // DuckDB's own does one of them.
  if (call.function == "round" && kept >= 0 && kept < type.scale()) {
    return made_of(value, result,
                   "TRY_CAST(round(" + value.sql + ", " + std::to_string(kept) + ") AS " +
                       result.duckdb_name() + ")",
                   name);
  }
  const std::string how = call.function == "bround"  ? "half_even"
                          : call.function == "round" ? "half_up"
                          : call.function == "floor" ? "floor"
                                                     : "ceiling";
  return made_of(value, result,
                 decimal_of_unscaled("spark_round_decimal(" + value.sql + ", " +
                                         std::to_string(kept) + ", '" + how + "')",
                                     result),
                 name);
}

MaybeTyped rounded(Call& call) {
  if (call.args.empty() || call.args.size() > 2)
    return wrong_arguments(call, "a number and digits");
  const std::string name = call_name(call.function, call.args, call.args.size() == 1 ? ", 0" : "");
  const auto digits = call.args.size() == 2 ? call.args[1].number : std::optional<std::int64_t>(0);
  if (!digits || *digits < -400 || *digits > 400) {
    return fail_at(call.args.back().at, "the digits of ROUND must be written as a small number");
  }
  const std::string count = std::to_string(*digits);
  WEIR_TRY(const Typed value, number(call, std::move(call.args[0])));
  const Type& type = value.type;
  if (type.is_integral()) {
    if (*digits >= 0) return made_of(value, type, value.sql, name);
    const std::string even = call.function == "bround" ? "true" : "false";
    const std::string sql = "spark_round_integer(" + value.sql + ", " + count + ", " + even + ")";
    return made_of(value, type, "spark_wrap_" + number_suffix(type) + "(" + sql + ")", name);
  }
  if (type.is_fractional()) {
    const std::string even = call.function == "bround" ? "true" : "false";
    const std::string sql =
        "spark_round(CAST(" + value.sql + " AS DOUBLE), " + count + ", " + even + ")";
    return made_of(value, type, type.is(Kind::float_) ? "CAST(" + sql + " AS FLOAT)" : sql, name);
  }
  return rounded_decimal(call, value, *digits, name);
}

MaybeTyped whole_to_digits(Call& call) {
  const std::string name = call_name(call.function, call.args);
  const auto digits = call.args[1].number;
  if (!digits || *digits < -38 || *digits > 38) {
    return fail_at(call.args[1].at,
                   "the digits of " + call.function + " must be written as a small number");
  }
  if (!call.args[0].type.is_numeric()) return wrong_arguments(call, "a number and digits");
  Typed value = std::move(call.args[0]);
  if (!value.type.is(Kind::decimal)) {
    // As Spark: whole numbers and fractions go through a decimal.
    const Type exact = value.type.is_integral()      ? decimal_of(value.type)
                       : value.type.is(Kind::float_) ? Type::decimal(14, 7)
                                                     : Type::decimal(30, 15);
    WEIR_TRY(value, cast(std::move(value), exact));
  }
  return rounded_decimal(call, value, *digits, name);
}

MaybeTyped whole(Call& call) {
  if (call.args.size() == 2) return whole_to_digits(call);
  if (call.args.size() != 1) return wrong_arguments(call, "a number, and digits");
  const bool up = call.function != "floor";
  const std::string name =
      (up ? call.function == "ceiling" ? "ceiling(" : "CEIL(" : "FLOOR(") + call.args[0].name + ")";
  WEIR_TRY(Typed value, number(call, std::move(call.args[0])));
  const std::string function = up ? "ceil(" : "floor(";
  if (value.type.is(Kind::decimal)) {
    const Type& type = value.type;
    const int digits = std::min(type.precision() - type.scale() + 1, 38);
    const Type result = type.scale() == 0 ? type : Type::decimal(digits, 0);
    return made_of(value, result,
                   "CAST(" + function + value.sql + ") AS " + result.duckdb_name() + ")", name);
  }
  if (value.type.is_integral()) {
    WEIR_TRY(value, cast(std::move(value), Kind::long_));
    return made_of(value, Kind::long_, value.sql, name);
  }
  WEIR_TRY(value, cast(std::move(value), Kind::double_));
  return made_of(value, Kind::long_, "spark_double_to_bigint(" + function + value.sql + "))", name);
}

MaybeTyped absolute(Call& call) {
  if (call.args.size() != 1) return wrong_arguments(call, "one number");
  const std::string name = call_name(call.function, call.args);
  if (call.args[0].type.is_interval()) {
    const Typed& length = call.args[0];
    return made_of(length, length.type, "TRY(abs(" + length.sql + "))", name);
  }
  WEIR_TRY(const Typed value, number(call, std::move(call.args[0])));
  const std::string function =
      value.type.is_integral() ? "spark_abs_" + number_suffix(value.type) : "abs";
  return made_of(value, value.type, function + "(" + value.sql + ")", name);
}

MaybeTyped remainder(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "two numbers");
  const std::string name = call_name(call.function, call.args);
  const std::string_view op = call.function == "mod" ? "%" : "pmod";
  WEIR_TRY(Typed rest, arithmetic(op, std::move(call.args[0]), std::move(call.args[1])));
  rest.name = name;
  return rest;
}

MaybeTyped power(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "two numbers");
  const std::string name = call_name(call.function == "pow" ? "pow" : "POWER", call.args);
  WEIR_TRY(const Typed base, implicit_cast(call, std::move(call.args[0]), Kind::double_));
  WEIR_TRY(const Typed exponent, implicit_cast(call, std::move(call.args[1]), Kind::double_));
  return made_of(base, exponent, Kind::double_,
                 "spark_power(" + base.sql + ", " + exponent.sql + ")", name);
}

MaybeTyped random(Call& call) {
  if (!call.args.empty()) {
    return fail_at(call.at,
                   "RAND with a seed gives Spark's own sequence, which the embedded engine "
                   "does not have; leave the seed out");
  }
  Typed value = made_of(std::vector<const Typed*>{}, Kind::double_, "random()", "rand()");
  value.random = true;
  value.foldable = false;
  return value;
}

MaybeTyped with_sign(Call& call) {
  if (call.args.size() != 1) return wrong_arguments(call, "one number");
  const std::string name = call_name(call.function, call.args);
  if (call.function == "negative") {
    WEIR_TRY(Typed value, negate("-", std::move(call.args[0])));
    value.name = name;
    return value;
  }
  WEIR_TRY(Typed value, number(call, std::move(call.args[0])));
  value.name = "(+ " + value.name + ")";
  return value;
}

MaybeTyped shifted(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a whole number and a distance");
  const std::string name = call_name(call.function, call.args);
  const bool wide = call.args[0].type.is(Kind::long_);
  const Type type = wide ? Kind::long_ : Kind::int_;
  WEIR_TRY(const Typed value, implicit_cast(call, std::move(call.args[0]), type));
  WEIR_TRY(const Typed by, implicit_cast(call, std::move(call.args[1]), Kind::int_));
  return made_of(
      value, by, type,
      "spark_" + call.function + (wide ? "_bigint(" : "_int(") + value.sql + ", " + by.sql + ")",
      name);
}

/// TRY_ADD and its like: NULL where whole numbers overflow. All else is NULL then anyway.
MaybeTyped tried(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "two values");
  const std::string name = call_name(call.function, call.args);
  const std::string_view op = call.function == "try_add"        ? "+"
                              : call.function == "try_subtract" ? "-"
                              : call.function == "try_multiply" ? "*"
                                                                : "/";
  WEIR_TRY(Typed value, arithmetic(op, call.args[0], call.args[1]));
  if (op != "/" && value.type.is_integral()) {
    const Type type = value.type;
    WEIR_TRY(const Typed a, cast(std::move(call.args[0]), type));
    WEIR_TRY(const Typed b, cast(std::move(call.args[1]), type));
    value = made_of(
        a, b, type,
        "spark_" + call.function + "_" + number_suffix(type) + "(" + a.sql + ", " + b.sql + ")",
        name);
  }
  value.name = name;
  return value;
}

MaybeTyped formatted(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a number and digits");
  const std::string name = call_name(call.function, call.args);
  if (call.args[1].type.is(Kind::string)) {
    return fail_at(call.args[1].at,
                   "FORMAT_NUMBER with a pattern is not supported by the embedded engine; give the "
                   "number of digits behind the point");
  }
  WEIR_TRY(Typed value, number(call, std::move(call.args[0])));
  WEIR_TRY(const Typed digits, implicit_cast(call, std::move(call.args[1]), Kind::int_));
  const bool decimal = value.type.is(Kind::decimal);
  if (!decimal) {
    const Type type = value.type.is_integral() ? Kind::long_ : Kind::double_;
    WEIR_TRY(value, cast(std::move(value), type));
  }
  return made_of(value, digits, Kind::string,
                 (decimal ? "spark_format_decimal(" : "spark_format_number(") + value.sql + ", " +
                     digits.sql + ")",
                 name);
}

}  // namespace

MaybeTyped call_number(Call& call) {
  const std::string& f = call.function;
  if (f == "round" || f == "bround") return rounded(call);
  if (f == "positive" || f == "negative") return with_sign(call);
  if (f.starts_with("shift")) return shifted(call);
  if (f.starts_with("try_")) return tried(call);
  if (f == "format_number") return formatted(call);
  if (f == "ceil" || f == "ceiling" || f == "floor") return whole(call);
  if (f == "abs") return absolute(call);
  if (f == "mod" || f == "pmod") return remainder(call);
  if (f == "div") {
    if (call.args.size() != 2) return wrong_arguments(call, "two numbers or intervals");
    WEIR_TRY(Typed whole, arithmetic("DIV", std::move(call.args[0]), std::move(call.args[1])));
    return whole;
  }
  if (f == "pow" || f == "power") return power(call);
  if (f == "rand" || f == "random") return random(call);
  return std::nullopt;
}

}  // namespace weir::dialect
