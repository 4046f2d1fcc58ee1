// FROM is rebuilt with aliases of ours, and each column is written with its alias. Which table a
// name belongs to is decided here, by Spark's rules, and DuckDB has nothing left to resolve.

#include <algorithm>
#include <map>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

std::string_view join_word(JoinKind kind) {
  switch (kind) {
    case JoinKind::left:
      return " LEFT JOIN ";
    case JoinKind::right:
      return " RIGHT JOIN ";
    case JoinKind::full:
      return " FULL JOIN ";
    case JoinKind::semi:
      return " SEMI JOIN ";
    case JoinKind::anti:
      return " ANTI JOIN ";
    default:
      return " JOIN ";
  }
}

std::string column_ref(const std::string& table, const std::string& column) {
  return table + "." + quoted_identifier(column);
}

std::vector<const ScopeColumn*> named(const Scope& scope, std::string_view name) {
  std::vector<const ScopeColumn*> found;
  for (const ScopeColumn& column : scope.columns) {
    if (column.in_star && same_name(column.name, name)) found.push_back(&column);
  }
  return found;
}

Typed typed_column(const ScopeColumn& column, Position at) {
  Typed value;
  value.sql = column.sql;
  value.type = column.type;
  value.name = column.name;
  value.at = at;
  return value;
}

std::vector<std::string> common_names(const Scope& left, const Scope& right) {
  std::vector<std::string> names;
  for (const ScopeColumn& column : left.columns) {
    if (column.in_star && !named(right, column.name).empty()) names.push_back(column.name);
  }
  return names;
}

}  // namespace

Result<Binder::Source> Binder::source(const From& from, const Scope* outer) {
  switch (from.kind) {
    case From::Kind::table:
      return table(from);
    case From::Kind::subquery:
      return derived(from, outer);
    case From::Kind::values:
      return values(from);
    case From::Kind::join:
      return join(from, outer);
    case From::Kind::function:
      return function(from);
    case From::Kind::pivot:
      return pivot(from, outer);
    case From::Kind::unpivot:
      return unpivot(from, outer);
  }
  return table(from);
}

Result<Binder::Source> Binder::table(const From& from) {
  Source source;
  const std::string alias = fresh("t");
  const std::string& last = from.parts.back();
  const std::string qualifier = from.alias.empty() ? last : from.alias;
  if (from.parts.size() == 1) {
    const auto cte = std::find_if(tables_.rbegin(), tables_.rend(),
                                  [&](const Table& table) { return same_name(table.name, last); });
    if (cte != tables_.rend()) {
      source.sql = cte->physical + " AS " + alias;
      for (const ResultColumn& column : cte->columns) {
        source.scope.columns.push_back(
            {column.name, qualifier, column.type, column_ref(alias, column.physical)});
      }
      add_origin(alias, cte->origin, cte->placed, cte->sorted, source);
      source.levels = cte->levels;
      WEIR_CHECK(rename(from, source));
      return source;
    }
    for (const auto& [tag, type] : relations_) {
      if (!same_name(tag, last)) continue;
      source.sql = quoted_identifier(tag) + " AS " + alias;
      for (const Field& field : type.fields()) {
        source.scope.columns.push_back(
            {field.name, qualifier, field.type, column_ref(alias, field.name)});
      }
      WEIR_CHECK(rename(from, source));
      add_hidden(type, alias, qualifier, source);
      return source;
    }
  }
  std::vector<std::string> known;
  for (const auto& [tag, type] : relations_) {
    known.push_back(tag);
  }
  std::string name;
  for (const std::string& part : from.parts) {
    name += (name.empty() ? "" : ".") + part;
  }
  return fail_at(from.at, "there is no table " + name + " here; the tables are: " + listed(known));
}

