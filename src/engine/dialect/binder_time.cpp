// WINDOW and SESSION_WINDOW are columns that a SELECT adds to its rows before it groups them: a row
// has one for each window that it is in, and one without a time has none. So both are found in the
// tree first, put into the source, and read from there under a name that no query can write.

#include <algorithm>

#include "engine/dialect/binder.hpp"
#include "engine/dialect/cast.hpp"
#include "engine/dialect/operators.hpp"
#include "engine/dialect/parser.hpp"

namespace weir::dialect {

namespace {

constexpr std::string_view window_word = "window";
constexpr std::string_view session_word = "session_window";

void find_calls(const Expr* expr, std::vector<const Expr*>& found) {
  if (expr == nullptr) return;
  if (is_time_window(*expr)) found.push_back(expr);
  for (const ExprPtr& child : expr->children)
    find_calls(child.get(), found);
  find_calls(expr->filter.get(), found);
}

/// The window that begins at a microsecond.
std::string start_and_end(const std::string& start, const std::string& length) {
  return "struct_pack(start := make_timestamp(" + start + "), \"end\" := make_timestamp(" + start +
         " + " + length + "))";
}

Type window_type(const Type& moment) {
  return Type::structure({{"start", moment}, {"end", moment}});
}

}  // namespace

bool is_time_window(const Expr& expr) {
  return expr.kind == ExprKind::call && (expr.text == window_word || expr.text == session_word);
}

// Microseconds of a duration that is written as a text.
Result<std::int64_t> Binder::duration(const Expr& expr, std::string_view function) {
  const auto wrong = [&] {
    return fail_at(expr.at, "the durations of " + std::string(function) +
                                " are texts such as '5 minutes', of weeks or smaller units");
  };
  if (expr.kind != ExprKind::string) return wrong();
  const auto parsed = parse_interval(expr.text);
  if (!parsed) return wrong();
  const auto length = interval(**parsed);
  if (!length || !length->type.is(Kind::day_time)) return wrong();
  return *length->interval;
}

/// The moment that a window is of: of another window its last one.
Result<Typed> Binder::moment_of_window(const Expr& call, const Env& env) {
  WEIR_TRY(Typed moment, expression(*call.children[0], env));
  if (moment.type.is(Kind::struct_) && moment.type.fields().size() == 2 &&
      moment.type.fields()[1].name == "end") {
    const Type type = moment.type.fields()[1].type;
    return made_of(moment, type,
                   "make_timestamp(epoch_us(struct_extract(" + moment.sql + ", 'end')) - 1)",
                   moment.name);
  }
  if (moment.type.is(Kind::timestamp_ntz)) return moment;
  return implicit_cast(Call{call.text, call.at, {}, nullptr}, std::move(moment), Kind::timestamp);
}

Result<Binder::Source> Binder::with_time_window(const Select& select, Source from,
                                                std::string& where) {
  std::vector<const Expr*> calls;
  for (const SelectItem& item : select.items)
    find_calls(item.expr.get(), calls);
  for (const ExprPtr& key : select.group_by)
    find_calls(key.get(), calls);
  find_calls(select.having.get(), calls);
  if (calls.empty()) return from;
  const Expr& call = *calls[0];
  Env env;
  env.scope = &from.scope;
  env.clause = "a window of time";
  const bool session = call.text == session_word;
  const std::size_t most = session ? 2 : 4;
  if (call.children.size() < 2 || call.children.size() > most) {
    return fail_at(call.at, session ? "SESSION_WINDOW takes a time and a gap"
                                    : "WINDOW takes a time, a length, a slide and a start");
  }
  WEIR_TRY(const Typed moment, moment_of_window(call, env));
  std::vector<std::int64_t> sizes;
  for (std::size_t i = 1; i < call.children.size(); ++i) {
    WEIR_TRY(const std::int64_t size, duration(*call.children[i], call.text));
    if (size <= 0 && i < 3) return fail_at(call.children[i]->at, "a window has a length over 0");
    sizes.push_back(size);
  }
  for (const Expr* other : calls) {  // Spark takes one window of time in a query, too
    bool same = other->text == call.text && other->children.size() == call.children.size();
    for (std::size_t i = 1; same && i < call.children.size(); ++i) {
      WEIR_TRY(const std::int64_t size, duration(*other->children[i], call.text));
      same = size == sizes[i - 1];
    }
    if (same) {
      WEIR_TRY(const Typed of, moment_of_window(*other, env));
      same = of.sql == moment.sql;
    }
    if (!same) return fail_at(other->at, "a query has one window of time; use a sub-query");
  }
  where = (where.empty() ? "" : where + " AND ") + moment.sql + " IS NOT NULL";
  if (session) return with_sessions(select, call, sizes[0], from, where);
  const std::int64_t slide = sizes.size() > 1 ? sizes[1] : sizes[0];
  if (slide > sizes[0])
    return fail_at(call.at, "the slide of WINDOW is not longer than the window");
  const std::string length = std::to_string(sizes[0]);
  const std::string step = std::to_string(slide);
  const std::string offset = std::to_string((sizes.size() > 2 ? sizes[2] : 0) % slide);
  const std::string us = "epoch_us(" + moment.sql + ")";
  const std::string last = "list_transform([" + us + "], lambda v_us: v_us - ((v_us - " + offset +
                           ") % " + step + " + " + step + ") % " + step + ")";
  const std::string count = std::to_string((sizes[0] + slide - 1) / slide);
  Generated rows;
  const std::string name = fresh("g");
  const std::string windows = slide == sizes[0]
                                  ? last
                                  : "list_filter(list_transform(range(" + count +
                                        "), lambda v_n: " + last + "[1] - v_n * " + step +
                                        "), lambda v_start: v_start + " + length + " > " + us + ")";
  rows.projections.push_back("unnest(list_transform(" + windows +
                             ", lambda v_w: " + start_and_end("v_w", length) + ")) AS " + name);
  rows.columns.push_back({std::string(window_word), window_type(moment.type)});
  rows.sql.push_back("#." + name);
  return added_window(from, rows, where);
}

Binder::Source Binder::added_window(const Source& from, const Generated& rows, std::string& where) {
  Source out = with_generated(from, rows, std::string(window_mark), where);
  out.scope.columns.back().in_star = false;
  out.scope.columns.back().hidden = true;
  where.clear();
  return out;
}

// Sessions end where a gap follows: rows are numbered by the gaps before them, within what else the
// query groups by, and a session is from the first of a number to the last, and the gap behind it.
Result<Binder::Source> Binder::with_sessions(const Select& select, const Expr& call,
                                             std::int64_t gap, const Source& from,
                                             std::string& where) {
  const std::string length = std::to_string(gap);
  Type type;
  // The columns have other texts in each step.
  const auto parts = [&](const Source& source) -> Result<std::pair<std::string, std::string>> {
    Env env;
    env.scope = &source.scope;
    env.clause = "GROUP BY";
    WEIR_TRY(const Typed moment, moment_of_window(call, env));
    type = moment.type;
    std::string keys;
    for (const ExprPtr& key : select.group_by) {
      if (is_time_window(*key) || key->kind == ExprKind::number) continue;
      WEIR_TRY(const Typed value, expression(*key, env));
      keys += (keys.empty() ? "PARTITION BY " : ", ") + value.sql;
    }
    return std::pair(moment.sql, keys);
  };
  const auto step = [&](const Source& source, const std::string& sql, const std::string& filter) {
    Generated rows;
    const std::string name = fresh("g");
    rows.projections.push_back(sql + " AS " + name);
    rows.columns.push_back({std::string(ties_mark), Kind::long_});
    rows.sql.push_back("#." + name);
    Source out = with_generated(source, rows, std::string(window_mark), filter);
    out.scope.columns.back().in_star = false;
    return out;
  };
  WEIR_TRY(const auto first, parts(from));
  const std::string us = "epoch_us(" + first.first + ")";
  Source begun = step(from,
                      "CASE WHEN " + us + " - lag(" + us + ") OVER (" + first.second +
                          " ORDER BY " + first.first + ") <= " + length + " THEN 0 ELSE 1 END",
                      where);
  where.clear();
  const std::string begins = begun.scope.columns.back().sql;
  WEIR_TRY(const auto second, parts(begun));
  Source numbered = step(
      begun, "sum(" + begins + ") OVER (" + second.second + " ORDER BY " + second.first + ")", "");
  const std::string number = numbered.scope.columns.back().sql;
  WEIR_TRY(const auto third, parts(numbered));
  const std::string over =
      ") OVER (" + (third.second.empty() ? "PARTITION BY " : third.second + ", ") + number + ")";
  Generated rows;
  const std::string name = fresh("g");
  rows.projections.push_back("struct_pack(start := min(" + third.first + over +
                             ", \"end\" := make_timestamp(epoch_us(max(" + third.first + over +
                             ") + " + length + ")) AS " + name);
  rows.columns.push_back({std::string(session_word), window_type(type)});
  rows.sql.push_back("#." + name);
  numbered.levels = from.levels + 3;
  return added_window(numbered, rows, where);
}

Result<Typed> Binder::time_window(const Expr& expr, const Env& env) {
  for (const ScopeColumn& column : env.scope->columns) {
    if (column.qualifier != window_mark || column.name != expr.text) continue;
    Typed value;
    value.sql = column.sql;
    value.type = column.type;
    value.name = expr.text;
    value.at = expr.at;
    return value;
  }
  return fail_at(expr.at, "the function " + expr.text +
                              " stands in the select list, GROUP BY or HAVING, not in " +
                              std::string(env.clause));
}

}  // namespace weir::dialect
