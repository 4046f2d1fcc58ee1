// Origins travel as one more column of each query, because a row must keep its own whatever the
// engine's threads do with the order of rows. Where rows become one (DISTINCT, UNION, INTERSECT,
// EXCEPT) DuckDB's own operators would tell them apart by that column, so these are written as
// GROUP BY with the greatest origin, as joins on all other columns, or both.

#include <algorithm>
#include <utility>

#include "engine/dialect/binder.hpp"

namespace weir::dialect {

namespace {

constexpr std::string_view no_origin = "CAST(NULL AS UHUGEINT)";
constexpr std::string_view side_column = "weir_left";  // whether a row is of the left side

std::string column_ref(const std::string& table, const std::string& column) {
  return table + "." + quoted_identifier(column);
}

std::string as(const std::string& name) {
  return " AS " + quoted_identifier(name);
}

// EXCEPT ALL takes a row of the left side away for each of the right, those of the least origins.
// Window functions would say this too, but DuckDB plans many of them inside one another for hours.
std::string left_over(const std::string& origin, const std::string& is_left) {
  return "unnest(list_sort(list(" + origin + ") FILTER (WHERE " + is_left +
         "), 'ASC', 'NULLS FIRST')[1 + count(*) FILTER (WHERE NOT " + is_left + "):])";
}

// INTERSECT ALL has a row for each pair of one of the left side and one of the right, from the
// greatest origins down.
std::string in_pairs(const std::string& origin, const std::string& is_left) {
  const auto sorted = [&](const std::string& side) {
    return "list_sort(list(" + origin + ") FILTER (WHERE " + side + "), 'DESC', 'NULLS LAST')";
  };
  return "unnest(list_transform(list_zip(" + sorted(is_left) + ", " + sorted("NOT " + is_left) +
         ", true), lambda v_pair: greatest(v_pair[1], v_pair[2])))";
}

}  // namespace

std::string hidden_name(Hidden column, const std::vector<std::string>& others) {
  std::string name;
  switch (column) {
    case Hidden::origin:
      name = "weir_origin";
      break;
    case Hidden::file:
      name = "weir_file";
      break;
    case Hidden::row:
      name = "weir_row";
      break;
    case Hidden::received_at:
      name = "weir_received_at";
      break;
    case Hidden::request_id:
      name = "weir_request_id";
      break;
  }
  const auto taken = [&] {
    return std::any_of(others.begin(), others.end(),
                       [&](const std::string& other) { return same_name(other, name); });
  };
  while (taken())
    name += '_';
  return name;
}

std::string Binder::free_name(std::string_view wanted, const std::vector<ResultColumn>& columns) {
  std::string name(wanted);
  const auto taken = [&] {
    return std::any_of(columns.begin(), columns.end(), [&](const ResultColumn& column) {
      return same_name(column.physical, name);
    });
  };
  while (taken())
    name += '_';
  return name;
}

// Of one row; greatest() leaves NULLs out, as of the side of an outer join that found no match.
std::string Binder::origin_of(const Source& source) {
  if (source.origins.empty()) return std::string(no_origin);
  if (source.origins.size() == 1) return source.origins[0];
  std::string all;
  for (const std::string& origin : source.origins)
    all += (all.empty() ? "" : ", ") + origin;
  return "greatest(" + all + ")";
}

// What orders the rows of a SELECT where its query does not: their origins, and behind those what
// tells rows of the same origins apart, so that rows that are left equal are equal in all.
std::string Binder::ties_of(const Source& source) {
  std::string all = (source.sorted.empty() ? "" : source.sorted + ", ") + origin_of(source);
  if (source.origins.size() > 1) {
    for (const std::string& origin : source.origins)
      all += ", " + origin;
  }
  for (const std::string& place : source.places)
    all += ", " + place;
  return all;
}

// The same of the groups of rows.
std::string Binder::group_ties(const Source& source, const std::vector<std::string>& groups) {
  std::string all = "max(" + origin_of(source) + ")";
  if (source.origins.size() == 1 && source.places.empty()) return all;  // no record is in two
  for (const std::string& group : groups)
    all += ", " + group;
  return all;
}

// Behind the keys of ORDER BY, as positions in the select list.
std::string Binder::limit_ties(const Bound& bound) {
  std::string all = std::to_string(bound.columns.size() + 1);
  for (std::size_t i = 0; !bound.placed && i < bound.columns.size(); ++i)
    all += ", " + std::to_string(i + 1);
  return all;
}

Result<void> Binder::put_ties(std::string& sql, const std::string& ties, Position at) {
  std::string out;
  std::size_t done = 0;
  for (std::size_t mark = sql.find(ties_mark); mark != std::string::npos;
       mark = sql.find(ties_mark, done)) {
    out.append(sql, done, mark - done).append(ties);
    done = mark + ties_mark.size();
    if (out.size() > query_bytes_max) {
      return fail_at(at, "the windows have too many columns below them; select fewer in WITH");
    }
  }
  if (done == 0) return {};
  sql = out.append(sql, done);
  return {};
}

// Behind FROM stands a query whose origins are in this column.
void Binder::add_origin(const std::string& alias, const std::string& origin, bool placed,
                        const std::string& sorted, Source& source) const {
  if (!carries_) return;
  source.origins.push_back(column_ref(alias, origin));
  if (!sorted.empty()) source.sorted = column_ref(alias, sorted);
  if (placed) return;
  for (const ScopeColumn& column : source.scope.columns)
    source.places.push_back(column.sql);
}

// The order of a sorted sub-query decides before origins do. DuckDB prunes the number where nothing
// asks for it.
void Binder::number_sorted(Bound& bound) {
  bound.sorted = free_name("weir_sorted", bound.columns);
  bound.sql = "SELECT *, row_number() OVER ()" + as(bound.sorted) + " FROM (" + bound.sql +
              ") AS " + fresh("t");
}

// A table's hidden columns; a column of its data with such a name is the one that a query means.
void Binder::add_hidden(const Type& relation, const std::string& alias,
                        const std::string& qualifier, Source& source) {
  std::vector<std::string> names;
  for (const Field& field : relation.fields())
    names.push_back(field.name);
  if (carries_) {
    source.origins.push_back(column_ref(alias, hidden_name(Hidden::origin, names)));
  }
  for (const HiddenColumn& column : readable_hidden) {
    if (hidden_.count(column.column) == 0 || field_index(relation.fields(), column.name) != -1)
      continue;
    source.scope.columns.push_back({std::string(column.name), qualifier, column.type,
                                    column_ref(alias, hidden_name(column.column, names)), false,
                                    true});
  }
}

// What is read in an expression's sub-query has no part in the origin of the row outside.
Result<Bound> Binder::subquery(const Query& query, const Scope* outer) {
  const bool carries = std::exchange(carries_, false);
  auto bound = this->query(query, false, outer);
  carries_ = carries;
  if (bound) levels_below_ = std::max(levels_below_, bound->levels);
  return bound;
}

// One row for each kind of equal rows, or as many as `origin` unnests. `rows` is the text behind
// FROM, called `alias`; the result's columns are its.
Bound Binder::grouped(const std::string& alias, Bound rows, const std::string& origin, bool top) {
  std::string items;
  std::string keys;
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    ResultColumn& column = rows.columns[i];
    const std::string value = column_ref(alias, column.physical);
    if (top) column.physical = column.name;
    items += value + as(column.physical) + ", ";
    keys += (i == 0 ? "" : ", ") + std::to_string(i + 1);
  }
  rows.origin = free_name(origin_column, rows.columns);
  rows.sql = "SELECT " + items + origin + as(rows.origin) + " FROM (" + rows.sql + ") AS " + alias +
             " GROUP BY " + keys;
  rows.distinct = true;
  rows.placed = false;
  rows.sorted.clear();
  ++rows.levels;
  return rows;
}