Result<Binder::Source> Binder::derived(const From& from, const Scope* outer) {
  WEIR_TRY(const Bound inner, query(*from.query, false, outer));
  Source source;
  const std::string alias = fresh("t");
  source.sql = "(" + inner.sql + ") AS " + alias;
  for (const ResultColumn& column : inner.columns) {
    source.scope.columns.push_back(
        {column.name, from.alias, column.type, column_ref(alias, column.physical)});
  }
  add_origin(alias, inner.origin, inner.placed, inner.sorted, source);
  source.levels = inner.levels;
  WEIR_CHECK(rename(from, source));
  return source;
}

Result<void> Binder::rename(const From& from, Source& source) {
  if (from.columns.empty()) return {};
  if (from.columns.size() != source.scope.columns.size()) {
    return fail_at(from.at, "the alias " + from.alias + " names " +
                                std::to_string(from.columns.size()) + " columns of " +
                                std::to_string(source.scope.columns.size()) + "; name them all");
  }
  for (std::size_t i = 0; i < from.columns.size(); ++i) {
    source.scope.columns[i].name = from.columns[i];
  }
  return {};
}

Result<Binder::Source> Binder::values(const From& from) {
  const std::size_t width = from.rows[0].size();
  std::vector<std::vector<Typed>> columns(width);
  const Scope nothing;
  Env env;
  env.scope = &nothing;
  env.clause = "VALUES";
  for (const auto& row : from.rows) {
    if (row.size() != width) {
      return fail_at(row[0]->at, "the rows of VALUES are not equally long; give each " +
                                     std::to_string(width) + " values");
    }
    for (std::size_t i = 0; i < width; ++i) {
      WEIR_TRY(Typed cell, expression(*row[i], env));
      columns[i].push_back(std::move(cell));
    }
  }
  const std::string alias = fresh("t");
  Source source;
  for (std::size_t i = 0; i < width; ++i) {
    WEIR_TRY(columns[i], unified(std::move(columns[i]), true, "a column of VALUES"));
    const std::string name = "col" + std::to_string(i + 1);
    source.scope.columns.push_back({name, from.alias, columns[i][0].type, column_ref(alias, name)});
  }
  std::string rows;
  for (std::size_t r = 0; r < from.rows.size(); ++r) {
    rows += r == 0 ? "(" : ", (";
    for (std::size_t i = 0; i < width; ++i) {
      rows += (i == 0 ? "CAST(" : ", CAST(") + columns[i][r].sql + " AS " +
              columns[i][r].type.duckdb_name() + ")";
    }
    if (carries_) rows += ", " + std::to_string(r);
    rows += ")";
  }
  std::string names;
  for (std::size_t i = 0; i < width; ++i) {
    names += (i == 0 ? "" : ", ") + quoted_identifier("col" + std::to_string(i + 1));
  }
  if (carries_) names += ", place";
  source.sql = "(VALUES " + rows + ") AS " + alias + "(" + names + ")";
  if (carries_) source.sorted = alias + ".place";
  WEIR_CHECK(rename(from, source));
  return source;
}

Result<Binder::Source> Binder::join(const From& from, const Scope* outer) {
  const std::size_t named_before = outer_references_.size();
  WEIR_TRY(Source left, source(*from.left, outer));
  // RANGE and its like see no table.
  const bool sees =
      from.right->kind != From::Kind::function || is_generator(from.right->call->text);
  if (from.right->lateral && sees) {
    left.scope.outer = outer;
    return lateral_join(from, std::move(left));
  }
  WEIR_TRY(Source right, source(*from.right, outer));
  const bool nested = from.right->kind == From::Kind::join;
  const std::string right_sql = nested ? "(" + right.sql + ")" : right.sql;
  Source joined;
  joined.scope.columns = left.scope.columns;
  joined.scope.columns.insert(joined.scope.columns.end(), right.scope.columns.begin(),
                              right.scope.columns.end());
  const bool left_only = from.join == JoinKind::semi || from.join == JoinKind::anti;
  joined.origins = left.origins;
  joined.levels = std::max(left.levels, right.levels);
  joined.places = left.places;
  if (!left.sorted.empty()) joined.places.push_back(left.sorted);
  if (!left_only) {
    if (!right.sorted.empty()) joined.places.push_back(right.sorted);
    joined.origins.insert(joined.origins.end(), right.origins.begin(), right.origins.end());
    joined.places.insert(joined.places.end(), right.places.begin(), right.places.end());
  }
  const bool bare = !from.on && from.using_.empty() && !from.natural;
  if (bare && (from.join == JoinKind::cross || from.join == JoinKind::inner)) {
    joined.sql = left.sql + " CROSS JOIN " + right_sql;
    return joined;
  }
  WEIR_TRY(const std::string condition, join_condition(from, left, right, joined.scope));
  if (left_only && outer_references_.size() > named_before) {
    return fail_at(from.at,
                   "a SEMI or ANTI JOIN of what names the query around it is not supported "
                   "by the embedded engine; use EXISTS");
  }
  joined.sql = left.sql + std::string(join_word(from.join)) + right_sql + " ON " + condition;
  if (left_only) joined.scope = left.scope;
  return joined;
}

