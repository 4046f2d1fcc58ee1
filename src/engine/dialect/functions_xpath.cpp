// XML within a text. The path is read when the query is saved, as Spark takes it as a constant
// only.

#include "engine/dialect/cast.hpp"
#include "engine/dialect/functions.hpp"
#include "engine/spark/xpath.hpp"

namespace weir::dialect {

namespace {

struct Form {
  std::string_view function;
  std::string_view sql;  // with $1 for the text and the path
  Kind kind;
};
constexpr Form forms[] = {
    {"xpath_string", "spark_xpath_string($1)", Kind::string},
    {"xpath_boolean", "spark_xpath_boolean($1)", Kind::boolean},
    {"xpath_double", "spark_xpath_double($1)", Kind::double_},
    {"xpath_number", "spark_xpath_double($1)", Kind::double_},
    {"xpath_float", "spark_double_to_float(spark_xpath_double($1))", Kind::float_},
    {"xpath_long", "spark_double_to_bigint(spark_xpath_double($1))", Kind::long_},
    {"xpath_int", "spark_double_to_int(spark_xpath_double($1))", Kind::int_},
    {"xpath_short", "spark_wrap_smallint(spark_double_to_int(spark_xpath_double($1)))",
     Kind::short_}};

}  // namespace

MaybeTyped call_xpath(Call& call) {
  const bool list = call.function == "xpath";
  if (call.args.size() != 2) return wrong_arguments(call, "a text of XML and a path");
  const std::string name = call_name(call.function, call.args);
  const Typed& xml = call.args[0];
  const Typed& path = call.args[1];
  if (!xml.type.is(Kind::string) && !xml.type.is(Kind::null_))
    return wrong_arguments(call, "a text of XML and a path");
  Type type = Type::array(Kind::string);
  std::string_view sql = "spark_xpath($1)";
  for (const Form& form : forms) {
    if (form.function != call.function) continue;
    type = form.kind;
    sql = form.sql;
  }
  if (xml.type.is(Kind::null_) || path.type.is(Kind::null_) || (path.text && path.text->empty()))
    return made_of(xml, type, "CAST(NULL AS " + type.duckdb_name() + ")", name);
  if (!path.text) {
    return fail_at(path.at, "the path of " + call.function +
                                " must be written as a text, not computed, on the embedded engine");
  }
  const auto known = spark::XPath::parse(
      *path.text, list ? spark::XPath::Gives::nodes : spark::XPath::Gives::value);
  if (!known) return fail_at(path.at, known.error().message);
  Typed both = xml;
  both.sql = xml.sql + ", " + quoted_string(*path.text);
  return made_of(xml, type, filled(sql, {both}), name);
}

}  // namespace weir::dialect
