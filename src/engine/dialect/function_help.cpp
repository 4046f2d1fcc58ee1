// Signatures come from the table of functions, so that they cannot differ from what is taken. The
// lines, and the signatures of functions that look at their arguments themselves, stand here and
// not in that table: they are for people, and nothing is decided by them.
#include "engine/dialect/function_help.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "engine/dialect/dialect.hpp"
#include "engine/dialect/function_table.hpp"
#include "engine/dialect/functions.hpp"

namespace weir::dialect {
namespace {

struct Line {
  std::string_view names;      // parted by spaces
  std::string_view signature;  // of a function without one in the table; several parted by ;
  std::string_view line;
};

/// What stands behind it is of the group.
constexpr Line group(std::string_view title) {
  return {{}, {}, title};
}

constexpr Line lines[] = {
    group("Conditions and casts"),
    {"coalesce nvl ifnull", "T, T... -> T", "The first argument that is not NULL."},
    {"nvl2", "any, T, T -> T", "The second argument if the first is not NULL, else the third."},
    {"nullif", "T, T -> T", "NULL if both are equal, else the first."},
    {"if", "boolean, T, T -> T", "The second argument if the first is true, else the third."},
    {"least", "T, T... -> T", "The smallest argument; NULLs are left out."},
    {"greatest", "T, T... -> T", "The largest argument; NULLs are left out."},
    {"isnull", "any -> boolean", "Whether it is NULL."},
    {"isnotnull", "any -> boolean", "Whether it is not NULL."},
    {"equal_null", "T, T -> boolean", "Whether both are equal, NULL being equal to NULL."},
    {"typeof", "any -> string", "The name of the argument's type."},
    {"boolean tinyint smallint int bigint float double decimal string binary date timestamp",
     "any -> the type", "A cast to the type; NULL where the value is none."},
    group("Texts under a schema or in a format"),
    {"from_json", "string, schema[, options] -> struct, array or map",
     "A text of JSON under a schema; what does not fit is NULL."},
    {"schema_of_json", "string -> string", "The schema of a text of JSON that is written out."},
    {"from_csv", "string, schema[, options] -> struct", "A line of CSV under a schema."},
    {"to_csv", "struct[, options] -> string", "The fields as a line of CSV."},
    {"schema_of_csv", "string[, options] -> string", "The schema of a line of CSV."},
    {"to_number try_to_number", "string, format -> decimal",
     "The number in a format such as '$99,999.99'; NULL if it is not in it."},
    {"to_char to_varchar", "number, format -> string", "The number in a format such as '999.99'."},
    {"format_string printf", "format, any... -> string", "The values at the places of a format."},
    {"to_binary try_to_binary", "string[, 'hex', 'base64' or 'utf-8'] -> binary",
     "The bytes that the text stands for."},
    group("Bitmaps"),
    {"bitmap_bit_position", "", "The bit of a number in its bitmap."},
    {"bitmap_bucket_number", "", "The number of the bitmap that has a number."},
    {"bitmap_count", "", "How many bits are set."},
    {"bit_count", "", "How many bits are set."},
    {"bit_get getbit", "", "The bit at a place, from 0 on the right."},
    group("Intervals and timestamps without a zone"),
    {"make_dt_interval", "", "Days, hours, minutes and seconds as an interval."},
    {"make_interval",
     "int = 0, int = 0, int = 0, int = 0, int = 0, int = 0, decimal(18,6) = 0 -> interval",
     "Years, months, weeks, days, hours, minutes and seconds, to be added to a moment."},
    {"make_ym_interval", "", "Years and months as an interval."},
    {"make_timestamp_ntz", "", "Year to second as a timestamp without a zone."},
    {"to_timestamp_ntz", "string[, pattern] -> timestamp_ntz",
     "A text as a timestamp without a zone."},
    {"localtimestamp", "-> timestamp_ntz", "The moment, without a zone."},
    {"convert_timezone",
     "string, string, timestamp_ntz -> timestamp_ntz; string, timestamp_ntz -> "
     "timestamp_ntz",
     "What the clock of the second zone shows."},
    {"window_time", "struct -> timestamp", "The last moment of a window of time."},
    group("Text"),
    {"concat", "string... -> string; binary... -> binary; array<T>... -> array<T>",
     "The arguments one behind the other; NULL if one is."},
    {"concat_ws", "string, string or array<string>... -> string",
     "The texts with the first argument between them; NULLs are left out."},
    {"upper ucase", "", "The text in capitals."},
    {"lower lcase", "", "The text in small letters."},
    {"initcap", "", "The text with each word's first letter a capital."},
    {"length len char_length character_length", "", "How many characters, or bytes, it has."},
    {"octet_length", "", "How many bytes it has."},
    {"bit_length", "", "How many bits it has."},
    {"substr substring", "", "From a place on, counted from 1 or back from the end, so many."},
    {"left", "", "The first so many characters."},
    {"right", "", "The last so many characters."},
    {"lpad", "", "Filled up in front to a length."},
    {"rpad", "", "Filled up behind to a length."},
    {"trim", "string -> string; string, string -> string",
     "Without the spaces, or those characters, at both ends."},
    {"btrim", "string -> string; string, string -> string",
     "Without the spaces, or the second argument's characters, at both ends."},
    {"ltrim", "string -> string", "Without the spaces in front."},
    {"rtrim", "string -> string", "Without the spaces behind."},
    {"locate position", "", "Where the first text is in the second, from 1; 0 if nowhere."},
    {"instr", "", "Where the second text is in the first, from 1; 0 if nowhere."},
    {"translate", "", "With characters of the second text replaced by those of the third."},
    {"replace", "", "With each occurrence of a text replaced."},
    {"repeat", "", "The text so many times."},
    {"space", "", "So many spaces."},
    {"reverse", "string -> string; array<T> -> array<T>", "Back to front."},
    {"startswith", "", "Whether the first begins with the second."},
    {"endswith", "", "Whether the first ends with the second."},
    {"contains", "", "Whether the second is in the first."},
    {"ascii", "", "The code of the first character."},
    {"char chr", "", "The character with that code."},
    {"elt", "int, string... -> string", "The argument at that place, from 1."},
    {"overlay", "", "With a part replaced by another text."},
    {"split", "string, string, int = -1 -> array<string>",
     "The parts between what a regular expression matches."},
    {"split_part", "", "The part at a place, from 1, between occurrences of a text."},
    {"substring_index", "", "What is before the n-th occurrence of a text, or behind it."},
    {"find_in_set", "", "The place of a text in a list parted by commas, from 1."},
    {"levenshtein", "", "How many characters have to change to make one text the other."},
    {"soundex", "", "A code of how the text sounds."},
    {"mask", "", "With letters and digits replaced."},
    {"luhn_check", "", "Whether the digits pass Luhn's check, as those of cards do."},
    {"str_to_map", "string, string = ',', string = ':' -> map<string, string>",
     "A map from a text of pairs."},
    {"parse_url", "", "A part of an address: HOST, PATH, QUERY, REF, PROTOCOL, ..."},
    {"url_encode", "", "With characters that an address must not have as %xx."},
    {"url_decode", "", "With %xx as the characters that they stand for."},
    {"base64", "binary -> string", "The bytes as base64."},
    {"unbase64", "", "The bytes that base64 stands for."},
    {"hex", "", "As hexadecimal digits."},
    {"unhex", "", "The bytes that hexadecimal digits stand for."},
    {"encode", "string, string -> binary", "The text as bytes of a character set."},
    {"decode", "binary, string -> string", "The text that bytes of a character set are."},
    {"md5", "binary -> string", "The MD5 of the bytes in hexadecimal digits."},
    {"sha sha1", "binary -> string", "The SHA-1 of the bytes in hexadecimal digits."},
    {"sha2", "binary, int -> string", "The SHA-2 of so many bits in hexadecimal digits."},
    {"crc32", "", "The CRC-32 of the bytes."},
    {"hash", "any... -> int", "A hash of the arguments, 32 bits."},
    {"xxhash64", "any... -> bigint", "A hash of the arguments, 64 bits."},
    {"uuid", "-> string", "A random UUID."},
    {"format_number", "number, int -> string",
     "With commas between thousands and so many decimals."},
    group("Patterns"),
    {"like", "string, string -> boolean", "Whether it matches a pattern of % and _."},
    {"ilike", "string, string -> boolean", "The same whatever the case of letters."},
    {"rlike regexp regexp_like", "string, string -> boolean",
     "Whether a regular expression matches somewhere in it."},
    {"regexp_replace", "string, string, string -> string",
     "With what a regular expression matches replaced; $1 is a group."},
    {"regexp_extract", "string, string, int = 1 -> string",
     "A group of the first match; '' if there is none."},
    {"regexp_extract_all", "string, string, int = 1 -> array<string>", "A group of each match."},
    {"regexp_count", "string, string -> int", "How often a regular expression matches."},
    {"regexp_instr", "string, string, int = 0 -> int",
     "Where a regular expression first matches, from 1; 0 if nowhere."},
    {"regexp_substr", "string, string -> string", "The first match; NULL if there is none."},
    group("XML in a text"),
    {"xpath", "string, path -> array<string>", "The values of the nodes at a path in XML."},
    {"xpath_string", "string, path -> string", "What is at a path in XML, as text."},
    {"xpath_boolean", "string, path -> boolean", "Whether there is something at a path in XML."},
    {"xpath_double xpath_number", "string, path -> double", "The number at a path in XML."},
    {"xpath_float", "string, path -> float", "The number at a path in XML."},
    {"xpath_long", "string, path -> bigint", "The whole number at a path in XML."},
    {"xpath_int", "string, path -> int", "The whole number at a path in XML."},
    {"xpath_short", "string, path -> smallint", "The whole number at a path in XML."},
    group("Numbers"),
    {"abs", "number -> number", "Without its sign."},
    {"round", "number, int = 0 -> number", "Rounded to so many decimals, half away from 0."},
    {"bround", "number, int = 0 -> number", "Rounded to so many decimals, half to even."},
    {"ceil ceiling", "number -> bigint", "The next whole number above."},
    {"floor", "number -> bigint", "The next whole number below."},
    {"mod", "number, number -> number", "The rest of a division, with the sign of the first."},
    {"pmod", "number, number -> number", "The rest of a division, never negative."},
    {"div", "number, number -> bigint; interval, interval -> bigint",
     "How many times the second is in the first, as a whole number."},
    {"sin", "", "The sine of radians."},
    {"cos", "", "The cosine of radians."},
    {"tan", "", "The tangent of radians."},
    {"cot", "", "The cotangent of radians."},
    {"sec", "", "The secant of radians."},
    {"csc", "", "The cosecant of radians."},
    {"asin", "", "The angle whose sine it is."},
    {"acos", "", "The angle whose cosine it is."},
    {"atan", "", "The angle whose tangent it is."},
    {"atan2", "", "The angle to the point with that y and x."},
    {"sinh", "", "The hyperbolic sine."},
    {"cosh", "", "The hyperbolic cosine."},
    {"tanh", "", "The hyperbolic tangent."},
    {"asinh", "", "The number whose hyperbolic sine it is."},
    {"acosh", "", "The number whose hyperbolic cosine it is."},
    {"atanh", "", "The number whose hyperbolic tangent it is."},
    {"hypot", "", "The root of the sum of both squares."},
    {"degrees", "", "Radians as degrees."},
    {"radians", "", "Degrees as radians."},
    {"e", "", "2.718281828459045."},
    {"pi", "", "3.141592653589793."},
    {"rint", "", "The nearest whole number, half to even, as a fraction."},
    {"expm1", "", "e to the power of it, less 1."},
    {"log10", "", "The logarithm to the base of 10."},
    {"log2", "", "The logarithm to the base of 2."},
    {"log1p", "", "The natural logarithm of it and 1."},
    {"pow power", "double, double -> double", "The first to the power of the second."},
    {"sqrt", "", "The square root."},
    {"cbrt", "", "The cube root."},
    {"exp", "", "e to the power of it."},
    {"ln log", "", "The natural logarithm; with two arguments to the base of the first."},
    {"sign signum", "", "-1, 0 or 1."},
    {"positive", "number -> number", "The number."},
    {"negative", "number -> number", "The number with the other sign."},
    {"rand random", "-> double", "A random number from 0 to 1."},
    {"factorial", "", "The product of the whole numbers up to it."},
    {"bin", "", "As binary digits."},
    {"conv", "", "The digits of a number in another base."},
    {"width_bucket", "", "In which of so many equal buckets a number falls."},
    {"isnan", "", "Whether it is not a number."},
    {"nanvl", "", "The second argument if the first is not a number."},
    {"shiftleft", "int, int -> int; bigint, int -> bigint", "Its bits so many places to the left."},
    {"shiftright", "int, int -> int; bigint, int -> bigint",
     "Its bits so many places to the right."},
    {"shiftrightunsigned", "int, int -> int; bigint, int -> bigint",
     "The same, with zeros in front."},
    {"try_add", "number, number -> number", "The sum; NULL where it does not fit."},
    {"try_subtract", "number, number -> number", "The difference; NULL where it does not fit."},
    {"try_multiply", "number, number -> number", "The product; NULL where it does not fit."},
    {"try_divide", "number, number -> double", "The quotient; NULL where the second is 0."},
    group("Dates and times"),
    {"current_date curdate", "-> date", "Today, in UTC."},
    {"current_timestamp now", "-> timestamp", "This moment."},
    {"year", "", "The year of a date."},
    {"quarter", "", "The quarter of a date, 1 to 4."},
    {"month", "", "The month of a date, 1 to 12."},
    {"day dayofmonth", "", "The day of the month."},
    {"dayofweek", "", "The day of the week, 1 for Sunday."},
    {"weekday", "", "The day of the week, 0 for Monday."},
    {"dayofyear", "", "The day of the year."},
    {"weekofyear", "", "The ISO week of the year."},
    {"hour", "", "The hour of a moment."},
    {"minute", "", "The minute of a moment."},
    {"second", "", "The second of a moment."},
    {"extract date_part datepart", "field FROM timestamp -> int",
     "A part of a date or moment: YEAR, MONTH, DAY, HOUR, ..."},
    {"date_add dateadd", "date, int -> date; unit, int, timestamp -> timestamp",
     "So many days, or units, later."},
    {"date_sub", "", "So many days earlier."},
    {"datediff date_diff", "date, date -> int; unit, timestamp, timestamp -> bigint",
     "How many days from the second to the first; with a unit from the first to the second."},
    {"add_months", "", "So many months later."},
    {"months_between", "timestamp, timestamp, boolean = true -> double",
     "How many months from the second to the first."},
    {"last_day", "", "The last day of the month."},
    {"next_day", "", "The next such day of the week: 'Mon', 'Tue', ..."},
    {"make_date", "", "The date of year, month and day."},
    {"make_timestamp make_timestamp_ltz", "",
     "The moment of year, month, day, hour, minute, second."},
    {"date_trunc", "string, timestamp -> timestamp", "The begin of the unit: 'MONTH', 'HOUR', ..."},
    {"trunc", "date, string -> date", "The begin of the unit: 'YEAR', 'MM', 'WEEK', ..."},
    {"date_format", "timestamp, string -> string", "The moment by a pattern, as yyyy-MM-dd."},
    {"to_date", "string, string = none -> date", "The date of a text; NULL where it is none."},
    {"to_timestamp to_timestamp_ltz try_to_timestamp", "string, string = none -> timestamp",
     "The moment of a text; NULL where it is none."},
    {"unix_timestamp to_unix_timestamp", "timestamp or string, string = none -> bigint",
     "Seconds since 1970."},
    {"from_unixtime", "bigint, string = 'yyyy-MM-dd HH:mm:ss' -> string",
     "The moment of seconds since 1970, as text."},
    {"unix_date", "", "Days since 1970."},
    {"unix_seconds", "", "Seconds since 1970."},
    {"unix_millis", "", "Milliseconds since 1970."},
    {"unix_micros", "", "Microseconds since 1970."},
    {"timestamp_seconds", "number -> timestamp", "The moment of seconds since 1970."},
    {"timestamp_millis", "", "The moment of milliseconds since 1970."},
    {"timestamp_micros", "", "The moment of microseconds since 1970."},
    {"date_from_unix_date", "", "The date of days since 1970."},
    {"from_utc_timestamp", "", "What the clock of a time zone shows at a moment of UTC."},
    {"to_utc_timestamp", "", "The moment of UTC at which a zone's clock shows that."},
    group("Arrays, maps and structs"),
    {"array", "T... -> array<T>", "An array of the arguments."},
    {"map", "K, V, K, V... -> map<K, V>", "A map of keys and values in turn."},
    {"struct", "any... -> struct", "A struct of the arguments, under their names."},
    {"named_struct", "string, any, ... -> struct", "A struct of names and values in turn."},
    {"size cardinality", "array or map -> int", "How many elements; -1 of NULL."},
    {"array_size", "", "How many elements."},
    {"array_contains", "", "Whether an array has an element."},
    {"array_distinct", "array<T> -> array<T>", "Each element once."},
    {"array_max", "array<T> -> T", "The largest element."},
    {"array_min", "array<T> -> T", "The smallest element."},
    {"array_compact", "", "Without the NULLs."},
    {"array_remove", "", "Without an element."},
    {"array_position", "", "Where an element is, from 1; 0 if nowhere."},
    {"array_append", "", "With an element behind."},
    {"array_prepend", "", "With an element in front."},
    {"array_insert", "", "With an element at a place."},
    {"array_repeat", "", "An element so many times."},
    {"array_union", "", "The elements of both, each once."},
    {"array_intersect", "", "The elements that both have, each once."},
    {"array_except", "", "The elements that only the first has, each once."},
    {"arrays_overlap", "", "Whether both have an element in common."},
    {"arrays_zip", "array... -> array<struct>", "Structs of the elements at the same places."},
    {"array_join", "array<string>, string, string = none -> string",
     "The texts with a text between them."},
    {"sort_array", "array<T>, boolean = true -> array<T>", "In order; false: the largest first."},
    {"array_sort", "array<T>, (T, T) -> int = none -> array<T>",
     "In order, NULLs last, or as a lambda function compares."},
    {"slice", "", "From a place on, counted from 1 or back from the end, so many elements."},
    {"flatten", "", "The elements of the inner arrays in one array."},
    {"sequence", "T, T, step = 1 -> array<T>", "From the first to the second, in steps."},
    {"element_at try_element_at", "array<T>, int -> T; map<K, V>, K -> V",
     "The element at a place, from 1 or back from the end; the value of a key."},
    {"get", "array<T>, int -> T", "The element at a place, from 0; NULL outside."},
    {"map_keys", "", "The keys of a map."},
    {"map_values", "", "The values of a map."},
    {"map_entries", "map<K, V> -> array<struct>", "The pairs of a map."},
    {"map_contains_key", "map<K, V>, K -> boolean", "Whether a map has a key."},
    {"map_concat", "map<K, V>... -> map<K, V>", "The pairs of all maps."},
    {"map_from_arrays", "", "A map of an array of keys and one of values."},
    {"map_from_entries", "array<struct> -> map", "A map of pairs."},
    group("With a lambda function"),
    {"transform", "array<T>, T -> U -> array<U>", "What a lambda function makes of each element."},
    {"filter", "array<T>, T -> boolean -> array<T>", "The elements for which it is true."},
    {"exists", "array<T>, T -> boolean -> boolean", "Whether it is true for an element."},
    {"forall", "array<T>, T -> boolean -> boolean", "Whether it is true for each element."},
    {"aggregate reduce", "array<T>, S, (S, T) -> S, S -> U = none -> U",
     "From a first value on, what it makes of that and each element."},
    {"zip_with", "array<T>, array<U>, (T, U) -> V -> array<V>",
     "What it makes of the elements at the same places."},
    {"map_filter", "map<K, V>, (K, V) -> boolean -> map<K, V>", "The pairs for which it is true."},
    {"transform_keys", "map<K, V>, (K, V) -> L -> map<L, V>", "The map with other keys."},
    {"transform_values", "map<K, V>, (K, V) -> W -> map<K, W>", "The map with other values."},
    {"map_zip_with", "map<K, V>, map<K, W>, (K, V, W) -> X -> map<K, X>",
     "What it makes of both maps' values of each key."},
    group("JSON in a text"),
    {"get_json_object", "", "What stands at a path such as $.a[0].b, as text."},
    {"json_array_length", "", "How many elements a JSON array has."},
    {"json_object_keys", "", "The keys of a JSON object."},
    {"to_json", "struct, map or array -> string", "The value as JSON."},
    group("Rows"),
    {"explode", "array<T> -> rows; map<K, V> -> rows", "A row for each element or pair."},
    {"explode_outer", "array<T> -> rows; map<K, V> -> rows",
     "The same, and a row of NULL where there is none."},
    {"posexplode", "array<T> -> rows", "A row for each element, with its place from 0."},
    {"posexplode_outer", "array<T> -> rows", "The same, and a row of NULL where there is none."},
    {"inline", "array<struct> -> rows", "A row for each struct, its fields as columns."},
    {"inline_outer", "array<struct> -> rows", "The same, and a row of NULL where there is none."},
    {"stack", "int, any... -> rows", "The arguments in so many rows."},
    {"json_tuple", "string, string... -> row", "Columns for the named members of a JSON object."},
    group("Aggregates and windows"),
    {"count", "* -> bigint; any... -> bigint", "How many rows; how many that are not NULL."},
    {"sum", "number -> number", "The sum."},
    {"avg mean", "number -> double", "The mean."},
    {"min", "T -> T", "The smallest value."},
    {"max", "T -> T", "The largest value."},
    {"bitmap_construct_agg", "bigint -> binary",
     "A bitmap in which the bits at those places are set."},
    {"bitmap_or_agg", "binary -> binary", "A bitmap with the bits of all."},
    {"first first_value any_value", "T -> T", "The first value of the group."},
    {"last last_value", "T -> T", "The last value of the group."},
    {"collect_list array_agg", "T -> array<T>", "All values that are not NULL."},
    {"collect_set", "T -> array<T>", "The same, each once."},
    {"bool_and every", "boolean -> boolean", "Whether all are true."},
    {"bool_or some any", "boolean -> boolean", "Whether one is true."},
    {"count_if", "boolean -> bigint", "How many are true."},
    {"std stddev stddev_samp", "double -> double", "The standard deviation of a sample."},
    {"stddev_pop", "double -> double", "The standard deviation of all."},
    {"variance var_samp", "double -> double", "The variance of a sample."},
    {"var_pop", "double -> double", "The variance of all."},
    {"corr", "double, double -> double", "The correlation of both."},
    {"covar_samp", "double, double -> double", "The covariance of a sample."},
    {"covar_pop", "double, double -> double", "The covariance of all."},
    {"skewness", "double -> double", "How far the values lean to one side."},
    {"kurtosis", "double -> double", "How heavy the ends of their distribution are."},
    {"regr_count", "double, double -> bigint", "How many rows have both."},
    {"regr_avgx", "double, double -> double", "The mean of the second, of rows that have both."},
    {"regr_avgy", "double, double -> double", "The mean of the first, of rows that have both."},
    {"regr_slope", "double, double -> double", "The slope of the line nearest to all (y, x)."},
    {"regr_intercept", "double, double -> double", "Where that line meets the axis of y."},
    {"regr_r2", "double, double -> double", "How well that line fits, 0 to 1."},
    {"regr_sxx", "double, double -> double", "The squared distances of x from its mean."},
    {"regr_syy", "double, double -> double", "The squared distances of y from its mean."},
    {"regr_sxy", "double, double -> double", "The products of both distances."},
    {"bit_and", "integral -> integral", "The bits that all have."},
    {"bit_or", "integral -> integral", "The bits that any has."},
    {"bit_xor", "integral -> integral", "The bits that an odd number of them have."},
    {"percentile", "number, double -> double",
     "The value at a share of all, between two if need be."},
    {"median", "number -> double", "The value in the middle."},
    {"percentile_approx approx_percentile", "number, double, int = 10000 -> number",
     "A value at a share of all."},
    {"approx_count_distinct", "any, double = 0.05 -> bigint", "How many different values."},
    {"mode", "T -> T", "The most frequent value."},
    {"min_by", "T, any -> T", "The value where the second is smallest."},
    {"max_by", "T, any -> T", "The value where the second is largest."},
    {"try_sum", "number -> number", "The sum; NULL where it does not fit."},
    {"try_avg", "number -> double", "The mean; NULL where it does not fit."},
    {"row_number", "OVER (ORDER BY ...) -> int", "The row's number in its window."},
    {"rank", "OVER (ORDER BY ...) -> int", "The row's rank, with gaps after equal ones."},
    {"dense_rank", "OVER (ORDER BY ...) -> int", "The row's rank, without gaps."},
    {"ntile", "int OVER (ORDER BY ...) -> int", "In which of so many parts the row is."},
    {"percent_rank", "OVER (ORDER BY ...) -> double", "The row's rank as a share."},
    {"cume_dist", "OVER (ORDER BY ...) -> double", "The share of rows up to this one."},
    {"lag", "T, int = 1, T = NULL OVER (ORDER BY ...) -> T", "The value so many rows before."},
    {"lead", "T, int = 1, T = NULL OVER (ORDER BY ...) -> T", "The value so many rows after."},
    {"nth_value", "T, int OVER (ORDER BY ...) -> T", "The value of the n-th row of the window."},
};

template <class Take>
void each_word(std::string_view words, const Take& take) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0) take(std::string(words.substr(0, end)));
    words.remove_prefix(std::min(end + 1, words.size()));
  }
}

