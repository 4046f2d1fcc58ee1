// Aggregates and window functions come in pieces (functions.hpp), so that FILTER and OVER can stand
// between them. Where DuckDB keeps NULLs or an order that Spark does not, the piece behind the call
// puts that right.

#include <algorithm>

#include "engine/dialect/aggregates.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

using Handler = Result<Aggregate> (*)(const Call&);

std::string distinct(const Call& call) {
  return call.expr->distinct ? "DISTINCT " : "";
}

}  // namespace

Result<void> one_argument(const Call& call) {
  if (call.args.size() == 1) return {};
  return wrong_arguments(call, "one value");
}

std::string wrapped_cast(const Type& type) {
  return " AS " + type.duckdb_name() + ")";
}

namespace {

Result<Aggregate> count(const Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "* or a value");
  Aggregate out;
  out.type = Kind::long_;
  if (call.args.size() == 1) {
    out.call = "count(" + distinct(call) + call.args[0].sql + ")";
    return out;
  }
  // Rows in which any of the values is NULL do not count.
  std::string all;
  std::string row;
  for (const Typed& arg : call.args) {
    all += (all.empty() ? "" : " AND ") + arg.sql + " IS NOT NULL";
    row += (row.empty() ? "" : ", ") + arg.sql;
  }
  out.call = call.expr->distinct ? "count(DISTINCT CASE WHEN " + all + " THEN row(" + row + ") END)"
                                 : "count(CASE WHEN " + all + " THEN 1 END)";
  return out;
}

Result<Typed> summand(const Call& call) {
  WEIR_CHECK(one_argument(call));
  if (call.args[0].type.is_numeric() || call.args[0].type.is_interval()) return call.args[0];
  return implicit_cast(call, call.args[0], Kind::double_);
}

// Below, ten digits are left for the number of rows; from here Spark's sums become NULL.
bool may_overflow(const Type& type) {
  return type.is(Kind::decimal) && type.precision() > 28;
}

Result<Aggregate> sum(const Call& call) {
  WEIR_TRY(const Typed value, summand(call));
  Aggregate out;
  if (value.type.is_interval()) {
    out.type = value.type;
    out.before = "TRY_CAST(";
    out.call = "sum(" + distinct(call) + value.sql + ")";
    out.after = wrapped_cast(out.type);
    return out;
  }
  out.type = Kind::long_;
  if (value.type.is_fractional()) out.type = Kind::double_;
  if (value.type.is(Kind::decimal)) {
    out.type = Type::decimal(std::min(value.type.precision() + 10, 38), value.type.scale());
  }
  if (may_overflow(value.type)) {
    out.call = "spark_decimal_sum(" + distinct(call) + value.sql + ")";
    const std::string around = decimal_of_unscaled("#", out.type);
    out.before = around.substr(0, around.find('#'));
    out.after = around.substr(around.find('#') + 1);
    return out;
  }
  const std::string sql =
      out.type.is(Kind::double_) ? "CAST(" + value.sql + " AS DOUBLE)" : value.sql;
  out.before = "CAST(";
  out.call = "sum(" + distinct(call) + sql + ")";
  out.after = wrapped_cast(out.type);
  if (out.type.is(Kind::long_)) {  // Spark's sum wraps
    out.before = "spark_wrap_bigint(";
    out.after = ")";
  }
  return out;
}

// NULL where a whole number would wrap.
Result<Aggregate> tried_sum(const Call& call) {
  WEIR_TRY(Aggregate out, sum(call));
  if (out.type.is(Kind::long_)) {
    out.before = "TRY_CAST(";
    out.after = wrapped_cast(out.type);
  }
  return out;
}

// NULL where the sum is too long, as SUM has it.
Aggregate mean_interval(const Call& call, const Typed& value) {
  const std::string args = "(" + distinct(call) + value.sql + ")";
  Aggregate out;
  out.type = whole_interval(value.type);
  const std::string type = wrapped_cast(out.type);
  if (call.expr->filter || call.expr->window) {
    out.before = "TRY_CAST(round(";
    out.call = "avg" + args;
    out.after = ")" + type;
  } else {
    out.call = "TRY_CAST(round(CAST(TRY_CAST(sum" + args + type + " AS DOUBLE) / count" + args +
               ")" + type;
  }
  return out;
}

