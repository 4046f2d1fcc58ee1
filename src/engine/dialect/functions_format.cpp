// Numbers in a format and texts with places for values. A format is written out in the query, so
// that its mistakes are told when the query is saved, and FORMAT_STRING is taken apart then: each
// of its places becomes a call of its own.

#include <algorithm>

#include "engine/dialect/cast.hpp"
#include "engine/dialect/coercion.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/spark/number_format.hpp"
#include "engine/spark/printf.hpp"

namespace weir::dialect {

namespace {

Result<spark::NumberFormat> number_format(const Call& call) {
  const Typed& format = call.args[1];
  if (!format.text)
    return fail_at(format.at, "the format of " + call.function + " is written as a text");
  auto parsed = spark::NumberFormat::parse(*format.text);
  if (!parsed) return fail_at(format.at, parsed.error().message);
  return parsed;
}

MaybeTyped to_number(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a text and a format");
  const std::string name = call_name(call.function, call.args);
  WEIR_TRY(const spark::NumberFormat format, number_format(call));
  WEIR_TRY(const Typed text, implicit_cast(call, std::move(call.args[0]), Kind::string));
  const Type type = Type::decimal(format.precision(), format.scale());
  return made_of(
      text, type,
      decimal_of_unscaled(
          "spark_to_number(" + text.sql + ", " + quoted_string(*call.args[1].text) + ")", type),
      name);
}

MaybeTyped to_char(Call& call) {
  if (call.args.size() != 2) return wrong_arguments(call, "a number and a format");
  const std::string name = call_name("to_char", call.args);
  WEIR_CHECK(number_format(call));
  Typed value = call.args[0];
  if (value.type.is(Kind::string) || value.type.is_fractional() || value.type.is(Kind::null_)) {
    WEIR_TRY(value, implicit_cast(call, std::move(value), Type::decimal(38, 18)));
  } else if (value.type.is_integral()) {
    WEIR_TRY(value, cast(value, decimal_of(value.type)));
  }
  if (!value.type.is(Kind::decimal)) return wrong_arguments(call, "a number and a format");
  return made_of(value, Kind::string,
                 "spark_to_char(" + value.sql + ", " + quoted_string(*call.args[1].text) + ")",
                 name);
}

/// One place of a format with its value.
Result<std::string> placed(const Call& call, const spark::Conversion& how, const Typed& value) {
  const std::string written = quoted_string(how.written());
  const bool none = value.type.is(Kind::null_);
  const auto misfit = [&] {
    return fail_at(value.at, std::string("%") + how.kind + " does not take " +
                                 value.type.spark_name() + "; cast the value");
  };
  switch (how.kind) {
    case 'd':
    case 'x':
    case 'X':
    case 'o':
    case 'c': {
      if (!value.type.is_integral() && !none) return misfit();
      WEIR_TRY(const Typed whole, cast(value, Kind::long_));
      const int bits = value.type.is(Kind::byte)     ? 8
                       : value.type.is(Kind::short_) ? 16
                       : value.type.is(Kind::int_)   ? 32
                                                     : 64;
      return "spark_format_whole(" + whole.sql + ", " + written + ", " + std::to_string(bits) + ")";
    }
    case 'f':
    case 'e':
    case 'E': {
      if (!value.type.is_fractional() && !none) return misfit();
      WEIR_TRY(const Typed number, cast(value, Kind::double_));
      const bool single = value.type.is(Kind::float_);  // of whose digits Java writes its own
      const std::string sql =
          single ? "CAST(CAST(" + value.sql + " AS VARCHAR) AS DOUBLE)" : number.sql;
      return "spark_format_fraction(" + sql + ", " + written + ")";
    }
    case 'b':
    case 'B': {
      const std::string truth = value.type.is(Kind::boolean)
                                    ? "CAST(" + value.sql + " AS VARCHAR)"
                                    : "CASE WHEN " + value.sql + " IS NOT NULL THEN 'true' END";
      return "spark_format_text(" + truth + ", " + written + ")";
    }
    default:
      break;
  }
  if (value.type.is_datetime() || value.type.is_nested() || value.type.is(Kind::binary) ||
      value.type.is_interval()) {
    return fail_at(value.at, call.function + " would show how Spark keeps " +
                                 value.type.spark_name() + " inside; cast it to STRING");
  }
  WEIR_TRY(const Typed text, cast(value, Kind::string));
  return "spark_format_text(" + text.sql + ", " + written + ")";
}

MaybeTyped format_string(Call& call) {
  if (call.args.empty() || !call.args[0].text)
    return wrong_arguments(call, "a format that is written out, and values");
  const std::string name = call_name(call.function, call.args);
  const Position at = call.args[0].at;
  std::string_view rest = *call.args[0].text;
  std::string sql;
  const auto add = [&](const std::string& part) { sql += (sql.empty() ? "" : " || ") + part; };
  std::size_t next = 1;
  while (!rest.empty()) {
    const std::size_t percent = rest.find('%');
    if (percent > 0) add(quoted_string(rest.substr(0, percent)));
    if (percent == std::string_view::npos) break;
    rest.remove_prefix(percent + 1);
    auto how = spark::Conversion::parse(rest);
    if (!how) return fail_at(at, "the format: " + how.error().message);
    if (how->kind == 'n' || how->kind == '%') {
      add(quoted_string(how->kind == 'n' ? "\n" : "%"));
      continue;
    }
    const std::size_t place = how->argument > 0 ? static_cast<std::size_t>(how->argument) : next++;
    if (place >= call.args.size()) {
      return fail_at(at, "the format has a place for value " + std::to_string(place) + ", and " +
                             std::to_string(call.args.size() - 1) + " are given");
    }
    WEIR_TRY(const std::string value, placed(call, *how, call.args[place]));
    add(value);
  }
  return made_of(pointers(call.args), Kind::string, sql.empty() ? "''" : "(" + sql + ")", name);
}

MaybeTyped to_binary(Call& call) {
  if (call.args.empty() || call.args.size() > 2) return wrong_arguments(call, "a text and a form");
  const std::string name = call_name(call.function, call.args);
  std::string form = "hex";
  if (call.args.size() == 2) {
    if (!call.args[1].text)
      return fail_at(call.args[1].at, "the form of " + call.function + " is written as a text");
    form = lower_case(*call.args[1].text);
  }
  WEIR_TRY(const Typed text, implicit_cast(call, std::move(call.args[0]), Kind::string));
  const std::string function = form == "hex"                       ? "spark_unhex("
                               : form == "base64"                  ? "spark_strict_base64("
                               : form == "utf-8" || form == "utf8" ? "encode("
                                                                   : "";
  if (function.empty()) {
    return fail_at(call.at, "the form " + form + " of " + call.function +
                                " is not known; write 'hex', 'base64' or 'utf-8'");
  }
  return made_of(text, Kind::binary, function + text.sql + ")", name);
}

}  // namespace

MaybeTyped call_format(Call& call) {
  const std::string& f = call.function;
  if (f == "to_number" || f == "try_to_number") return to_number(call);
  if (f == "to_char" || f == "to_varchar") return to_char(call);
  if (f == "to_binary" || f == "try_to_binary") return to_binary(call);
  return format_string(call);
}

}  // namespace weir::dialect
