// One SELECT. DuckDB and Spark differ in which name GROUP BY, HAVING and ORDER BY mean where an
// alias is called like a column. So each such name is resolved here and written for DuckDB as the
// expression or the alias it stands for.

#include <algorithm>
#include <utility>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"

namespace weir::dialect {

namespace {

// The select item that makes rows, if any.
Result<const SelectItem*> generating_item(const Select& select) {
  const SelectItem* found = nullptr;
  for (const SelectItem& item : select.items) {
    if (item.expr->kind != ExprKind::call || !is_generator(item.expr->text)) continue;
    if (found != nullptr) {
      return fail_at(item.expr->at,
                     "one EXPLODE is allowed in a select list; put the other into "
                     "LATERAL VIEW");
    }
    found = &item;
  }
  return found;
}

// What Spark calls a column that has no alias.
std::string standard_name(const Expr& expr, const Typed& value) {
  if (expr.kind == ExprKind::name) return expr.parts.back();
  if (expr.kind == ExprKind::cast && expr.children[0]->kind == ExprKind::name) {
    const std::string& column = expr.children[0]->parts.back();
    if (value.name.starts_with("CAST(" + column + " AS ")) return column;
  }
  return value.name;
}

// A number of another type, such as 1L, is a constant.
std::optional<std::size_t> position_of(const Expr& expr, const Typed& value) {
  if (expr.kind != ExprKind::number || !value.number || !value.type.is(Kind::int_))
    return std::nullopt;
  return *value.number < 0 ? 0 : static_cast<std::size_t>(*value.number);
}

// GROUP BY ALL and ORDER BY ALL, unless there is a column or an alias of that name.
bool means_all(const Expr& expr, const Scope& scope, const std::vector<Selected>& items) {
  if (expr.kind != ExprKind::name || expr.parts.size() != 1 || !same_name(expr.parts[0], "all")) {
    return false;
  }
  const auto called_all = [](const auto& column) { return same_name(column.name, "all"); };
  return std::none_of(scope.columns.begin(), scope.columns.end(), called_all) &&
         std::none_of(items.begin(), items.end(), called_all);
}

Selected selected_column(const ScopeColumn& column, Position at) {
  Typed value;
  value.sql = column.sql;
  value.type = column.type;
  value.name = column.name;
  value.bare = true;
  value.at = at;
  return {column.name, std::move(value)};
}

Failure nested_order(Position at, const Typed& key) {
  return fail_at(at, "ORDER BY " + key.type.spark_name() +
                         " is not supported by the embedded engine; order by its parts");
}

/// Of a query that makes one row of all, without GROUP BY.
Failure of_each_row(const Typed& value, bool having) {
  return fail_at(value.at,
                 value.name +
                     " is another value in each row, and the query makes one row of all; add " +
                     (having ? "GROUP BY, or write WHERE in the place of HAVING"
                             : "GROUP BY, or ANY_VALUE for one of the values"));
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts)
    all += (all.empty() ? "" : ", ") + text;
  return all;
}

/// The texts without those that are there twice.
std::vector<std::string> once(const std::vector<std::string>& texts) {
  std::vector<std::string> all;
  for (const std::string& text : texts) {
    if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
  }
  return all;
}

/// A key that is in no set, and so NULL in each row; empty: there is none.
std::string left_out(const Select& select, const std::vector<std::string>& groups) {
  for (const std::string& group : groups) {
    const auto has_it = [&](const std::vector<std::size_t>& set) {
      return std::any_of(set.begin(), set.end(),
                         [&](std::size_t place) { return groups[place] == group; });
    };
    if (std::none_of(select.grouping_sets->begin(), select.grouping_sets->end(), has_it))
      return group;
  }
  return {};
}

/// "(a, b), (a), ()": `groups` are the texts of Select::group_by, in its order.
std::string sets_of(const Select& select, const std::vector<std::string>& groups) {
  std::string all;
  for (const auto& set : *select.grouping_sets) {
    std::string keys;
    for (const std::size_t place : set)
      keys += (keys.empty() ? "" : ", ") + groups[place];
    all += (all.empty() ? "(" : ", (") + keys + ")";
  }
  // DuckDB knows those only that are in a set; the rows of this one are left out again.
  if (!left_out(select, groups).empty()) all += ", (" + joined(once(groups)) + ")";
  return all;
}

/// Puts what is grouped by, each once, where GROUPING_ID() asks for all of it.
void put_groups(std::string& sql, const std::vector<std::string>& groups) {
  for (std::size_t at = sql.find(groups_mark); at != std::string::npos; at = sql.find(groups_mark))
    sql.replace(at, groups_mark.size(), joined(once(groups)));
}

}  // namespace

