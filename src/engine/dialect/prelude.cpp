#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/dialect/dialect.hpp"

namespace weir::dialect {

namespace {

// Each macro is one of Spark's rules that DuckDB's own functions can state; what is more is native
// (engine/functions). DuckDB expands a macro in place, and macros within macros would multiply what
// their parameters stand for; so every parameter is used once, and what is needed more often is
// bound to a name by a lambda over a list of one: list_transform([x], lambda v: ...)[1]. The names
// of the lambdas' parameters differ, so that one inside another hides none.
constexpr std::string_view macros = R"SQL(
-- Arrays. Out of range is NULL.
CREATE OR REPLACE TEMP MACRO spark_get(a, i) AS list_transform([i], lambda v_get:
  CASE WHEN v_get >= 0 THEN list_extract(a, CAST(v_get AS BIGINT) + 1) END)[1];
CREATE OR REPLACE TEMP MACRO spark_element_at(a, i) AS list_transform([i], lambda v_elem:
  CASE WHEN v_elem <> 0 THEN list_extract(a, v_elem) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_contains(a, v) AS list_transform([{'a': a, 'v': v}],
  lambda v_has: CASE
    WHEN v_has.a IS NULL OR v_has.v IS NULL THEN NULL WHEN list_contains(v_has.a, v_has.v) THEN true
    WHEN len(v_has.a) > list_count(v_has.a) THEN NULL ELSE false END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_distinct(a) AS list_transform([a], lambda v_dist:
  list_filter(v_dist, lambda v_one, i_one: CASE
    WHEN v_one IS NULL
    THEN len(list_slice(v_dist, 1, i_one - 1)) = list_count(list_slice(v_dist, 1, i_one - 1))
    ELSE NOT list_contains(list_slice(v_dist, 1, i_one - 1), v_one) END))[1];
CREATE OR REPLACE TEMP MACRO spark_array_remove(a, v) AS list_transform([v], lambda v_gone:
  CASE WHEN v_gone IS NOT NULL
       THEN list_filter(a, lambda v_kept: v_kept IS DISTINCT FROM v_gone) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_position(a, v) AS list_transform([{'a': a, 'v': v}],
  lambda v_pos: CASE WHEN v_pos.a IS NOT NULL AND v_pos.v IS NOT NULL
    THEN CAST(coalesce(list_position(v_pos.a, v_pos.v), 0) AS BIGINT) END)[1];
CREATE OR REPLACE TEMP MACRO spark_flatten(a) AS list_transform([a], lambda v_flat:
  CASE WHEN len(v_flat) = list_count(v_flat) THEN flatten(v_flat) END)[1];
CREATE OR REPLACE TEMP MACRO spark_slice(a, i, n) AS list_transform(
  [{'a': a, 'i': CAST(i AS BIGINT), 'n': CAST(n AS BIGINT)}], lambda v_cut: CASE
    WHEN v_cut.i = 0 OR v_cut.n < 0 THEN NULL
    WHEN v_cut.i < 0 AND -v_cut.i > len(v_cut.a) THEN list_slice(v_cut.a, 1, 0)
    WHEN v_cut.i < 0
    THEN list_slice(v_cut.a, len(v_cut.a) + v_cut.i + 1, len(v_cut.a) + v_cut.i + v_cut.n)
    ELSE list_slice(v_cut.a, v_cut.i, v_cut.i + v_cut.n - 1) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_append(a, v) AS list_transform([{'a': a, 'v': v}],
  lambda v_app: CASE WHEN v_app.a IS NOT NULL THEN list_append(v_app.a, v_app.v) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_prepend(a, v) AS list_transform([{'a': a, 'v': v}],
  lambda v_pre: CASE WHEN v_pre.a IS NOT NULL THEN list_prepend(v_pre.v, v_pre.a) END)[1];
-- At place p, from 1; what lies between it and the array's end is NULL.
CREATE OR REPLACE TEMP MACRO spark_array_insert(a, i, v) AS list_transform(
  [{'a': a, 'p': CAST(i AS BIGINT) + CASE WHEN i < 0 THEN len(a) + 2 ELSE 0 END, 'i': i, 'v': v}],
  lambda v_ins: CASE WHEN v_ins.a IS NULL OR v_ins.i IS NULL OR v_ins.i = 0
      OR abs(v_ins.p) > 16777216 THEN NULL
    WHEN v_ins.p > len(v_ins.a) THEN list_append(list_resize(v_ins.a, v_ins.p - 1), v_ins.v)
    WHEN v_ins.p > 0 THEN list_concat(list_append(list_slice(v_ins.a, 1, v_ins.p - 1), v_ins.v),
                                      list_slice(v_ins.a, v_ins.p, len(v_ins.a)))
    ELSE list_concat(list_prepend(v_ins.v, list_resize(list_slice(v_ins.a, 1, 0), 1 - v_ins.p)),
                     v_ins.a) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_repeat(v, n) AS list_transform([{'v': v, 'n': n}],
  lambda v_rep: CASE WHEN v_rep.n <= 0 THEN [v_rep.v][1:0] WHEN v_rep.n <= 16777216
    THEN list_transform(range(CAST(v_rep.n AS BIGINT)), lambda v_each: v_rep.v) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_union(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_un: CASE WHEN v_un.a IS NOT NULL AND v_un.b IS NOT NULL
    THEN spark_array_distinct(list_concat(v_un.a, v_un.b)) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_intersect(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_in: CASE WHEN v_in.b IS NOT NULL THEN list_filter(spark_array_distinct(v_in.a),
    lambda v_both: CASE WHEN v_both IS NULL THEN len(v_in.b) > list_count(v_in.b)
                   ELSE list_contains(v_in.b, v_both) END) END)[1];
CREATE OR REPLACE TEMP MACRO spark_array_except(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_ex: CASE WHEN v_ex.b IS NOT NULL THEN list_filter(spark_array_distinct(v_ex.a),
    lambda v_one: CASE WHEN v_one IS NULL THEN len(v_ex.b) = list_count(v_ex.b)
                  ELSE NOT list_contains(v_ex.b, v_one) END) END)[1];
CREATE OR REPLACE TEMP MACRO spark_arrays_overlap(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_over: CASE WHEN v_over.a IS NULL OR v_over.b IS NULL THEN NULL
    WHEN list_has_any(v_over.a, v_over.b) THEN true
    WHEN len(v_over.a) > 0 AND len(v_over.b) > 0 AND (len(v_over.a) > list_count(v_over.a)
         OR len(v_over.b) > list_count(v_over.b)) THEN NULL ELSE false END)[1];

-- Maps. NULL where a key is NULL or is there twice: Spark raises an error, and one value must not.
CREATE OR REPLACE TEMP MACRO spark_map_from_arrays(k, v) AS list_transform([{'k': k, 'v': v}],
  lambda v_map: CASE WHEN len(v_map.k) = len(v_map.v) AND len(list_distinct(v_map.k)) = len(v_map.k)
    THEN map(v_map.k, v_map.v) END)[1];
CREATE OR REPLACE TEMP MACRO spark_map_from_entries(e) AS list_transform([e], lambda v_ent:
  spark_map_from_arrays(list_transform(v_ent, lambda v_e: struct_extract_at(v_e, 1)),
                        list_transform(v_ent, lambda v_e: struct_extract_at(v_e, 2))))[1];
CREATE OR REPLACE TEMP MACRO spark_map_concat(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_maps: CASE WHEN v_maps.a IS NOT NULL AND v_maps.b IS NOT NULL THEN
    spark_map_from_entries(list_concat(map_entries(v_maps.a), map_entries(v_maps.b))) END)[1];
CREATE OR REPLACE TEMP MACRO spark_str_to_map(s, p, k) AS list_transform(
  [list_transform(spark_regexp_split(s, p, -1), lambda v_pair: spark_regexp_split(v_pair, k, 2))],
  lambda v_pairs: spark_map_from_arrays(list_transform(v_pairs, lambda v_p: v_p[1]),
                                        list_transform(v_pairs, lambda v_p: v_p[2])))[1];

-- The list that OUTER explodes: one NULL where there is nothing.
CREATE OR REPLACE TEMP MACRO spark_outer(a) AS list_transform([a], lambda v_outer:
  CASE WHEN len(v_outer) > 0 THEN v_outer ELSE [NULL] END)[1];
CREATE OR REPLACE TEMP MACRO spark_outer_positions(a) AS list_transform([len(a)], lambda v_len:
  CASE WHEN v_len > 0 THEN range(CAST(v_len AS BIGINT)) ELSE [NULL] END)[1];
)SQL";

constexpr std::string_view head = "CREATE OR REPLACE TEMP MACRO ";
constexpr std::string_view prefix = "spark_";

struct Macro {
  std::string_view name;
  std::string_view text;  // the statement
};

std::vector<Macro> split() {
  std::vector<Macro> out;
  for (std::size_t at = macros.find(head); at != std::string_view::npos;) {
    const std::size_t next = macros.find(head, at + 1);
    const std::size_t name = at + head.size();
    out.push_back({macros.substr(name, macros.find('(', name) - name),
                   macros.substr(at, next == std::string_view::npos ? next : next - at)});
    at = next;
  }
  return out;
}

/// The names of functions like ours; one within a text or another name does no harm.
std::set<std::string_view> names_in(std::string_view sql) {
  std::set<std::string_view> out;
  for (std::size_t at = sql.find(prefix); at != std::string_view::npos;) {
    const std::size_t end = sql.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", at);
    out.insert(sql.substr(at, end == std::string_view::npos ? end : end - at));
    at = sql.find(prefix, at + prefix.size());
  }
  return out;
}

}  // namespace

std::string_view prelude() {
  return macros;
}

std::string prelude_of(std::string_view sql) {
  static const std::vector<Macro> all = split();
  std::set<std::string_view> wanted = names_in(sql);
  // A macro's own come before it, so that from the last to the first each is met after its callers.
  for (auto macro = all.rbegin(); macro != all.rend(); ++macro) {
    if (wanted.contains(macro->name)) wanted.merge(names_in(macro->text));
  }
  std::string out;
  for (const Macro& macro : all) {
    if (wanted.contains(macro.name)) out += macro.text;
  }
  return out;
}

}  // namespace weir::dialect
