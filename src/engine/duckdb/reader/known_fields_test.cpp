#include "engine/duckdb/reader/known_fields.hpp"

#include <gtest/gtest.h>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/spark/schema_json.hpp"

namespace weir::engine::duckdb {
namespace {

spark::Type type(const std::string& fields) {
  return *spark::parse_schema_json(R"({"type":"struct","fields":[)" + fields + "]}");
}
std::string field_text(const std::string& name, const std::string& of) {
  return R"({"name":")" + name + R"(","type":)" + of + R"(,"nullable":true,"metadata":{}})";
}
std::string with(const std::string& inferred, const std::string& known) {
  const std::string ddl = with_known_fields(type(inferred), type(known)).spark_ddl();
  return ddl.substr(7, ddl.size() - 8);  // without STRUCT<>
}

const std::string a_long = "\"long\"";
const std::string a_string = "\"string\"";
std::string structure(const std::string& fields) {
  return R"({"type":"struct","fields":[)" + fields + "]}";
}
std::string array(const std::string& element) {
  return R"({"type":"array","elementType":)" + element + R"(,"containsNull":true})";
}

TEST(KnownFieldsTest, AFieldThatTheFilesLackIsAdded) {
  EXPECT_EQ(
      with(field_text("b", a_long), field_text("a", a_string) + "," + field_text("c", a_long)),
      "`a`: STRING, `b`: BIGINT, `c`: BIGINT");
}

TEST(KnownFieldsTest, TheFilesAlwaysSayWhatTypeAFieldHas) {
  EXPECT_EQ(with(field_text("a", a_long), field_text("a", a_string)), "`a`: BIGINT");
  EXPECT_EQ(with(field_text("a", a_string), field_text("a", structure(field_text("x", a_long)))),
            "`a`: STRING");
  EXPECT_EQ(with(field_text("a", array(a_string)),
                 field_text("a", array(structure(field_text("x", a_long))))),
            "`a`: ARRAY<STRING>");
  EXPECT_EQ(with(field_text("Id", a_long), field_text("id", a_string)), "`Id`: BIGINT")
      << "names that Spark SQL cannot tell apart";
  EXPECT_EQ(
      with(field_text("a", a_long), field_text("id", a_long) + "," + field_text("ID", a_string)),
      "`a`: BIGINT, `id`: BIGINT");
}

TEST(KnownFieldsTest, FieldsAreAddedBelowStructsAndArraysOfThem) {
  EXPECT_EQ(with(field_text("c", structure(field_text("id", a_long))),
                 field_text("c", structure(field_text("email", a_string)))),
            "`c`: STRUCT<`email`: STRING, `id`: BIGINT>");
  EXPECT_EQ(with(field_text("i", array(structure(field_text("sku", a_string)))),
                 field_text("i", array(structure(field_text("price", a_long))))),
            "`i`: ARRAY<STRUCT<`price`: BIGINT, `sku`: STRING>>");
}

TEST(KnownFieldsTest, NoMoreNamesThanInferenceMayHave) {
  std::vector<spark::Field> many;
  for (std::uint32_t i = 0; i < limits::inferred_fields_max - 1; ++i)
    many.push_back({"f" + std::to_string(i), spark::Kind::string});
  const auto out = with_known_fields(
      spark::Type::structure(many),
      type(field_text("x", structure(field_text("y", a_long))) + "," + field_text("z", a_long)));
  EXPECT_EQ(out.fields().size(), limits::inferred_fields_max);
  EXPECT_EQ(out.fields().back().name, "z");
}

}  // namespace
}  // namespace weir::engine::duckdb
