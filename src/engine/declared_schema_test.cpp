#include "engine/declared_schema.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::engine {
namespace {

using ::testing::HasSubstr;

std::string error_of(std::string_view json) {
  const auto type = declared_schema(json);
  return type ? "no error" : type.error().message;
}

TEST(DeclaredSchema, TheTopIsAStruct) {
  EXPECT_THAT(error_of(R"("string")"), HasSubstr("the top must be of type struct"));
  EXPECT_EQ(error_of(R"({"type":"struct","fields":[{"name":"a","type":"string"}]})"), "no error");
}

TEST(DeclaredSchema, KeysOfMapsAreText) {
  EXPECT_THAT(error_of(R"({"type":"struct","fields":[{"name":"a","type":{"type":"array",
                "elementType":{"type":"map","keyType":"long","valueType":"long"}}}]})"),
              HasSubstr("$.fields[0].type.elementType.keyType: keys of JSON and XML are text"));
}

TEST(DeclaredSchema, NamesThatDifferInCaseOnlyAreRefused) {
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