Result<Bound> Binder::select(const Select& select, const Query* query, bool top,
                             const Scope* outer) {
  Source from;
  const int levels_beside = std::exchange(levels_below_, 0);
  const auto first_reference = static_cast<std::ptrdiff_t>(outer_references_.size());
  if (select.from) {
    WEIR_TRY(from, source(*select.from, outer));
  }
  from.scope.outer = outer;
  const auto end_of_from = static_cast<std::ptrdiff_t>(outer_references_.size());
  for (const LateralView& view : select.views) {
    WEIR_TRY(from, lateral_view(view, from));
  }
  std::string where;
  Env env;
  if (select.where) {
    env.scope = &from.scope;
    env.clause = "WHERE";
    env.filters = true;
    WEIR_TRY(where, boolean(*select.where, env));
  }
  WEIR_TRY(from, with_time_window(select, std::move(from), where));
  // Spark lists what a query names before what its FROM names.
  std::rotate(outer_references_.begin() + first_reference, outer_references_.begin() + end_of_from,
              outer_references_.end());
  WEIR_TRY(const SelectItem* generating, generating_item(select));
  std::vector<ScopeColumn> generated;
  if (generating != nullptr) {
    env.scope = &from.scope;
    env.filters = false;
    env.clause = "the select list";
    WEIR_TRY(const Generated rows, generator(*generating->expr, env, false, generating->aliases));
    const std::size_t before = from.scope.columns.size();
    from = with_generated(from, rows, "", where);
    where.clear();
    generated.assign(from.scope.columns.begin() + static_cast<std::ptrdiff_t>(before),
                     from.scope.columns.end());
    from.scope.columns.resize(before);  // only the select list has them
  }
  if (carries_) from.scope.ties = ties_of(from);
  const Expr* generator_call = generating != nullptr ? generating->expr.get() : nullptr;
  WEIR_TRY(const std::vector<Selected> items,
           select_list(select, from.scope, generator_call, generated));
  WEIR_TRY(const std::vector<std::string> groups, group_keys(select, items, from.scope));
  const bool aggregates =
      !groups.empty() || select.grouping_sets || select.having ||
      std::any_of(items.begin(), items.end(), [](const Selected& s) { return s.value.aggregate; });
  if (aggregates && generating != nullptr) {
    return fail_at(generating->expr->at,
                   "EXPLODE in the select list of an aggregation is not "
                   "supported by the embedded engine; explode in WITH");
  }
  const bool one_row = aggregates && groups.empty() && !select.grouping_sets;
  for (const Selected& item : items) {
    if (one_row && item.value.bare && !item.value.windowed)
      return of_each_row(item.value, select.having != nullptr);
  }
  env = Env{};
  env.scope = &from.scope;
  env.aliases = &items;
  env.aliases_first = true;
  env.windows = &select.windows;
  env.sets = select.grouping_sets.has_value();
  std::string having;
  if (select.having) {
    env.aggregates = true;
    env.filters = true;
    env.groups = &groups;
    env.clause = "HAVING";
    WEIR_TRY(const Typed condition, condition_of(*select.having, env));
    if (one_row && condition.bare) return of_each_row(condition, true);
    having = condition.sql;
    env.groups = nullptr;
  }
  std::string order;
  std::string rows;
  if (query != nullptr) {
    env.aggregates = aggregates;
    env.windows = nullptr;
    env.filters = false;
    env.clause = "ORDER BY";
    WEIR_TRY(order, order_keys(query->order_by, env, select.distinct));
    for (const ExprPtr& expr : query->distribute_by) {
      WEIR_CHECK(expression(*expr, env));
    }
    WEIR_TRY(rows, limits(*query));
  }
  Bound out;
  const bool groups_equal = carries_ && select.distinct;
  out.columns = result_columns(items, top && !groups_equal);
  std::string origin;
  if (carries_) {
    out.origin = free_name(origin_column, out.columns);
    origin = ", " + (aggregates ? "max(" + origin_of(from) + ")" : origin_of(from)) + " AS " +
             quoted_identifier(out.origin);
    if (!from.sorted.empty() && !aggregates && !groups_equal && order.empty() && !top) {
      out.sorted = free_name("weir_sorted", out.columns);
      origin += ", " + from.sorted + " AS " + quoted_identifier(out.sorted);
    }
  }
  out.sql = std::string("SELECT ") + (select.distinct && !carries_ ? "DISTINCT " : "") +
            select_items(items, out.columns, top) + origin +
            (from.sql.empty() ? "" : " FROM " + from.sql) +
            (where.empty() ? "" : " WHERE " + where) +
            (select.grouping_sets ? " GROUP BY GROUPING SETS (" + sets_of(select, groups) + ")"
             : groups.empty()     ? ""
                                  : " GROUP BY " + joined(groups)) +
            (having.empty() ? "" : " HAVING " + having);
  // Of no rows, Spark makes no total either.
  if (select.grouping_sets) {
    out.sql += (having.empty() ? " HAVING " : " AND ") + std::string("count(*) > 0");
    const std::string missing = left_out(select, groups);
    if (!missing.empty()) out.sql += " AND GROUPING(" + missing + ") = 1";
  }
  const bool windowed =
      std::any_of(items.begin(), items.end(), [](const Selected& s) { return s.value.windowed; });
  out.levels = std::max(from.levels, levels_below_) + (aggregates ? 1 : 0) + (windowed ? 1 : 0) +
               (select.distinct && !carries_ ? 1 : 0) + (order.empty() || top ? 0 : 1);
  levels_below_ = levels_beside;
  out.placed = !aggregates && from.origins.size() == 1 && from.places.empty();
  put_groups(out.sql, groups);
  put_groups(order, groups);
  if (carries_) {
    const std::string ties = aggregates ? group_ties(from, groups) : from.scope.ties;
    WEIR_CHECK(put_ties(out.sql, ties, select.at));
    WEIR_CHECK(put_ties(order, ties, select.at));
  }
  if (groups_equal) out = distinct(std::move(out), top);
  if (out.levels > levels_max) {
    return fail_at(select.at, "more than " + std::to_string(levels_max) +
                                  " levels of groups and windows inside one another; use fewer");
  }
  const bool sorts = !order.empty();
  if (carries_ && !rows.empty()) {
    const bool keeps_order = !from.sorted.empty() && !aggregates && !groups_equal;
    order +=
        std::string(sorts ? ", " : "") + (keeps_order ? from.sorted + ", " : "") + limit_ties(out);
  }
  out.sql += (order.empty() ? "" : " ORDER BY " + order) + rows;
  if (carries_ && sorts && !top) number_sorted(out);
  return out;
}