Result<Aggregate> avg(const Call& call) {
  WEIR_TRY(const Typed value, summand(call));
  if (value.type.is_interval()) return mean_interval(call, value);
  Aggregate out;
  out.type = Kind::double_;
  if (!value.type.is(Kind::decimal)) {
    out.call = "avg(" + distinct(call) + "CAST(" + value.sql + " AS DOUBLE))";
    return out;
  }
  if (call.expr->filter || call.expr->window) {
    return fail_at(call.at,
                   "AVG of a decimal with FILTER or OVER is not supported by the embedded "
                   "engine; cast it to double");
  }
  const Type& type = value.type;
  const int scale = std::min(type.scale() + 4, 38);
  out.type = Type::decimal(std::min(type.precision() + 4, 38), scale);
  const std::string args = "(" + distinct(call) + value.sql + ")";
  const Type summed = Type::decimal(38, type.scale());
  const std::string sum =
      may_overflow(type) ? decimal_of_unscaled("spark_decimal_sum" + args, summed) : "sum" + args;
  out.call = decimal_call("divide", sum, "CAST(count" + args + " AS DECIMAL(20,0))", out.type);
  return out;
}

Result<Aggregate> extreme(const Call& call) {
  WEIR_CHECK(one_argument(call));
  const Typed& value = call.args[0];
  if (value.type.is(Kind::map)) return wrong_arguments(call, "a value with an order");
  Aggregate out;
  out.type = value.type;
  out.call = call.function + "(" + value.sql + ")";
  if (value.type.is_nested()) {  // DuckDB has NULL within it after all values, Spark before
    WEIR_TRY(const std::string key, sort_key(call, value));
    out.call = "arg_" + call.function + "_null(" + value.sql + ", " + key + ")";
    out.filter = value.sql + " IS NOT NULL";
  }
  return out;
}

// MAX_BY(x, y): the x of the row with the greatest y, be it NULL. Rows without y do not count.
Result<Aggregate> extreme_by(const Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a value and what orders it");
  const Typed& by = call.args[1];
  std::string key = by.sql;
  Aggregate out;
  out.type = call.args[0].type;
  if (by.type.is_nested()) {
    WEIR_TRY(key, sort_key(call, by));
    out.filter = by.sql + " IS NOT NULL";
  }
  out.call = std::string(call.function == "max_by" ? "arg_max_null(" : "arg_min_null(") +
             call.args[0].sql + ", " + key + ")";
  out.ties = Ties::value;
  return out;
}

Result<Aggregate> most_frequent(const Call& call) {
  WEIR_CHECK(one_argument(call));
  if (call.args[0].type.is_nested())
    return wrong_arguments(call, "a scalar on the embedded engine");
  Aggregate out;
  out.type = call.args[0].type;
  out.call = "mode(" + call.args[0].sql + ")";
  out.ties = Ties::value;
  return out;
}

Result<Aggregate> bits(const Call& call) {
  WEIR_CHECK(one_argument(call));
  if (!call.args[0].type.is_integral()) return wrong_arguments(call, "a whole number");
  Aggregate out;
  out.type = call.args[0].type;
  out.call = call.function + "(" + distinct(call) + call.args[0].sql + ")";
  return out;
}

// Spark's answer is near the true count; this is the true one.
Result<Aggregate> distinct_count(const Call& call) {
  if (call.args.empty() || call.args.size() > 2) return wrong_arguments(call, "a value");
  Aggregate out;
  out.type = Kind::long_;
  out.call = "count(DISTINCT " + call.args[0].sql + ")";
  out.name = call_name(call.function, {call.args[0]});
  return out;
}