// What stands behind LATERAL sees the tables before it.
Result<Binder::Source> Binder::lateral_join(const From& from, Source left) {
  const From& right = *from.right;
  const bool keeps = from.join == JoinKind::left;
  if ((!keeps && from.join != JoinKind::cross && from.join != JoinKind::inner) ||
      !from.using_.empty() || from.natural) {
    return fail_at(from.at, "LATERAL stands behind a comma, CROSS JOIN, INNER JOIN or LEFT JOIN");
  }
  if (right.kind == From::Kind::function) {
    if (from.on) {
      return fail_at(from.on->at,
                     "ON behind a LATERAL function is not supported by the embedded "
                     "engine; use WHERE");
    }
    Env env;
    env.scope = &left.scope;
    env.clause = "LATERAL";
    if (keeps) {  // Spark 3.5 drops the rows that should be kept
      return fail_at(from.at,
                     "LEFT JOIN LATERAL with a function is not supported by the embedded "
                     "engine; use LATERAL VIEW OUTER");
    }
    WEIR_TRY(const Generated rows, generator(*right.call, env, false, right.columns));
    return with_generated(left, rows, right.alias, "");
  }
  if (right.kind != From::Kind::subquery)
    return fail_at(right.at, "LATERAL takes a subquery or a function that makes rows");
  const Source before = left;
  WEIR_TRY(Source sub, derived(right, &before.scope));
  left.levels = std::max(left.levels, sub.levels);
  left.scope.columns.insert(left.scope.columns.end(), sub.scope.columns.begin(),
                            sub.scope.columns.end());
  left.origins.insert(left.origins.end(), sub.origins.begin(), sub.origins.end());
  if (!left.sorted.empty()) left.places.push_back(std::exchange(left.sorted, {}));
  if (!sub.sorted.empty()) left.places.push_back(sub.sorted);
  left.places.insert(left.places.end(), sub.places.begin(), sub.places.end());
  std::string condition = "true";
  if (from.on) {
    Env env;
    env.scope = &left.scope;
    env.clause = "the condition of a JOIN";
    WEIR_TRY(condition, boolean(*from.on, env));
  }
  left.sql +=
      std::string(keeps ? " LEFT JOIN LATERAL " : " JOIN LATERAL ") + sub.sql + " ON " + condition;
  return left;
}

// A function in the place of a table.
Result<Binder::Source> Binder::function(const From& from) {
  const Expr& call = *from.call;
  if (call.text == "range") return rows_of_range(from);
  if (!is_generator(call.text)) {
    return fail_at(from.at, "the table function " + call.text +
                                " is not supported by the embedded engine; use RANGE, EXPLODE, "
                                "INLINE, STACK or a subquery");
  }
  const Source nothing;
  Env env;
  env.scope = &nothing.scope;
  env.clause = "FROM";
  WEIR_TRY(const Generated rows, generator(call, env, false, from.columns));
  return with_generated(nothing, rows, from.alias, "");
}

