#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "engine/dialect/parser.hpp"

namespace weir::dialect {
namespace {

std::string ddl_of(std::string_view text) {
  const auto type = parse_type_ddl(text);
  return type ? type->spark_ddl() : type.error().message;
}

TEST(TypeDdl, ATypeIsReadBackAsItIsWritten) {
  for (const std::string_view ddl : {"BIGINT", "DECIMAL(12,2)", "ARRAY<MAP<STRING, DATE>>",
                                     "STRUCT<`id`: BIGINT, `a``b`: ARRAY<STRUCT<`x y`: VOID>>>"})
    EXPECT_EQ(ddl_of(ddl), ddl);
}

TEST(TypeDdl, ColumnsAreAStruct) {
  EXPECT_EQ(ddl_of("id INT, date DATE"), "STRUCT<`id`: INT, `date`: DATE>");
  EXPECT_EQ(ddl_of("date DATE"), "STRUCT<`date`: DATE>");
  EXPECT_EQ(ddl_of("a: LONG NOT NULL COMMENT 'of it', b ARRAY<STRUCT<c: INT NOT NULL>>"),
            "STRUCT<`a`: BIGINT, `b`: ARRAY<STRUCT<`c`: INT>>>");
}

TEST(TypeDdl, WhatIsNoTypeIsToldWithItsPlace) {
  EXPECT_NE(ddl_of("ARRAY<wrong>").find("column 7"), std::string::npos) << ddl_of("ARRAY<wrong>");
  EXPECT_NE(ddl_of("INT INT INT").find("end of the type"), std::string::npos);
}

}  // namespace
}  // namespace weir::dialect
