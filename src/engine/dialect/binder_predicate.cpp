// Comparisons, IN, LIKE, BETWEEN and EXISTS. Both sides are first brought to the type in which
// Spark compares them; DuckDB would choose another for text beside a number or a date.

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

Result<Typed> Binder::logical(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  std::string sql;
  std::string name;
  std::vector<const Typed*> parts;
  for (Typed& value : values) {
    if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
      return fail_at(value.at, expr.text + " joins conditions, and this is " +
                                   value.type.spark_name() + "; compare it with something");
    }
    WEIR_TRY(value, cast(std::move(value), Kind::boolean));
    sql += (sql.empty() ? "" : " " + expr.text + " ") + value.sql;
    name = name.empty() ? value.name : "(" + name + " " + expr.text + " " + value.name + ")";
    if (name.size() > name_bytes_max) name.resize(name_bytes_max);
    parts.push_back(&value);
  }
  return made_of(parts, Kind::boolean, "(" + sql + ")", name);
}

Result<Typed> Binder::negation(const Expr& expr, const Env& env) {
  WEIR_TRY(Typed value, expression(*expr.children[0], env));
  if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
    return fail_at(expr.at, "NOT takes a condition, and this is " + value.type.spark_name() +
                                "; compare it with something");
  }
  WEIR_TRY(value, cast(std::move(value), Kind::boolean));
  return made_of(value, Kind::boolean, "(NOT " + value.sql + ")", "(NOT " + value.name + ")");
}

Result<Typed> Binder::negated(const Expr& expr, Typed value) {
  if (!expr.negated) return value;
  return made_of(value, Kind::boolean, "(NOT " + value.sql + ")", "(NOT " + value.name + ")");
}

Result<Typed> Binder::like_test(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  if (expr.kind == ExprKind::like) {
    std::optional<Typed> escape;
    if (values.size() == 3) escape = values[2];
    WEIR_TRY(Typed test, like(expr.text, values[0], values[1], escape));
    return negated(expr, std::move(test));
  }
  std::string sql;
  std::vector<Typed> tests;
  const std::string word = (expr.distinct == expr.negated) ? " OR " : " AND ";
  for (std::size_t i = 1; i < values.size(); ++i) {
    WEIR_TRY(Typed test, like(expr.text, values[0], values[i], std::nullopt));
    tests.push_back(std::move(test));
  }
  // NOT LIKE ANY: one of them is not like it; NOT LIKE ALL: none of them is.
  std::vector<const Typed*> parts;
  for (const Typed& test : tests) {
    sql += (sql.empty() ? "" : expr.distinct ? " AND " : " OR ");
    sql += expr.negated ? "(NOT " + test.sql + ")" : test.sql;
    parts.push_back(&test);
  }
  return made_of(parts, Kind::boolean, "(" + sql + ")", "(" + sql + ")");
}

namespace {

// Rows are compared field by field, whatever the fields are called: they get the names of the
// first.
Result<void> rename_fields(std::vector<Typed>& rows) {
  if (!rows[0].type.is(Kind::struct_)) return {};
  const std::vector<Field>& names = rows[0].type.fields();
  for (Typed& row : rows) {
    if (!row.type.is(Kind::struct_) || row.type.fields().size() != names.size()) continue;
    std::vector<Field> fields = row.type.fields();
    for (std::size_t i = 0; i < fields.size(); ++i)
      fields[i].name = names[i].name;
    WEIR_TRY(row, cast(std::move(row), Type::structure(std::move(fields))));
  }
  return {};
}

}  // namespace

Result<Typed> Binder::in_list(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  std::string shown;
  for (std::size_t i = 1; i < values.size(); ++i) {
    shown += (i == 1 ? "" : ", ") + values[i].name;
  }
  const std::string name = "(" + values[0].name + " IN (" + shown + "))";
  WEIR_CHECK(rename_fields(values));
  WEIR_TRY(values, unified(std::move(values), true, "IN"));
  if (values[0].type.is(Kind::map)) return fail_at(expr.at, "IN cannot compare maps");
  std::string list;
  std::vector<const Typed*> parts{&values[0]};
  for (std::size_t i = 1; i < values.size(); ++i) {
    list += (i == 1 ? "" : ", ") + values[i].sql;
    parts.push_back(&values[i]);
  }
  return negated(expr,
                 made_of(parts, Kind::boolean, "(" + values[0].sql + " IN (" + list + "))", name));
}