Result<Binder::Source> Binder::rows_of_range(const From& from) {
  const Expr& call = *from.call;
  if (call.children.empty() || call.children.size() > 4)
    return fail_at(from.at, "RANGE takes an end, or a start, an end and a step");
  const Scope nothing;
  Env env;
  env.scope = &nothing;
  env.clause = "RANGE";
  std::string bounds;
  for (std::size_t i = 0; i < std::min<std::size_t>(call.children.size(), 3); ++i) {
    WEIR_TRY(Typed bound, expression(*call.children[i], env));
    WEIR_TRY(bound, implicit_cast(Call{"range", bound.at, {}, nullptr}, bound, Kind::long_));
    bounds += (i == 0 ? "" : ", ") + bound.sql;
  }
  const std::string alias = fresh("t");
  Source source;
  source.sql = "range(" + bounds + ") AS " + alias + "(id)";
  source.scope.columns.push_back({"id", from.alias, Kind::long_, column_ref(alias, "id")});
  if (carries_) source.sorted = alias + ".id";
  WEIR_CHECK(rename(from, source));
  return source;
}

Result<std::string> Binder::join_condition(const From& from, const Source& left,
                                           const Source& right, Scope& merged) {
  if (from.on) {
    Env env;
    env.scope = &merged;
    env.clause = "the condition of a JOIN";
    return boolean(*from.on, env);
  }
  const std::vector<std::string> names =
      from.natural ? common_names(left.scope, right.scope) : from.using_;
  if (names.empty()) return std::string("true");
  return join_using(from, names, left, right, merged);
}

// The joined columns come first and once; the other side's need their qualifier.
Result<std::string> Binder::join_using(const From& from, const std::vector<std::string>& names,
                                       const Source& left, const Source& right, Scope& merged) {
  std::string condition;
  std::vector<ScopeColumn> first;
  std::vector<ScopeColumn> hidden;
  std::vector<ScopeColumn> rest = merged.columns;
  for (const std::string& name : names) {
    const auto a = named(left.scope, name);
    const auto b = named(right.scope, name);
    if (a.size() != 1 || b.size() != 1) {
      return fail_at(from.at, "USING names " + name + ", which is not in each table once");
    }
    WEIR_TRY(const Typed same,
             compare("=", typed_column(*a[0], from.at), typed_column(*b[0], from.at)));
    condition += (condition.empty() ? "" : " AND ") + same.sql;
    ScopeColumn kept = from.join == JoinKind::right ? *b[0] : *a[0];
    ScopeColumn other = from.join == JoinKind::right ? *a[0] : *b[0];
    rest.erase(std::remove_if(rest.begin(), rest.end(),
                              [&](const ScopeColumn& column) {
                                return column.sql == kept.sql || column.sql == other.sql;
                              }),
               rest.end());
    if (from.join == JoinKind::full) {
      std::vector<Typed> both{typed_column(kept, from.at), typed_column(other, from.at)};
      WEIR_TRY(both, unified(std::move(both), true, "the column " + name + " of USING"));
      ScopeColumn whole = kept;
      whole.qualifier.clear();
      whole.type = both[0].type;
      whole.sql = "coalesce(" + both[0].sql + ", " + both[1].sql + ")";
      first.push_back(std::move(whole));
      kept.in_star = false;
      hidden.push_back(std::move(kept));
    } else {
      first.push_back(std::move(kept));
    }
    other.in_star = false;
    hidden.push_back(std::move(other));
  }
  merged.columns = std::move(hidden);
  merged.columns.insert(merged.columns.end(), first.begin(), first.end());
  merged.columns.insert(merged.columns.end(), rest.begin(), rest.end());
  return condition;
}

Result<Binder::Source> Binder::lateral_view(const LateralView& view, const Source& from) {
  const Expr& call = *view.generator;
  if (!is_generator(call.text)) {
    return fail_at(view.at, "LATERAL VIEW takes EXPLODE, POSEXPLODE or INLINE, not " + call.text);
  }
  Env env;
  env.scope = &from.scope;
  env.clause = "LATERAL VIEW";
  WEIR_TRY(const Generated generated, generator(call, env, view.outer, view.columns));
  return with_generated(from, generated, view.alias, "");
}

