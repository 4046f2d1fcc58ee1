#include "engine/dialect/dialect.hpp"

namespace weir::dialect {

namespace {

// Every macro says which of Spark's rules it is. DuckDB expands a macro in place, so a parameter
// that is used twice is evaluated once only where the optimizer sees that both are the same.
constexpr std::string_view macros = R"SQL(
-- Java's whitespace and control characters, which a cast from text ignores at both ends.
CREATE OR REPLACE TEMP MACRO spark_trim_all(s) AS trim(s, ' ' || chr(9) || chr(10) || chr(13)
  || chr(11) || chr(12) || chr(0) || chr(1) || chr(2) || chr(3) || chr(4) || chr(5) || chr(6)
  || chr(7) || chr(8) || chr(14) || chr(15) || chr(16) || chr(17) || chr(18) || chr(19) || chr(20)
  || chr(21) || chr(22) || chr(23) || chr(24) || chr(25) || chr(26) || chr(27) || chr(28)
  || chr(29) || chr(30) || chr(31) || chr(127));

-- CAST from text. A fraction is cut off an integer; an exponent makes it NULL.
CREATE OR REPLACE TEMP MACRO spark_string_to_bigint(s) AS CASE
  WHEN regexp_full_match(spark_trim_all(s), '[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]*)')
  THEN TRY_CAST(regexp_replace(regexp_extract(spark_trim_all(s), '^[+-]?[0-9]*'),
                               '^([+-]?)$', '\10') AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO spark_string_to_double(s) AS CASE
  WHEN regexp_full_match(spark_trim_all(s),
                         '[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[dDfF]?')
  THEN TRY_CAST(ltrim(rtrim(spark_trim_all(s), 'dDfF'), '+') AS DOUBLE)
  WHEN regexp_full_match(lower(spark_trim_all(s)), '[+-]?inf(?:inity)?')
  THEN CASE WHEN starts_with(spark_trim_all(s), '-') THEN CAST('-inf' AS DOUBLE)
            ELSE CAST('inf' AS DOUBLE) END
  WHEN lower(spark_trim_all(s)) = 'nan' THEN CAST('nan' AS DOUBLE)
  WHEN regexp_matches(s, '^[\x00-\x20]*[+-]?0[xX]')
  THEN error('a hexadecimal number cannot be cast to double by the embedded engine') END;
CREATE OR REPLACE TEMP MACRO spark_decimal_text(s) AS CASE
  WHEN regexp_full_match(spark_trim_all(s),
                         '[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?')
  THEN ltrim(spark_trim_all(s), '+') END;
CREATE OR REPLACE TEMP MACRO spark_string_to_boolean(s) AS CASE
  WHEN lower(spark_trim_all(s)) IN ('t', 'true', 'y', 'yes', '1') THEN true
  WHEN lower(spark_trim_all(s)) IN ('f', 'false', 'n', 'no', '0') THEN false END;
CREATE OR REPLACE TEMP MACRO spark_date_of(r) AS TRY_CAST(struct_extract(r, 'y') || '-'
  || coalesce(nullif(struct_extract(r, 'm'), ''), '1') || '-'
  || coalesce(nullif(struct_extract(r, 'd'), ''), '1') AS DATE);
CREATE OR REPLACE TEMP MACRO spark_string_to_date(s) AS spark_date_of(regexp_extract(
  spark_trim_all(s), '(?s)^\+?([0-9]{4,7})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T].*)?)?)?$',
  ['y', 'm', 'd']));
CREATE OR REPLACE TEMP MACRO spark_current_timestamp() AS make_timestamp(epoch_us(now()));
CREATE OR REPLACE TEMP MACRO spark_current_date() AS CAST(make_timestamp(epoch_us(now())) AS DATE);

-- Seven texts, each digits or empty, to a timestamp; NULL where there is no such moment.
CREATE OR REPLACE TEMP MACRO spark_timestamp_of(y, mo, d, h, mi, s, f) AS CASE
  WHEN TRY_CAST('0' || h AS INTEGER) < 24 AND TRY_CAST('0' || mi AS INTEGER) < 60
   AND TRY_CAST('0' || s AS INTEGER) < 60
  THEN TRY_CAST(y || '-' || mo || '-' || d AS DATE)
       + to_microseconds(TRY_CAST('0' || h AS BIGINT) * 3600000000
                         + TRY_CAST('0' || mi AS BIGINT) * 60000000
                         + TRY_CAST('0' || s AS BIGINT) * 1000000
                         + CAST(rpad(left(f, 6), 6, '0') AS BIGINT)) END;
CREATE OR REPLACE TEMP MACRO spark_at_zone(t, z) AS CASE
  WHEN z IN ('', 'Z', 'UTC', 'GMT', 'UT') THEN t
  WHEN regexp_full_match(z, '(?:UTC|GMT|UT)?[+-](?:[0-9]{1,2}(?::[0-9]{1,2})?|[0-9]{4})')
  THEN CASE WHEN CAST(regexp_extract(z, '[+-]([0-9]{1,2})', 1) AS INTEGER) <= 18
             AND CAST('0' || regexp_extract(z, '[+-][0-9]{1,2}:?([0-9]{1,2})$', 1) AS INTEGER) < 60
       THEN t - to_minutes(CASE WHEN contains(z, '-') THEN -1 ELSE 1 END
         * (CAST(regexp_extract(z, '[+-]([0-9]{1,2})', 1) AS INTEGER) * 60
            + CASE WHEN regexp_matches(z, '[+-][0-9]$') THEN 0 ELSE
              CAST('0' || regexp_extract(z, '[+-][0-9]{1,2}:?([0-9]{1,2})$', 1) AS INTEGER) END)) END
  WHEN regexp_matches(z, '^[A-Z]')
  THEN error('the time zone ' || z || ' is not supported by the embedded engine; use an offset') END;
CREATE OR REPLACE TEMP MACRO spark_timestamp_from(r) AS spark_at_zone(spark_timestamp_of(
  struct_extract(r, 'y'), coalesce(nullif(struct_extract(r, 'mo'), ''), '1'),
  coalesce(nullif(struct_extract(r, 'd'), ''), '1'), struct_extract(r, 'h'),
  struct_extract(r, 'mi'), struct_extract(r, 's'), struct_extract(r, 'f')),
  struct_extract(r, 'z'));
CREATE OR REPLACE TEMP MACRO spark_string_to_timestamp(s) AS spark_timestamp_from(regexp_extract(
  CASE WHEN regexp_matches(spark_trim_all(s), '^T?[0-9]{1,2}:')
       THEN CAST(spark_current_date() AS VARCHAR) || 'T' || ltrim(spark_trim_all(s), 'T')
       ELSE spark_trim_all(s) END,
  '^\+?([0-9]{4,6})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?:[ T](?:([0-9]{1,2})(?::([0-9]{1,2})'
  || '(?::([0-9]{1,2})(?:\.([0-9]*))?(?: *([A-Za-z+-].*))?)?)?)?)?)?)?$',
  ['y', 'mo', 'd', 'h', 'mi', 's', 'f', 'z']));
CREATE OR REPLACE TEMP MACRO spark_month_number(name, short) AS CAST(nullif(list_position(
  CASE WHEN short THEN ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov',
                        'dec']
  ELSE ['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september',
        'october', 'november', 'december'] END, lower(name)), 0) AS VARCHAR);
CREATE OR REPLACE TEMP MACRO spark_hour24(h, half) AS CASE
  WHEN TRY_CAST(h AS INTEGER) BETWEEN 1 AND 12
  THEN CAST(TRY_CAST(h AS INTEGER) % 12 + CASE WHEN lower(half) = 'pm' THEN 12 ELSE 0 END
            AS VARCHAR) ELSE '99' END;

-- CAST to text. Java writes fractions plainly from 0.001 up to ten million only.
CREATE OR REPLACE TEMP MACRO spark_scientific(digits, exponent) AS
  left(digits, 1) || '.' || CASE WHEN length(digits) > 1 THEN substring(digits, 2) ELSE '0' END
  || 'E' || CAST(exponent AS VARCHAR);
CREATE OR REPLACE TEMP MACRO spark_shift(text) AS CASE
  WHEN contains(text, 'e')
  THEN spark_scientific(replace(regexp_extract(text, '^[0-9.]+'), '.', ''),
                        CAST(ltrim(regexp_extract(text, 'e(.*)$', 1), '+') AS INTEGER))
  WHEN starts_with(text, '0.')
  THEN spark_scientific(ltrim(substring(text, 3), '0'),
                        length(ltrim(substring(text, 3), '0')) - length(substring(text, 3)) - 1)
  ELSE spark_scientific(left(text, 1) || rtrim(replace(substring(text, 2), '.', ''), '0'),
                        strpos(text, '.') - 2) END;
CREATE OR REPLACE TEMP MACRO spark_fraction_to_string(x) AS CASE
  WHEN isnan(x) THEN 'NaN'
  WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
  WHEN x = 0 OR (abs(x) >= 0.001e0 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
  WHEN x < 0 THEN '-' || spark_shift(CAST(-x AS VARCHAR))
  ELSE spark_shift(CAST(x AS VARCHAR)) END;
CREATE OR REPLACE TEMP MACRO spark_unscaled(text) AS
  coalesce(nullif(ltrim(replace(replace(text, '-', ''), '.', ''), '0'), ''), '0');
CREATE OR REPLACE TEMP MACRO spark_decimal_to_string(text, scale) AS CASE
  WHEN length(spark_unscaled(text)) - 1 - scale >= -6 THEN text
  ELSE CASE WHEN starts_with(text, '-') THEN '-' ELSE '' END || left(spark_unscaled(text), 1)
       || CASE WHEN length(spark_unscaled(text)) > 1 THEN '.' || substring(spark_unscaled(text), 2)
               ELSE '' END
       || 'E' || CAST(length(spark_unscaled(text)) - 1 - scale AS VARCHAR) END;
CREATE OR REPLACE TEMP MACRO spark_date_to_string(d) AS CASE
  WHEN year(d) BETWEEN 0 AND 9999 THEN CAST(d AS VARCHAR)
  WHEN d IS NOT NULL THEN error('a year outside 0 to 9999 cannot be cast to string') END;
CREATE OR REPLACE TEMP MACRO spark_timestamp_to_string(t) AS CASE
  WHEN year(t) BETWEEN 0 AND 9999 THEN CAST(t AS VARCHAR)
  WHEN t IS NOT NULL THEN error('a year outside 0 to 9999 cannot be cast to string') END;

-- CAST between numbers: integers wrap, fractions are cut and stay within bounds, as in Java.
CREATE OR REPLACE TEMP MACRO spark_wrap_int(x) AS
  CAST(xor(CAST(x AS BIGINT) & 4294967295, 2147483648) - 2147483648 AS INTEGER);
CREATE OR REPLACE TEMP MACRO spark_wrap_smallint(x) AS
  CAST(xor(CAST(x AS BIGINT) & 65535, 32768) - 32768 AS SMALLINT);
CREATE OR REPLACE TEMP MACRO spark_wrap_tinyint(x) AS
  CAST(xor(CAST(x AS BIGINT) & 255, 128) - 128 AS TINYINT);
CREATE OR REPLACE TEMP MACRO spark_double_to_int(x) AS CASE
  WHEN isnan(x) THEN 0 WHEN x >= 2147483647 THEN 2147483647
  WHEN x <= -2147483648 THEN CAST(-2147483648 AS INTEGER) ELSE CAST(trunc(x) AS INTEGER) END;
CREATE OR REPLACE TEMP MACRO spark_double_to_bigint(x) AS CASE
  WHEN isnan(x) THEN 0 WHEN x >= 9.223372036854775e18 THEN 9223372036854775807
  WHEN x <= -9.223372036854775e18 THEN -9223372036854775807 - 1
  ELSE CAST(trunc(x) AS BIGINT) END;
CREATE OR REPLACE TEMP MACRO spark_floor_div(a, b) AS ((a - ((a % b) + b) % b) // b);
CREATE OR REPLACE TEMP MACRO spark_unix_seconds(t) AS spark_floor_div(epoch_us(t), 1000000);

-- Numbers. Fractions are rounded by their shortest decimal text, halves away from zero.
CREATE OR REPLACE TEMP MACRO spark_round(x, digits) AS CASE
  WHEN isnan(x) OR isinf(x) OR abs(x) >= 1e17 THEN x
  ELSE CAST(CAST(round(CAST(CAST(x AS VARCHAR) AS DECIMAL(38, 20)), digits) AS VARCHAR) AS DOUBLE)
  END;
-- The quotient of two unscaled decimals, times a power of ten, halves away from zero.
CREATE OR REPLACE TEMP MACRO spark_divide(a, b, power) AS
  CASE WHEN (a < 0) <> (b < 0) THEN -1 ELSE 1 END
  * ((abs(a) * power * 2 + abs(b)) // (abs(b) * 2));
CREATE OR REPLACE TEMP MACRO spark_decimal_integer(x) AS
  CAST(replace(CAST(x AS VARCHAR), '.', '') AS HUGEINT);
CREATE OR REPLACE TEMP MACRO spark_point(n, power, scale) AS
  CASE WHEN n < 0 THEN '-' ELSE '' END || CAST(abs(n) // power AS VARCHAR) || '.'
  || lpad(CAST(abs(n) % power AS VARCHAR), scale, '0');

-- Text. Positions count characters; 0 means 1; negative ones count from the end.
CREATE OR REPLACE TEMP MACRO spark_upper(s) AS CASE WHEN length(s) = strlen(s) THEN upper(s)
  ELSE upper(replace(replace(replace(replace(replace(replace(replace(replace(replace(s,
    'ß', 'SS'), 'ﬁ', 'FI'), 'ﬂ', 'FL'), 'ﬀ', 'FF'), 'ﬃ', 'FFI'), 'ﬄ', 'FFL'), 'ﬆ', 'ST'),
    'ŉ', 'ʼN'), 'ǰ', 'J̌')) END;
CREATE OR REPLACE TEMP MACRO spark_lower(s) AS CASE WHEN length(s) = strlen(s) THEN lower(s)
  ELSE lower(regexp_replace(replace(s, 'İ', 'i̇'), '(\p{L})Σ(\P{L}|$)', '\1ς\2', 'g')) END;
CREATE OR REPLACE TEMP MACRO spark_from(s, pos) AS CASE WHEN pos > 0 THEN CAST(pos AS BIGINT) - 1
  WHEN pos < 0 THEN length(s) + CAST(pos AS BIGINT) WHEN pos = 0 THEN 0 END;
CREATE OR REPLACE TEMP MACRO spark_substr(s, pos, len) AS CASE
  WHEN spark_from(s, pos) + CAST(len AS BIGINT) > greatest(spark_from(s, pos), 0)
  THEN substring(s, greatest(spark_from(s, pos), 0) + 1,
                 spark_from(s, pos) + CAST(len AS BIGINT) - greatest(spark_from(s, pos), 0))
  WHEN s IS NOT NULL AND pos IS NOT NULL AND len IS NOT NULL THEN '' END;
CREATE OR REPLACE TEMP MACRO spark_left(s, n) AS
  left(s, CASE WHEN n < 0 THEN 0 ELSE CAST(n AS BIGINT) END);
CREATE OR REPLACE TEMP MACRO spark_right(s, n) AS
  right(s, CASE WHEN n < 0 THEN 0 ELSE CAST(n AS BIGINT) END);
CREATE OR REPLACE TEMP MACRO spark_lpad(s, n, p) AS CASE WHEN n <= 0 THEN left(s, 0)
  WHEN p = '' THEN left(s, CAST(n AS BIGINT)) ELSE lpad(s, n, p) END;
CREATE OR REPLACE TEMP MACRO spark_rpad(s, n, p) AS CASE WHEN n <= 0 THEN left(s, 0)
  WHEN p = '' THEN left(s, CAST(n AS BIGINT)) ELSE rpad(s, n, p) END;
CREATE OR REPLACE TEMP MACRO spark_locate(sub, s, pos) AS CASE WHEN pos IS NULL THEN 0
  WHEN sub IS NULL OR s IS NULL THEN NULL WHEN pos < 1 THEN 0 WHEN sub = '' THEN 1
  WHEN strpos(substring(s, pos), sub) = 0 THEN 0
  ELSE CAST(strpos(substring(s, pos), sub) + pos - 1 AS INTEGER) END;
CREATE OR REPLACE TEMP MACRO spark_initcap(s) AS array_to_string(list_transform(
  string_split(spark_lower(s), ' '), lambda w: spark_upper(left(w, 1)) || substring(w, 2)), ' ');
CREATE OR REPLACE TEMP MACRO spark_join(parts, sep) AS CASE
  WHEN sep IS NOT NULL THEN coalesce(array_to_string(parts, sep), '') END;
CREATE OR REPLACE TEMP MACRO spark_no_line_break(s, breaks) AS CASE
  WHEN regexp_matches(s, breaks)
  THEN error('a text that ends in a line break meets a regular expression with $, which the '
             || 'embedded engine cannot match as Spark does; remove the line break first')
  ELSE s END;

-- Arrays and maps. Out of range is NULL.
CREATE OR REPLACE TEMP MACRO spark_get(a, i) AS CASE WHEN i >= 0 THEN list_extract(a, i + 1) END;
CREATE OR REPLACE TEMP MACRO spark_element_at(a, i) AS CASE
  WHEN i = 0 THEN error('element_at counts from 1; the index 0 is not valid')
  ELSE list_extract(a, i) END;
CREATE OR REPLACE TEMP MACRO spark_array_contains(a, v) AS CASE
  WHEN a IS NULL OR v IS NULL THEN NULL WHEN list_contains(a, v) THEN true
  WHEN len(a) > list_count(a) THEN NULL ELSE false END;
CREATE OR REPLACE TEMP MACRO spark_array_distinct(a) AS list_filter(a, lambda x, i:
  CASE WHEN x IS NULL THEN len(list_filter(list_slice(a, 1, i - 1), lambda y: y IS NULL)) = 0
       ELSE NOT list_contains(list_slice(a, 1, i - 1), x) END);
CREATE OR REPLACE TEMP MACRO spark_slice(a, i, n) AS CASE
  WHEN i = 0 THEN error('slice counts from 1; the index 0 is not valid')
  WHEN n < 0 THEN error('the length of slice must not be negative')
  WHEN i < 0 AND -i > len(a) THEN list_slice(a, 1, 0)
  WHEN i < 0 THEN list_slice(a, len(a) + i + 1, len(a) + i + n)
  ELSE list_slice(a, i, CAST(i AS BIGINT) + n - 1) END;

-- Dates.
CREATE OR REPLACE TEMP MACRO spark_month_end(t) AS day(t) = day(last_day(t));
CREATE OR REPLACE TEMP MACRO spark_months(a, b) AS
  CAST((year(a) - year(b)) * 12 + month(a) - month(b) AS DOUBLE);
CREATE OR REPLACE TEMP MACRO spark_second_of_day(t) AS
  (hour(t) * 3600 + minute(t) * 60 + second(t));
CREATE OR REPLACE TEMP MACRO spark_months_between(a, b) AS CASE
  WHEN day(a) = day(b) OR (spark_month_end(a) AND spark_month_end(b)) THEN spark_months(a, b)
  ELSE spark_months(a, b) + CAST((day(a) - day(b)) * 86400 + spark_second_of_day(a)
                                 - spark_second_of_day(b) AS DOUBLE) / 2678400 END;
)SQL";

}  // namespace

std::string_view prelude() {
  return macros;
}

}  // namespace weir::dialect
