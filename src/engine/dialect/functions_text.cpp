// Text functions whose form depends on how they were written or on their arguments. Those that are
// one piece of DuckDB text are lines of functions.cpp.

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/dialect/operators.hpp"

namespace weir::dialect {

namespace {

// TRIM(x), TRIM(what, x), BTRIM(x, what) and the forms with FROM, whose value comes first.
MaybeTyped trimmed(Call& call) {
  const bool worded = !call.expr->parts.empty();
  if (call.args.empty() || call.args.size() > 2) return wrong_arguments(call, "one or two texts");
  const bool btrim = call.function == "btrim";
  if (call.args.size() == 2 && !worded && !btrim) std::swap(call.args[0], call.args[1]);
  std::string name = call_name(call.function, call.args);
  if (call.args.size() == 2 && !btrim) {
    const std::string side = call.function == "ltrim"   ? "LEADING"
                             : call.function == "rtrim" ? "TRAILING"
                                                        : "BOTH";
    name = "TRIM(" + side + " " + call.args[1].name + " FROM " + call.args[0].name + ")";
  }
  for (Typed& arg : call.args) {  // bytes are taken for text here, where else they are not
    if (arg.type.is(Kind::binary)) {
      WEIR_TRY(arg, cast(std::move(arg), Kind::string));
    }
  }
  for (Typed& arg : call.args) {
    WEIR_TRY(arg, implicit_cast(call, std::move(arg), Kind::string));
  }
  const std::string function = btrim ? "trim" : call.function;
  const Typed& value = call.args[0];
  if (call.args.size() == 1) {
    return made_of(value, Kind::string, function + "(" + value.sql + ", ' ')", name);
  }
  return made_of(value, call.args[1], Kind::string,
                 function + "(" + value.sql + ", " + call.args[1].sql + ")", name);
}

MaybeTyped concat_ws(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "a separator and texts or arrays of text");
  const std::string name = call_name(call.function, call.args);
  Typed separator = call.args[0];
  std::vector<const Typed*> from;
  std::string parts;
  for (std::size_t i = 0; i < call.args.size(); ++i) {
    Typed& arg = call.args[i];
    const bool array = i > 0 && arg.type.is(Kind::array);
    if (array) {
      const Type element = arg.type.element();
      if (!element.is(Kind::string) && !element.is(Kind::null_)) {
        return fail_at(arg.at, "CONCAT_WS takes arrays of string, not " + arg.type.spark_name());
      }
      arg.sql = "coalesce(CAST(" + arg.sql + " AS VARCHAR[]), [])";
    } else {
      WEIR_TRY(arg, implicit_cast(call, std::move(arg), Kind::string));
      if (i > 0) arg.sql = "[" + arg.sql + "]";
    }
    if (i > 0) parts += (parts.empty() ? "" : " || ") + arg.sql;
    from.push_back(&arg);
  }
  if (parts.empty()) parts = "CAST([] AS VARCHAR[])";
  if (!separator.text) separator = call.args[0];
  return made_of(from, Kind::string, joined_text(parts, separator), name);
}

Result<void> utf8_only(const Call& call, const Typed& charset) {
  const std::string name = charset.text ? lower_case(*charset.text) : "";
  if (name == "utf-8" || name == "utf8") return {};
  return fail_at(charset.at, "the character set of " + call.function +
                                 " must be 'UTF-8' on the embedded engine; convert before sending");
}

// DECODE(x, is, then, is, then, ..., else): a CASE that finds NULL too.
Result<Typed> chosen_by(const Call& call, const Typed& value) {
  const std::string name = call_name(call.function, call.args);
  std::vector<Typed> results;
  for (std::size_t i = 2; i < call.args.size(); i += 2)
    results.push_back(call.args[i]);
  const bool has_else = call.args.size() % 2 == 0;
  if (has_else) results.push_back(call.args.back());
  WEIR_TRY(results, unified(std::move(results), true, "DECODE"));
  std::vector<Typed> tests;
  std::string sql = "CASE";
  for (std::size_t i = 0; 2 * i + 2 < call.args.size(); ++i) {
    WEIR_TRY(Typed same, compare("<=>", value, call.args[2 * i + 1]));
    sql += " WHEN " + same.sql + " THEN " + results[i].sql;
    tests.push_back(std::move(same));
  }
  if (has_else) sql += " ELSE " + results.back().sql;
  std::vector<const Typed*> parts = pointers(tests);
  for (const Typed& result : results)
    parts.push_back(&result);
  return made_of(parts, results[0].type, sql + " END", name);
}

MaybeTyped coded(Call& call) {
  if (call.function == "decode" && call.args.size() > 2) {
    WEIR_TRY(Typed chosen,
             made_once(call.args[0], [&](const Typed& value) { return chosen_by(call, value); }));
    return chosen;
  }
  if (call.args.size() != 2) return wrong_arguments(call, "a value and a character set");
  const std::string name = call_name(call.function, call.args);
  WEIR_CHECK(utf8_only(call, call.args[1]));
  const bool decodes = call.function == "decode";
  WEIR_TRY(Typed value,
           implicit_cast(call, std::move(call.args[0]), decodes ? Kind::binary : Kind::string));
  return made_of(value, decodes ? Kind::string : Kind::binary,
                 (decodes ? "spark_binary_to_string(" : "encode(") + value.sql + ")", name);
}

// Digests take text as its UTF-8 bytes, and so does DuckDB.
MaybeTyped digest(Call& call, const std::string& function) {
  if (call.args.empty()) return wrong_arguments(call, "a value");
  const std::string name = call_name(call.function, call.args);
  Typed value = call.args[0];
  if (!value.type.is(Kind::binary)) {
    if (!value.type.is(Kind::string) && !value.type.is(Kind::null_)) {
      return wrong_arguments(call, "text or binary");
    }
    WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  }
  return made_of(value, Kind::string, function + "(" + value.sql + ")", name);
}

MaybeTyped sha2(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a value and 256");
  const auto bits = call.args[1].number;
  if (!bits || (*bits != 256 && *bits != 0)) {
    return fail_at(call.args[1].at,
                   "SHA2 makes 256 bits only on the embedded engine; write "
                   "SHA2(x, 256)");
  }
  return digest(call, "sha256");
}

MaybeTyped reversed(Call& call) {
  if (call.args.size() != 1) return wrong_arguments(call, "one value");
  const std::string name = call_name(call.function, call.args);
  Typed value = std::move(call.args[0]);
  if (value.type.is(Kind::array)) {
    return made_of(value, value.type, "list_reverse(" + value.sql + ")", name);
  }
  WEIR_TRY(value, implicit_cast(call, std::move(value), Kind::string));
  // DuckDB's reverse() keeps what belongs to one visible character together; Spark does not.
  return made_of(value, Kind::string, "spark_reverse(" + value.sql + ")", name);
}

MaybeTyped picked(Call& call) {
  if (call.args.size() < 2) return wrong_arguments(call, "a number and texts");
  const std::string name = call_name(call.function, call.args);
  std::string items;
  for (std::size_t i = 1; i < call.args.size(); ++i) {
    WEIR_TRY(call.args[i], implicit_cast(call, std::move(call.args[i]), Kind::string));
    items += (i == 1 ? "" : ", ") + call.args[i].sql;
  }
  WEIR_TRY(call.args[0], implicit_cast(call, std::move(call.args[0]), Kind::int_));
  return made_of(pointers(call.args), Kind::string,
                 "spark_get([" + items + "], CAST(" + call.args[0].sql + " AS BIGINT) - 1)", name);
}

/// The hash of a value from the hash of those before it; of a struct it is that of its fields.
Result<std::string> hash_of(const std::string& function, const std::string& value, const Type& type,
                            std::string seed, Position at) {
  if (type.is(Kind::null_)) return seed;
  if (type.is(Kind::struct_)) {
    for (const Field& field : type.fields()) {
      WEIR_TRY(seed,
               hash_of(function, "struct_extract(" + value + ", " + quoted_string(field.name) + ")",
                       field.type, std::move(seed), at));
    }
    return seed;
  }
  if (type.is(Kind::array)) {
    WEIR_TRY(const std::string step, hash_of(function, "v_left.x", type.element(), "v_all.a", at));
    const std::string none = "CAST(NULL AS " + type.element().duckdb_name() + ")";
    return "list_reduce(list_transform(coalesce(" + value +
           ", []), lambda v_item: {'a': " + "CAST(NULL AS " +
           (function == "spark_hash" ? "INTEGER" : "BIGINT") +
           "), 'x': v_item}), lambda v_all, v_left: {'a': " + step + ", 'x': " + none +
           "}, {'a': " + seed + ", 'x': " + none + "}).a";
  }
  if (type.is(Kind::map)) {
    return fail_at(at, "a hash of " + type.spark_name() +
                           " is not supported by the embedded engine; hash its parts");
  }
  const std::string suffix = !type.is(Kind::decimal)  ? ""
                             : type.precision() <= 18 ? "_small_decimal"
                                                      : "_large_decimal";
  return function + suffix + "(" + value + ", " + seed + ")";
}

MaybeTyped hashed(Call& call) {
  if (call.args.empty()) return wrong_arguments(call, "at least one value");
  const bool wide = call.function == "xxhash64";
  std::string sql = wide ? "CAST(42 AS BIGINT)" : "CAST(42 AS INTEGER)";
  for (const Typed& arg : call.args) {
    WEIR_TRY(sql, hash_of("spark_" + call.function, arg.sql, arg.type, std::move(sql), arg.at));
  }
  return made_of(pointers(call.args), wide ? Kind::long_ : Kind::int_, std::move(sql),
                 call_name(call.function, call.args));
}

}  // namespace

