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
-- The moment. A text that is a time alone is of today.
CREATE OR REPLACE TEMP MACRO spark_current_timestamp() AS make_timestamp(epoch_us(now()));
CREATE OR REPLACE TEMP MACRO spark_string_to_timestamp(s) AS
  spark_string_to_timestamp_at(s, make_timestamp(epoch_us(now())));
CREATE OR REPLACE TEMP MACRO spark_current_date() AS CAST(make_timestamp(epoch_us(now())) AS DATE);

-- Moments as numbers.
CREATE OR REPLACE TEMP MACRO spark_whole_seconds(t) AS epoch_us(t) // 1000000;

-- Text. Positions count characters; 0 means 1; negative ones count from the end.
CREATE OR REPLACE TEMP MACRO spark_upper(s) AS list_transform([s], lambda v_up:
  CASE WHEN length(v_up) = strlen(v_up) THEN upper(v_up)
  ELSE upper(replace(replace(replace(replace(replace(replace(replace(replace(replace(v_up,
    'ß', 'SS'), 'ﬁ', 'FI'), 'ﬂ', 'FL'), 'ﬀ', 'FF'), 'ﬃ', 'FFI'), 'ﬄ', 'FFL'), 'ﬆ', 'ST'),
    'ŉ', 'ʼN'), 'ǰ', 'J̌')) END)[1];
CREATE OR REPLACE TEMP MACRO spark_lower(s) AS list_transform([s], lambda v_low:
  CASE WHEN length(v_low) = strlen(v_low) THEN lower(v_low)
  ELSE lower(regexp_replace(replace(v_low, 'İ', 'i̇'), '(\p{L})Σ(\P{L}|$)', '\1ς\2', 'g')) END)[1];
-- Lines of 76 characters with a line break between them, as in mail.
CREATE OR REPLACE TEMP MACRO spark_base64(b) AS rtrim(
  regexp_replace(base64(b), '.{76}', '\0' || chr(13) || chr(10), 'g'), chr(13) || chr(10));
CREATE OR REPLACE TEMP MACRO spark_range(s, start, n) AS list_transform(
  [{'s': s, 'a': start, 'b': start + n}], lambda v_range: CASE
    WHEN v_range.b > greatest(v_range.a, 0)
    THEN substring(v_range.s, greatest(v_range.a, 0) + 1, v_range.b - greatest(v_range.a, 0))
    WHEN v_range.b IS NOT NULL THEN left(v_range.s, 0) END)[1];
CREATE OR REPLACE TEMP MACRO spark_substr(s, pos, len) AS list_transform(
  [{'s': s, 'p': CAST(pos AS BIGINT), 'n': CAST(len AS BIGINT)}], lambda v_sub: spark_range(v_sub.s,
    CASE WHEN v_sub.p > 0 THEN v_sub.p - 1 WHEN v_sub.p < 0 THEN length(v_sub.s) + v_sub.p
         WHEN v_sub.p = 0 THEN 0 END, v_sub.n))[1];
CREATE OR REPLACE TEMP MACRO spark_count(n) AS list_transform([CAST(n AS BIGINT)],
  lambda v_count: CASE WHEN v_count < 0 THEN 0 ELSE v_count END)[1];
CREATE OR REPLACE TEMP MACRO spark_left(s, n) AS left(s, spark_count(n));
CREATE OR REPLACE TEMP MACRO spark_right(s, n) AS right(s, spark_count(n));
CREATE OR REPLACE TEMP MACRO spark_locate(sub, s, pos) AS list_transform(
  [{'sub': sub, 's': s, 'p': pos, 'at': strpos(substring(s, pos), sub)}], lambda v_loc: CASE
    WHEN v_loc.p IS NULL THEN 0 WHEN v_loc.sub IS NULL OR v_loc.s IS NULL THEN NULL
    WHEN v_loc.p < 1 THEN 0 WHEN v_loc.sub = '' THEN 1 WHEN v_loc.at = 0 THEN 0
    ELSE CAST(v_loc.at + v_loc.p - 1 AS INTEGER) END)[1];
CREATE OR REPLACE TEMP MACRO spark_title(c) AS list_transform([c], lambda v_title:
  CASE WHEN v_title IN ('ß', 'ŉ', 'ǰ', 'ﬀ', 'ﬁ', 'ﬂ', 'ﬃ', 'ﬄ', 'ﬆ') THEN v_title
  ELSE translate(upper(v_title), 'ǄǇǊǱ', 'ǅǈǋǲ') END)[1];
CREATE OR REPLACE TEMP MACRO spark_initcap(s) AS array_to_string(list_transform(
  string_split(spark_lower(s), ' '),
  lambda v_word: spark_title(left(v_word, 1)) || substring(v_word, 2)), ' ');
CREATE OR REPLACE TEMP MACRO spark_join(parts, sep) AS list_transform([sep], lambda v_sep:
  substring(list_reduce(list_prepend('', list_transform(
      list_filter(parts, lambda v_some: v_some IS NOT NULL), lambda v_item: v_sep || v_item)),
    lambda v_left, v_right: v_left || v_right), length(v_sep) + 1))[1];
CREATE OR REPLACE TEMP MACRO spark_characters(s) AS list_transform([s], lambda v_chars:
  CASE WHEN v_chars = '' THEN [''] ELSE string_split(v_chars, '') END)[1];

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
-- The list that OUTER explodes: one NULL where there is nothing.
CREATE OR REPLACE TEMP MACRO spark_outer(a) AS list_transform([a], lambda v_outer:
  CASE WHEN len(v_outer) > 0 THEN v_outer ELSE [NULL] END)[1];
CREATE OR REPLACE TEMP MACRO spark_outer_positions(a) AS list_transform([len(a)], lambda v_len:
  CASE WHEN v_len > 0 THEN range(CAST(v_len AS BIGINT)) ELSE [NULL] END)[1];

-- Dates.
CREATE OR REPLACE TEMP MACRO spark_months_between(a, b) AS list_transform([{'a': a, 'b': b}],
  lambda v_months: CAST((year(v_months.a) - year(v_months.b)) * 12
                        + month(v_months.a) - month(v_months.b) AS DOUBLE)
    + CASE WHEN day(v_months.a) = day(v_months.b)
             OR (day(v_months.a) = day(last_day(v_months.a))
                 AND day(v_months.b) = day(last_day(v_months.b))) THEN 0e0
      ELSE CAST((day(v_months.a) - day(v_months.b)) * 86400
                + (hour(v_months.a) - hour(v_months.b)) * 3600
                + (minute(v_months.a) - minute(v_months.b)) * 60
                + second(v_months.a) - second(v_months.b) AS DOUBLE) / 2678400e0 END)[1];
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