Result<std::vector<Selected>> Binder::select_list(const Select& select, const Scope& scope,
                                                  const Expr* generator,
                                                  const std::vector<ScopeColumn>& generated) {
  std::vector<Selected> items;
  Env env;
  env.scope = &scope;
  env.aliases = &items;
  env.aggregates = true;
  env.windows = &select.windows;
  env.sets = select.grouping_sets.has_value();
  env.clause = "the select list";
  for (const SelectItem& item : select.items) {
    if (item.expr.get() == generator) {
      for (const ScopeColumn& column : generated) {
        items.push_back(selected_column(column, item.expr->at));
      }
      continue;
    }
    if (item.expr->kind == ExprKind::star) {
      if (!item.aliases.empty()) {
        return fail_at(item.expr->at, "* cannot have an alias; name the columns");
      }
      WEIR_CHECK(select_star(*item.expr, scope, items));
      continue;
    }
    if (item.aliases.size() > 1) {
      return fail_at(item.expr->at, "several aliases are for EXPLODE and its like only");
    }
    WEIR_TRY(Selected selected, select_item(*item.expr, env));
    selected.name =
        item.aliases.empty() ? standard_name(*item.expr, selected.value) : item.aliases[0];
    items.push_back(std::move(selected));
  }
  if (items.empty()) {
    return fail_at(select.at, "the select list is empty; there are no columns for *");
  }
  return items;
}

