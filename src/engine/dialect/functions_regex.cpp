// A Java pattern goes to DuckDB's RE2 where RE2 matches it in the same way, since RE2 is linear in
// the text. What RE2 matches otherwise or cannot say goes to a function of ours over PCRE. Which of
// the two is decided from the pattern, when the query is saved.

#include <cctype>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/java_regex.hpp"

namespace weir::dialect {

namespace {

Result<Regex> regex_of(const Typed& pattern, RegexUse use) {
  if (!pattern.text) {
    return fail_at(pattern.at,
                   "a regular expression must be written as a text, not computed, on "
                   "the embedded engine");
  }
  auto regex = java_regex(*pattern.text, use);
  if (!regex) {
    return fail_at(pattern.at,
                   "the regular expression '" + *pattern.text + "' " + regex.error().message);
  }
  return regex;
}

/// A call of DuckDB's function where RE2 does, else of ours with the same name behind "spark_".
std::string matched(const Regex& regex, const std::string& function, const std::string& value,
                    const std::string& more) {
  return (regex.pcre ? "spark_" : "") + function + "(" + value + ", " +
         quoted_string(regex.pattern) + more + ")";
}

Result<void> arguments(Call& call, std::size_t least, std::size_t most, const std::string& wanted) {
  if (call.args.size() < least || call.args.size() > most) return wrong_arguments(call, wanted);
  WEIR_TRY(call.args[0], implicit_cast(call, std::move(call.args[0]), Kind::string));
  return {};
}

MaybeTyped null_text(const Call& call, const std::string& name) {
  return made_of(call.args[0], Kind::string, "CAST(NULL AS VARCHAR)", name);
}

MaybeTyped replace(Call& call) {
  const std::string name = call_name(call.function, call.args, call.args.size() == 3 ? ", 1" : "");
  WEIR_CHECK(arguments(call, 3, 4, "a text, a regular expression and a replacement"));
  if (call.args.size() == 4 && call.args[3].number != 1) {
    return fail_at(call.args[3].at,
                   "REGEXP_REPLACE from another position than 1 is not supported "
                   "by the embedded engine; cut the text with SUBSTR");
  }
  if (call.args[1].type.is(Kind::null_) || call.args[2].type.is(Kind::null_)) {
    return null_text(call, name);
  }
  WEIR_TRY(const Regex regex, regex_of(call.args[1], RegexUse::pieces));
  const Typed& value = call.args[0];
  const Typed& replacement = call.args[2];
  if (!replacement.text) {
    return fail_at(replacement.at,
                   "the replacement of REGEXP_REPLACE must be written as a text, "
                   "not computed, on the embedded engine");
  }
  auto text = java_replacement(*replacement.text, regex.groups);
  if (!text) {
    return fail_at(replacement.at,
                   "the replacement '" + *replacement.text + "' " + text.error().message);
  }
  return made_of(value, Kind::string,
                 matched(regex, "regexp_replace", value.sql,
                         ", " + quoted_string(*text) + (regex.pcre ? "" : ", 'g'")),
                 name);
}

MaybeTyped extract(Call& call) {
  const std::string name = call_name(call.function, call.args, call.args.size() == 2 ? ", 1" : "");
  WEIR_CHECK(arguments(call, 2, 3, "a text, a regular expression and the number of a group"));
  if (call.args[1].type.is(Kind::null_)) return null_text(call, name);
  WEIR_TRY(const Regex regex, regex_of(call.args[1], RegexUse::pieces));
  const auto group = call.args.size() == 3 ? call.args[2].number : std::optional<std::int64_t>(1);
  if (!group) {
    return fail_at(call.args[2].at, "the group of REGEXP_EXTRACT must be written as a number");
  }
  if (*group < 0 || *group > regex.groups || *group > 9) {
    return fail_at(call.args[1].at, "REGEXP_EXTRACT asks for group " + std::to_string(*group) +
                                        " of a regular expression with " +
                                        std::to_string(regex.groups) +
                                        " groups (at most 9 count); put it in parentheses");
  }
  const Typed& value = call.args[0];
  return made_of(value, Kind::string,
                 matched(regex, "regexp_extract", value.sql, ", " + std::to_string(*group)), name);
}

// All matches, over PCRE: DuckDB's own leaves out groups that did not take part.
MaybeTyped extract_all(Call& call) {
  const bool counts = call.function == "regexp_count";
  const bool first = call.function == "regexp_substr";
  const bool whole = counts || first;
  const std::string name =
      call_name(call.function, call.args, !whole && call.args.size() == 2 ? ", 1" : "");
  WEIR_CHECK(arguments(call, 2, whole ? 2 : 3, "a text, a regular expression and a group"));
  const Type type = counts  ? Type(Kind::int_)
                    : first ? Type(Kind::string)
                            : Type::array(Kind::string);
  const Typed& value = call.args[0];
  if (call.args[1].type.is(Kind::null_))
    return made_of(value, type, "CAST(NULL AS " + type.duckdb_name() + ")", name);
  WEIR_TRY(const Regex regex, regex_of(call.args[1], RegexUse::pieces));
  auto group = call.args.size() == 3 ? call.args[2].number : std::optional<std::int64_t>(1);
  if (whole) group = 0;
  if (!group || *group < 0 || *group > regex.groups) {
    return fail_at(call.args[1].at, "the regular expression has " + std::to_string(regex.groups) +
                                        " groups; write the number of one of them, or 0");
  }
  const std::string all = "spark_regexp_extract_all(" + value.sql + ", " +
                          quoted_string(regex.pattern) + ", " + std::to_string(*group) + ")";
  return made_of(value, type,
                 counts  ? "CAST(len(" + all + ") AS INTEGER)"
                 : first ? "nullif(list_extract(" + all + ", 1), '')"
                         : all,
                 name);
}

// The number of a group is taken and means nothing, as in Spark.
MaybeTyped place(Call& call) {
  const std::string name = call_name(call.function, call.args, call.args.size() == 2 ? ", 0" : "");
  WEIR_CHECK(arguments(call, 2, 3, "a text, a regular expression and the number of a group"));
  const Typed& value = call.args[0];
  const bool null = call.args[1].type.is(Kind::null_) ||
                    (call.args.size() == 3 && call.args[2].type.is(Kind::null_));
  if (null) return made_of(value, Kind::int_, "CAST(NULL AS INTEGER)", name);
  if (call.args.size() == 3 && !call.args[2].number)
    return fail_at(call.args[2].at, "the group of REGEXP_INSTR must be written as a number");
  WEIR_TRY(const Regex regex, regex_of(call.args[1], RegexUse::pieces));
  return made_of(value, Kind::int_,
                 "spark_regexp_instr(" + value.sql + ", " + quoted_string(regex.pattern) + ")",
                 name);
}

MaybeTyped str_to_map(Call& call) {
  const std::string name = call_name(call.function, call.args,
                                     call.args.size() == 1   ? ", ,, :"
                                     : call.args.size() == 2 ? ", :"
                                                             : "");
  WEIR_CHECK(arguments(call, 1, 3, "a text and two regular expressions"));
  std::string separators;
  for (std::size_t i = 1; i < 3; ++i) {
    Typed standard;
    standard.text = i == 1 ? "," : ":";
    WEIR_TRY(const Regex regex,
             regex_of(i < call.args.size() ? call.args[i] : standard, RegexUse::pieces));
    separators += ", " + quoted_string(regex.pattern);
  }
  return made_of(call.args[0], Type::map(Kind::string, Kind::string),
                 "spark_str_to_map(" + call.args[0].sql + separators + ")", name);
}

// With a limit the rest stays in one piece, which DuckDB's functions cannot do.
MaybeTyped split(Call& call) {
  const std::string name = call_name(call.function, call.args, call.args.size() == 2 ? ", -1" : "");
  WEIR_CHECK(arguments(call, 2, 3, "a text and a regular expression"));
  const Type type = Type::array(Kind::string);
  const Typed& value = call.args[0];
  if (call.args[1].type.is(Kind::null_)) {
    return made_of(value, type, "CAST(NULL AS VARCHAR[])", name);
  }
  WEIR_TRY(const Regex regex, regex_of(call.args[1], RegexUse::pieces));
  const auto limit = call.args.size() == 3 ? call.args[2].number : std::optional<std::int64_t>(-1);
  if (!limit) return fail_at(call.args[2].at, "the limit of SPLIT must be a number");
  if (regex.plain && regex.text.empty()) {
    if (*limit > 0) return fail_at(call.args[2].at, "SPLIT by '' takes no limit; use SUBSTR");
    return made_of(value, type, "spark_characters(" + value.sql + ")", name);
  }
  const bool ours = regex.pcre || *limit > 0;
  if (regex.plain && !ours) {
    return made_of(value, type,
                   "string_split(" + value.sql + ", " + quoted_string(regex.text) + ")", name);
  }
  return made_of(value, type,
                 std::string(ours ? "spark_regexp_split" : "string_split_regex") + "(" + value.sql +
                     ", " + quoted_string(regex.pattern) +
                     (ours ? ", " + std::to_string(*limit) : "") + ")",
                 name);
}

// An escape before anything but %, _ and itself is an error in Spark, and no other meaning here.
Result<void> check_escapes(const Typed& pattern, char escape) {
  const std::string& text = *pattern.text;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != escape) continue;
    ++i;
    if (i == text.size() || (text[i] != '%' && text[i] != '_' && text[i] != escape)) {
      return fail_at(pattern.at, "the pattern '" + text +
                                     "' has the escape character before "
                                     "something else than %, _ or itself; write it twice");
    }
  }
  return {};
}

