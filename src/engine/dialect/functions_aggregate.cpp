// Aggregates and window functions come in pieces (functions.hpp), so that FILTER and OVER can stand
// between them. Where DuckDB keeps NULLs or an order that Spark does not, the piece behind the call
// puts that right.

#include <algorithm>
#include <cstdlib>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

using Handler = Result<Aggregate> (*)(const Call&);

Result<void> one_argument(const Call& call) {
  if (call.args.size() == 1) return {};
  return wrong_arguments(call, "one value");
}

std::string wrapped_cast(const Type& type) {
  return " AS " + type.duckdb_name() + ")";
}

std::string distinct(const Call& call) {
  return call.expr->distinct ? "DISTINCT " : "";
}

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
  if (call.args[0].type.is_numeric()) return call.args[0];
  return implicit_cast(call, call.args[0], Kind::double_);
}

// Below, ten digits are left for the number of rows; from here Spark's sums become NULL.
bool may_overflow(const Type& type) {
  return type.is(Kind::decimal) && type.precision() > 28;
}

Result<Aggregate> sum(const Call& call) {
  WEIR_TRY(const Typed value, summand(call));
  Aggregate out;
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

Result<Aggregate> avg(const Call& call) {
  WEIR_TRY(const Typed value, summand(call));
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
  if (value.type.is_nested()) {
    return wrong_arguments(call, "a scalar on the embedded engine");
  }
  Aggregate out;
  out.type = value.type;
  out.call = call.function + "(" + value.sql + ")";
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

Result<Aggregate> count_if(const Call& call) {
  WEIR_CHECK(one_argument(call));
  WEIR_TRY(const Typed value, implicit_cast(call, call.args[0], Kind::boolean));
  Aggregate out;
  out.type = Kind::long_;
  out.call = "count(CASE WHEN " + value.sql + " THEN 1 END)";
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

Result<Aggregate> percentile(const Call& call) {
  const bool median = call.function == "median";
  if (call.args.size() != (median ? 1U : 2U)) return wrong_arguments(call, "a number and a share");
  WEIR_TRY(const Typed value, implicit_cast(call, call.args[0], Kind::double_));
  std::string share = "0.5";
  if (!median) {
    if (!call.args[1].literal || !call.args[1].type.is_numeric()) {
      return fail_at(call.args[1].at, "the share of PERCENTILE must be a number from 0 to 1");
    }
    share = call.args[1].sql;
  }
  Aggregate out;
  out.type = Kind::double_;
  out.call = "quantile_cont(" + value.sql + ", CAST(" + share + " AS DOUBLE))";
  if (!median) out.name = call_name(call.function, call.args, ", 1");
  return out;
}

Result<Aggregate> ranking(const Call& call) {
  const bool tiles = call.function == "ntile";
  if (call.args.size() != (tiles ? 1U : 0U)) {
    return wrong_arguments(call, tiles ? "a number of tiles" : "nothing");
  }
  if (tiles && (!call.args[0].number || *call.args[0].number < 1)) {
    return fail_at(call.args[0].at, "the tiles of NTILE must be a number over 0");
  }
  const bool share = call.function == "percent_rank" || call.function == "cume_dist";
  Aggregate out;
  out.type = share ? Kind::double_ : Kind::int_;
  out.before = "CAST(";
  out.call = call.function + "(" + (tiles ? call.args[0].sql : "") + ")";
  out.after = wrapped_cast(out.type);
  out.window_only = true;
  out.needs_order = true;
  out.takes_frame = false;
  if (call.function == "cume_dist") {
    out.frame_name = "RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW";
  }
  out.ties = share || call.function.ends_with("rank") ? Ties::none : Ties::position;
  if (call.function.ends_with("rank")) {
    for (const char c : call.function) {
      out.name += c == '_' ? c : static_cast<char>(c - 'a' + 'A');
    }
    out.name += "()";
  }
  return out;
}

// LAG(x [, n [, otherwise]]) and LEAD.
Result<Aggregate> neighbour(const Call& call) {
  if (call.args.empty() || call.args.size() > 3) {
    return wrong_arguments(call, "a value, a distance and a value for where there is none");
  }
  const Typed& value = call.args[0];
  std::string more;
  std::int64_t distance = 1;
  if (call.args.size() > 1) {
    if (!call.args[1].number || std::abs(*call.args[1].number) > INT32_MAX) {
      return fail_at(call.args[1].at, "the distance of " + call.function + " must be a number");
    }
    distance = *call.args[1].number;
    more = ", " + std::to_string(distance);
  }
  if (call.args.size() > 2) {
    const auto met = tightest_type(value.type, call.args[2].type);
    if (!met || *met != value.type) {
      return fail_at(call.args[2].at, "the value for where there is no row must be of the type " +
                                          value.type.spark_name() + "; cast it");
    }
    WEIR_TRY(const Typed otherwise, cast(call.args[2], value.type));
    more += ", " + otherwise.sql;
  }
  Aggregate out;
  out.type = value.type;
  out.call =
      call.function + "(" + value.sql + more + (call.expr->ignore_nulls ? " IGNORE NULLS)" : ")");
  out.window_only = true;
  out.needs_order = true;
  out.takes_frame = false;
  out.ties = Ties::position;
  const std::string step =
      std::to_string(call.function == "lag" ? -distance : distance) + " FOLLOWING";
  out.frame_name = "ROWS BETWEEN " + step + " AND " + step;
  const std::string otherwise = call.args.size() > 2 ? call.args[2].name : "NULL";
  out.name =
      call.function + "(" + value.name + ", " + std::to_string(distance) + ", " + otherwise + ")";
  return out;
}

Result<Aggregate> nth(const Call& call) {
  if (call.args.size() != 2 || !call.args[1].number || *call.args[1].number < 1) {
    return wrong_arguments(call, "a value and a number over 0");
  }
  Aggregate out;
  out.type = call.args[0].type;
  out.call = "nth_value(" + call.args[0].sql + ", " + std::to_string(*call.args[1].number) +
             (call.expr->ignore_nulls ? " IGNORE NULLS)" : ")");
  out.window_only = true;
  return out;
}

struct Entry {
  std::string_view name;
  Handler handler;
};
constexpr Entry entries[] = {
    {"count", count},
    {"sum", sum},
    {"avg", avg},
    {"mean", avg},
    {"min", extreme},
    {"max", extreme},
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
                                           "posexplode_outer", "inline",        "inline_outer"};

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
  const bool spread = call.function.find("std") != std::string::npos ||
                      call.function.find("var") != std::string::npos ||
                      call.function == "percentile" || call.function == "median";
  if (call.expr->distinct && spread) {
    return fail_at(call.at, call.function +
                                " of DISTINCT values is not supported by the embedded "
                                "engine; make them distinct in a subquery");
  }
  WEIR_TRY(Aggregate out, entry_of(call.function)->handler(call));
  const std::string open = call.expr->distinct ? call.function + "(DISTINCT " : call.function + "(";
  const std::string plain = call_name("", call.args);
  if (out.name.empty()) out.name = open + plain.substr(1);
  return out;
}

}  // namespace weir::dialect