// An item may use the aliases of those before it, as often as it wants. Each long one is written
// once, around the item: list_transform([a], lambda s1: list_transform([b(s1)], lambda s2: ...)).
Result<Selected> Binder::select_item(const Expr& expr, Env env) {
  Selected item;
  const std::size_t outer_before = outer_references_.size();
  env.stand_ins = &item.uses;
  WEIR_TRY(item.value, expression(expr, env));
  const auto takes_none = [](const Typed& value) {
    return value.aggregate || value.windowed || value.subquery;
  };
  bool plain = takes_none(item.value);
  for (const std::size_t use : item.uses)
    plain = plain || takes_none((*env.aliases)[use].value);
  if (plain && !item.uses.empty()) {
    outer_references_.resize(outer_before);
    item.uses.clear();
    env.stand_ins = nullptr;
    WEIR_TRY(item.value, expression(expr, env));
  }
  item.body = item.value.sql;
  for (auto use = item.uses.rbegin(); use != item.uses.rend(); ++use) {
    const Selected& used = (*env.aliases)[*use];
    item.value.sql = bound_to(used.stand_in, used.body, item.value.sql);
  }
  if (item.value.sql.size() > shared_bytes) item.stand_in = fresh("weir_s");
  return item;
}

Result<void> Binder::select_star(const Expr& star, const Scope& scope, std::vector<Selected>& out) {
  bool found = false;
  for (const ScopeColumn& column : scope.columns) {
    if (column.hidden) continue;
    const bool wanted = star.parts.empty()
                            ? column.in_star
                            : star.parts.size() == 1 && same_name(column.qualifier, star.parts[0]);
    if (!wanted) continue;
    found = true;
    out.push_back(selected_column(column, star.at));
  }
  if (found) return {};
  if (star.parts.empty()) {
    return fail_at(star.at, "there are no columns for *; name a table behind FROM");
  }
  Expr path;
  path.kind = ExprKind::name;
  path.at = star.at;
  path.parts = star.parts;
  Env env;
  env.scope = &scope;
  env.clause = "the select list";
  WEIR_TRY(const Typed value, name(path, env));
  if (!value.type.is(Kind::struct_)) {
    return fail_at(star.at, "\".*\" takes a table or a struct, and " + value.name + " is " +
                                value.type.spark_name());
  }
  for (const Field& part : value.type.fields()) {
    WEIR_TRY(Typed inner, field(value, part.name, star.at));
    out.push_back({part.name, std::move(inner)});
  }
  return {};
}

