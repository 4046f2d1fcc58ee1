// Functions that take functions, on DuckDB's list functions. A lambda's body is bound like any
// other expression, with its parameters as the innermost names. Their texts are numbered, so that
// one function inside another hides nothing.
//
// DuckDB's list_reduce wants a result of the elements' type; so each element travels in a struct
// with room for what is gathered. Whatever a text needs twice is bound to a name by a lambda over a
// list of one, as in the prelude.

#include <algorithm>
#include <deque>
#include <iterator>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"

namespace weir::dialect {

namespace {

constexpr std::string_view names[] = {
    "transform",  "filter",     "exists",         "forall",           "aggregate", "reduce",
    "array_sort", "map_filter", "transform_keys", "transform_values", "zip_with",  "map_zip_with"};

std::string null_of(const Type& type) {
  return "CAST(NULL AS " + type.duckdb_name() + ")";
}

Result<Typed> condition(Typed value, const std::string& function) {
  if (value.type.is(Kind::boolean)) return value;
  if (value.type.is(Kind::null_)) return cast(std::move(value), Kind::boolean);
  return fail_at(value.at, "the function of " + function + " gives a truth, and this is " +
                               value.type.spark_name() + "; compare it with something");
}

Failure wants(const Expr& expr, const std::string& what) {
  return fail_at(expr.at, "the function " + expr.text + " takes " + what);
}

}  // namespace

bool is_higher_order(std::string_view function) {
  return std::find(std::begin(names), std::end(names), function) != std::end(names);
}

std::vector<std::string> higher_order_functions() {
  return {std::begin(names), std::end(names)};
}

Result<Typed> Binder::lambda(const Expr& expr, std::size_t i,
                             const std::vector<Parameter>& parameters, std::size_t needed,
                             const Env& env) {
  const Expr& written = *expr.children[i];
  if (written.kind != ExprKind::lambda || written.parts.size() < needed ||
      written.parts.size() > parameters.size()) {
    return fail_at(
        written.at,
        "the function " + expr.text + " takes a lambda function here, of " +
            std::to_string(needed) +
            (needed < parameters.size() ? " or " + std::to_string(parameters.size()) : "") +
            " parameters, such as x -> x + 1");
  }
  std::deque<LambdaVariable> variables;
  Env inner = env;
  inner.aggregates = false;
  inner.windows = nullptr;
  inner.filters = false;
  inner.clause = "a lambda function";
  std::string shown;
  for (std::size_t k = 0; k < written.parts.size(); ++k) {
    Typed value;
    value.sql = parameters[k].sql;
    value.type = parameters[k].type;
    variables.push_back({written.parts[k], std::move(value), inner.variables});
    inner.variables = &variables.back();
    shown += ", namedlambdavariable()";
  }
  WEIR_TRY(Typed body, expression(*written.children[0], inner));
  body.at = written.at;
  body.name = "lambdafunction(" + body.name + shown + ")";
  return body;
}

Result<Typed> Binder::higher_order(const Expr& expr, const Env& env) {
  if (expr.children.size() < 2) return wants(expr, "an array or a map, and a lambda function");
  WEIR_TRY(const Typed first, expression(*expr.children[0], env));
  const std::string& f = expr.text;
  const bool of_map = f == "map_filter" || f.starts_with("transform_") || f == "map_zip_with";
  if (!first.type.is(of_map ? Kind::map : Kind::array))
    return wants(expr, std::string(of_map ? "a map" : "an array") + " first, not " +
                           first.type.spark_name());
  if (f == "aggregate" || f == "reduce") return folded(expr, first, env);
  if (f == "zip_with" || f == "map_zip_with") return zipped_with(expr, first, env);
  if (expr.children.size() != 2) return wants(expr, "two arguments");
  if (f == "transform" || f == "filter") return transformed(expr, first, env);
  if (f == "exists" || f == "forall") return tested(expr, first, env);
  if (f == "array_sort") return sorted(expr, first, env);
  return of_entries(expr, first, env);
}

// TRANSFORM and FILTER, whose functions may take the element's place too.
Result<Typed> Binder::transformed(const Expr& expr, const Typed& array, const Env& env) {
  const std::string item = fresh("weir_x");
  const std::string place = fresh("weir_i");
  WEIR_TRY(Typed body, lambda(expr, 1,
                              {{array.type.element(), item},
                               {Kind::int_, "(CAST(" + place + " AS INTEGER) - 1)"}},
                              1, env));
  const bool filters = expr.text == "filter";
  if (filters) {
    WEIR_TRY(body, condition(std::move(body), expr.text));
  } else if (body.type.is(Kind::null_)) {
    body.sql = null_of(body.type);
  }
  // FILTER gets the place only if it asks; Spark shows TRANSFORM's likewise.
  const bool with_place = expr.children[1]->parts.size() > 1;
  return made_of(array, body, filters ? array.type : Type::array(body.type),
                 (filters ? "list_filter(" : "list_transform(") + array.sql + ", lambda " + item +
                     (with_place ? ", " + place : "") + ": " + body.sql + ")",
                 expr.text + "(" + array.name + ", " + body.name + ")");
}

Result<Typed> Binder::tested(const Expr& expr, const Typed& array, const Env& env) {
  const std::string item = fresh("weir_x");
  WEIR_TRY(Typed body, lambda(expr, 1, {{array.type.element(), item}}, 1, env));
  WEIR_TRY(body, condition(std::move(body), expr.text));
  return made_of(array, body, Kind::boolean,
                 "spark_" + expr.text + "(list_transform(" + array.sql + ", lambda " + item + ": " +
                     body.sql + "))",
                 expr.text + "(" + array.name + ", " + body.name + ")");
}

namespace {

/// The names that the function of AGGREGATE may use, as they reach it: DuckDB's list_reduce gives
/// its function the columns of other rows, once lists have ended, so each element carries its own.
class Carried {
 public:
  Carried(const Env& env, std::string element) : element_(std::move(element)) {
    env_ = env;
    env_.stand_ins = nullptr;
    const Scope* scope = env.scope;
    for (const Scope** link = &env_.scope; scope != nullptr; scope = scope->outer) {
      Scope& copy = scopes_.emplace_back(*scope);
      for (ScopeColumn& column : copy.columns)
        column.sql = carry(column.sql, column.type);
      *link = &copy;
      link = &copy.outer;
    }
    const LambdaVariable* variable = env.variables;
    for (const LambdaVariable** link = &env_.variables; variable != nullptr;
         variable = variable->outer) {
      LambdaVariable& copy = variables_.emplace_back(*variable);
      copy.value.sql = carry(copy.value.sql, copy.value.type);
      *link = &copy;
      link = &copy.outer;
    }
    if (env.aliases == nullptr) return;
    aliases_ = *env.aliases;
    for (Selected& alias : aliases_)
      alias.value.sql = carry(alias.value.sql, alias.value.type);
    env_.aliases = &aliases_;
  }
  Carried(const Carried&) = delete;
  Carried& operator=(const Carried&) = delete;

