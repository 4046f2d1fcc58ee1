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

MaybeTyped coded(Call& call) {
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
  return made_of(value, Kind::string,
                 "array_to_string(list_reverse(string_split(" + value.sql + ", '')), '')", name);
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
