// One pass from the leaves up: each node becomes DuckDB text with Spark's type and Spark's name.
// Names are resolved here and not by DuckDB, because the two differ in what a dotted name may mean,
// in case beyond ASCII, and in which scope wins.

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

constexpr std::size_t expression_bytes_max = std::size_t{256} << 10;

// Spark shows no names of parameters.
Typed renamed_variable(Typed value, const std::vector<std::string>& parts) {
  value.name.replace(0, parts[0].size(), "namedlambdavariable()");
  return value;
}

}  // namespace

Result<Typed> Binder::expression(const Expr& expr, const Env& env) {
  const bool keeps_filter =
      expr.kind == ExprKind::logical || expr.kind == ExprKind::in_query ||
      (expr.kind == ExprKind::not_ && expr.children[0]->kind == ExprKind::in_query);
  Env inner = env;
  inner.filters = env.filters && keeps_filter;
  WEIR_TRY(Typed value, unlimited(expr, inner));
  written_ += value.sql.size();
  if (value.sql.size() > expression_bytes_max || written_ > query_bytes_max) {
    return fail_at(expr.at,
                   "the query grows too large where its aliases are put in; compute them "
                   "in WITH");
  }
  if (value.name.size() > name_bytes_max) value.name.resize(name_bytes_max);
  return value;
}

Result<Typed> Binder::unlimited(const Expr& expr, const Env& env) {
  if (env.variables != nullptr && expr.query) {
    return fail_at(expr.at, "a query cannot stand in a lambda function; join its table instead");
  }
  switch (expr.kind) {
    case ExprKind::null_:
    case ExprKind::boolean:
    case ExprKind::string:
    case ExprKind::binary:
      return literal(expr);
    case ExprKind::number:
      return number(expr);
    case ExprKind::typed_text:
      return typed_text(expr);
    case ExprKind::interval:
      return interval(expr);
    case ExprKind::name:
      return name(expr, env);
    case ExprKind::star:
      return fail_at(expr.at, "* stands alone in a select list or in COUNT(*); name a column");
    case ExprKind::field: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      return field(value, expr.text, expr.at);
    }
    case ExprKind::index:
      return index(expr, env);
    case ExprKind::call:
      return call(expr, env);
    case ExprKind::cast: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      const bool tries = expr.text == "TRY_CAST";
      std::string type = expr.type.spark_name();
      std::transform(type.begin(), type.end(), type.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
      // Spark leaves a cast to what has parts out of the name.
      std::string name =
          expr.type.is_nested() ? value.name : expr.text + "(" + value.name + " AS " + type + ")";
      value.at = expr.at;
      WEIR_TRY(value,
               tries ? try_cast(std::move(value), expr.type) : cast(std::move(value), expr.type));
      value.name = std::move(name);
      value.literal = false;  // its digits no longer count as the precision, even as the same type
      return value;
    }
    case ExprKind::unary: {
      WEIR_TRY(Typed value, expression(*expr.children[0], env));
      if (expr.text != "+") return negate(expr.text, std::move(value));
      value.name = "(+ " + value.name + ")";
      if (!value.type.is_numeric() && !value.type.is_interval() && !value.type.is(Kind::calendar)) {
        return fail_at(expr.at, "\"+\" takes a number, not " + value.type.spark_name());
      }
      return value;
    }
    case ExprKind::binary_op:
      return binary(expr, env);
    case ExprKind::logical:
      return logical(expr, env);
    case ExprKind::not_:
      return negation(expr, env);
    case ExprKind::like:
    case ExprKind::like_any:
      return like_test(expr, env);
    case ExprKind::in_list:
      return in_list(expr, env);
    case ExprKind::in_query:
      return in_query(expr, env);
    case ExprKind::between:
      return between(expr, env);
    case ExprKind::is_null:
      return null_test(expr, env);
    case ExprKind::is_truth:
    case ExprKind::is_distinct:
      return truth_test(expr, env);
    case ExprKind::exists: {
      const std::size_t first = outer_references_.size();
      WEIR_TRY(const Bound inner, subquery(*expr.query, env.scope));
      Typed value = constant(expr.at, Kind::boolean, "EXISTS (" + inner.sql + ")",
                             "exists(" + outer_names(first, env.scope) + ")");
      value.foldable = value.literal = false;
      value.subquery = true;
      return value;
    }
    case ExprKind::subquery:
      return scalar_subquery(expr, env);
    case ExprKind::case_:
      return case_expression(expr, env);
    case ExprKind::lambda:
      return fail_at(expr.at,
                     "a lambda function stands only where a function takes one, such as TRANSFORM, "
                     "FILTER or AGGREGATE");
    case ExprKind::row: {
      WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
      return call_function({"struct", expr.at, std::move(values), &expr});
    }
  }
  return fail_at(expr.at, "this expression is not supported by the embedded engine; rewrite it");
}

