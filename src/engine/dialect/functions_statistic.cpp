// Deviations, regressions and percentiles. DuckDB's own deviations lose digits where Spark's do
// not, so these are native; percentiles are DuckDB's.

#include <algorithm>
#include <cstdlib>

#include "engine/dialect/aggregates.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

// Over pairs of numbers, and over one number's higher powers.
Result<Aggregate> statistic(const Call& call) {
  const std::size_t count = call.function == "skewness" || call.function == "kurtosis" ? 1 : 2;
  if (call.args.size() != count)
    return wrong_arguments(call, count == 1 ? "one number" : "two numbers");
  Aggregate out;
  out.type = call.function == "regr_count" ? Kind::long_ : Kind::double_;
  out.call = "spark_" + call.function + "(";
  for (const Typed& arg : call.args) {
    WEIR_TRY(const Typed value, implicit_cast(call, arg, Kind::double_));
    out.call += (out.call.ends_with("(") ? "" : ", ") + value.sql;
  }
  out.call += ")";
  return out;
}

Result<Aggregate> spread(const Call& call) {
  WEIR_CHECK(one_argument(call));
  WEIR_TRY(const Typed value, implicit_cast(call, call.args[0], Kind::double_));
  std::string function = call.function;
  if (function == "std" || function == "stddev") function = "stddev_samp";
  if (function == "variance") function = "var_samp";
  Aggregate out;
  out.type = Kind::double_;
  out.call = "spark_" + function + "(" + value.sql + ")";
  return out;
}

namespace {

/// Whether shares are written as numbers from 0 to 1, or as an array of such.
bool are_shares(const Expr& expr) {
  if (expr.kind == ExprKind::call && expr.text == "array") {
    return !expr.children.empty() &&
           std::all_of(expr.children.begin(), expr.children.end(),
                       [](const ExprPtr& child) { return are_shares(*child); });
  }
  if (expr.kind != ExprKind::number) return false;
  const double share = std::strtod(expr.text.c_str(), nullptr);
  return share >= 0 && share <= 1;
}

}  // namespace

Result<Aggregate> percentile(const Call& call) {
  const bool median = call.function == "median";
  const bool approximate = call.function.find("approx") != std::string::npos;
  if (median ? call.args.size() != 1
             : call.args.size() < 2 || call.args.size() > (approximate ? 3U : 2U))
    return wrong_arguments(call, "a number and a share");
  Typed value = call.args[0];
  const bool interval = value.type.is_interval();
  if (!interval && (!approximate || !value.type.is_numeric())) {
    WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::double_));
  }
  std::string share = "CAST(0.5 AS DOUBLE)";
  bool several = false;
  if (!median) {
    const Typed& wanted = call.args[1];
    several = wanted.type.is(Kind::array);
    if (!are_shares(*call.expr->children[1])) {
      return fail_at(wanted.at,
                     "the share of PERCENTILE must be a number from 0 to 1, or an array "
                     "of such");
    }
    share = "CAST(" + wanted.sql + (several ? " AS DOUBLE[])" : " AS DOUBLE)");
  }
  Aggregate out;
  const Type one = approximate ? value.type
                   : interval  ? whole_interval(value.type)
                               : Type(Kind::double_);
  out.type = several ? Type::array(one) : one;
  // The exact one is between two values, the approximate one is a value of the column.
  out.call = (approximate ? "quantile_disc(" : "quantile_cont(") + value.sql + ", " + share + ")";
  if (interval && !approximate) {  // the part of a microsecond or a month does not count
    out.before = several ? "CAST(list_transform(" : "CAST(trunc(";
    out.after = (several ? ", lambda v_part: trunc(v_part))" : ")") + wrapped_cast(out.type);
  }
  if (approximate) {
    out.before = "CAST(";
    out.after = wrapped_cast(out.type);
    out.name = call_name(call.function, call.args, call.args.size() == 2 ? ", 10000" : "");
  } else if (!median) {
    out.name = call_name(call.function, call.args, ", 1");
  }
  return out;
}

}  // namespace weir::dialect
