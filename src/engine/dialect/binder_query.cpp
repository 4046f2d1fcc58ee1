// Queries around SELECT: WITH, set operations, ORDER BY and LIMIT behind them. Columns of a set
// operation are cast to the types in which Spark lets them meet, since DuckDB's own choice differs
// for text and decimals.

#include <algorithm>
#include <set>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"

namespace weir::dialect {

int field_index(const std::vector<Field>& fields, std::string_view name) {
  int found = -1;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!same_name(fields[i].name, name)) continue;
    if (found >= 0) return -2;
    found = static_cast<int>(i);
  }
  return found;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t shown_max = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), shown_max); ++i) {
    text += (text.empty() ? "" : ", ") + names[i];
  }
  if (names.size() > shown_max) text += ", ...";
  return text.empty() ? "none" : text;
}

Result<Bound> Binder::query(const Query& query, bool top, const Scope* outer) {
  const std::size_t tables = tables_.size();
  WEIR_TRY(const std::string with, common_tables(query, outer));
  const bool organizes =
      !query.order_by.empty() || query.limit || query.offset || !query.distribute_by.empty();
  Bound bound;
  if (query.body->kind == Term::Kind::select) {
    WEIR_TRY(bound, select(*query.body->select, &query, top, outer));
  } else if (organizes) {
    WEIR_TRY(Bound body, term(*query.body, false, outer));
    WEIR_TRY(bound, organized(body, query, top));
  } else {
    WEIR_TRY(bound, term(*query.body, top, outer));
  }
  bound.sql.insert(0, with);
  while (tables_.size() > tables)
    tables_.pop_back();
  return bound;
}

Result<std::string> Binder::common_tables(const Query& query, const Scope* outer) {
  std::string text;
  for (const Cte& cte : query.ctes) {
    for (const Cte& other : query.ctes) {
      if (&other == &cte) break;
      if (same_name(other.name, cte.name)) {
        return fail_at(cte.at, "WITH has two queries named " + cte.name + "; rename one");
      }
    }
    WEIR_TRY(Bound inner, this->query(*cte.query, false, outer));
    if (!cte.columns.empty() && cte.columns.size() != inner.columns.size()) {
      return fail_at(cte.at, "the WITH query " + cte.name + " has " +
                                 std::to_string(inner.columns.size()) + " columns, not " +
                                 std::to_string(cte.columns.size()) + "; name them all");
    }
    for (std::size_t i = 0; i < cte.columns.size(); ++i) {
      inner.columns[i].name = cte.columns[i];
    }
    const std::string physical = fresh("q");
    text += (text.empty() ? "WITH " : ", ") + physical + " AS (" + inner.sql + ")";
    tables_.push_back({cte.name, physical, std::move(inner.columns), inner.origin, inner.levels,
                       inner.placed, inner.sorted});
  }
  return text.empty() ? text : text + " ";
}

Result<Bound> Binder::term(const Term& term, bool top, const Scope* outer) {
  switch (term.kind) {
    case Term::Kind::select:
      return select(*term.select, nullptr, top, outer);
    case Term::Kind::query:
      return query(*term.query, top, outer);
    case Term::Kind::set:
      break;
  }
  return set_operation(term, top, outer);
}

// `merged`: a UNION around this one takes equal rows together.
Result<Bound> Binder::set_operation(const Term& term, bool top, const Scope* outer, bool merged) {
  const bool all = term.all || merged;
  const bool merges = carries_ && term.op == SetOp::union_ && (!term.all || merged);
  const auto side = [&](const Term& part) {
    const bool same = part.kind == Term::Kind::set && part.op == SetOp::union_;
    return merges && same ? set_operation(part, false, outer, true)
                          : this->term(part, false, outer);
  };
  WEIR_TRY(Bound left, side(*term.left));
  WEIR_TRY(Bound right, side(*term.right));
  if (left.columns.size() != right.columns.size()) {
    return fail_at(term.right->at, "the two sides of a set operation have " +
                                       std::to_string(left.columns.size()) + " and " +
                                       std::to_string(right.columns.size()) +
                                       " columns; select equally many");
  }
  Bound out;
  out.columns = left.columns;
  out.levels = std::max(left.levels, right.levels);
  for (std::size_t i = 0; i < out.columns.size(); ++i) {
    const auto type = wider_type(left.columns[i].type, right.columns[i].type);
    if (!type) {
      return fail_at(term.right->at,
                     "column " + std::to_string(i + 1) + " of the set operation is " +
                         left.columns[i].type.spark_name() + " on one side and " +
                         right.columns[i].type.spark_name() + " on the other; cast one of them");
    }
    if (type->is(Kind::map) && !(term.op == SetOp::union_ && term.all)) {
      return fail_at(term.right->at,
                     "maps cannot be compared, so this set operation cannot have "
                     "column " +
                         out.columns[i].name + "; use UNION ALL");
    }
    out.columns[i].type = *type;
  }
  if (carries_) {
    return set_with_origins(term, all, std::move(left), std::move(right), std::move(out.columns),
                            top);
  }
  for (ResultColumn& column : out.columns) {
    if (top) column.physical = column.name;
  }
  WEIR_TRY(const std::string first, branch(std::move(left), out.columns, term.left->at));
  WEIR_TRY(const std::string second, branch(std::move(right), out.columns, term.right->at));
  const std::string word = term.op == SetOp::union_   ? ") UNION "
                           : term.op == SetOp::except ? ") EXCEPT "
                                                      : ") INTERSECT ";
  out.sql = "(" + first + word + (term.all ? "ALL (" : "(") + second + ")";
  return out;
}