// FIRST(x), FIRST(x, TRUE), FIRST(x) IGNORE NULLS, and the same of LAST.
Result<Aggregate> edge(const Call& call) {
  if (call.args.empty() || call.args.size() > 2) return wrong_arguments(call, "one value");
  bool skips = call.expr->ignore_nulls;
  if (call.args.size() == 2) {
    if (call.args[1].sql != "true" && call.args[1].sql != "false") {
      return fail_at(call.args[1].at, "the second argument must be TRUE or FALSE");
    }
    skips = call.args[1].sql == "true";
  }
  const bool first = !call.function.starts_with("last");
  const std::string& value = call.args[0].sql;
  Aggregate out;
  out.type = call.args[0].type;
  out.name = call.function + "(" + call.args[0].name + ")";
  out.ties = Ties::value;
  if (call.expr->window) {
    out.call = std::string(first ? "first_value(" : "last_value(") + value +
               (skips ? " IGNORE NULLS)" : ")");
    return out;
  }
  out.call = std::string(first ? "first(" : "last(") + value + ")";
  if (skips) out.filter = value + " IS NOT NULL";
  return out;
}

// NULLs are left out, and of no value there is an empty array.
Result<Aggregate> collect(const Call& call) {
  WEIR_CHECK(one_argument(call));
  const Typed& value = call.args[0];
  const bool set = call.function == "collect_set" || call.expr->distinct;
  if (set && value.type.is(Kind::map)) return wrong_arguments(call, "values with an order");
  Aggregate out;
  out.type = Type::array(value.type);
  out.before = "coalesce(";
  out.call = std::string("list(") + (set ? "DISTINCT " : "") + value.sql + ")";
  out.filter = value.sql + " IS NOT NULL";
  out.ties = set ? Ties::none : Ties::value;
  if (set) out.set_order = "list_sort";
  out.after = ", CAST([] AS " + out.type.duckdb_name() + "))";
  if (set && value.type.is_fractional()) {  // DuckDB takes all NaN for one
    out.before += "spark_distinct_values(";
    out.call = "list(" + value.sql + ")";
    out.after.insert(0, ")");
  }
  if (call.function == "array_agg") out.name = "collect_list(" + distinct(call) + value.name + ")";
  return out;
}

Result<Aggregate> truth(const Call& call) {
  WEIR_CHECK(one_argument(call));
  WEIR_TRY(const Typed value, implicit_cast(call, call.args[0], Kind::boolean));
  const bool all = call.function == "every" || call.function == "bool_and";
  Aggregate out;
  out.type = Kind::boolean;
  out.call = std::string(all ? "bool_and(" : "bool_or(") + value.sql + ")";
  return out;
}

Result<Aggregate> bitmap(const Call& call) {
  WEIR_CHECK(one_argument(call));
  const bool merges = call.function == "bitmap_or_agg";
  WEIR_TRY(const Typed value,
           implicit_cast(call, call.args[0], merges ? Kind::binary : Kind::long_));
  Aggregate out;
  out.type = Kind::binary;
  out.call = std::string(merges ? "spark_bitmap_or(" : "spark_bitmap_of_places(") + distinct(call) +
             value.sql + ")";
  return out;
}

Result<Aggregate> count_if(const Call& call) {
  WEIR_CHECK(one_argument(call));
  WEIR_TRY(const Typed value, implicit_cast(call, call.args[0], Kind::boolean));
  Aggregate out;
  out.type = Kind::long_;
  out.call = "count(CASE WHEN " + value.sql + " THEN 1 END)";
  return out;
}