Result<Typed> Binder::name(const Expr& expr, const Env& env) {
  const std::vector<std::string>& parts = expr.parts;
  const auto finish = [&](Typed value, std::size_t used) -> Result<Typed> {
    value.at = expr.at;
    value.name = parts[used - 1];
    for (std::size_t i = used; i < parts.size(); ++i) {
      WEIR_TRY(value, field(value, parts[i], expr.at));
    }
    return value;
  };
  for (const LambdaVariable* variable = env.variables; variable != nullptr;
       variable = variable->outer) {
    if (!same_name(variable->name, parts[0])) continue;
    WEIR_TRY(Typed value, finish(variable->value, 1));
    return renamed_variable(std::move(value), parts);
  }
  const auto alias = [&]() -> Result<const Selected*> {
    const Selected* found = nullptr;
    if (env.aliases == nullptr) return found;
    for (const Selected& item : *env.aliases) {
      if (!same_name(item.name, parts[0])) continue;
      if (found != nullptr && found->value.sql != item.value.sql) {
        return fail_at(expr.at, "the name " + parts[0] +
                                    " is given twice in the select list; "
                                    "rename one of them");
      }
      found = &item;
    }
    if (found != nullptr && found->value.random) {
      return fail_at(expr.at, "the alias " + parts[0] +
                                  " stands for random values, which differ "
                                  "at each use; compute it in WITH");
    }
    return found;
  };
  // The column of one scope, and how many parts of the name are its.
  const auto column_in = [&](const Scope& scope,
                             bool hidden) -> Result<std::pair<const ScopeColumn*, std::size_t>> {
    for (const std::size_t qualified : {2U, 1U}) {
      const ScopeColumn* found = nullptr;
      if (parts.size() < qualified) continue;
      for (const ScopeColumn& column : scope.columns) {
        if (column.hidden != hidden) continue;
        const bool matches =
            qualified == 2
                ? same_name(column.qualifier, parts[0]) && same_name(column.name, parts[1])
                : (column.in_star || hidden) && same_name(column.name, parts[0]);
        if (!matches) continue;
        if (found != nullptr) {
          return fail_at(expr.at, "the name " + parts[qualified - 1] +
                                      " is ambiguous, it is in more than one table; write the "
                                      "table's alias and a dot before it");
        }
        found = &column;
      }
      if (found != nullptr) return std::pair(found, qualified);
    }
    return std::pair<const ScopeColumn*, std::size_t>(nullptr, 0);
  };
  const auto is_grouped = [&]() {
    if (env.groups == nullptr) return false;
    const auto here = column_in(*env.scope, false);
    return here && here->first != nullptr &&
           std::find(env.groups->begin(), env.groups->end(), here->first->sql) != env.groups->end();
  };
  if (env.aliases_first && !is_grouped()) {
    WEIR_TRY(const Selected* selected, alias());
    if (selected != nullptr) return finish(selected->value, 1);
  }
  for (const Scope* scope = env.scope; scope != nullptr; scope = scope->outer) {
    for (const bool hidden : {false, true}) {
      WEIR_TRY(const auto found, column_in(*scope, hidden));
      if (found.first != nullptr) {
        Typed value;
        value.sql = found.first->sql;
        value.type = found.first->type;
        value.bare = scope == env.scope;
        WEIR_TRY(value, finish(std::move(value), found.second));
        if (scope == env.scope) return value;
        outer_references_.emplace_back(scope, parts[found.second - 1]);
        if (found.second == parts.size()) {  // as Spark shows what is of the query around
          const std::string& table = found.first->qualifier;
          value.name = "outer(" + (table.empty() ? "" : table + ".") + value.name + ")";
        }
        return value;
      }
      if (hidden || scope != env.scope || env.aliases_first) continue;
      WEIR_TRY(const Selected* selected, alias());
      if (selected == nullptr) continue;
      Typed value = selected->value;
      if (env.stand_ins != nullptr && !selected->stand_in.empty()) {
        const auto place = static_cast<std::size_t>(selected - env.aliases->data());
        env.stand_ins->insert(place);
        env.stand_ins->insert(selected->uses.begin(), selected->uses.end());
        value.sql = selected->stand_in;
      }
      return finish(std::move(value), 1);
    }
  }
  std::vector<std::string> known;
  for (const ScopeColumn& column : env.scope->columns) {
    if (column.in_star) known.push_back(column.name);
  }
  std::string written;
  for (const std::string& part : parts) {
    written += (written.empty() ? "" : ".") + part;
  }
  const bool hidden =
      std::any_of(std::begin(readable_hidden), std::end(readable_hidden),
                  [&](const HiddenColumn& column) { return same_name(column.name, parts.back()); });
  if (hidden) {
    return fail_at(expr.at, "there is no column " + written +
                                " here, as it is of the table of a file only; select it there");
  }
  return fail_at(expr.at,
                 "there is no column " + written + " here; the columns are: " + listed(known));
}