std::string joined_text(const std::string& list, const Typed& separator) {
  // DuckDB's own join wants a constant between.
  if (!separator.text) return "spark_join(" + list + ", " + separator.sql + ")";
  return "coalesce(array_to_string(" + list + ", " + quoted_string(*separator.text) + "), '')";
}

MaybeTyped call_text(Call& call) {
  const std::string& f = call.function;
  if (f == "trim" || f == "ltrim" || f == "rtrim" || f == "btrim") return trimmed(call);
  if (f == "concat") {
    WEIR_TRY(Typed whole, concat(std::move(call.args), call.at));
    return whole;
  }
  if (f == "concat_ws") return concat_ws(call);
  if (f == "decode" || f == "encode") return coded(call);
  if (f == "elt") return picked(call);
  if (f == "hash" || f == "xxhash64") return hashed(call);
  if (f == "md5") return digest(call, "md5");
  if (f == "sha1" || f == "sha") return digest(call, "sha1");
  if (f == "sha2") return sha2(call);
  if (f == "reverse") return reversed(call);
  if (f == "base64") {
    if (call.args.size() != 1) return wrong_arguments(call, "one value");
    const std::string name = call_name(f, call.args);
    WEIR_TRY(Typed value, implicit_cast(call, std::move(call.args[0]), Kind::binary));
    return made_of(value, Kind::string, "spark_base64(" + value.sql + ")", name);
  }
  if (f == "uuid") {
    if (!call.args.empty()) return wrong_arguments(call, "nothing");
    Typed value =
        made_of(std::vector<const Typed*>{}, Kind::string, "CAST(uuid() AS VARCHAR)", "uuid()");
    value.random = true;
    value.foldable = false;
    return value;
  }
  return std::nullopt;
}

}  // namespace weir::dialect