Bound Binder::distinct(Bound rows, bool top) {
  const std::string alias = fresh("t");
  const std::string origin = "max(" + column_ref(alias, rows.origin) + ")";
  return grouped(alias, std::move(rows), origin, top);
}

// `columns`: of the result, under names that differ.
Result<Bound> Binder::set_with_origins(const Term& term, bool all, Bound left, Bound right,
                                       std::vector<ResultColumn> columns, bool top) {
  const std::string origin = free_name(origin_column, columns);
  const std::string side = free_name(side_column, columns);
  const bool is_union = term.op == SetOp::union_;
  const bool except = term.op == SetOp::except;
  const bool marked = all && !is_union;
  if (is_union && all && top) {
    for (ResultColumn& column : columns)
      column.physical = column.name;
  }
  const auto cast = [&](Bound from, Position at, const std::string& mark) -> Result<Bound> {
    const bool same = std::equal(columns.begin(), columns.end(), from.columns.begin(),
                                 [](const auto& a, const auto& b) { return a.type == b.type; });
    Bound out{"", columns, origin, from.levels};
    out.distinct = from.distinct && same;
    WEIR_TRY(out.sql, branch(std::move(from), columns, at,
                             as(origin) + (marked ? ", " + mark + as(side) : "")));
    return out;
  };
  WEIR_TRY(Bound first, cast(std::move(left), term.left->at, "true"));
  WEIR_TRY(Bound second, cast(std::move(right), term.right->at, "false"));
  if (!is_union && !all) return joined_sets(std::move(first), std::move(second), except, top);
  Bound both{"(" + first.sql + ") UNION ALL (" + second.sql + ")", std::move(columns), origin,
             std::max(first.levels, second.levels)};
  if (!is_union) {
    const std::string alias = fresh("t");
    const std::string of_row = column_ref(alias, origin);
    const std::string is_left = column_ref(alias, side);
    const std::string of_rows = except ? left_over(of_row, is_left) : in_pairs(of_row, is_left);
    both = grouped(alias, std::move(both), of_rows, top);
    both.distinct = false;
    return both;
  }
  return all ? both : distinct(std::move(both), top);
}

// EXCEPT and INTERSECT. Sides that have no equal rows are left as they are: so of a long chain only
// the first is grouped.
Bound Binder::joined_sets(Bound left, Bound right, bool except, bool top) {
  if (!left.distinct) left = distinct(std::move(left), false);
  if (!except && !right.distinct) right = distinct(std::move(right), false);
  const std::string a = fresh("t");
  const std::string b = fresh("t");
  std::string items;
  std::string equal;
  for (ResultColumn& column : left.columns) {
    const std::string value = column_ref(a, column.physical);
    equal += (equal.empty() ? "" : " AND ") + value + " IS NOT DISTINCT FROM " +
             column_ref(b, column.physical);
    if (top) column.physical = column.name;
    items += value + as(column.physical) + ", ";
  }
  const std::string of_left = column_ref(a, left.origin);
  const std::string origin =
      except ? of_left : "greatest(" + of_left + ", " + column_ref(b, right.origin) + ")";
  left.origin = free_name(origin_column, left.columns);
  left.sql = "SELECT " + items + origin + as(left.origin) + " FROM (" + left.sql + ") AS " + a +
             (except ? " ANTI JOIN (" : " JOIN (") + right.sql + ") AS " + b + " ON " + equal;
  left.levels = std::max(left.levels, right.levels);
  return left;
}

}  // namespace weir::dialect