// Fields of structs, of each struct in an array, and values of a map.
Result<Typed> Binder::field(const Typed& value, const std::string& name, Position at) {
  const bool array = value.type.is(Kind::array);
  const Type& type = array ? value.type.element() : value.type;
  const std::string shown = value.name + "." + name;
  if (type.is(Kind::map) && !array) {
    WEIR_TRY(const std::string key, cast_sql(quoted_string(name), Kind::string, type.key(), at));
    return made_of(value, type.value(), value.sql + "[" + key + "]", value.name + "[" + name + "]");
  }
  if (!type.is(Kind::struct_)) {
    return fail_at(at, value.name + " is " + value.type.spark_name() + " and has no field " + name);
  }
  const int place = field_index(type.fields(), name);
  if (place < 0) {
    std::vector<std::string> known;
    for (const Field& part : type.fields()) {
      known.push_back(part.name);
    }
    return fail_at(at, value.name + (place == -1 ? " has no field " : " has several fields ") +
                           name + "; its fields are: " + listed(known));
  }
  const Field& found = type.fields()[static_cast<std::size_t>(place)];
  const std::string key = quoted_string(found.name);
  if (!array) {
    return made_of(value, found.type, "struct_extract(" + value.sql + ", " + key + ")", shown);
  }
  return made_of(value, Type::array(found.type),
                 "list_transform(" + value.sql + ", lambda x: struct_extract(x, " + key + "))",
                 shown);
}

Result<Typed> Binder::index(const Expr& expr, const Env& env) {
  WEIR_TRY(const Typed value, expression(*expr.children[0], env));
  WEIR_TRY(Typed key, expression(*expr.children[1], env));
  const std::string name = value.name + "[" + key.name + "]";
  if (value.type.is(Kind::map)) {
    const Call call{"[]", expr.at, {}, nullptr};
    WEIR_TRY(key, implicit_cast(call, std::move(key), value.type.key()));
    return made_of(value, key, value.type.value(), value.sql + "[" + key.sql + "]", name);
  }
  if (value.type.is(Kind::struct_) && key.text) {
    return field(value, *key.text, expr.at);
  }
  if (value.type.is(Kind::array) && key.text && value.type.element().is(Kind::struct_)) {
    return field(value, *key.text, expr.at);
  }
  if (!value.type.is(Kind::array)) {
    return fail_at(expr.at, "[ ] takes an array or a map, and " + value.name + " is " +
                                value.type.spark_name());
  }
  if (!key.type.is_integral() && !key.type.is(Kind::null_)) {
    return fail_at(expr.children[1]->at, "the index of an array is an integer, not " +
                                             key.type.spark_name() + "; cast it");
  }
  const Type& element = value.type.element();
  if (key.number && *key.number >= 0 && *key.number < INT32_MAX) {
    return made_of(value, key, element,
                   "list_extract(" + value.sql + ", " + std::to_string(*key.number + 1) + ")",
                   name);
  }
  if (key.number || key.type.is(Kind::null_)) {
    return made_of(value, key, element, "CAST(NULL AS " + element.duckdb_name() + ")", name);
  }
  return made_of(value, key, element,
                 "spark_get(" + value.sql + ", CAST(" + key.sql + " AS BIGINT))", name);
}