  [[nodiscard]] const Env& env() const { return env_; }

  struct Value {
    std::string name;
    std::string sql;
    Type type;
  };
  /// Those that stand in a body.
  [[nodiscard]] std::vector<Value> used_in(const std::string& body) const {
    std::vector<Value> out;
    std::copy_if(values_.begin(), values_.end(), std::back_inserter(out), [&](const Value& value) {
      return body.find(element_ + "." + value.name) != std::string::npos;
    });
    return out;
  }

 private:
  std::string carry(const std::string& sql, const Type& type) {
    values_.push_back({"c" + std::to_string(values_.size()) + "_", sql, type});
    return element_ + "." + values_.back().name;
  }

  std::string element_;
  Env env_;
  std::deque<Scope> scopes_;
  std::deque<LambdaVariable> variables_;
  std::vector<Selected> aliases_;
  std::vector<Value> values_;
};

}  // namespace

Result<Typed> Binder::folded(const Expr& expr, const Typed& array, const Env& env) {
  if (expr.children.size() < 3 || expr.children.size() > 4)
    return wants(expr, "an array, a start and a function that merges two values");
  WEIR_TRY(const Typed start, expression(*expr.children[1], env));
  const Type& element = array.type.element();
  const std::string item = fresh("weir_x");
  const std::string all = fresh("weir_a");
  const std::string next = fresh("weir_n");
  const Carried carried(env, next);
  WEIR_TRY(const Typed merged,
           lambda(expr, 2, {{start.type, all + ".a"}, {element, next + ".x"}}, 2, carried.env()));
  if (!(merged.type == start.type)) {
    return fail_at(expr.children[1]->at,
                   "the start of " + expr.text + " is " + start.type.spark_name() +
                       ", and its function gives " + merged.type.spark_name() +
                       "; cast the start: CAST(... AS " + merged.type.spark_name() + ")");
  }
  std::string given;
  std::string passed;
  std::string none;
  for (const Carried::Value& value : carried.used_in(merged.sql)) {
    given += ", '" + value.name + "': " + value.sql;
    passed += ", '" + value.name + "': " + next + "." + value.name;
    none += ", '" + value.name + "': " + null_of(value.type);
  }
  const auto pair = [](const std::string& a, const std::string& x, const std::string& more) {
    return "{'a': " + a + ", 'x': " + x + more + "}";
  };
  const std::string sql = "list_reduce(list_transform(" + array.sql + ", lambda " + item + ": " +
                          pair(null_of(start.type), item, given) + "), lambda " + all + ", " +
                          next + ": " + pair(merged.sql, next + ".x", passed) + ", " +
                          pair(start.sql, null_of(element), none) + ").a";
  Typed value = made_of({&array, &start, &merged}, start.type, sql,
                        expr.text + "(" + array.name + ", " + start.name + ", " + merged.name);
  if (given.empty() && start.type == element) {  // the elements need no more room
    WEIR_TRY(const Typed plain,
             lambda(expr, 2, {{start.type, all}, {element, next}}, 2, carried.env()));
    value.sql = "list_reduce(" + array.sql + ", lambda " + all + ", " + next + ": " + plain.sql +
                ", " + start.sql + ")";
  }
  std::string finish = "lambdafunction(namedlambdavariable(), namedlambdavariable())";
  if (expr.children.size() == 4) {
    const std::string end = fresh("weir_e");
    WEIR_TRY(const Typed body, lambda(expr, 3, {{start.type, end}}, 1, env));
    finish = body.name;
    value = made_of(value, body, body.type, bound_to(end, value.sql, body.sql), value.name);
  }
  value.name += ", " + finish + ")";
  return value;
}

// Each element's place is how many come before it. The function is asked for every pair, as a sort
// cannot call back; arrays that people sort so are short.
Result<Typed> Binder::sorted(const Expr& expr, const Typed& array, const Env& env) {
  const std::string list = fresh("weir_l");
  const std::string place = fresh("weir_i");
  const std::string other = fresh("weir_o");
  const Type& element = array.type.element();
  const auto at = [&](const std::string& index) {
    return "list_extract(" + list + ", " + index + ")";
  };
  WEIR_TRY(const Typed order,
           lambda(expr, 1, {{element, at(other)}, {element, at(place)}}, 2, env));
  if (!order.type.is_integral()) return wants(expr, "a function that gives an INT: -1, 0 or 1");
  const std::string before =
      "list_filter(range(1, len(" + list + ") + 1), lambda " + other + ": " +
      bound_to("weir_c", order.sql,
               "weir_c < 0 OR (weir_c = 0 AND " + other + " < " + place + ")") +
      ")";
  const std::string ranked = "list_sort(list_transform(range(1, len(" + list + ") + 1), lambda " +
                             place + ": {'k': len(" + before + "), 'x': " + at(place) + "}))";
  return made_of(array, order, array.type,
                 bound_to(list, array.sql,
                          "CASE WHEN " + list + " IS NOT NULL THEN list_transform(" + ranked +
                              ", lambda weir_r: weir_r.x) END"),
                 expr.text + "(" + array.name + ", " + order.name + ")");
}

// MAP_FILTER, TRANSFORM_KEYS and TRANSFORM_VALUES.
Result<Typed> Binder::of_entries(const Expr& expr, const Typed& map, const Env& env) {
  const std::string entry = fresh("weir_e");
  const std::string key = entry + ".key";
  const std::string value = entry + ".value";
  WEIR_TRY(Typed body, lambda(expr, 1, {{map.type.key(), key}, {map.type.value(), value}}, 2, env));
  const std::string name = expr.text + "(" + map.name + ", " + body.name + ")";
  const std::string over = "(map_entries(" + map.sql + "), lambda " + entry + ": ";
  if (expr.text == "map_filter") {
    WEIR_TRY(body, condition(std::move(body), expr.text));
    return made_of(map, body, map.type, "map_from_entries(list_filter" + over + body.sql + "))",
                   name);
  }
  if (body.type.is(Kind::null_)) body.sql = null_of(body.type);
  const bool keys = expr.text == "transform_keys";
  const std::string pair =
      "{'key': " + (keys ? body.sql : key) + ", 'value': " + (keys ? value : body.sql) + "}";
  return made_of(
      map, body,
      keys ? Type::map(body.type, map.type.value()) : Type::map(map.type.key(), body.type),
      (keys ? "spark_map_from_entries(" : "map_from_entries(") + ("list_transform" + over) + pair +
          "))",
      name);
}

Result<Typed> Binder::zipped_with(const Expr& expr, const Typed& left, const Env& env) {
  if (expr.children.size() != 3) return wants(expr, "two values and a lambda function");
  WEIR_TRY(const Typed right, expression(*expr.children[1], env));
  const bool maps = expr.text == "map_zip_with";
  if (!right.type.is(left.type.kind())) return wants(expr, maps ? "two maps" : "two arrays");
  const std::string both = fresh("weir_b");
  const std::string item = fresh("weir_x");
  const std::string pair = "{'a': " + left.sql + ", 'b': " + right.sql + "}";
  const std::string there =
      "CASE WHEN " + both + ".a IS NOT NULL AND " + both + ".b IS NOT NULL THEN ";
  std::vector<Parameter> parameters;
  if (maps) {
    if (!(left.type.key() == right.type.key())) return wants(expr, "maps of one type of key");
    parameters = {{left.type.key(), item},
                  {left.type.value(), both + ".a[" + item + "]"},
                  {right.type.value(), both + ".b[" + item + "]"}};
  } else {
    parameters = {{left.type.element(), item + "[1]"}, {right.type.element(), item + "[2]"}};
  }
  WEIR_TRY(Typed body, lambda(expr, 2, parameters, parameters.size(), env));
  if (body.type.is(Kind::null_)) body.sql = null_of(body.type);
  const std::string name = expr.text + "(" + left.name + ", " + right.name + ", " + body.name + ")";
  const std::string sql = maps ? "map_from_entries(list_transform(spark_array_union(map_keys(" +
                                     both + ".a), map_keys(" + both + ".b)), lambda " + item +
                                     ": {'key': " + item + ", 'value': " + body.sql + "}))"
                               : "list_transform(list_zip(" + both + ".a, " + both +
                                     ".b), lambda " + item + ": " + body.sql + ")";
  return made_of({&left, &right, &body},
                 maps ? Type::map(left.type.key(), body.type) : Type::array(body.type),
                 bound_to(both, pair, there + sql + " END"), name);
}

}  // namespace weir::dialect
