#include "engine/duckdb/reader/infer.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/test_files.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class InferTest : public ::testing::Test {
 protected:
  std::string inferred(const std::string& lines) { return inferred_of({lines}); }

  std::string inferred_of(const std::vector<std::string>& files, unsigned threads = 1) {
    std::vector<std::string> paths;
    for (const std::string& lines : files)
      paths.push_back(folder_.write(std::to_string(paths.size()) + ".ndjson", lines));
    auto found = infer_ndjson({.paths = paths}, {}, threads);
    if (!found) return found.error().message;
    found_ = *std::move(found);
    return columns(found_->type);
  }

  /// "`id` BIGINT, `tags` ARRAY<STRING>"
  static std::string columns(const spark::Type& type) {
    std::string out;
    for (const spark::Field& field : type.fields()) {
      out += out.empty() ? "`" : ", `";
      for (const char c : field.name)
        out += c == '`' ? "``" : std::string(1, c);
      out += "` " + field.type.spark_ddl();
    }
    return out;
  }

  TestFolder folder_;
  std::optional<Inferred> found_;
};

/// Each file is one thread's at a time; who gets which is chance.
TEST_F(InferTest, ThreadsInferWhatOneInfers) {
  std::uint32_t state = 7;
  const auto upto = [&state](std::size_t most) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % (most + 1);
  };
  const std::vector<std::string> values{"null",
                                        "1",
                                        "1.5",
                                        "true",
                                        "\"x\"",
                                        "\"\"",
                                        "9223372036854775808",
                                        "12345678901234567890123",
                                        "{\"a\":1}",
                                        "{\"A\":1.5,\"b\":[]}",
                                        "{\"b\":[1]}",
                                        "[{\"c\":1},{\"C\":null}]",
                                        "[]",
                                        "{}"};
  for (int round = 0; round < 60; ++round) {
    // Mostly of one kind, so that types are not text in each place.
    const std::vector<std::size_t> usual{upto(13), upto(13), upto(13)};
    std::vector<std::string> files(12);
    for (std::string& lines : files) {
      for (int i = 0; i < 40; ++i) {
        if (upto(99) == 0) lines += "{\"f0\":1,\"only\":2,\n";
        lines += "{\"" + std::string(upto(3) == 0 ? "F" : "f") + std::to_string(upto(2)) +
                 "\":1,\"g" + std::to_string(upto(30)) + "\":null";
        for (std::size_t field = 0; field < usual.size(); ++field) {
          const std::size_t value = upto(200) == 0 ? upto(13) : usual[field];
          lines += (upto(1) == 0 ? ",\"V" : ",\"v") + std::to_string(field) + "\":" + values[value];
        }
        lines += "}\n";
      }
    }
    const std::string one = inferred_of(files);
    for (const unsigned threads : {2U, 3U, 5U})
      ASSERT_EQ(inferred_of(files, threads), one) << "round " << round;
  }
}

TEST_F(InferTest, ThreadsLeaveWhatIsTooDeepOrTooManyToOne) {
  std::string deep = "1";
  for (std::uint32_t i = 0; i < limits::inferred_depth_max + 2; ++i)
    deep = "{\"a\":" + deep + "}";
  const std::vector<std::string> files{"{\"x\":1}\n", "{\"y\":" + deep + "}\n", "{\"z\":1}\n"};
  const std::string one = inferred_of(files);
  const std::uint64_t misfits = found_->misfits.total();
  EXPECT_GT(misfits, 0u);
  EXPECT_EQ(inferred_of(files, 3), one);
  EXPECT_EQ(found_->misfits.total(), misfits);
  std::vector<std::string> many(4);
  for (std::size_t i = 0; i < many.size(); ++i) {
    many[i] = "{\"id\":1,\"at\":{";
    for (std::uint32_t name = 0; name < limits::inferred_fields_max / 3; ++name)
      many[i] +=
          (name > 0 ? ",\"k" : "\"k") + std::to_string(i) + "_" + std::to_string(name) + "\":1";
    many[i] += "}}\n";
  }
  EXPECT_EQ(inferred_of(many), "`at` STRING, `id` BIGINT");
  EXPECT_EQ(inferred_of(many, 4), "`at` STRING, `id` BIGINT");
}

TEST_F(InferTest, ScalarsTakeSparksTypes) {
  EXPECT_EQ(
      inferred(R"({"s":"x","i":7,"d":1.5,"e":1e3,"b":true,"n":null,"day":"2024-01-31"})"),
      "`b` BOOLEAN, `d` DOUBLE, `day` STRING, `e` DOUBLE, `i` BIGINT, `n` STRING, `s` STRING");
}