/// The same of patterns that are known only as values: NULL, since one value must not end a load.
std::string where_escapes_are_right(const std::string& pattern, char escape,
                                    const std::string& sql) {
  const std::string it = (std::ispunct(escape) != 0 ? "\\" : "") + std::string(1, escape);
  const std::string right = "([^" + it + "]|" + it + "[" + it + "%_])*";
  return "(CASE WHEN regexp_full_match(" + pattern + ", " + quoted_string(right) + ") THEN " + sql +
         " END)";
}

Result<Typed> rlike(Typed value, const Typed& pattern, const std::string& name) {
  Call call{"rlike", value.at, {}, nullptr};
  WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  if (pattern.type.is(Kind::null_)) {
    return made_of(value, Kind::boolean, "CAST(NULL AS BOOLEAN)", name);
  }
  WEIR_TRY(const Regex regex, regex_of(pattern, RegexUse::find));
  return made_of(value, Kind::boolean, matched(regex, "regexp_matches", value.sql, ""), name);
}

}  // namespace

Result<Typed> like(std::string_view op, Typed value, Typed pattern,
                   const std::optional<Typed>& escape) {
  if (op == "RLIKE") {
    const std::string name = "RLIKE(" + value.name + ", " + pattern.name + ")";
    return rlike(std::move(value), pattern, name);
  }
  std::string name = value.name + " " + std::string(op) + " " + pattern.name;
  if (op == "ILIKE") name = "ilike(" + value.name + ", " + pattern.name + ")";
  char character = '\\';
  if (escape) {
    if (escape->text->size() != 1) {
      return fail_at(escape->at, "ESCAPE takes one ASCII character");
    }
    character = (*escape->text)[0];
  }
  const Call call{"like", value.at, {}, nullptr};
  if (pattern.text) {
    WEIR_CHECK(check_escapes(pattern, character));
  }
  WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  WEIR_TRY(pattern, implicit_cast(call, std::move(pattern), Kind::string));
  std::string left = value.sql;
  std::string right = pattern.sql;
  if (op == "ILIKE") {
    left = "spark_lower(" + left + ")";
    right = "spark_lower(" + right + ")";
  }
  std::string sql =
      "(" + left + " LIKE " + right + " ESCAPE " + quoted_string(std::string(1, character)) + ")";
  if (!pattern.text) sql = where_escapes_are_right(pattern.sql, character, sql);
  return made_of(value, pattern, Kind::boolean, std::move(sql), name);
}