Result<Binder::Generated> Binder::generator(const Expr& call, const Env& env, bool outer,
                                            const std::vector<std::string>& aliases) {
  if (call.filter || call.window || call.distinct) {
    return fail_at(
        call.at, "the function " + call.text + " makes rows and takes no DISTINCT, FILTER or OVER");
  }
  WEIR_TRY(Generated out, call.text == "stack"        ? stacked(call, env)
                          : call.text == "json_tuple" ? json_fields(call, env)
                                                      : generated(call, env, outer));
  if (!aliases.empty() && aliases.size() != out.columns.size()) {
    return fail_at(call.at, "the function " + call.text + " makes " +
                                std::to_string(out.columns.size()) + " columns, not " +
                                std::to_string(aliases.size()) + "; name each of them");
  }
  for (std::size_t i = 0; i < aliases.size(); ++i) {
    out.columns[i].name = aliases[i];
  }
  return out;
}

// STACK(n, a, b, ...): the values in n rows, NULL where they end.
Result<Binder::Generated> Binder::stacked(const Expr& call, const Env& env) {
  WEIR_TRY(const std::vector<Typed> values, arguments(call, env));
  if (values.size() < 2 || !values[0].number || *values[0].number < 1 ||
      *values[0].number > static_cast<std::int64_t>(values.size() - 1)) {
    return fail_at(call.at,
                   "STACK takes the number of rows, written as a number, and values for "
                   "all of them");
  }
  const auto rows = static_cast<std::size_t>(*values[0].number);
  const std::size_t width = (values.size() - 1 + rows - 1) / rows;
  std::vector<std::string> items(rows);
  Generated out;
  const std::string name = fresh("g");
  for (std::size_t column = 0; column < width; ++column) {
    std::vector<Typed> cells;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::size_t place = 1 + row * width + column;
      Typed none;
      none.sql = "NULL";
      cells.push_back(place < values.size() ? values[place] : none);
    }
    WEIR_TRY(cells, unified(std::move(cells), false, "a column of STACK"));
    const std::string field = "col" + std::to_string(column);
    for (std::size_t row = 0; row < rows; ++row) {
      items[row] += (column == 0 ? "'" : ", '") + field + "': CAST(" + cells[row].sql + " AS " +
                    cells[row].type.duckdb_name() + ")";
    }
    out.columns.push_back({field, cells[0].type});
    out.sql.push_back("struct_extract(#." + name + ", '" + field + "')");
  }
  std::string list;
  for (const std::string& item : items)
    list += (list.empty() ? "{" : ", {") + item + "}";
  out.projections.push_back("unnest([" + list + "]) AS " + name);
  return out;
}

// JSON_TUPLE(text, 'a', 'b'): one row of the fields' texts.
Result<Binder::Generated> Binder::json_fields(const Expr& call, const Env& env) {
  WEIR_TRY(std::vector<Typed> values, arguments(call, env));
  if (values.size() < 2)
    return fail_at(call.at, "JSON_TUPLE takes a text of JSON and the names of fields");
  const Call named{"json_tuple", call.at, {}, nullptr};
  std::string names;
  Generated out;
  const std::string name = fresh("g");
  for (std::size_t i = 0; i < values.size(); ++i) {
    WEIR_TRY(values[i], implicit_cast(named, std::move(values[i]), Kind::string));
    if (i == 0) continue;
    names += (i == 1 ? "" : ", ") + values[i].sql;
    out.columns.push_back({"c" + std::to_string(i - 1), Kind::string});
    out.sql.push_back("list_extract(#." + name + ", " + std::to_string(i) + ")");
  }
  out.projections.push_back("spark_json_tuple(" + values[0].sql + ", [" + names + "]) AS " + name);
  return out;
}

