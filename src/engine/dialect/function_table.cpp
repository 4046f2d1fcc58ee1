// Every scalar function, a line each. A function is text over arguments of stated types wherever
// that is enough; code is for those whose types or form depend on what was written.
//
// What stands here in no line is refused, because a function that DuckDB happens to have under the
// same name may mean something else. The text uses no argument twice: what is nested would grow
// with every level. What needs one twice is a macro (prelude.cpp) or native (engine/functions).

#include "engine/dialect/function_table.hpp"

namespace weir::dialect {

namespace {

constexpr Function code(std::string_view names, MaybeTyped (*make)(Call&)) {
  return {names, {}, {}, {}, make};
}

/// Over arrays: `simple` where the elements are of a simple type.
constexpr Function of_arrays(std::string_view name, std::string_view signature,
                             std::string_view sql, std::string_view simple) {
  return {name, signature, sql, {}, nullptr, simple};
}
constexpr Function table[] = {
    // Conditions and types.
    code("coalesce nvl ifnull least greatest if nvl2 nullif isnull isnotnull equal_null typeof",
         call_conditional),
    code("boolean tinyint smallint int bigint float double decimal string binary date timestamp",
         call_type),

    // Text.
    {"upper ucase", "string -> string", "spark_upper"},
    {"lower lcase", "string -> string", "spark_lower"},
    {"initcap", "string -> string", "spark_initcap"},
    {"length len char_length character_length", "string -> int", "CAST(length($1) AS INTEGER)"},
    {"length len char_length character_length", "binary -> int",
     "CAST(octet_length($1) AS INTEGER)"},
    {"octet_length", "string -> int", "CAST(strlen($1) AS INTEGER)"},
    {"octet_length", "binary -> int", "CAST(octet_length($1) AS INTEGER)"},
    {"bit_length", "string -> int", "CAST(strlen($1) * 8 AS INTEGER)"},
    {"bit_length", "binary -> int", "CAST(octet_length($1) * 8 AS INTEGER)"},
    {"substr substring", "string, int, int = 2147483647 -> string", "spark_substr"},
    {"substr substring", "binary, int, int = 2147483647 -> binary", "spark_subbytes"},
    {"left", "string, int -> string", "spark_left"},
    {"left", "binary, int -> binary", "spark_subbytes($1, 1, $2)"},
    {"right", "string, int -> string", "spark_right"},
    {"lpad", "string, int, string = ' ' -> string", "spark_pad($1, $2, $3, true)"},
    {"rpad", "string, int, string = ' ' -> string", "spark_pad($1, $2, $3, false)"},
    {"lpad", "bytes, int, bytes = X'00' -> binary", "spark_pad_bytes($1, $2, $3, true)"},
    {"rpad", "bytes, int, bytes = X'00' -> binary", "spark_pad_bytes($1, $2, $3, false)"},
    {"locate position", "string, string, int = 1 -> int", "spark_locate"},
    {"instr", "string, string -> int", "CAST(strpos($1, $2) AS INTEGER)"},
    {"translate", "string, string, string -> string", "translate"},
    {"replace", "string, string, string = '' -> string", "replace"},
    {"repeat", "string, int -> string", "spark_repeat"},
    {"space", "int -> string", "spark_repeat(' ', $1)"},
    {"startswith", "string, string -> boolean", "starts_with"},
    {"endswith", "string, string -> boolean", "ends_with"},
    {"contains", "string, string -> boolean", "contains"},
    {"startswith", "binary, binary -> boolean", "spark_bytes_hold($1, $2, 'start')"},
    {"endswith", "binary, binary -> boolean", "spark_bytes_hold($1, $2, 'end')"},
    {"contains", "binary, binary -> boolean", "spark_bytes_hold($1, $2, 'inside')"},
    {"ascii", "string -> int", "spark_ascii"},
    {"char chr", "bigint -> string", "spark_chr"},
    {"overlay", "string, string, int, int = -1 -> string", "spark_overlay"},
    {"overlay", "binary, binary, int, int = -1 -> binary", "spark_overlay_bytes"},
    {"split_part", "string, string, int -> string", "spark_split_part"},
    {"substring_index", "string, string, int -> string", "spark_substring_index"},
    {"find_in_set", "string, string -> int", "spark_find_in_set"},
    {"levenshtein", "string, string -> int", "spark_levenshtein($1, $2, 2147483647)"},
    {"levenshtein", "string, string, int -> int", "spark_levenshtein"},
    {"soundex", "string -> string", "spark_soundex"},
    {"mask", "string, string = 'X', string = 'x', string = 'n', string = NULL -> string",
     "spark_mask($1, coalesce($2, ''), coalesce($3, ''), coalesce($4, ''), coalesce($5, ''))"},
    {"luhn_check", "string -> boolean", "spark_luhn_check"},
    {"parse_url", "string, string -> string", "spark_parse_url"},
    {"parse_url", "string, string, string -> string", "spark_parse_url_query"},
    {"url_encode", "string -> string", "spark_url_encode"},
    {"url_decode", "string -> string", "spark_url_decode"},
    {"unbase64", "string -> binary", "spark_unbase64"},
    {"hex", "integral -> string", "spark_hex(CAST($1 AS BIGINT))"},
    {"hex", "binary -> string", "hex"},
    {"hex", "bigint -> string", "spark_hex"},
    {"unhex", "string -> binary", "spark_unhex"},
    {"crc32", "binary -> bigint", "spark_crc32"},
    code("concat concat_ws trim ltrim rtrim btrim encode decode md5 sha sha1 sha2 reverse base64 "
         "uuid elt hash xxhash64",
         call_text),
    code("like ilike rlike regexp regexp_like regexp_replace regexp_extract regexp_extract_all "
         "regexp_count regexp_substr regexp_instr split str_to_map",
         call_regex),

    code("to_number try_to_number to_char to_varchar format_string printf to_binary try_to_binary",
         call_format),

    {"get_json_object", "string, string -> string", "spark_get_json_object"},
    {"json_array_length", "string -> int", "spark_json_array_length"},
    {"json_object_keys", "string -> array<string>", "spark_json_object_keys"},
    code("to_json from_json schema_of_json from_csv to_csv schema_of_csv", call_schema),

    code("xpath xpath_boolean xpath_double xpath_float xpath_int xpath_long xpath_number "
         "xpath_short "
         "xpath_string",
         call_xpath),

    // Numbers.
    {"sqrt", "double -> double", "spark_sqrt", "SQRT"},
    {"cbrt", "double -> double", "spark_cbrt", "CBRT"},
    {"exp", "double -> double", "exp", "EXP"},
    {"expm1", "double -> double", "spark_expm1", "EXPM1"},
    {"ln", "double -> double", "spark_ln"},
    {"log", "double -> double", "spark_ln", "ln"},
    {"log", "double, double -> double", "spark_log", "LOG"},
    {"log10", "double -> double", "spark_log10", "LOG10"},
    {"log2", "double -> double", "spark_log2", "LOG2"},
    {"log1p", "double -> double", "spark_log1p", "LOG1P"},
    {"sin", "double -> double", "spark_sin", "SIN"},
    {"cos", "double -> double", "spark_cos", "COS"},
    {"tan", "double -> double", "spark_tan", "TAN"},
    {"cot", "double -> double", "spark_cot", "COT"},
    {"sec", "double -> double", "spark_sec", "SEC"},
    {"csc", "double -> double", "spark_csc", "CSC"},
    {"asin", "double -> double", "spark_asin", "ASIN"},
    {"acos", "double -> double", "spark_acos", "ACOS"},
    {"atan", "double -> double", "spark_atan", "ATAN"},
    {"atan2", "double, double -> double", "spark_atan2", "ATAN2"},
    {"sinh", "double -> double", "spark_sinh", "SINH"},
    {"cosh", "double -> double", "spark_cosh", "COSH"},
    {"tanh", "double -> double", "spark_tanh", "TANH"},
    {"asinh", "double -> double", "spark_asinh", "ASINH"},
    {"acosh", "double -> double", "spark_acosh", "ACOSH"},
    {"atanh", "double -> double", "spark_atanh", "ATANH"},
    {"hypot", "double, double -> double", "spark_hypot", "HYPOT"},
    {"rint", "double -> double", "spark_rint"},
    {"sign", "double -> double", "spark_sign"},
    {"signum", "double -> double", "spark_sign", "SIGNUM"},
    {"sign", "interval -> double", "CAST(sign($1) AS DOUBLE)"},
    {"signum", "interval -> double", "CAST(sign($1) AS DOUBLE)", "SIGNUM"},
    {"radians", "double -> double", "radians", "RADIANS"},
    {"degrees", "double -> double", "degrees", "DEGREES"},
    {"e", "-> double", "2.718281828459045e0", "E"},
    {"pi", "-> double", "3.141592653589793e0", "PI"},
    {"isnan", "double -> boolean", "coalesce(isnan($1), false)"},
    {"nanvl", "double, double -> double", "spark_nanvl"},
    {"factorial", "int -> bigint", "spark_factorial"},
    {"bin", "bigint -> string", "spark_bin"},
    {"conv", "string, int, int -> string", "spark_conv"},
    {"width_bucket", "double, double, double, bigint -> bigint", "spark_width_bucket"},
    {"width_bucket", "interval, interval, interval, bigint -> bigint",
     "spark_width_bucket(CAST($1 AS DOUBLE), CAST($2 AS DOUBLE), CAST($3 AS DOUBLE), $4)"},
    {"bit_count", "boolean -> int", "CAST($1 AS INTEGER)"},
    {"bit_count", "integral -> int", "spark_bit_count(CAST($1 AS BIGINT))"},
    {"bitmap_bit_position", "bigint -> bigint", "spark_bitmap_position"},
    {"bitmap_bucket_number", "bigint -> bigint", "spark_bitmap_bucket"},
    {"bitmap_count", "binary -> bigint", "spark_set_bits"},
    {"bit_get getbit", "integral, int -> tinyint", "spark_bit_get(CAST($1 AS BIGINT), $2)"},
    code("round bround ceil ceiling floor abs mod pmod div pow power rand random positive negative "
         "format_number shiftleft shiftright shiftrightunsigned try_add try_subtract try_multiply "
         "try_divide",
         call_number),

    // Dates and times.
    {"year", "date -> int", "CAST(year($1) AS INTEGER)"},
    {"quarter", "date -> int", "CAST(quarter($1) AS INTEGER)"},
    {"month", "date -> int", "CAST(month($1) AS INTEGER)"},
    {"day dayofmonth", "date -> int", "CAST(day($1) AS INTEGER)"},
    {"dayofweek", "date -> int", "CAST(dayofweek($1) + 1 AS INTEGER)"},
    {"weekday", "date -> int", "CAST(isodow($1) - 1 AS INTEGER)"},
    {"dayofyear", "date -> int", "CAST(dayofyear($1) AS INTEGER)"},
    {"weekofyear", "date -> int", "CAST(weekofyear($1) AS INTEGER)"},
    {"hour", "timestamp -> int", "CAST(hour($1) AS INTEGER)"},
    {"minute", "timestamp -> int", "CAST(minute($1) AS INTEGER)"},
    {"second", "timestamp -> int", "CAST(second($1) AS INTEGER)"},
    {"date_add", "date, int -> date", "spark_date_add"},
    {"dateadd", "date, int -> date", "spark_date_add", "date_add"},
    {"date_sub", "date, int -> date", "spark_date_sub"},
    {"datediff date_diff", "date, date -> int", "CAST(date_diff('day', $2, $1) AS INTEGER)"},
    {"add_months", "date, int -> date", "spark_add_months"},
    {"last_day", "date -> date", "last_day"},
    {"next_day", "date, string -> date", "spark_next_day"},
    {"make_date", "int, int, int -> date", "TRY(make_date($1, $2, $3))"},
    {"make_timestamp make_timestamp_ltz", "int, int, int, int, int, decimal(16,6) -> timestamp",
     "spark_make_timestamp"},
    {"make_timestamp make_timestamp_ltz",
     "int, int, int, int, int, decimal(16,6), string -> timestamp", "spark_make_timestamp_in"},
    {"make_timestamp_ntz", "int, int, int, int, int, decimal(16,6) -> timestamp_ntz",
     "spark_make_timestamp"},
    {"make_dt_interval",
     "int = 0, int = 0, int = 0, decimal(18,6) = 0.000000 -> interval day to second",
     "TRY(CAST($1 AS BIGINT) * 86400000000 + CAST($2 AS BIGINT) * 3600000000 + "
     "CAST($3 AS BIGINT) * 60000000 + CAST(CAST($4 AS DECIMAL(38,6)) * 1000000 AS BIGINT))"},
    {"make_ym_interval", "int = 0, int = 0 -> interval year to month",
     "TRY_CAST(CAST($1 AS BIGINT) * 12 + $2 AS INTEGER)"},
    {"date_from_unix_date", "int -> date", "spark_date_add(DATE '1970-01-01', $1)"},
    {"unix_date", "date -> int", "CAST(date_diff('day', DATE '1970-01-01', $1) AS INTEGER)"},
    {"unix_seconds", "timestamp -> bigint", "spark_unix_seconds"},
    {"unix_millis", "timestamp -> bigint", "spark_unix_millis"},
    {"unix_micros", "timestamp -> bigint", "epoch_us"},
    {"timestamp_millis", "bigint -> timestamp", "spark_millis_to_timestamp"},
    {"timestamp_micros", "bigint -> timestamp", "spark_micros_to_timestamp"},
    {"from_utc_timestamp", "timestamp, string -> timestamp", "spark_from_utc_timestamp"},
    {"to_utc_timestamp", "timestamp, string -> timestamp", "spark_to_utc_timestamp"},
    code("current_date curdate current_timestamp now date_trunc trunc date_format to_date "
         "to_timestamp to_timestamp_ltz to_timestamp_ntz try_to_timestamp localtimestamp "
         "unix_timestamp to_unix_timestamp "
         "from_unixtime months_between extract date_part datepart timestamp_seconds window_time "
         "convert_timezone make_interval",
         call_date),

    // Arrays, maps and structs.
    of_arrays("array_contains", "array<T>, T -> boolean", "spark_array_contains",
              "spark_list_contains"),
    {"array_size", "array<T> -> int", "CAST(len($1) AS INTEGER)"},
    {"array_compact", "array<T> -> array<T>", "list_filter($1, lambda x: x IS NOT NULL)"},
    of_arrays("array_remove", "array<T>, T -> array<T>", "spark_array_remove", "spark_list_remove"),
    of_arrays("array_position", "array<T>, T -> bigint", "spark_array_position",
              "spark_list_position"),
    {"array_append", "array<T>, T -> array<T>", "spark_array_append"},
    {"array_prepend", "array<T>, T -> array<T>", "spark_array_prepend"},
    {"array_insert", "array<T>, int, T -> array<T>", "spark_array_insert"},
    of_arrays("array_repeat", "T, int -> array<T>", "spark_array_repeat", "spark_list_repeat"),
    of_arrays("array_union", "array<T>, array<T> -> array<T>", "spark_array_union",
              "spark_list_union"),
    of_arrays("array_intersect", "array<T>, array<T> -> array<T>", "spark_array_intersect",
              "spark_list_intersect"),
    of_arrays("array_except", "array<T>, array<T> -> array<T>", "spark_array_except",
              "spark_list_except"),
    of_arrays("arrays_overlap", "array<T>, array<T> -> boolean", "spark_arrays_overlap",
              "spark_lists_overlap"),
    {"flatten", "array<array<T>> -> array<T>", "spark_flatten"},
    {"slice", "array<T>, int, int -> array<T>", "spark_slice"},
    {"map_keys", "map<K, V> -> array<K>", "map_keys"},
    {"map_values", "map<K, V> -> array<V>", "map_values"},
    {"map_from_arrays", "array<K>, array<V> -> map<K, V>", "spark_map_from_arrays"},
    code("array map struct named_struct size cardinality array_distinct array_max array_min "
         "array_join sort_array array_sort element_at try_element_at get map_contains_key "
         "map_entries map_from_entries map_concat arrays_zip sequence",
         call_collection),
};

constexpr RefusedFunction refused[] = {
    {"hll_sketch_agg hll_sketch_estimate hll_union hll_union_agg count_min_sketch",
     "its bytes would have to be those of Apache DataSketches; approx_count_distinct gives the "
     "true "
     "count"},
    {"strpos", "Spark 3.5 has no STRPOS; use INSTR(text, part) or LOCATE(part, text)"},
    {"shuffle", "the order would differ at each run; leave it out"},
    {"aes_encrypt aes_decrypt try_aes_decrypt",
     "a key would stand in the query; decrypt before sending"},
};

}  // namespace

std::span<const Function> function_table() {
  return table;
}

std::span<const RefusedFunction> refused_functions() {
  return refused;
}

}  // namespace weir::dialect
