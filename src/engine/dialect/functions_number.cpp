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
    const std::string sql = "spark_round_integer(" + value.sql + ", " + count + ")";
    return made_of(value, type, "spark_wrap_" + number_suffix(type) + "(" + sql + ")", name);
  }
  if (type.is_fractional()) {
    const std::string sql = "spark_round(CAST(" + value.sql + " AS DOUBLE), " + count + ")";
    return made_of(value, type, type.is(Kind::float_) ? "CAST(" + sql + " AS FLOAT)" : sql, name);
  }
  // Spark: a digit more in front of the point, for the carry.
  const int kept = static_cast<int>(*digits);
  const int whole = type.precision() - type.scale() + 1;
  const Type result = kept < 0 ? Type::decimal(std::min(std::max(whole, -kept + 1), 38), 0)
                               : Type::decimal(std::min(whole + std::min(type.scale(), kept), 38),
                                               std::min(type.scale(), kept));
  if (kept < 0) {
    return made_of(
        value, result,
        decimal_of_unscaled("spark_round_decimal(" + value.sql + ", " + count + ")", result), name);
  }
  return made_of(
      value, result,
      "TRY_CAST(round(" + value.sql + ", " + count + ") AS " + result.duckdb_name() + ")", name);
}

MaybeTyped whole(Call& call) {
  if (call.args.size() != 1) return wrong_arguments(call, "one number");
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

}  // namespace

MaybeTyped call_number(Call& call) {
  const std::string& f = call.function;
  if (f == "round") return rounded(call);
  if (f == "ceil" || f == "ceiling" || f == "floor") return whole(call);
  if (f == "abs") return absolute(call);
  if (f == "mod" || f == "pmod") return remainder(call);
  if (f == "pow" || f == "power") return power(call);
  if (f == "rand" || f == "random") return random(call);
  return std::nullopt;
}

}  // namespace weir::dialect