MaybeTyped call_regex(Call& call) {
  const std::string& f = call.function;
  if (f == "regexp_replace") return replace(call);
  if (f == "regexp_extract") return extract(call);
  if (f == "regexp_extract_all" || f == "regexp_count" || f == "regexp_substr")
    return extract_all(call);
  if (f == "regexp_instr") return place(call);
  if (f == "str_to_map") return str_to_map(call);
  if (f == "split") return split(call);
  if (f == "rlike" || f == "regexp_like" || f == "regexp") {
    if (call.args.size() != 2) return wrong_arguments(call, "a text and a regular expression");
    const std::string name = (f == "rlike"    ? "RLIKE"
                              : f == "regexp" ? "REGEXP"
                                              : "REGEXP_LIKE") +
                             ("(" + call.args[0].name + ", " + call.args[1].name + ")");
    WEIR_TRY(Typed found, rlike(std::move(call.args[0]), call.args[1], name));
    return found;
  }
  if (f == "like" || f == "ilike") {
    if (call.args.size() != 2) return wrong_arguments(call, "a text and a pattern");
    WEIR_TRY(Typed found, like(f == "like" ? "LIKE" : "ILIKE", std::move(call.args[0]),
                               std::move(call.args[1]), std::nullopt));
    return found;
  }
  return std::nullopt;
}

}  // namespace weir::dialect
