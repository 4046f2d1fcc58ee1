// The table of functions. One that is a piece of DuckDB text over arguments of fixed types is a
// line of it; one that needs a decision is code in functions_*.cpp. What stands in neither is
// refused, because a function that DuckDB happens to have under the same name may mean something
// else.

#include "engine/dialect/functions.hpp"

#include <algorithm>
#include <map>

#include "base/assert.hpp"
#include "engine/dialect/cast.hpp"

namespace weir::dialect {

namespace {

/// A function that is one piece of DuckDB text over arguments of fixed types.
struct Simple {
  std::string_view name;
  std::string_view params;  // one letter each, see type_of()
  Kind result;
  std::string_view sql;         // $1.. are the arguments
  std::string_view more = {};   // what Spark adds to the arguments in the name
  std::string_view shown = {};  // what Spark calls it, if not by its name
};

Type type_of(char letter) {
  switch (letter) {
    case 's':
      return Kind::string;
    case 'i':
      return Kind::int_;
    case 'l':
      return Kind::long_;
    case 'd':
      return Kind::double_;
    case 'D':
      return Kind::date;
    case 'T':
      return Kind::timestamp;
    default:
      return Kind::boolean;
  }
}

constexpr Simple simple_functions[] = {
    // Text.
    {"upper", "s", Kind::string, "spark_upper($1)"},
    {"ucase", "s", Kind::string, "spark_upper($1)"},
    {"lower", "s", Kind::string, "spark_lower($1)"},
    {"lcase", "s", Kind::string, "spark_lower($1)"},
    {"initcap", "s", Kind::string, "spark_initcap($1)"},
    {"length", "s", Kind::int_, "CAST(length($1) AS INTEGER)"},
    {"len", "s", Kind::int_, "CAST(length($1) AS INTEGER)"},
    {"char_length", "s", Kind::int_, "CAST(length($1) AS INTEGER)"},
    {"character_length", "s", Kind::int_, "CAST(length($1) AS INTEGER)"},
    {"octet_length", "s", Kind::int_, "CAST(strlen($1) AS INTEGER)"},
    {"substr", "si", Kind::string, "spark_substr($1, $2, 2147483647)", ", 2147483647"},
    {"substr", "sii", Kind::string, "spark_substr($1, $2, $3)"},
    {"substring", "si", Kind::string, "spark_substr($1, $2, 2147483647)", ", 2147483647"},
    {"substring", "sii", Kind::string, "spark_substr($1, $2, $3)"},
    {"left", "si", Kind::string, "spark_left($1, $2)"},
    {"right", "si", Kind::string, "spark_right($1, $2)"},
    {"lpad", "si", Kind::string, "spark_pad($1, $2, ' ', true)", ",  "},
    {"lpad", "sis", Kind::string, "spark_pad($1, $2, $3, true)"},
    {"rpad", "si", Kind::string, "spark_pad($1, $2, ' ', false)", ",  "},
    {"rpad", "sis", Kind::string, "spark_pad($1, $2, $3, false)"},
    {"locate", "ss", Kind::int_, "spark_locate($1, $2, 1)", ", 1"},
    {"locate", "ssi", Kind::int_, "spark_locate($1, $2, $3)"},
    {"position", "ss", Kind::int_, "spark_locate($1, $2, 1)", ", 1"},
    {"position", "ssi", Kind::int_, "spark_locate($1, $2, $3)"},
    {"instr", "ss", Kind::int_, "CAST(strpos($1, $2) AS INTEGER)"},
    {"translate", "sss", Kind::string, "translate($1, $2, $3)"},
    {"replace", "ss", Kind::string, "replace($1, $2, '')", ", "},
    {"replace", "sss", Kind::string, "replace($1, $2, $3)"},
    {"repeat", "si", Kind::string, "spark_repeat($1, $2)"},
    {"startswith", "ss", Kind::boolean, "starts_with($1, $2)"},
    {"endswith", "ss", Kind::boolean, "ends_with($1, $2)"},
    {"contains", "ss", Kind::boolean, "contains($1, $2)"},
    {"unbase64", "s", Kind::binary, "spark_unbase64($1)"},
    // Numbers.
    {"sqrt", "d", Kind::double_, "CASE WHEN $1 < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt($1) END",
     "", "SQRT"},
    {"exp", "d", Kind::double_, "exp($1)", "", "EXP"},
    {"ln", "d", Kind::double_, "CASE WHEN $1 > 0 THEN ln($1) END"},
    {"log10", "d", Kind::double_, "CASE WHEN $1 > 0 THEN log10($1) END", "", "LOG10"},
    {"log2", "d", Kind::double_, "CASE WHEN $1 > 0 THEN log2($1) END", "", "LOG2"},
    {"sign", "d", Kind::double_, "spark_sign($1)"},
    {"signum", "d", Kind::double_, "spark_sign($1)", "", "SIGNUM"},
    {"radians", "d", Kind::double_, "radians($1)", "", "RADIANS"},
    {"degrees", "d", Kind::double_, "degrees($1)", "", "DEGREES"},
    {"isnan", "d", Kind::boolean, "coalesce(isnan($1), false)"},
    // Dates.
    {"year", "D", Kind::int_, "CAST(year($1) AS INTEGER)"},
    {"quarter", "D", Kind::int_, "CAST(quarter($1) AS INTEGER)"},
    {"month", "D", Kind::int_, "CAST(month($1) AS INTEGER)"},
    {"day", "D", Kind::int_, "CAST(day($1) AS INTEGER)"},
    {"dayofmonth", "D", Kind::int_, "CAST(day($1) AS INTEGER)"},
    {"dayofweek", "D", Kind::int_, "CAST(dayofweek($1) + 1 AS INTEGER)"},
    {"weekday", "D", Kind::int_, "CAST(isodow($1) - 1 AS INTEGER)"},
    {"dayofyear", "D", Kind::int_, "CAST(dayofyear($1) AS INTEGER)"},
    {"weekofyear", "D", Kind::int_, "CAST(weekofyear($1) AS INTEGER)"},
    {"hour", "T", Kind::int_, "CAST(hour($1) AS INTEGER)"},
    {"minute", "T", Kind::int_, "CAST(minute($1) AS INTEGER)"},
    {"second", "T", Kind::int_, "CAST(second($1) AS INTEGER)"},
    {"date_add", "Di", Kind::date, "spark_date_add($1, $2)"},
    {"dateadd", "Di", Kind::date, "spark_date_add($1, $2)", "", "date_add"},
    {"date_sub", "Di", Kind::date, "spark_date_sub($1, $2)"},
    {"datediff", "DD", Kind::int_, "CAST(date_diff('day', $2, $1) AS INTEGER)"},
    {"date_diff", "DD", Kind::int_, "CAST(date_diff('day', $2, $1) AS INTEGER)"},
    {"add_months", "Di", Kind::date, "spark_add_months($1, $2)"},
    {"last_day", "D", Kind::date, "last_day($1)"},
    {"make_date", "iii", Kind::date, "TRY(make_date($1, $2, $3))"},
    {"unix_date", "D", Kind::int_, "CAST(date_diff('day', DATE '1970-01-01', $1) AS INTEGER)"},
    {"unix_seconds", "T", Kind::long_, "spark_unix_seconds($1)"},
    {"unix_millis", "T", Kind::long_, "spark_unix_millis($1)"},
    {"unix_micros", "T", Kind::long_, "epoch_us($1)"},
    {"timestamp_millis", "l", Kind::timestamp, "spark_millis_to_timestamp($1)"},
    {"timestamp_micros", "l", Kind::timestamp, "spark_micros_to_timestamp($1)"},
};

struct TypeFunction {
  std::string_view name;
  Kind kind;
};
constexpr TypeFunction type_functions[] = {
    {"boolean", Kind::boolean}, {"tinyint", Kind::byte},        {"smallint", Kind::short_},
    {"int", Kind::int_},        {"bigint", Kind::long_},        {"float", Kind::float_},
    {"double", Kind::double_},  {"string", Kind::string},       {"binary", Kind::binary},
    {"date", Kind::date},       {"timestamp", Kind::timestamp}, {"decimal", Kind::decimal}};

MaybeTyped call_type(Call& call) {
  const auto* found =
      std::find_if(std::begin(type_functions), std::end(type_functions),
                   [&](const TypeFunction& entry) { return entry.name == call.function; });
  if (found == std::end(type_functions)) return std::nullopt;
  const Type to = found->kind == Kind::decimal ? Type::decimal(10, 0) : Type(found->kind);
  if (call.args.size() != 1) return wrong_arguments(call, "one value");
  WEIR_TRY(Typed value, cast(std::move(call.args[0]), to));
  return value;
}

using Family = MaybeTyped (*)(Call&);

/// The functions that are code and not a template. All other functions are unknown.
struct Written {
  Family family;
  std::string_view names;
};
constexpr Written written_functions[] = {
    {call_conditional, "coalesce nvl ifnull least greatest if nvl2 nullif isnull isnotnull"},
    {call_text,
     "concat concat_ws trim ltrim rtrim btrim encode decode md5 sha sha1 sha2 reverse base64 uuid"},
    {call_regex, "like ilike rlike regexp regexp_like regexp_replace regexp_extract split"},
    {call_number, "round ceil ceiling floor abs mod pmod pow power rand random"},
    {call_date,
     "current_date curdate current_timestamp now date_trunc trunc date_format to_date to_timestamp "
     "unix_timestamp to_unix_timestamp from_unixtime months_between extract date_part datepart "
     "timestamp_seconds"},
    {call_collection,
     "array map struct named_struct size cardinality array_size array_contains array_distinct "
     "array_max array_min array_compact array_remove array_position array_join sort_array slice "
     "flatten element_at get map_keys map_values map_contains_key"},
};

const std::map<std::string_view, Family>& registry() {
  static const auto all = [] {
    std::map<std::string_view, Family> out;
    for (const Simple& entry : simple_functions)
      out.emplace(entry.name, call_simple);
    for (const TypeFunction& entry : type_functions)
      out.emplace(entry.name, call_type);
    for (const Written& entry : written_functions) {
      for (std::string_view rest = entry.names; !rest.empty();) {
        const std::size_t end = std::min(rest.find(' '), rest.size());
        out.emplace(rest.substr(0, end), entry.family);
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
    return out;
  }();
  return all;
}

// Known to Spark, and refused with the reason rather than as unknown.
struct Refused {
  std::string_view name;
  std::string_view remedy;
};
constexpr Refused refused_functions[] = {
    {"transform", "use EXPLODE and COLLECT_LIST instead of a lambda function"},
    {"filter", "use EXPLODE and WHERE instead of a lambda function"},
    {"exists", "use EXPLODE and WHERE instead of a lambda function"},
    {"forall", "use EXPLODE and WHERE instead of a lambda function"},
    {"aggregate", "use EXPLODE and an aggregate function instead of a lambda function"},
    {"array_sort", "use SORT_ARRAY, which sorts NULLs first"},
    {"from_json",
     "it does not read JSON that is within a text; send it as an object, whose fields are read "
     "with dots"},
    {"get_json_object",
     "it does not read JSON that is within a text; send it as an object, whose fields are read "
     "with dots"},
    {"json_tuple",
     "it does not read JSON that is within a text; send it as an object, whose fields are read "
     "with dots"},
    {"xpath",
     "it does not read XML that is within a text; send it as XML, whose elements are read with "
     "dots"},
    {"strpos", "Spark 3.5 has no STRPOS; use INSTR(text, part) or LOCATE(part, text)"},
    {"stack", "use UNION ALL or EXPLODE(ARRAY(...))"},
    {"bround", "use ROUND, which rounds halves away from zero"},
    {"approx_count_distinct", "use COUNT(DISTINCT x)"},
    {"percentile_approx", "use PERCENTILE"},
    {"approx_percentile", "use PERCENTILE"},
    {"timestampdiff",
     "use DATEDIFF(end, start) for days, or the difference of two UNIX_TIMESTAMPs"},
    {"timestampadd", "add an interval, as in t + INTERVAL 5 MINUTES"},
    {"date_from_unix_date", "add the days to DATE '1970-01-01'"},
};

}  // namespace

std::string call_name(std::string_view function, const std::vector<Typed>& args,
                      std::string_view more) {
  std::string name(function);
  name += "(";
  for (const Typed& arg : args) {
    if (&arg != args.data()) name += ", ";
    name += arg.name;
  }
  return name + std::string(more) + ")";
}

Failure wrong_arguments(const Call& call, const std::string& wanted) {
  std::string given;
  for (const Typed& arg : call.args) {
    given += (given.empty() ? "" : ", ") + arg.type.spark_name();
  }
  return fail_at(call.at,
                 "the function " + call.function + " takes " + wanted + ", not (" + given + ")");
}

Result<Typed> implicit_cast(const Call& call, Typed value, const Type& wanted) {
  const Type& from = value.type;
  const bool text = from.is(Kind::string);
  if (from.is(Kind::array) && wanted.is(Kind::array)) {  // if each element may be cast
    Typed element = value;
    element.type = from.element();
    WEIR_CHECK(implicit_cast(call, std::move(element), wanted.element()));
    return cast(std::move(value), wanted);
  }
  const bool scalar = !from.is_nested() && !from.is(Kind::interval) && !from.is(Kind::binary);
  bool allowed = from == wanted || from.is(Kind::null_);
  if (wanted.is(Kind::string)) allowed = allowed || scalar;
  if (wanted.is_numeric()) allowed = allowed || text || from.is_numeric();
  if (wanted.is_datetime()) allowed = allowed || text || from.is_datetime();
  if (wanted.is(Kind::binary)) allowed = allowed || text;
  if (!allowed) {
    return fail_at(value.at, "the function " + call.function + " wants " + wanted.spark_name() +
                                 " here, not " + from.spark_name() + "; cast it");
  }
  return cast(std::move(value), wanted);
}

MaybeTyped call_simple(Call& call) {
  const Simple* found = nullptr;
  bool known = false;
  for (const Simple& entry : simple_functions) {
    if (entry.name != call.function) continue;
    known = true;
    if (entry.params.size() == call.args.size()) found = &entry;
  }
  if (!known) return std::nullopt;
  if (found == nullptr) return wrong_arguments(call, "another number of arguments");
  const std::string name =
      call_name(found->shown.empty() ? found->name : found->shown, call.args, found->more);
  std::vector<const Typed*> parts;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    WEIR_TRY(call.args[i], implicit_cast(call, std::move(call.args[i]), type_of(found->params[i])));
    parts.push_back(&call.args[i]);
  }
  return made_of(parts, found->result, filled(found->sql, call.args), name);
}

Result<Typed> call_function(Call call) {
  WEIR_CHECK(check_function(call.function, call.at));
  const Family family = registry().find(call.function)->second;
  WEIR_TRY(std::optional<Typed> value, family(call));
  WEIR_ASSERT(value);
  value->at = call.at;
  return std::move(*value);
}

Result<void> check_function(const std::string& function, Position at) {
  if (registry().contains(function)) return {};
  for (const Refused& entry : refused_functions) {
    if (entry.name != function) continue;
    return fail_at(at, "the function " + function + " is not supported by the embedded engine; " +
                           std::string(entry.remedy));
  }
  return fail_at(at, "the function " + function +
                         " is not known to the embedded engine; the functions it knows are "
                         "listed in docs/ingest-queries.md");
}

std::vector<std::string> scalar_functions() {
  std::vector<std::string> names;
  for (const auto& [name, family] : registry())
    names.emplace_back(name);
  return names;
}

}  // namespace weir::dialect
