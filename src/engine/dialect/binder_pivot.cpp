// PIVOT becomes one aggregation in which each value of the pivot has a FILTER, and UNPIVOT a list
// of a row's columns that is unnested. Both have as columns what nothing in them names.

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

void add_names(const Expr& expr, std::vector<const Expr*>& names) {
  if (expr.kind == ExprKind::name) names.push_back(&expr);
  for (const ExprPtr& child : expr.children)
    add_names(*child, names);
  if (expr.filter) add_names(*expr.filter, names);
}

/// Whether a name is this column's, or one of a field in it.
bool is_named(const ScopeColumn& column, const std::vector<const Expr*>& names) {
  return std::any_of(names.begin(), names.end(), [&](const Expr* name) {
    const auto& parts = name->parts;
    return same_name(parts[0], column.name) ||
           (parts.size() > 1 && same_name(parts[0], column.qualifier) &&
            same_name(parts[1], column.name));
  });
}

/// Spark computes these in two steps, so that what no row has is NULL, even of COUNT.
bool is_plain(const Type& type) {
  return type.is_numeric() || type.is(Kind::boolean);
}

/// What Spark calls a value in the name of a column.
Result<std::string> value_name(const std::vector<Typed>& values) {
  std::string name;
  for (const Typed& value : values) {
    if (value.type.is_interval() || value.type.is_nested())
      return fail_at(value.at, "give this value of PIVOT an alias");
    // Literals show themselves, dates and timestamps with a word before them.
    std::string shown = value.text ? *value.text : value.name;
    if (const std::size_t quote = shown.find('\'');
        value.type.is_datetime() && quote != std::string::npos)
      shown = shown.substr(quote + 1, shown.size() - quote - 2);
    if (value.type.is(Kind::null_)) shown = "null";
    name += (name.empty() ? "" : ", ") + shown;
  }
  return values.size() == 1 ? name : "{" + name + "}";
}

}  // namespace

Result<Binder::PivotValue> Binder::pivot_value(const Pivot::Value& written,
                                               const std::vector<Typed>& columns) {
  if (written.parts.size() != columns.size()) {
    return fail_at(written.at, "PIVOT is by " + std::to_string(columns.size()) +
                                   " columns; give each value as many parts");
  }
  const Scope nothing;
  Env env;
  env.scope = &nothing;
  env.clause = "the values of PIVOT";
  std::vector<Typed> values;
  PivotValue out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    WEIR_TRY(Typed value, expression(*written.parts[i], env));
    values.push_back(value);
    WEIR_TRY(value, cast(std::move(value), columns[i].type));
    out.condition +=
        (i == 0 ? "" : " AND ") + columns[i].sql + " IS NOT DISTINCT FROM " + value.sql;
  }
  out.name = written.alias;
  if (out.name.empty()) {
    WEIR_TRY(out.name, value_name(values));
  }
  return out;
}

