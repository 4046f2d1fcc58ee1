#include "engine/spark/schema_json.hpp"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::spark {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view json) {
  const auto parsed = parse_schema_json(json);
  return parsed ? "no error" : parsed.error().message;
}

std::string field(const std::string& type) {
  return R"({"type":"struct","fields":[{"name":"a","nullable":true,"metadata":{},"type":)" + type +
         "}]}";
}

TEST(SchemaJson, TheDocumentedNestedSchemaIsRead) {
  const auto type = parse_schema_json(R"json({"type":"struct","fields":[
    {"name":"saleId","type":"string","nullable":false,"metadata":{}},
    {"name":"payments","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
      {"name":"payment","nullable":true,"metadata":{},"type":{"type":"array","containsNull":true,
        "elementType":{"type":"struct","fields":[
          {"name":"kind","type":"string","nullable":true,"metadata":{}},
          {"name":"amount","type":"decimal(12,2)","nullable":true,"metadata":{}}]}}}]}}]})json");
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_EQ(type->spark_ddl(),
            "STRUCT<`saleId`: STRING, `payments`: STRUCT<`payment`: ARRAY<STRUCT<`kind`: STRING, "
            "`amount`: DECIMAL(12,2)>>>>");
  EXPECT_EQ(type->duckdb_name(),
            "STRUCT(\"saleId\" VARCHAR, \"payments\" STRUCT(\"payment\" STRUCT(\"kind\" VARCHAR, "
            "\"amount\" DECIMAL(12,2))[]))");
}

TEST(SchemaJson, EveryScalarHasItsNameInBothDialects) {
  const std::vector<std::array<std::string, 3>> table{
      {"string", "STRING", "VARCHAR"},
      {"long", "BIGINT", "BIGINT"},
      {"bigint", "BIGINT", "BIGINT"},
      {"integer", "INT", "INTEGER"},
      {"short", "SMALLINT", "SMALLINT"},
      {"byte", "TINYINT", "TINYINT"},
      {"double", "DOUBLE", "DOUBLE"},
      {"float", "FLOAT", "FLOAT"},
      {"boolean", "BOOLEAN", "BOOLEAN"},
      {"decimal(38,10)", "DECIMAL(38,10)", "DECIMAL(38,10)"},
      {"decimal", "DECIMAL(10,0)", "DECIMAL(10,0)"},
      {"date", "DATE", "DATE"},
      {"timestamp", "TIMESTAMP", "TIMESTAMP"},
      {"binary", "BINARY", "BLOB"},
      {"null", "VOID", "VARCHAR"},
  };
  for (const auto& [name, spark, duckdb] : table) {
    const auto type = parse_schema_json(field("\"" + name + "\""));
    ASSERT_TRUE(type) << name << ": " << type.error().message;
    EXPECT_EQ(type->fields()[0].type.spark_ddl(), spark);
    EXPECT_EQ(type->fields()[0].type.duckdb_name(), duckdb);
  }
}

TEST(SchemaJson, MapsAreRead) {
  const auto type = parse_schema_json(
      field(R"({"type":"map","keyType":"string","valueType":"long","valueContainsNull":true})"));
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_EQ(type->fields()[0].type.spark_ddl(), "MAP<STRING, BIGINT>");
  EXPECT_EQ(type->spark_name(), "struct<a:map<string,bigint>>");
  EXPECT_EQ(type->fields()[0].type.duckdb_name(), "MAP(VARCHAR, BIGINT)");
}

TEST(SchemaJson, NamesAreQuotedInBothDialects) {
  const auto type = parse_schema_json(R"({"type":"struct","fields":[
    {"name":"a\"b`c","type":"string"},{"name":"cbc:ID","type":"long"}]})");
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_EQ(type->duckdb_name(), "STRUCT(\"a\"\"b`c\" VARCHAR, \"cbc:ID\" BIGINT)");
  EXPECT_EQ(type->spark_ddl(), "STRUCT<`a\"b``c`: STRING, `cbc:ID`: BIGINT>");
}

TEST(SchemaJson, AnErrorSaysWhere) {
  EXPECT_THAT(error_of(field("\"strng\"")),
              HasSubstr("$.fields[0].type: unknown type \"strng\"; known are string"));
  EXPECT_THAT(error_of(field(R"({"type":"array"})")),
              HasSubstr("$.fields[0].type: \"elementType\" is missing"));
  EXPECT_THAT(error_of(field(R"({"type":"array","elementType":{"type":"struct","fields":[]}})")),
              HasSubstr("$.fields[0].type.elementType: a struct needs \"fields\""));
  EXPECT_THAT(error_of(field("\"decimal(39,2)\"")), HasSubstr("decimal(p,s)"));
  EXPECT_THAT(error_of(field("\"decimal(5,6)\"")), HasSubstr("decimal(p,s)"));
  EXPECT_THAT(error_of(field(R"({"type":"long"})")), HasSubstr("$.fields[0].type.type"));
  EXPECT_THAT(error_of(R"({"type":"struct","fields":[{"type":"long"}]})"),
              HasSubstr("$.fields[0]: \"name\""));
  EXPECT_THAT(error_of(R"({"type":"struct","fields":[7]})"), HasSubstr("$.fields[0]: a field is"));
  EXPECT_THAT(error_of(R"({"type":"struct",)"), HasSubstr("not JSON"));
  EXPECT_THAT(error_of(field("\"long\"") + " x"), HasSubstr("at offset"));
}

TEST(SchemaJson, NestingIsBounded) {
  const auto nested = [](int levels) {
    std::string json = "\"long\"";
    for (int i = 1; i < levels; ++i)
      json = R"({"type":"struct","fields":[{"name":"a","type":)" + json + "}]}";
    return json;
  };
  EXPECT_TRUE(parse_schema_json(nested(type_depth_max)));
  EXPECT_THAT(error_of(nested(type_depth_max + 1)), HasSubstr("deeper than 64 levels"));
  EXPECT_THAT(error_of(nested(10'000)), HasSubstr("not JSON"));
}

}  // namespace
}  // namespace weir::spark