Result<Binder::Generated> Binder::generated(const Expr& call, const Env& env, bool outer) {
  if (call.children.size() != 1) {
    return fail_at(call.at, "the function " + call.text + " takes one array or map");
  }
  WEIR_TRY(const Typed value, expression(*call.children[0], env));
  if (value.aggregate || value.windowed) {
    return fail_at(call.at, "an aggregate or window function inside " + call.text +
                                " is not supported by the embedded engine; compute it in WITH");
  }
  const bool keeps = outer || call.text.ends_with("_outer");
  const bool positions = call.text.starts_with("pos");
  const bool inlines = call.text.starts_with("inline");
  const bool map = value.type.is(Kind::map) && !inlines;
  const bool structs = value.type.is(Kind::array) && value.type.element().is(Kind::struct_);
  if (!(inlines ? structs : map || value.type.is(Kind::array))) {
    return fail_at(call.at, "the function " + call.text + " takes " +
                                (inlines ? "an array of structs" : "an array or a map") + ", not " +
                                value.type.spark_name());
  }
  const std::string list = map ? "map_entries(" + value.sql + ")" : value.sql;
  Generated out;
  if (positions) {
    const std::string name = fresh("g");
    out.projections.push_back((keeps ? "unnest(spark_outer_positions(" + list + "))"
                                     : "unnest(range(CAST(len(" + list + ") AS BIGINT)))") +
                              " AS " + name);
    out.columns.push_back({"pos", Kind::int_});
    out.sql.push_back("CAST(#." + name + " AS INTEGER)");
  }
  const std::string name = fresh("g");
  out.projections.push_back("unnest(" + (keeps ? "spark_outer(" + list + ")" : list) + ") AS " +
                            name);
  if (map) {
    out.columns.push_back({"key", value.type.key()});
    out.columns.push_back({"value", value.type.value()});
    out.sql.push_back("struct_extract(#." + name + ", 'key')");
    out.sql.push_back("struct_extract(#." + name + ", 'value')");
  } else if (inlines) {
    for (const Field& field : value.type.element().fields()) {
      out.columns.push_back(field);
      out.sql.push_back("struct_extract(#." + name + ", " + quoted_string(field.name) + ")");
    }
  } else {
    out.columns.push_back({"col", value.type.element()});
    out.sql.push_back("#." + name);
  }
  return out;
}

// The source's rows under new names, each with the rows that the function makes of it. DuckDB drops
// columns that are not used.
Binder::Source Binder::with_generated(const Source& source, const Generated& generated,
                                      const std::string& qualifier, const std::string& where) {
  const std::string alias = fresh("t");
  Source out;
  out.scope.outer = source.scope.outer;
  out.levels = source.levels;
  std::string items;
  std::map<std::string, std::string> moved;  // SQL of the columns here and there
  for (const ScopeColumn& column : source.scope.columns) {
    const std::string name = fresh("c");
    items += column.sql + " AS " + name + ", ";
    ScopeColumn column_there = column;
    column_there.sql = alias + "." + name;
    if (carries_) moved[column.sql] = column_there.sql;
    out.scope.columns.push_back(std::move(column_there));
  }
  for (const std::string& origin : source.origins) {
    const std::string name = fresh("c");
    items += origin + " AS " + name + ", ";
    out.origins.push_back(alias + "." + name);
  }
  if (!source.sorted.empty()) {
    const std::string name = fresh("c");
    items += source.sorted + " AS " + name + ", ";
    out.sorted = alias + "." + name;
  }
  for (const std::string& place : source.places) {
    if (const auto found = moved.find(place); found != moved.end())
      out.places.push_back(found->second);
  }
  for (std::size_t i = 0; i < generated.projections.size(); ++i) {
    items += (i == 0 ? "" : ", ") + generated.projections[i];
  }
  for (std::size_t i = 0; i < generated.columns.size(); ++i) {
    std::string sql = generated.sql[i];
    sql.replace(sql.find('#'), 1, alias);
    if (carries_) out.places.push_back(sql);
    out.scope.columns.push_back(
        {generated.columns[i].name, qualifier, generated.columns[i].type, std::move(sql)});
  }
  out.sql = "(SELECT " + items + (source.sql.empty() ? "" : " FROM " + source.sql) +
            (where.empty() ? "" : " WHERE " + where) + ") AS " + alias;
  return out;
}

}  // namespace weir::dialect