Result<std::vector<std::string>> Binder::group_keys(const Select& select,
                                                    const std::vector<Selected>& items,
                                                    const Scope& scope) {
  std::vector<Typed> keys;
  const bool all = select.group_by.size() == 1 && means_all(*select.group_by[0], scope, items);
  for (const Selected& item : items) {
    if (all && !item.value.aggregate) keys.push_back(item.value);
  }
  Env env;
  env.scope = &scope;
  env.aliases = &items;
  env.clause = "GROUP BY";
  for (const ExprPtr& expr : select.group_by) {
    if (all) break;
    WEIR_TRY(Typed key, expression(*expr, env));
    if (const auto position = position_of(*expr, key)) {
      if (*position == 0 || *position > items.size()) {
        return fail_at(expr->at, "GROUP BY position " + expr->text +
                                     " is not in the select list, "
                                     "which has " +
                                     std::to_string(items.size()) + " columns");
      }
      key = items[*position - 1].value;
    }
    if (key.aggregate || key.windowed) {
      return fail_at(expr->at, "GROUP BY cannot be by an aggregate; group by the columns under it");
    }
    if (key.type.is(Kind::map)) {
      return fail_at(expr->at, "GROUP BY cannot be by a map; group by its keys or values");
    }
    keys.push_back(std::move(key));
  }
  std::vector<std::string> texts;
  texts.reserve(keys.size());
  for (const Typed& key : keys) {
    // DuckDB would take a number for a position.
    texts.push_back(key.foldable ? "CAST(" + key.sql + " AS " + key.type.duckdb_name() + ")"
                                 : key.sql);
  }
  return texts;
}

Result<std::string> Binder::order_keys(const std::vector<SortItem>& order, const Env& env,
                                       bool distinct) {
  const std::vector<Selected>& items = *env.aliases;
  std::string text;
  const auto add = [&text](const SortItem& item, const std::string& key) {
    const bool descending = item.sort == SortKind::descending;
    const bool first =
        item.nulls == NullOrder::standard ? !descending : item.nulls == NullOrder::first;
    text += (text.empty() ? "" : ", ") + key + (descending ? " DESC" : " ASC") +
            (first ? " NULLS FIRST" : " NULLS LAST");
  };
  if (order.size() == 1 && means_all(*order[0].expr, *env.scope, items)) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (items[i].value.type.is_nested()) return nested_order(order[0].expr->at, items[i].value);
      add(order[0], std::to_string(i + 1));
    }
    return text;
  }
  for (const SortItem& item : order) {
    const Expr& expr = *item.expr;
    WEIR_TRY(const Typed key, expression(expr, env));
    std::size_t position = 0;
    if (const auto written = position_of(expr, key)) {
      position = *written;
      if (position == 0 || position > items.size()) {
        return fail_at(expr.at, "ORDER BY position " + expr.text +
                                    " is not in the select list, "
                                    "which has " +
                                    std::to_string(items.size()) + " columns");
      }
    } else if (key.foldable) {
      continue;  // the same for every row
    } else {
      const auto found = std::find_if(items.begin(), items.end(), [&](const Selected& selected) {
        return selected.value.sql == key.sql;
      });
      if (found != items.end()) position = static_cast<std::size_t>(found - items.begin()) + 1;
    }
    if (key.type.is_nested()) return nested_order(expr.at, key);
    if (distinct && position == 0) {
      return fail_at(expr.at,
                     "with SELECT DISTINCT, ORDER BY is by columns of the select list only; "
                     "add this one to it");
    }
    add(item, position > 0 ? std::to_string(position) : key.sql);
  }
  return text;
}

Result<std::string> Binder::boolean(const Expr& expr, const Env& env) {
  WEIR_TRY(const Typed found, condition_of(expr, env));
  return found.sql;
}

Result<Typed> Binder::condition_of(const Expr& expr, const Env& env) {
  WEIR_TRY(Typed condition, expression(expr, env));
  if (condition.type.is(Kind::null_)) {
    WEIR_TRY(condition, cast(std::move(condition), Kind::boolean));
  }
  if (!condition.type.is(Kind::boolean)) {
    return fail_at(expr.at, std::string(env.clause) + " takes a condition, and this is " +
                                condition.type.spark_name() + "; compare it with something");
  }
  if (condition.windowed) {
    return fail_at(expr.at, "a window function cannot stand in " + std::string(env.clause) +
                                "; compute it in WITH");
  }
  return condition;
}

}  // namespace weir::dialect