struct Entry {
  std::string_view name;
  Handler handler;
};
constexpr Entry entries[] = {
    {"count", count},
    {"approx_count_distinct", distinct_count},
    {"sum", sum},
    {"try_sum", tried_sum},
    {"try_avg", avg},
    {"avg", avg},
    {"mean", avg},
    {"min", extreme},
    {"max", extreme},
    {"min_by", extreme_by},
    {"max_by", extreme_by},
    {"mode", most_frequent},
    {"bit_and", bits},
    {"bit_or", bits},
    {"bit_xor", bits},
    {"bitmap_construct_agg", bitmap},
    {"bitmap_or_agg", bitmap},
    {"first", edge},
    {"first_value", edge},
    {"any_value", edge},
    {"last", edge},
    {"last_value", edge},
    {"collect_list", collect},
    {"array_agg", collect},
    {"collect_set", collect},
    {"bool_and", truth},
    {"every", truth},
    {"bool_or", truth},
    {"some", truth},
    {"any", truth},
    {"count_if", count_if},
    {"std", spread},
    {"stddev", spread},
    {"stddev_samp", spread},
    {"stddev_pop", spread},
    {"variance", spread},
    {"var_samp", spread},
    {"var_pop", spread},
    {"percentile", percentile},
    {"median", percentile},
    {"percentile_approx", percentile},
    {"approx_percentile", percentile},
    {"skewness", statistic},
    {"kurtosis", statistic},
    {"corr", statistic},
    {"covar_pop", statistic},
    {"covar_samp", statistic},
    {"regr_count", statistic},
    {"regr_avgx", statistic},
    {"regr_avgy", statistic},
    {"regr_sxx", statistic},
    {"regr_syy", statistic},
    {"regr_sxy", statistic},
    {"regr_slope", statistic},
    {"regr_intercept", statistic},
    {"regr_r2", statistic},
    {"row_number", ranking},
    {"rank", ranking},
    {"dense_rank", ranking},
    {"ntile", ranking},
    {"percent_rank", ranking},
    {"cume_dist", ranking},
    {"lag", neighbour},
    {"lead", neighbour},
    {"nth_value", nth},
};

constexpr std::string_view generators[] = {"explode",          "explode_outer", "posexplode",
                                           "posexplode_outer", "stack",         "json_tuple",
                                           "inline",           "inline_outer"};

const Entry* entry_of(std::string_view function) {
  const auto* found = std::find_if(std::begin(entries), std::end(entries),
                                   [&](const Entry& entry) { return entry.name == function; });
  return found == std::end(entries) ? nullptr : found;
}

}  // namespace

bool is_aggregate(std::string_view function) {
  return entry_of(function) != nullptr;
}

bool is_generator(std::string_view function) {
  return std::find(std::begin(generators), std::end(generators), function) != std::end(generators);
}

std::vector<std::string> aggregate_functions() {
  std::vector<std::string> names;
  for (const Entry& entry : entries)
    names.emplace_back(entry.name);
  return names;
}

std::vector<std::string> generator_functions() {
  return {std::begin(generators), std::end(generators)};
}

Result<Aggregate> call_aggregate(const Call& call, bool star) {
  if (star) {
    if (call.expr->distinct) {
      return fail_at(call.at,
                     "COUNT(DISTINCT *) is not supported by the embedded engine; name the "
                     "columns");
    }
    Aggregate out;
    out.type = Kind::long_;
    out.call = "count(*)";
    out.name = "count(1)";
    return out;
  }
  if (call.expr->distinct && call.expr->window) {
    return fail_at(call.at, "DISTINCT with OVER is not part of Spark SQL; aggregate in a subquery");
  }
  const Handler handler = entry_of(call.function)->handler;
  const bool takes_all = handler == statistic || call.function.find("std") != std::string::npos ||
                         call.function.find("var") != std::string::npos || handler == percentile ||
                         handler == most_frequent;
  if (call.expr->distinct && takes_all) {
    return fail_at(call.at, call.function +
                                " of DISTINCT values is not supported by the embedded "
                                "engine; make them distinct in a subquery");
  }
  WEIR_TRY(Aggregate out, handler(call));
  const std::string open = call.expr->distinct ? call.function + "(DISTINCT " : call.function + "(";
  const std::string plain = call_name("", call.args);
  if (out.name.empty()) out.name = open + plain.substr(1);
  return out;
}

}  // namespace weir::dialect