// One side of a set operation, in the types and under the names of the whole.
Result<std::string> Binder::branch(Bound bound, const std::vector<ResultColumn>& columns,
                                   Position at, const std::string& more) {
  const std::string alias = fresh("t");
  std::string items;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ResultColumn& column = bound.columns[i];
    WEIR_TRY(const std::string value, cast_sql(alias + "." + quoted_identifier(column.physical),
                                               column.type, columns[i].type, at));
    items += (items.empty() ? "" : ", ") + value + " AS " + quoted_identifier(columns[i].physical);
  }
  if (carries_) items += ", " + alias + "." + quoted_identifier(bound.origin);
  return "SELECT " + items + more + " FROM (" + bound.sql + ") AS " + alias;
}

// ORDER BY and LIMIT behind a set operation or a query in parentheses: they see its columns only.
Result<Bound> Binder::organized(const Bound& body, const Query& query, bool top) {
  const std::string alias = fresh("t");
  Scope scope;
  std::vector<Selected> items;
  for (const ResultColumn& column : body.columns) {
    const std::string sql = alias + "." + quoted_identifier(column.physical);
    scope.columns.push_back({column.name, "", column.type, sql});
    Typed value;
    value.sql = sql;
    value.type = column.type;
    items.push_back({column.name, std::move(value)});
  }
  Env env;
  env.scope = &scope;
  env.aliases = &items;
  env.aliases_first = true;
  env.clause = "ORDER BY";
  WEIR_TRY(std::string order, order_keys(query.order_by, env, false));
  for (const ExprPtr& expr : query.distribute_by) {
    WEIR_CHECK(expression(*expr, env));
  }
  WEIR_TRY(const std::string rows, limits(query));
  Bound out;
  out.columns = result_columns(items, top);
  out.levels = body.levels;
  out.distinct = body.distinct;
  out.placed = body.placed;
  std::string origin;
  if (carries_) {
    out.origin = free_name(origin_column, out.columns);
    origin = ", " + alias + "." + quoted_identifier(body.origin) + " AS " +
             quoted_identifier(out.origin);
  }
  const bool sorts = !order.empty();
  const bool keeps_order = carries_ && !sorts && !body.sorted.empty();
  const std::string sorted = keeps_order ? alias + "." + quoted_identifier(body.sorted) : "";
  if (keeps_order && !top) {
    out.sorted = free_name("weir_sorted", out.columns);
    origin += ", " + sorted + " AS " + quoted_identifier(out.sorted);
  }
  if (carries_ && !rows.empty()) {
    order += (order.empty() && sorted.empty() ? "" : sorted + ", ") + limit_ties(out);
  }
  out.sql = "SELECT " + select_items(items, out.columns, top) + origin + " FROM (" + body.sql +
            ") AS " + alias + (order.empty() ? "" : " ORDER BY " + order) + rows;
  if (carries_ && sorts && !top) number_sorted(out);
  return out;
}

Result<std::string> Binder::limits(const Query& query) {
  std::string text;
  for (const auto& [word, expr] :
       {std::pair<std::string, const Expr*>{" LIMIT ", query.limit.get()},
        {" OFFSET ", query.offset.get()}}) {
    if (expr == nullptr) continue;
    const bool number = expr->kind == ExprKind::number && expr->number == TokenKind::integer &&
                        expr->text[0] != '-' && expr->text.size() < 10;
    if (!number) return fail_at(expr->at, "behind" + word + "stands a number, not an expression");
    text += word + expr->text;
  }
  return text;
}

std::vector<ResultColumn> Binder::result_columns(const std::vector<Selected>& items,
                                                 bool top) const {
  std::vector<ResultColumn> columns;
  std::set<std::string> taken;
  for (const Selected& item : items) {
    std::string physical = item.name;
    for (int n = 2; !top && !taken.insert(lower_case(physical)).second; ++n) {
      physical = item.name + "_" + std::to_string(n);
    }
    columns.push_back({item.name, std::move(physical), item.value.type});
  }
  return columns;
}

std::string Binder::select_items(const std::vector<Selected>& items,
                                 const std::vector<ResultColumn>& columns, bool /*top*/) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Typed& value = items[i].value;
    const std::string sql =
        value.type.is(Kind::null_) ? "CAST(NULL AS " + value.type.duckdb_name() + ")" : value.sql;
    text += (i == 0 ? "" : ", ") + sql + " AS " + quoted_identifier(columns[i].physical);
  }
  return text;
}

}  // namespace weir::dialect