Result<Binder::Source> Binder::pivot(const From& from, const Scope* outer) {
  const Pivot& written = *from.pivot;
  WEIR_TRY(Source in, source(*from.left, outer));
  in.scope.outer = outer;
  if (carries_) in.scope.ties = ties_of(in);
  Env env;
  env.scope = &in.scope;
  env.clause = "PIVOT";
  std::vector<Typed> columns;
  std::vector<const Expr*> names;
  for (const ExprPtr& column : written.columns) {
    WEIR_TRY(Typed value, expression(*column, env));
    if (value.type.is(Kind::map)) return fail_at(column->at, "PIVOT cannot be by a map");
    columns.push_back(std::move(value));
    add_names(*column, names);
  }
  for (const SelectItem& item : written.aggregates)
    add_names(*item.expr, names);
  const std::string alias = fresh("t");
  Source out;
  out.levels = in.levels + 1;
  std::string items;
  std::string groups;
  const auto add = [&](const std::string& sql, const std::string& name,
                       const std::string& qualifier, const Type& type) {
    const std::string physical = fresh("c");
    items += (items.empty() ? "" : ", ") + sql + " AS " + physical;
    out.scope.columns.push_back({name, qualifier, type, alias + "." + physical});
  };
  for (const ScopeColumn& column : in.scope.columns) {
    if (!column.in_star || column.hidden || is_named(column, names)) continue;
    if (column.type.is(Kind::map))
      return fail_at(from.at, "PIVOT would group by the map " + column.name + "; leave it out");
    groups += (groups.empty() ? " GROUP BY " : ", ") + column.sql;
    add(column.sql, column.name, column.qualifier, column.type);
  }
  env.aggregates = true;
  for (const Pivot::Value& each : written.values) {
    WEIR_TRY(const PivotValue value, pivot_value(each, columns));
    std::vector<Typed> results;
    const std::string counted = "(" + value.condition + ")";
    env.counted = counted;
    for (const SelectItem& item : written.aggregates) {
      WEIR_TRY(Typed result, expression(*item.expr, env));
      if (!result.aggregate) return fail_at(item.expr->at, "PIVOT takes aggregate functions");
      results.push_back(std::move(result));
    }
    const bool plain = std::all_of(results.begin(), results.end(),
                                   [](const Typed& result) { return is_plain(result.type); });
    for (std::size_t i = 0; i < results.size(); ++i) {
      const auto& aliases = written.aggregates[i].aliases;
      const std::string name =
          results.size() == 1 ? value.name
                              : value.name + "_" + (aliases.empty() ? results[i].name : aliases[0]);
      const std::string sql = plain ? "CASE WHEN count(*) FILTER (WHERE " + counted +
                                          ") > 0 THEN " + results[i].sql + " END"
                                    : results[i].sql;
      add(sql, name, "", results[i].type);
    }
  }
  if (carries_) {
    const std::string origin = fresh("c");
    items += ", max(" + origin_of(in) + ") AS " + origin;
    WEIR_CHECK(put_ties(items, in.scope.ties, from.at));
    add_origin(alias, origin, false, "", out);
  }
  out.sql =
      "(SELECT " + items + (in.sql.empty() ? "" : " FROM " + in.sql) + groups + ") AS " + alias;
  return out;
}

Result<Binder::Source> Binder::unpivot(const From& from, const Scope* outer) {
  const Unpivot& written = *from.unpivot;
  WEIR_TRY(Source in, source(*from.left, outer));
  in.scope.outer = outer;
  Env env;
  env.scope = &in.scope;
  env.clause = "UNPIVOT";
  std::vector<const Expr*> names;
  std::vector<std::string> items;
  const std::size_t width = written.values.size();
  std::vector<std::vector<Typed>> columns(width);
  for (const Unpivot::Part& part : written.parts) {
    std::string name;
    for (std::size_t i = 0; i < width; ++i) {
      WEIR_TRY(Typed value, expression(*part.columns[i], env));
      name += (i == 0 ? "" : "_") + part.columns[i]->parts.back();
      columns[i].push_back(std::move(value));
      add_names(*part.columns[i], names);
    }
    items.push_back("{'n': " + quoted_string(part.alias.empty() ? name : part.alias));
  }
  Generated rows;
  const std::string made = fresh("g");
  rows.columns.push_back({written.name, Kind::string});
  rows.sql.push_back("struct_extract(#." + made + ", 'n')");
  std::string there;
  for (std::size_t i = 0; i < width; ++i) {
    WEIR_TRY(columns[i], unified(std::move(columns[i]), false, "UNPIVOT"));
    const std::string field = "v" + std::to_string(i);
    for (std::size_t k = 0; k < items.size(); ++k)
      items[k] += ", '" + field + "': " + columns[i][k].sql;
    there += (i == 0 ? "v_part." : " OR v_part.") + field + " IS NOT NULL";
    rows.columns.push_back({written.values[i], columns[i][0].type});
    rows.sql.push_back("struct_extract(#." + made + ", '" + field + "')");
  }
  std::string list;
  for (const std::string& item : items)
    list += (list.empty() ? "[" : ", ") + item + "}";
  list += "]";
  if (!written.includes_nulls) list = "list_filter(" + list + ", lambda v_part: " + there + ")";
  rows.projections.push_back("unnest(" + list + ") AS " + made);
  const std::size_t before = in.scope.columns.size();
  Source out = with_generated(in, rows, "", "");
  std::vector<ScopeColumn> kept;
  for (std::size_t i = 0; i < out.scope.columns.size(); ++i) {
    ScopeColumn& column = out.scope.columns[i];
    if (i < before && !column.hidden && is_named(in.scope.columns[i], names)) continue;
    if (!from.alias.empty()) column.qualifier = from.alias;
    kept.push_back(std::move(column));
  }
  out.scope.columns = std::move(kept);
  WEIR_CHECK(rename(from, out));
  return out;
}

}  // namespace weir::dialect
