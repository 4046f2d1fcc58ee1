#include "engine/spark_type.hpp"

#include <array>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::engine {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view json) {
  const auto parsed = parse_spark_schema(json);
  return parsed ? "no error" : parsed.error().message;
}

std::string field(const std::string& type) {
  return R"({"type":"struct","fields":[{"name":"a","nullable":true,"metadata":{},"type":)" + type +
         "}]}";
}

TEST(SparkType, TheDocumentedNestedSchemaIsRead) {
  const auto type = parse_spark_schema(R"json({"type":"struct","fields":[
    {"name":"saleId","type":"string","nullable":false,"metadata":{}},
    {"name":"payments","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
      {"name":"payment","nullable":true,"metadata":{},"type":{"type":"array","containsNull":true,
        "elementType":{"type":"struct","fields":[
          {"name":"kind","type":"string","nullable":true,"metadata":{}},
          {"name":"amount","type":"decimal(12,2)","nullable":true,"metadata":{}}]}}}]}}]})json");
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_FALSE(type->fields[0].nullable);
  EXPECT_EQ(spark_ddl_columns(*type),
            "`saleId` STRING, `payments` STRUCT<`payment`: ARRAY<STRUCT<`kind`: STRING, "
            "`amount`: DECIMAL(12,2)>>>");
  EXPECT_EQ(duckdb_ddl(*type),
            "STRUCT(\"saleId\" VARCHAR, \"payments\" STRUCT(\"payment\" STRUCT(\"kind\" VARCHAR, "
            "\"amount\" DECIMAL(12,2))[]))");
}

TEST(SparkType, EveryScalarHasItsNameInBothDialects) {
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
    const auto type = parse_spark_schema(field("\"" + name + "\""));
    ASSERT_TRUE(type) << name << ": " << type.error().message;
    EXPECT_EQ(spark_ddl(type->fields[0].type), spark);
    EXPECT_EQ(duckdb_ddl(type->fields[0].type), duckdb);
  }
}

TEST(SparkType, MapsAreRead) {
  const auto type = parse_spark_schema(
      field(R"({"type":"map","keyType":"string","valueType":"long","valueContainsNull":true})"));
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_EQ(spark_ddl(type->fields[0].type), "MAP<STRING, BIGINT>");
  EXPECT_EQ(duckdb_ddl(type->fields[0].type), "MAP(VARCHAR, BIGINT)");
}

TEST(SparkType, NamesAreQuotedInBothDialects) {
  const auto type = parse_spark_schema(R"({"type":"struct","fields":[
    {"name":"a\"b`c","type":"string"},{"name":"cbc:ID","type":"long"}]})");
  ASSERT_TRUE(type) << type.error().message;
  EXPECT_EQ(duckdb_ddl(*type), "STRUCT(\"a\"\"b`c\" VARCHAR, \"cbc:ID\" BIGINT)");
  EXPECT_EQ(spark_ddl(*type), "STRUCT<`a\"b``c`: STRING, `cbc:ID`: BIGINT>");
}

TEST(SparkType, AnErrorSaysWhere) {
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
  EXPECT_THAT(error_of(R"("string")"), HasSubstr("the top must be of type struct"));
  EXPECT_THAT(error_of(R"({"type":"struct",)"), HasSubstr("not JSON"));
  EXPECT_THAT(error_of(field("\"long\"") + " x"), HasSubstr("at offset"));
}

TEST(SparkType, NamesThatDifferInCaseOnlyAreRefused) {
  EXPECT_THAT(error_of(R"({"type":"struct","fields":[
                {"name":"Id","type":"long"},{"name":"id","type":"long"}]})"),
              HasSubstr("$.fields[1]: the name \"id\" is there twice"));
  EXPECT_THAT(
      error_of("{\"type\":\"struct\",\"fields\":[{\"name\":\"GR\u00d6\u00dfE\",\"type\":\"long\"},"
               "{\"name\":\"gr\u00f6\u00dfe\",\"type\":\"long\"}]}"),
      HasSubstr("is there twice"));
}

}  // namespace
}  // namespace weir::engine