/// "string, int -> string" of left: "left(string, int) -> string"
std::string signature_of(const std::string& name, std::string_view text) {
  const std::size_t arrow = text.rfind("-> ");
  std::string_view args = text.substr(0, arrow);
  while (args.ends_with(' '))
    args.remove_suffix(1);
  const std::size_t over = args.find("OVER ");
  std::string_view behind;
  if (over != std::string_view::npos) {
    behind = args.substr(over);
    args = args.substr(0, over);
    while (args.ends_with(' '))
      args.remove_suffix(1);
  }
  std::string out = name + "(" + std::string(args) + ")";
  if (!behind.empty()) out += " " + std::string(behind);
  return out + " " + std::string(text.substr(arrow));
}

void add_signatures(FunctionHelp& help, std::string_view texts) {
  while (!texts.empty()) {
    const std::size_t end = std::min(texts.find("; "), texts.size());
    help.signatures.push_back(signature_of(help.name, texts.substr(0, end)));
    texts.remove_prefix(std::min(end + 2, texts.size()));
  }
}

std::vector<FunctionHelp> made() {
  std::map<std::string, FunctionHelp> all;
  for (const std::string& name : functions())
    all[name].name = name;
  for (const std::string& name : aggregate_functions())
    all[name].kind = FunctionHelp::Kind::aggregate;
  for (const std::string& name : generator_functions())
    all[name].kind = FunctionHelp::Kind::rows;
  for (const Function& function : function_table())
    each_word(function.names, [&](const std::string& name) {
      if (!function.signature.empty())
        all[name].signatures.push_back(signature_of(name, function.signature));
    });
  std::string group;
  for (const Line& line : lines) {
    if (line.names.empty()) group = line.line;
    each_word(line.names, [&](const std::string& name) {
      const auto found = all.find(name);
      if (found == all.end()) return;
      found->second.line = line.line;
      found->second.group = group;
      if (found->second.signatures.empty()) add_signatures(found->second, line.signature);
    });
  }
  std::vector<FunctionHelp> out;
  for (auto& [name, help] : all)
    if (!help.name.empty()) out.push_back(std::move(help));
  return out;
}

}  // namespace

std::string_view to_string(FunctionHelp::Kind kind) {
  switch (kind) {
    case FunctionHelp::Kind::aggregate:
      return "aggregate";
    case FunctionHelp::Kind::rows:
      return "rows";
    case FunctionHelp::Kind::scalar:
      break;
  }
  return "scalar";
}

std::vector<std::string> help_groups() {
  std::vector<std::string> titles;
  for (const Line& line : lines)
    if (line.names.empty()) titles.emplace_back(line.line);
  return titles;
}

const std::vector<FunctionHelp>& function_help() {
  static const std::vector<FunctionHelp> all = made();
  return all;
}

std::vector<std::string> names_with_help() {
  std::vector<std::string> out;
  for (const Line& line : lines)
    each_word(line.names, [&](const std::string& name) { out.push_back(name); });
  return out;
}

}  // namespace weir::dialect