Result<Typed> Binder::binary(const Expr& expr, const Env& env) {
  WEIR_TRY(Typed a, expression(*expr.children[0], env));
  WEIR_TRY(Typed b, expression(*expr.children[1], env));
  a.at = b.at = expr.at;
  const std::string& op = expr.text;
  if (op == "||") return concat({std::move(a), std::move(b)}, expr.at);
  if (op == "&" || op == "|" || op == "^") return bitwise(op, std::move(a), std::move(b));
  if (op == "+" || op == "-" || op == "*" || op == "/" || op == "%" || op == "DIV") {
    return arithmetic(op, std::move(a), std::move(b));
  }
  return compare(op, std::move(a), std::move(b));
}

Result<Typed> Binder::case_expression(const Expr& expr, const Env& env) {
  WEIR_TRY(const std::vector<Typed> all, arguments(expr, env));
  if (!expr.has_operand) return cases(expr, all, nullptr);
  if (all[0].random) {
    return fail_at(expr.at, "CASE cannot take a random value; compute it in WITH");
  }
  return made_once(all[0], [&](const Typed& operand) { return cases(expr, all, &operand); });
}

// `operand` is what the values behind WHEN are compared with; null: they are conditions.
Result<Typed> Binder::cases(const Expr& expr, const std::vector<Typed>& all, const Typed* operand) {
  std::vector<Typed> conditions;
  std::vector<Typed> results;
  for (std::size_t next = operand != nullptr ? 1 : 0; next + 1 < all.size(); next += 2) {
    Typed condition = all[next];
    if (operand != nullptr) {
      WEIR_TRY(condition, compare("=", *operand, std::move(condition)));
    }
    if (!condition.type.is(Kind::boolean) && !condition.type.is(Kind::null_)) {
      return fail_at(condition.at, "WHEN takes a condition, and this is " +
                                       condition.type.spark_name() + "; compare it with something");
    }
    WEIR_TRY(condition, cast(std::move(condition), Kind::boolean));
    conditions.push_back(std::move(condition));
    results.push_back(all[next + 1]);
  }
  if (expr.has_else) results.push_back(all.back());
  std::string name = "CASE";
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    name += " WHEN " + conditions[i].name + " THEN " + results[i].name;
  }
  name += (expr.has_else ? " ELSE " + results.back().name : "") + " END";
  WEIR_TRY(results, unified(std::move(results), true, "CASE"));
  std::string sql = "CASE";
  std::vector<const Typed*> parts;
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    sql += " WHEN " + conditions[i].sql + " THEN " + results[i].sql;
    parts.push_back(&conditions[i]);
  }
  for (const Typed& result : results) {
    parts.push_back(&result);
  }
  sql += (expr.has_else ? " ELSE " + results.back().sql : "") + " END";
  return made_of(parts, results[0].type, std::move(sql), std::move(name));
}

std::string Binder::outer_names(std::size_t first, const Scope* here) const {
  std::string names;
  for (std::size_t i = first; i < outer_references_.size(); ++i) {
    const auto& [scope, name] = outer_references_[i];
    const Scope* around = here;
    while (around != nullptr && around != scope)
      around = around->outer;
    if (around != nullptr) names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

Result<Typed> Binder::scalar_subquery(const Expr& expr, const Env& env) {
  const std::size_t first = outer_references_.size();
  WEIR_TRY(const Bound inner, subquery(*expr.query, env.scope));
  if (inner.columns.size() != 1) {
    return fail_at(expr.at, "a subquery used as a value has " +
                                std::to_string(inner.columns.size()) + " columns; select one");
  }
  Typed value = constant(expr.at, inner.columns[0].type, "(" + inner.sql + ")",
                         "scalarsubquery(" + outer_names(first, env.scope) + ")");
  value.foldable = value.literal = false;
  value.subquery = true;
  return value;
}

}  // namespace weir::dialect