Result<Typed> Binder::in_query(const Expr& expr, const Env& env) {
  if (expr.children[0]->kind == ExprKind::row) {
    return fail_at(expr.at,
                   "IN with several columns is not supported by the embedded engine; use "
                   "EXISTS");
  }
  // Anywhere else Spark makes false of what should be NULL.
  if (!env.filters) {
    return fail_at(expr.at,
                   "IN with a query stands in WHERE or HAVING only, alone or joined by AND "
                   "and OR; elsewhere use EXISTS or a LEFT JOIN");
  }
  Env plain = env;
  plain.filters = false;
  WEIR_TRY(Typed value, expression(*expr.children[0], plain));
  const std::size_t first = outer_references_.size();
  WEIR_TRY(const Bound inner, subquery(*expr.query, env.scope));
  if (inner.columns.size() != 1) {
    return fail_at(expr.at, "the query of IN has " + std::to_string(inner.columns.size()) +
                                " columns; select one");
  }
  const auto type = comparison_type(value.type, inner.columns[0].type);
  if (!type || type->is(Kind::map)) {
    return fail_at(expr.at, "IN cannot compare " + value.type.spark_name() + " with " +
                                inner.columns[0].type.spark_name() + "; cast one of them");
  }
  const std::string name =
      "(" + value.name + " IN (listquery(" + outer_names(first, env.scope) + ")))";
  const std::string alias = fresh("t");
  WEIR_TRY(const std::string column,
           cast_sql(alias + "." + quoted_identifier(inner.columns[0].physical),
                    inner.columns[0].type, *type, expr.at));
  WEIR_TRY(value, cast(std::move(value), *type));
  Typed test = made_of(
      value, Kind::boolean,
      "(" + value.sql + " IN (SELECT " + column + " FROM (" + inner.sql + ") AS " + alias + "))",
      name);
  test.foldable = false;
  test.subquery = true;
  return negated(expr, std::move(test));
}

Result<Typed> Binder::between(const Expr& expr, const Env& env) {
  WEIR_TRY(const std::vector<Typed> values, arguments(expr, env));
  if (values[0].random) return fail_at(expr.at, "BETWEEN cannot take a random value; use WITH");
  WEIR_TRY(Typed test, made_once(values[0], [&](const Typed& value) -> Result<Typed> {
             WEIR_TRY(const Typed low, compare(">=", value, values[1]));
             WEIR_TRY(const Typed high, compare("<=", value, values[2]));
             return made_of(low, high, Kind::boolean, "(" + low.sql + " AND " + high.sql + ")",
                            "(" + low.name + " AND " + high.name + ")");
           }));
  return negated(expr, std::move(test));
}

Result<Typed> Binder::null_test(const Expr& expr, const Env& env) {
  WEIR_TRY(const Typed value, expression(*expr.children[0], env));
  const std::string test = expr.negated ? " IS NOT NULL)" : " IS NULL)";
  return made_of(value, Kind::boolean, "(" + value.sql + test, "(" + value.name + test);
}

Result<Typed> Binder::truth_test(const Expr& expr, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(expr, env));
  if (expr.kind == ExprKind::is_distinct) {
    WEIR_TRY(const Typed same, compare("<=>", std::move(values[0]), std::move(values[1])));
    if (expr.negated) return same;
    return made_of(same, Kind::boolean, "(NOT " + same.sql + ")", "(NOT " + same.name + ")");
  }
  const Typed& value = values[0];
  if (!value.type.is(Kind::boolean) && !value.type.is(Kind::null_)) {
    return fail_at(
        expr.at, "IS " + expr.text + " takes a condition, and this is " + value.type.spark_name());
  }
  if (expr.text == "UNKNOWN") {
    const std::string none = expr.negated ? " IS NOT NULL)" : " IS NULL)";
    return made_of(value, Kind::boolean, "(" + value.sql + none, "(" + value.name + none);
  }
  const std::string truth = lower_case(expr.text) + ")";
  const std::string test = " IS NOT DISTINCT FROM " + truth;
  const std::string name = " <=> " + truth;
  return negated(expr,
                 made_of(value, Kind::boolean, "(" + value.sql + test, "(" + value.name + name));
}

}  // namespace weir::dialect