TEST_F(InferTest, FieldsAreTheUnionOverAllRecordsOfAllFilesSortedByName) {
  EXPECT_EQ(inferred_of({"{\"b\":1}\n{\"a\":1}\n", "{\"c\":{\"y\":1}}\n{\"c\":{\"x\":\"t\"}}\n"}),
            "`a` BIGINT, `b` BIGINT, `c` STRUCT<`x`: STRING, `y`: BIGINT>");
}

TEST_F(InferTest, NumbersBeyondSixtyFourBitsAreDecimalsOrDoubles) {
  EXPECT_EQ(inferred(R"({"a":9223372036854775807,"b":9223372036854775808})"),
            "`a` BIGINT, `b` DECIMAL(19,0)");
  EXPECT_EQ(inferred("{\"a\":12345678901234567890123456789012345678}"), "`a` DECIMAL(38,0)");
  EXPECT_EQ(inferred("{\"a\":123456789012345678901234567890123456789}"), "`a` DOUBLE");
  EXPECT_EQ(inferred("{\"a\":1}\n{\"a\":-9223372036854775809}"), "`a` DECIMAL(20,0)");
  EXPECT_EQ(inferred("{\"a\":9223372036854775808}\n{\"a\":1.5}"), "`a` DOUBLE");
  EXPECT_EQ(inferred("{\"a\":1e999}"), "`a` DOUBLE");
}

TEST_F(InferTest, WhatDoesNotFitTogetherIsText) {
  EXPECT_EQ(inferred("{\"a\":1}\n{\"a\":1.5}"), "`a` DOUBLE");
  EXPECT_EQ(inferred("{\"a\":1}\n{\"a\":true}"), "`a` STRING");
  EXPECT_EQ(inferred("{\"a\":1}\n{\"a\":\"x\"}"), "`a` STRING");
  EXPECT_EQ(inferred("{\"a\":{\"b\":1}}\n{\"a\":[1]}"), "`a` STRING");
  EXPECT_EQ(inferred("{\"a\":\"x\"}\n{\"a\":{\"b\":1}}\n{\"a\":{\"b\":1}}"), "`a` STRING");
  EXPECT_EQ(inferred("{\"a\":[1,\"x\"]}"), "`a` ARRAY<STRING>");
}

TEST_F(InferTest, EmptyTextAndNullFitAnything) {
  EXPECT_EQ(inferred("{\"a\":\"\",\"b\":\"\"}\n{\"a\":{\"x\":1},\"b\":null}\n{\"a\":null}"),
            "`a` STRUCT<`x`: BIGINT>, `b` STRING");
}

TEST_F(InferTest, ArraysMergeTheirElements) {
  EXPECT_EQ(inferred("{\"a\":[]}\n{\"a\":[{\"x\":1},{\"y\":[1.5]}]}\n{\"a\":[null]}"),
            "`a` ARRAY<STRUCT<`x`: BIGINT, `y`: ARRAY<DOUBLE>>>");
  EXPECT_EQ(inferred("{\"a\":[]}"), "`a` ARRAY<STRING>");
}

TEST_F(InferTest, EmptyStructsAndEmptyNamesAreDropped) {
  EXPECT_EQ(inferred("{\"a\":{},\"b\":[{}],\"c\":{\"d\":{}},\"\":1,\"e\":1}"), "`e` BIGINT");
}

TEST_F(InferTest, NamesAreKeptAsTheyAre) {
  EXPECT_EQ(inferred(R"({"a\"b":1,"\u00e9`":2,"a b":3})"),
            "`a b` BIGINT, `a\"b` BIGINT, `é``` BIGINT");
}

TEST_F(InferTest, NoRecordsGiveNoFields) {
  EXPECT_EQ(inferred("\n\n"), "");
}

TEST_F(InferTest, NamesThatSparkCannotTellApartAreOneField) {
  EXPECT_EQ(inferred("{\"Id\":1}\n{\"id\":1.5}"), "`Id` DOUBLE");
  EXPECT_EQ(inferred("{\"a\":{\"b\":{\"X\":1,\"x\":\"t\"}}}"),
            "`a` STRUCT<`b`: STRUCT<`X`: STRING>>");
  EXPECT_EQ(inferred("{\"GR\u00d6\u00dfE\":1}\n{\"gr\u00f6\u00dfe\":2}"),
            "`GR\u00d6\u00dfE` BIGINT");
}

TEST_F(InferTest, AMalformedLineChangesNoType) {
  for (const std::string bad :
       {"{\"a\":1", "[1]", "7", "{\"a\":1}x", "{\"a\":01}", "{\"a\":tru}", "{\"a\":nul}",
        "{\"a\":\"\\x\"}", "{\"a\":[1,]}", "{\"a\":-}", "{\"a\":\"\xff\"}"}) {
    EXPECT_EQ(inferred("{\"a\":1}\n\n" + bad + "\n"), inferred("{\"a\":1}\n")) << bad;
  }
  EXPECT_EQ(inferred("{\"a\":1}\n{\"b\":2,\"a\":{\"b\":tru}}\n"), inferred("{\"a\":1}\n"));
}

