// Binds, once for all functions, what may surround a call: DISTINCT, FILTER, OVER, IGNORE NULLS,
// and keywords in the place of an argument. The functions themselves only see arguments of known
// types.

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"

namespace weir::dialect {

namespace {

std::string_view bound_word(const FrameBound& bound) {
  switch (bound.kind) {
    case FrameBound::Kind::unbounded_preceding:
      return "UNBOUNDED PRECEDING";
    case FrameBound::Kind::unbounded:
      return "UNBOUNDED FOLLOWING";
    case FrameBound::Kind::current:
      return "CURRENT ROW";
    case FrameBound::Kind::preceding:
      return " PRECEDING";
    case FrameBound::Kind::following:
      return " FOLLOWING";
  }
  return "CURRENT ROW";
}

/// Whether a distance is written as a whole number that is not negative.
bool is_count(const Expr& offset) {
  return offset.kind == ExprKind::number && offset.number == TokenKind::integer &&
         offset.text.find_first_not_of("0123456789") == std::string::npos &&
         offset.text.size() < 10;
}

Result<std::string> rows_text(const FrameBound& bound, std::string& name) {
  if (bound.offset && !is_count(*bound.offset)) {
    return fail_at(bound.offset->at, "a frame of ROWS takes a number that is not negative");
  }
  const std::string text =
      (bound.offset ? bound.offset->text : "") + std::string(bound_word(bound));
  name += text;
  return text;
}

// What DuckDB adds a distance to, which must not overflow.
std::string measured(const Typed& key) {
  if (key.type.is(Kind::date)) return "CAST(" + key.sql + " - DATE '1970-01-01' AS BIGINT)";
  if (key.type.is_datetime()) return "CAST(epoch_us(" + key.sql + ") AS HUGEINT)";
  if (key.type.is_integral()) return "CAST(" + key.sql + " AS HUGEINT)";
  return key.sql;
}

bool has_distance(const Window& window) {
  return window.has_frame && !window.is_rows && (window.from.offset || window.to.offset);
}

/// DATEDIFF(MINUTE, a, b): the first argument is a word of the language, not a column. The function
/// is TIMESTAMPDIFF or TIMESTAMPADD then; empty: it is none of these.
std::string_view function_of_unit(const Expr& call) {
  constexpr std::pair<std::string_view, std::string_view> functions[] = {
      {"date_add", "timestampadd"},     {"dateadd", "timestampadd"},
      {"timestampadd", "timestampadd"}, {"date_diff", "timestampdiff"},
      {"datediff", "timestampdiff"},    {"timestampdiff", "timestampdiff"}};
  if (call.children.size() != 3 || call.children[0]->kind != ExprKind::name ||
      call.children[0]->parts.size() != 1)
    return {};
  for (const auto& [written, meant] : functions) {
    if (written == call.text) return meant;
  }
  return {};
}

}  // namespace

Result<std::vector<Typed>> Binder::arguments(const Expr& expr, const Env& env) {
  std::vector<Typed> values;
  for (const ExprPtr& child : expr.children) {
    WEIR_TRY(Typed value, expression(*child, env));
    values.push_back(std::move(value));
  }
  return values;
}

Result<Typed> Binder::call(const Expr& expr, const Env& env) {
  if (is_generator(expr.text)) {
    return fail_at(expr.at, "the function " + expr.text +
                                " makes rows, so it stands alone in a select list or behind "
                                "LATERAL VIEW, not in " +
                                std::string(env.clause) + " or inside an expression");
  }
  if (is_time_window(expr)) return time_window(expr, env);
  if (expr.text == "grouping" || expr.text == "grouping_id") return grouping(expr, env);
  if (is_aggregate(expr.text)) return aggregate(expr, env);
  if (expr.window || expr.filter || expr.distinct || expr.ignore_nulls) {
    return fail_at(expr.at, "the function " + expr.text +
                                " is no aggregate or window function and takes no DISTINCT, "
                                "FILTER, IGNORE NULLS or OVER");
  }
  if (expr.children.size() == 1 && expr.children[0]->kind == ExprKind::star) {
    return fail_at(expr.at, "the function " + expr.text + " does not take *; name a column");
  }
  const bool takes_lambda =
      std::any_of(expr.children.begin(), expr.children.end(),
                  [](const ExprPtr& child) { return child->kind == ExprKind::lambda; });
  if (is_higher_order(expr.text) && (takes_lambda || expr.text != "array_sort"))
    return higher_order(expr, env);
  if (const std::string_view function = function_of_unit(expr); !function.empty())
    return with_unit(expr, std::string(function), env);
  WEIR_CHECK(check_function(expr.text, expr.at));
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  return call_function({expr.text, expr.at, std::move(values), &expr});
}

Result<Typed> Binder::with_unit(const Expr& expr, const std::string& function, const Env& env) {
  constexpr std::string_view units[] = {"YEAR",        "QUARTER",     "MONTH",    "WEEK",
                                        "DAY",         "HOUR",        "MINUTE",   "SECOND",
                                        "MILLISECOND", "MICROSECOND", "DAYOFYEAR"};
  std::string unit = expr.children[0]->parts[0];
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  const bool known = std::find(std::begin(units), std::end(units), unit) != std::end(units);
  const bool adds = function == "timestampadd";
  if (!known || (!adds && unit == "DAYOFYEAR")) {
    return fail_at(
        expr.children[0]->at,
        "the unit " + expr.children[0]->parts[0] +
            " is not known; write YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, "
            "MILLISECOND or MICROSECOND");
  }
  const Call call{function, expr.at, {}, &expr};
  WEIR_TRY(Typed first, expression(*expr.children[1], env));
  WEIR_TRY(Typed second, expression(*expr.children[2], env));
  const std::string name = function + "(" + unit + ", " + first.name + ", " + second.name + ")";
  WEIR_TRY(first, implicit_cast(call, std::move(first), adds ? Kind::int_ : Kind::timestamp));
  WEIR_TRY(second, implicit_cast(call, std::move(second), Kind::timestamp));
  Typed value = made_of(
      first, second, adds ? Kind::timestamp : Kind::long_,
      "spark_" + function + "('" + unit + "', " + first.sql + ", " + second.sql + ")", name);
  value.at = expr.at;
  return value;
}

// GROUPING(a): 1 where the row's set leaves a out; GROUPING_ID(a, b) is several of these as bits.
Result<Typed> Binder::grouping(const Expr& expr, const Env& env) {
  const bool one = expr.text == "grouping";
  if (!env.sets || !env.aggregates) {
    return fail_at(expr.at, "the function " + expr.text +
                                " is for queries with ROLLUP, CUBE or GROUPING SETS, in the select "
                                "list, HAVING or ORDER BY");
  }
  Env inner = env;
  inner.aggregates = false;
  inner.windows = nullptr;
  WEIR_TRY(const std::vector<Typed> values, arguments(expr, inner));
  if (one && values.size() != 1) return fail_at(expr.at, "GROUPING takes one column");
  std::string keys;
  for (const Typed& value : values)
    keys += (keys.empty() ? "" : ", ") + value.sql;
  const Type type = one ? Kind::byte : Kind::long_;
  Typed value = made_of(pointers(values), type,
                        "CAST(GROUPING(" + (keys.empty() ? std::string(groups_mark) : keys) +
                            ") AS " + type.duckdb_name() + ")",
                        call_name(expr.text, values));
  value.at = expr.at;
  value.foldable = false;
  value.aggregate = true;
  return value;
}

namespace {

// The call with its rows in an order: first(x ORDER BY ...).
std::string ordered_call(std::string call, const std::string& keys) {
  constexpr std::string_view skips = " IGNORE NULLS)";
  const std::size_t at = call.size() - (call.ends_with(skips) ? skips.size() : 1);
  return call.insert(at, " ORDER BY " + keys);
}

}  // namespace

Result<Typed> Binder::aggregate(const Expr& expr, const Env& env) {
  const bool windowed = expr.window != nullptr;
  if (!windowed && !env.aggregates) {
    return fail_at(expr.at, "the aggregate function " + expr.text + " cannot stand in " +
                                std::string(env.clause) + (env.clause.empty() ? "here" : ""));
  }
  if (windowed && env.windows == nullptr) {
    return fail_at(expr.at, "a window function cannot stand in " + std::string(env.clause) +
                                "; compute it in WITH");
  }
  Env inner = env;
  inner.aggregates = windowed && env.aggregates;
  inner.windows = nullptr;
  inner.aliases = nullptr;
  inner.clause = windowed ? "a window function" : "an aggregate function";
  const bool star = expr.text == "count" && expr.children.size() == 1 &&
                    expr.children[0]->kind == ExprKind::star && expr.children[0]->parts.empty();
  Call call{expr.text, expr.at, {}, &expr};
  if (!star) {
    WEIR_TRY(call.args, arguments(expr, inner));
  }
  WEIR_TRY(Aggregate function, call_aggregate(call, star));
  if (function.window_only && !windowed) {
    return fail_at(expr.at, "the function " + expr.text + " needs OVER (...)");
  }
  std::vector<const Typed*> parts;
  bool random = false;
  for (const Typed& arg : call.args) {
    random = random || arg.random;
  }
  std::string name = function.name;
  std::string filter = function.filter;
  if (expr.filter) {
    inner.clause = "FILTER";
    WEIR_TRY(const Typed condition, expression(*expr.filter, inner));
    if (!condition.type.is(Kind::boolean)) {
      return fail_at(expr.filter->at,
                     "FILTER takes a condition, and this is " + condition.type.spark_name());
    }
    filter = filter.empty() ? condition.sql : "(" + filter + " AND " + condition.sql + ")";
    name += " FILTER (WHERE " + condition.name + ")";
  }
  if (!windowed && !env.counted.empty()) {
    const std::string counted(env.counted);
    filter = filter.empty() ? counted : "(" + filter + " AND " + counted + ")";
  }
  std::string over_text;
  if (windowed) {
    inner.clause = "OVER";
    WEIR_TRY(over_text, over(*expr.window, *env.windows, function, inner, expr.at, name));
  } else if (carries_ && function.ties == Ties::value) {
    function.call = ordered_call(std::move(function.call), env.scope->ties);
  }
  if (carries_ && !function.set_order.empty()) {
    function.before += function.set_order + "(";
    function.after.insert(0, ")");
  }
  std::string sql = function.before + function.call;
  if (!filter.empty()) sql += " FILTER (WHERE " + filter + ")";
  if (windowed) sql += " OVER (" + over_text + ")";
  Typed value = made_of(parts, function.type, sql + function.after, name);
  value.at = expr.at;
  value.foldable = false;
  value.aggregate = !windowed;
  for (const Typed& arg : call.args) {
    value.aggregate = value.aggregate || arg.aggregate;
  }
  value.windowed = windowed;
  value.random = random;
  return value;
}

Result<std::string> Binder::over(const Window& written, const Windows& windows, Aggregate& function,
                                 const Env& env, Position at, std::string& name) {
  const Window* window = &written;
  if (!written.name.empty()) {
    window = nullptr;
    for (const auto& [defined, spec] : windows) {
      if (same_name(defined, written.name)) window = &spec;
    }
    if (window == nullptr || !window->name.empty()) {
      return fail_at(at, "there is no window " + written.name + "; define it with WINDOW " +
                             written.name + " AS (...)");
    }
  }
  std::string text;
  name += " OVER (";
  for (const ExprPtr& expr : window->partition_by) {
    WEIR_TRY(const Typed key, expression(*expr, env));
    text += (text.empty() ? "PARTITION BY " : ", ") + key.sql;
    name += (name.ends_with("(") ? "PARTITION BY " : ", ") + key.name;
  }
  bool first_key = true;
  Type key_type;
  std::string keys;
  if (has_distance(*window) && window->order_by.size() != 1)
    return fail_at(at, "RANGE with a distance needs one expression in ORDER BY");
  for (const SortItem& item : window->order_by) {
    WEIR_TRY(const Typed key, expression(*item.expr, env));
    if (key.type.is_nested()) {
      return fail_at(item.expr->at, "ORDER BY " + key.type.spark_name() +
                                        " in OVER is not "
                                        "supported by the embedded engine; order by its parts");
    }
    const bool down = item.sort == SortKind::descending;
    const bool first = item.nulls == NullOrder::standard ? !down : item.nulls == NullOrder::first;
    const std::string how =
        std::string(down ? " DESC" : " ASC") + (first ? " NULLS FIRST" : " NULLS LAST");
    key_type = key.type;
    keys += (first_key ? "" : ", ") + (has_distance(*window) ? measured(key) : key.sql) + how;
    name +=
        (first_key ? (name.ends_with("(") ? "ORDER BY " : " ORDER BY ") : ", ") + key.name + how;
    first_key = false;
  }
  if (function.needs_order && window->order_by.empty()) {
    return fail_at(at, "the function needs ORDER BY in its OVER (...)");
  }
  std::string rows;
  if (carries_) {
    const bool in_call = order_ties(*window, function, keys, rows);
    if (in_call) {
      function.call = ordered_call(std::move(function.call),
                                   keys + (keys.empty() ? "" : ", ") + std::string(ties_mark));
    }
  }
  if (!keys.empty()) text += (text.empty() ? "ORDER BY " : " ORDER BY ") + keys;
  if (window->has_frame) {
    if (!function.takes_frame) return fail_at(at, "this function takes no frame; leave it out");
    if (!name.ends_with("(")) name += " ";
    WEIR_TRY(rows, frame(*window, key_type, name));
  } else {
    const bool ordered = !window->order_by.empty();
    const std::string unit = !function.takes_frame || !ordered ? "ROWS" : "RANGE";
    const std::string standard = unit + " BETWEEN UNBOUNDED PRECEDING AND " +
                                 (ordered ? "CURRENT ROW" : "UNBOUNDED FOLLOWING");
    name += name.ends_with("(") ? "" : " ";
    name += function.frame_name.empty() ? standard : function.frame_name;
  }
  name += ")";
  if (!rows.empty()) text += (text.empty() ? "" : " ") + rows;
  return text;
}

// Lets the rows' places decide where the keys of a window do not: as one more key, or within the
// call (then it returns true) where another key would change which rows RANGE takes for equal.
bool Binder::order_ties(const Window& window, const Aggregate& function, std::string& keys,
                        std::string& frame) {
  const auto add_key = [&] {
    keys += (keys.empty() ? "" : ", ") + std::string(ties_mark);
    return false;
  };
  const bool by_rows = window.has_frame && window.is_rows;
  if (function.ties == Ties::none || (function.ties == Ties::frame && !by_rows)) return false;
  if (function.ties != Ties::value || by_rows) return add_key();
  if (!window.has_frame && keys.empty()) {
    frame = "ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING";
    return add_key();
  }
  // The first row of a frame that begins with the partition is the same under more keys.
  const bool first =
      function.call.starts_with("first_value(") && !function.call.ends_with(" IGNORE NULLS)");
  if (!window.has_frame && first) return add_key();
  return true;
}

Result<std::string> Binder::frame(const Window& window, const Type& key, std::string& name) {
  const std::string word = window.is_rows ? "ROWS" : "RANGE";
  name += word + " BETWEEN ";
  const auto bound = [&](const FrameBound& end) {
    return window.is_rows || !end.offset ? rows_text(end, name) : range_text(end, key, name);
  };
  WEIR_TRY(const std::string from, bound(window.from));
  name += " AND ";
  WEIR_TRY(const std::string to, bound(window.to));
  return word + " BETWEEN " + from + " AND " + to;
}

// A distance of RANGE: a whole number of a whole number or of days, or a length of time of moments.
Result<std::string> Binder::range_text(const FrameBound& bound, const Type& key,
                                       std::string& name) {
  const Expr& offset = *bound.offset;
  if (offset.kind == ExprKind::interval && key.is_datetime() && !key.is(Kind::date)) {
    WEIR_TRY(const Typed length, interval(offset));
    if (length.type.is(Kind::day_time) && *length.interval >= 0) {
      name += length.name + std::string(bound_word(bound));
      return std::to_string(*length.interval) + std::string(bound_word(bound));
    }
  }
  if (!key.is_numeric() && !key.is(Kind::date)) {
    return fail_at(offset.at,
                   "RANGE with this distance is not supported by the embedded engine "
                   "behind ORDER BY " +
                       key.spark_name() +
                       "; order by a number, a date or a timestamp, with a distance of "
                       "its kind");
  }
  if (!is_count(offset)) {
    return fail_at(offset.at,
                   "the distance of RANGE is a whole number that is not negative, or "
                   "INTERVAL behind a timestamp, on the embedded engine");
  }
  // Spark shows what it makes of a distance that is not of the key's type.
  const bool cast = !key.is(Kind::int_) && !key.is(Kind::date);
  name += cast && bound.kind == FrameBound::Kind::preceding
              ? "(- " + offset.text + ") FOLLOWING"
              : offset.text + std::string(bound_word(bound));
  return offset.text + std::string(bound_word(bound));
}

}  // namespace weir::dialect
