// JSON and CSV within texts. A schema, and how the text is written, are known when the query is
// saved: Spark takes both as constants only. What options this layer does not know it refuses,
// since each of them changes what comes out.

#include <algorithm>
#include <map>
#include <optional>
#include <span>

#include <boost/json.hpp>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/parser.hpp"
#include "engine/dialect/schema_ddl.hpp"
#include "engine/spark/csv_line.hpp"
#include "engine/spark/datetime_pattern.hpp"
#include "engine/spark/datetime_text.hpp"
#include "engine/spark/number_text.hpp"

namespace weir::dialect {

namespace {

using Options = std::map<std::string, std::string>;

/// An option that changes nothing here: as Spark takes it for a text that is one record, or because
/// it says what is so anyway.
struct Harmless {
  std::string_view name;
  std::string_view value;  // empty: any
};
constexpr Harmless of_json[] = {{"multiline", {}},
                                {"linesep", {}},
                                {"encoding", {}},
                                {"charset", {}},
                                {"samplingratio", {}},
                                {"dropfieldifallnull", {}},
                                {"locale", "en-us"},
                                {"allowcomments", "false"},
                                {"allowunquotedfieldnames", "false"},
                                {"allowsinglequotes", "true"},
                                {"allownumericleadingzeros", "false"},
                                {"allowbackslashescapinganycharacter", "false"},
                                {"allowunquotedcontrolchars", "false"},
                                {"timezone", "utc"},
                                // These are about what inference finds.
                                {"primitivesasstring", {}},
                                {"prefersdecimal", {}},
                                {"infertimestamp", {}}};
constexpr Harmless of_csv[] = {{"header", {}},      {"multiline", {}},   {"linesep", {}},
                               {"encoding", {}},    {"charset", {}},     {"samplingratio", {}},
                               {"inferschema", {}}, {"locale", "en-us"}, {"timezone", "utc"},
                               {"prefersdate", {}}};

/// The options of a call, MAP('name', 'value', ...), by their names in lower case; `known` are all
/// that it may have, beside the harmless ones, which are left out.
Result<Options> options_of(const Call& call, std::size_t place,
                           std::initializer_list<std::string_view> known,
                           std::span<const Harmless> harmless = {}) {
  Options options;
  if (place >= call.args.size()) return options;
  const Expr* map = call.expr != nullptr ? call.expr->children[place].get() : nullptr;
  const Position at = call.args[place].at;
  if (map == nullptr || map->kind != ExprKind::call || map->text != "map" ||
      map->children.size() % 2 != 0) {
    return fail_at(
        at, "the options of " + call.function + " are written as MAP('name', 'value'), with texts");
  }
  for (std::size_t i = 0; i < map->children.size(); i += 2) {
    const Expr& name = *map->children[i];
    const Expr& value = *map->children[i + 1];
    if (name.kind != ExprKind::string || value.kind != ExprKind::string)
      return fail_at(name.at, "the options of " + call.function + " are texts");
    const std::string lower = lower_case(name.text);
    const bool nothing = std::any_of(harmless.begin(), harmless.end(), [&](const Harmless& option) {
      return option.name == lower &&
             (option.value.empty() || option.value == lower_case(value.text));
    });
    if (nothing) continue;
    if (std::find(known.begin(), known.end(), lower) == known.end()) {
      std::string all;
      for (const std::string_view one : known)
        all += (all.empty() ? "" : ", ") + std::string(one);
      return fail_at(name.at, "the option " + name.text + " of " + call.function +
                                  " is not supported by the embedded engine; " +
                                  (all.empty() ? "leave it out" : "those it knows are " + all));
    }
    options[lower] = value.text;
  }
  return options;
}

std::string option(const Options& options, const std::string& name) {
  const auto found = options.find(name);
  return found == options.end() ? "" : found->second;
}

Result<void> check_mode(const Options& options, Position at) {
  const std::string mode = lower_case(option(options, "mode"));
  if (mode.empty() || mode == "permissive") return {};
  return fail_at(at, "the mode " + option(options, "mode") +
                         " would stop a load at one text that does not fit; leave it out, and "
                         "what does not fit is NULL");
}

Result<Type> schema_of(const Call& call, const Typed& schema) {
  if (!schema.text) {
    return fail_at(schema.at, "the schema of " + call.function +
                                  " is written as a text, such as 'a INT, b STRING'");
  }
  auto type = parse_type_ddl(*schema.text);
  if (!type)
    return fail_at(schema.at, "the schema '" + *schema.text + "': " + type.error().message);
  return type;
}

/// What a text cannot hold, and what a struct of DuckDB cannot be called.
Result<void> check_schema(const Call& call, const Type& type, Position at) {
  if (type.is(Kind::map) && !type.key().is(Kind::string))
    return fail_at(at, "the keys of a map in " + call.function + " are STRING");
  if (type.is(Kind::null_) || type.is(Kind::binary) || type.is(Kind::timestamp_ntz) ||
      type.is_interval())
    return fail_at(at, call.function + " does not read " + type.spark_name() +
                           " on the embedded engine; read STRING and cast it");
  if (!type.is_nested()) return {};
  const std::vector<Field>& fields = type.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    WEIR_CHECK(check_schema(call, fields[i].type, at));
    for (std::size_t k = 0; k < i; ++k) {
      if (same_name(fields[i].name, fields[k].name))
        return fail_at(at, "the schema has two fields named " + fields[i].name + "; rename one");
    }
  }
  return {};
}

std::string format_of(const Options& options, const std::string& name) {
  return quoted_string(option(options, name));
}

/// The field that gets the text of a record in which something did not fit.
std::string corrupt_field(const Options& options) {
  const std::string name = option(options, "columnnameofcorruptrecord");
  return quoted_string(name.empty() ? "_corrupt_record" : name);
}

Result<void> check_formats(const Options& options, spark::DatetimePattern::Use use, Position at) {
  for (const std::string name : {"timestampformat", "dateformat"}) {
    if (option(options, name).empty()) continue;
    const auto pattern = spark::DatetimePattern::parse(option(options, name), use);
    if (!pattern) return fail_at(at, pattern.error().message);
  }
  return {};
}

/// Whether the keys of all maps are texts, whose form in JSON is certain, and no value is of a type
/// that DuckDB does not tell from another.
bool has_text_keys(const Type& type) {
  if (type.is(Kind::timestamp_ntz) || type.is_interval() || type.is(Kind::calendar)) return false;
  if (type.is(Kind::map) && !type.key().is(Kind::string) && !type.key().is_integral()) return false;
  return !type.is_nested() ||
         std::all_of(type.fields().begin(), type.fields().end(),
                     [](const Field& field) { return has_text_keys(field.type); });
}

MaybeTyped to_json(Call& call) {
  if (call.args.empty() || call.args.size() > 2 || !call.args[0].type.is_nested() ||
      !has_text_keys(call.args[0].type))
    return wrong_arguments(call, "a struct, an array, or a map whose keys are text, and options");
  WEIR_TRY(const Options options,
           options_of(call, 1, {"timestampformat", "dateformat", "ignorenullfields"}, of_json));
  WEIR_CHECK(check_formats(options, spark::DatetimePattern::Use::write, call.at));
  const bool nulls = lower_case(option(options, "ignorenullfields")) == "false";
  call.args.resize(1);
  return made_of(call.args[0], Kind::string,
                 "spark_to_json(" + call.args[0].sql + ", " +
                     format_of(options, "timestampformat") + ", " +
                     format_of(options, "dateformat") + (nulls ? ", true)" : ", false)"),
                 call_name(call.function, call.args));
}

/// What the native function made, which is JSON that fits, as the type.
std::string typed_json(const std::string& json, const Type& type) {
  // Of a NULL that is known when DuckDB plans, its function makes another type.
  return "CAST(from_json(" + json + ", " +
         quoted_string(boost::json::serialize(boost::json::string(type.duckdb_name()))) + ") AS " +
         type.duckdb_name() + ")";
}

MaybeTyped from_json(Call& call) {
  if (call.args.size() < 2 || call.args.size() > 3)
    return wrong_arguments(call, "a text, a schema and options");
  const Position at = call.args[1].at;
  WEIR_TRY(
      const Options options,
      options_of(call, 2, {"timestampformat", "dateformat", "mode", "columnnameofcorruptrecord"},
                 of_json));
  WEIR_CHECK(check_mode(options, call.at));
  WEIR_CHECK(check_formats(options, spark::DatetimePattern::Use::read, call.at));
  WEIR_TRY(const Type type, schema_of(call, call.args[1]));
  if (!type.is_nested()) return fail_at(at, "FROM_JSON makes a struct, an array or a map");
  WEIR_CHECK(check_schema(call, type, at));
  call.args.resize(1);
  const std::string name = type.is(Kind::map) ? "entries" : call_name(call.function, call.args);
  WEIR_TRY(const Typed text, implicit_cast(call, std::move(call.args[0]), Kind::string));
  const std::string json = "spark_json_under(" + text.sql + ", " + quoted_string(type.spark_ddl()) +
                           ", " + format_of(options, "timestampformat") + ", " +
                           format_of(options, "dateformat") + ", " + corrupt_field(options) + ")";
  return made_of(text, type, typed_json(json, type), name);
}

Typed text_constant(const Call& call, std::string text, std::string name) {
  Typed value = constant(call.at, Kind::string, quoted_string(text), std::move(name));
  value.literal = false;
  value.text = std::move(text);
  return value;
}

MaybeTyped json_schema(Call& call) {
  if (call.args.empty() || call.args.size() > 2 || !call.args[0].text)
    return wrong_arguments(call, "a text that is written out");
  WEIR_CHECK(options_of(call, 1, {}));
  const auto type = schema_of_json(*call.args[0].text);
  if (!type) return fail_at(call.args[0].at, type.error().message);
  call.args.resize(1);
  return text_constant(call, schema_ddl(*type), call_name(call.function, call.args));
}

Result<char> character(const Options& options, const std::string& name, char standard,
                       Position at) {
  const auto found = options.find(name);
  if (found == options.end()) return standard;
  if (found->second.empty()) return '\0';
  if (found->second.size() == 1) return found->second[0];
  return fail_at(at, "the option " + name + " is one ASCII character");
}

Result<spark::CsvStyle> csv_style(const Options& options, Position at) {
  spark::CsvStyle style;
  const std::string separator = option(options, options.contains("sep") ? "sep" : "delimiter");
  if (!separator.empty()) style.separator = separator;
  if (style.separator == "\\t") style.separator = "\t";
  WEIR_TRY(style.quote, character(options, "quote", '"', at));
  WEIR_TRY(style.escape, character(options, "escape", '\\', at));
  style.null = option(options, "nullvalue");
  return style;
}

std::string style_sql(const spark::CsvStyle& style) {
  return quoted_string(style.separator) + ", " + quoted_string(std::string(1, style.quote)) + ", " +
         quoted_string(std::string(1, style.escape)) + ", " + quoted_string(style.null);
}

MaybeTyped from_csv(Call& call) {
  if (call.args.size() < 2 || call.args.size() > 3)
    return wrong_arguments(call, "a text, a schema and options");
  const Position at = call.args[1].at;
  WEIR_TRY(const Options options,
           options_of(call, 2,
                      {"sep", "delimiter", "quote", "escape", "nullvalue", "timestampformat",
                       "dateformat", "mode", "columnnameofcorruptrecord"},
                      of_csv));
  WEIR_CHECK(check_mode(options, call.at));
  WEIR_CHECK(check_formats(options, spark::DatetimePattern::Use::read, call.at));
  WEIR_TRY(const spark::CsvStyle style, csv_style(options, call.at));
  WEIR_TRY(const Type type, schema_of(call, call.args[1]));
  const bool flat =
      type.is(Kind::struct_) && std::none_of(type.fields().begin(), type.fields().end(),
                                             [](const Field& f) { return f.type.is_nested(); });
  if (!flat) return fail_at(at, "the schema of FROM_CSV has fields of simple types only");
  WEIR_CHECK(check_schema(call, type, at));
  call.args.resize(1);
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(const Typed text, implicit_cast(call, std::move(call.args[0]), Kind::string));
  const std::string json = "spark_csv_under(" + text.sql + ", " + quoted_string(type.spark_ddl()) +
                           ", " + format_of(options, "timestampformat") + ", " +
                           format_of(options, "dateformat") + ", " + corrupt_field(options) + ", " +
                           style_sql(style) + ")";
  return made_of(text, type, typed_json(json, type), name);
}

/// The text that TO_CSV writes of a field.
Result<std::string> csv_text(const std::string& value, const Type& type, const Options& options,
                             Position at) {
  if (type.is_nested() || type.is(Kind::binary)) {
    return fail_at(at, "TO_CSV takes a struct of simple values, and there is " + type.spark_name() +
                           " in this one; use TO_JSON for it");
  }
  std::string pattern;
  if (type.is(Kind::date)) pattern = option(options, "dateformat");
  if (type.is(Kind::timestamp)) {
    pattern = option(options, "timestampformat");
    if (pattern.empty()) pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'";
  } else if (type.is(Kind::timestamp_ntz)) {
    pattern = "yyyy-MM-dd'T'HH:mm:ss.SSS";
  }
  if (pattern.empty()) return cast_sql(value, type, Kind::string, at);
  WEIR_TRY(const std::string moment, cast_sql(value, type, Kind::timestamp, at));
  return "spark_date_format(" + moment + ", " + quoted_string(pattern) + ")";
}

MaybeTyped to_csv(Call& call) {
  if (call.args.empty() || call.args.size() > 2 || !call.args[0].type.is(Kind::struct_))
    return wrong_arguments(call, "a struct and options");
  WEIR_TRY(
      const Options options,
      options_of(call, 1,
                 {"sep", "delimiter", "quote", "escape", "nullvalue", "quoteall", "timestampformat",
                  "dateformat", "ignoreleadingwhitespace", "ignoretrailingwhitespace"}));
  WEIR_CHECK(check_formats(options, spark::DatetimePattern::Use::write, call.at));
  WEIR_TRY(const spark::CsvStyle style, csv_style(options, call.at));
  const auto says = [&](const std::string& name, bool standard) {
    const std::string word = lower_case(option(options, name));
    return word.empty() ? standard : word == "true";
  };
  call.args.resize(1);
  const Typed& value = call.args[0];
  std::string fields;
  for (const Field& field : value.type.fields()) {
    WEIR_TRY(const std::string text,
             csv_text("struct_extract(v_csv, " + quoted_string(field.name) + ")", field.type,
                      options, value.at));
    fields += (fields.empty() ? "" : ", ") + text;
  }
  const auto flag = [](bool set) { return set ? std::string(", true") : std::string(", false"); };
  return made_of(value, Kind::string,
                 "list_transform([" + value.sql +
                     "], lambda v_csv: CASE WHEN v_csv IS NOT NULL THEN spark_csv_line([" + fields +
                     "], " + style_sql(style) + flag(says("quoteall", false)) +
                     flag(says("ignoreleadingwhitespace", true)) +
                     flag(says("ignoretrailingwhitespace", true)) + ") END)[1]",
                 call_name(call.function, call.args));
}

/// The first type that the text is of, as Spark's CSVInferSchema tries them.
Type csv_type(const std::optional<std::string>& text) {
  if (!text) return Kind::string;
  const bool digits =
      text->find_first_not_of("0123456789", text->starts_with('-') ? 1 : 0) == std::string::npos &&
      *text != "-";
  if (digits) {
    const std::size_t count = text->size() - (text->starts_with('-') ? 1 : 0);
    const auto number = count < 20 ? spark::double_from_text(*text) : std::nullopt;
    if (number && *number >= -2147483648.0 && *number <= 2147483647.0) return Kind::int_;
    if (number && count < 19) return Kind::long_;
    return count <= 38 ? Type::decimal(static_cast<int>(count), 0) : Type(Kind::double_);
  }
  if (spark::double_from_text(*text)) return Kind::double_;
  const bool time = text->find(':') != std::string::npos;
  if (!time && spark::date_from_text(*text)) return Kind::date;
  if (spark::timestamp_from_text(*text, spark::Moment{})) return Kind::timestamp;
  const std::string lower = lower_case(*text);
  return lower == "true" || lower == "false" ? Kind::boolean : Kind::string;
}

MaybeTyped csv_schema(Call& call) {
  if (call.args.empty() || call.args.size() > 2 || !call.args[0].text)
    return wrong_arguments(call, "a text that is written out");
  WEIR_TRY(const Options options,
           options_of(call, 1, {"sep", "delimiter", "quote", "escape", "nullvalue"}));
  WEIR_TRY(const spark::CsvStyle style, csv_style(options, call.at));
  std::vector<Field> fields;
  for (const auto& text : spark::csv_fields(*call.args[0].text, style))
    fields.push_back({"_c" + std::to_string(fields.size()), csv_type(text)});
  call.args.resize(1);
  return text_constant(call, schema_ddl(Type::structure(std::move(fields))),
                       call_name(call.function, call.args));
}

}  // namespace

MaybeTyped call_schema(Call& call) {
  const std::string& f = call.function;
  if (f == "to_json") return to_json(call);
  if (f == "from_json") return from_json(call);
  if (f == "schema_of_json") return json_schema(call);
  if (f == "from_csv") return from_csv(call);
  if (f == "to_csv") return to_csv(call);
  return csv_schema(call);
}

}  // namespace weir::dialect