TEST_F(InferTest, MalformedTextIsFoundBelowAConflictToo) {
  EXPECT_EQ(inferred("{\"a\":\"x\"}\n{\"a\":{\"b\":tru},\"c\":1}\n"), inferred("{\"a\":\"x\"}\n"));
}

TEST_F(InferTest, AMissingFileIsNamed) {
  const auto type = infer_ndjson({.paths = {"/nowhere/08-0000.ndjson"}});
  ASSERT_FALSE(type);
  EXPECT_EQ(type.error().code, Errc::not_found);
  EXPECT_THAT(type.error().message, HasSubstr("/nowhere/08-0000.ndjson"));
}

TEST_F(InferTest, AnObjectWhoseKeysAreDataIsText) {
  std::string lines;
  for (int i = 0; i < 21'000; ++i)
    lines += "{\"id\":1,\"by_day\":{\"d" + std::to_string(i) + "\":1},\"o\":{\"x\":1}}\n";
  EXPECT_EQ(inferred(lines), "`by_day` STRING, `id` BIGINT, `o` STRUCT<`x`: BIGINT>");
  ASSERT_EQ(found_->misfits.kept().size(), 1u);
  EXPECT_EQ(found_->misfits.kept()[0].path, "by_day");
  EXPECT_THAT(found_->misfits.kept()[0].reason, HasSubstr("keys seem to be data"));
}

TEST_F(InferTest, OfTooManyNamesTheOnesThatMostRecordsHaveAreColumns) {
  std::string odd = "{\"k\":1";
  for (int i = 0; i <= 50'000; ++i)
    odd += ",\"k" + std::to_string(i) + "\":1";
  const std::string ddl = inferred(odd + "}\n{\"id\":1}\n{\"id\":2}\n");
  EXPECT_THAT(ddl, StartsWith("`id` BIGINT, `k` BIGINT, `k0` BIGINT"));
  EXPECT_EQ(std::count(ddl.begin(), ddl.end(), ','), limits::inferred_fields_max - 1);
  EXPECT_TRUE(found_->has_more_names);
}

TEST_F(InferTest, WhatNestsTooDeepIsText) {
  const auto nested = [](std::uint32_t levels, char open, char close) {
    std::string out;
    for (std::uint32_t i = 0; i < levels; ++i)
      out += open == '{' ? "{\"a\":" : "[";
    return out + "1" + std::string(levels, close);
  };
  EXPECT_THAT(inferred("{\"d\":" + nested(limits::inferred_depth_max, '{', '}') + "}"),
              HasSubstr("BIGINT"));
  EXPECT_TRUE(found_->misfits.kept().empty());
  EXPECT_THAT(inferred("{\"x\":1}\n{\"d\":" + nested(500, '{', '}') + "}"),
              AllOf(HasSubstr("`a`: STRING"), HasSubstr("`x` BIGINT")));
  ASSERT_EQ(found_->misfits.kept().size(), 1u);
  EXPECT_EQ(found_->misfits.kept()[0].row, 2);
  EXPECT_THAT(found_->misfits.kept()[0].path, StartsWith("d.a.a"));
  EXPECT_THAT(inferred("{\"d\":" + nested(500, '[', ']') + "}"), HasSubstr("ARRAY<STRING>"));
}

TEST_F(InferTest, LinesOfEverySizeAreRead) {
  std::string lines;
  for (const std::size_t size : {10, 1 << 20, 3 << 20, 5}) {
    lines += "{\"k" + std::to_string(size) + "\":\"" + std::string(size, 'x') + "\"}\n";
  }
  EXPECT_EQ(inferred(lines), "`k10` STRING, `k1048576` STRING, `k3145728` STRING, `k5` STRING");
  EXPECT_EQ(inferred("{\"a\":1}\r\n{\"b\":1}"), "`a` BIGINT, `b` BIGINT");
}

TEST_F(InferTest, RealWebhookEventsHaveASchema) {
  std::string lines;
  for (std::string text : contents(shared_data() / "github-webhooks", ".json")) {
    std::erase(text, '\n');
    lines += text + "\n";
  }
  if (lines.empty()) GTEST_SKIP() << "no real payloads beside the repository";
  const std::string ddl = inferred(lines);
  EXPECT_THAT(ddl, HasSubstr("`repository` STRUCT<"));
  EXPECT_THAT(ddl, HasSubstr("`number`: BIGINT"));
}

}  // namespace
}  // namespace weir::engine::duckdb
