#include <string>
#include <vector>

#include "base/receipt.hpp"
#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ErrorLogTest : public EngineFixture {
 protected:
  Load typed(const std::string& lines) {
    Load load = load_of(lines);
    load.fields = {field("id", FieldType::integer), field("n", FieldType::integer),
                   required(field("d", FieldType::decimal))};
    load.id = {"wr-1", "df-1", 1};
    load.error_threshold = 100;
    return load;
  }
  std::vector<LoggedError> logged(const ErrorFilter& filter = {}) {
    const auto errors = engine_->row_errors("acme", filter);
    EXPECT_TRUE(errors) << errors.error().message;
    return errors ? *errors : std::vector<LoggedError>();
  }
  /// "row field value" of each.
  std::vector<std::string> places(const ErrorFilter& filter = {}) {
    std::vector<std::string> out;
    for (const LoggedError& each : logged(filter))
      out.push_back(std::to_string(each.error.row) + " " + each.error.field + " " +
                    each.error.value);
    return out;
  }
  /// Rows of which the first ones are bad.
  static std::string lines(int rows, int bad) {
    std::string out;
    for (int i = 0; i < rows; ++i)
      out += "{\"id\":" + (i < bad ? "\"x\"" : std::to_string(i)) + "}\n";
    return out;
  }
};

TEST_F(ErrorLogTest, EveryBadFieldOfEveryBadRowIsKept) {
  Load load = typed(
      "{\"id\":1,\"n\":\"a\",\"d\":\"b\"}\n{\"id\":2,\"n\":3,\"d\":4}\n"
      "{\"id\":\"c\",\"n\":\"d\",\"d\":null}\n{\"id\":5,\"Id\":6}\n");
  SourceFile& source = load.operations[0].sources[0].files[0];
  source.stream = StreamNo{3};
  source.partition = PartitionNo{1};
  source.first_sequence = 7;
  source.last_sequence = 10;
  source.records = 4;
  EXPECT_EQ(counts(load), "4 1 0 0 3");
  EXPECT_EQ(last_.bad_fields, 6u);
  EXPECT_EQ(last_.row_errors.size(), 6u);
  EXPECT_THAT(places(), ElementsAre("1 n a", "1 d b", "3 id c", "3 n d", "3 d ", "4  "));
  const auto errors = logged();
  ASSERT_EQ(errors.size(), 6u);
  EXPECT_EQ(errors[0].error.file, key_of(source));
  EXPECT_EQ(errors[0].error.reason, "\"a\" is no whole number of 64 bits");
  EXPECT_EQ(errors[0].kind, "is no whole number of 64 bits");
  EXPECT_EQ(errors[0].receipt, view(encode_receipt({{3}, {1}, {7}})));
  EXPECT_EQ(errors[4].receipt, view(encode_receipt({{3}, {1}, {9}})));
  EXPECT_EQ(errors[4].error.reason, "a required field is null");
  EXPECT_THAT(errors[5].error.reason, HasSubstr("the record "));
  EXPECT_EQ(errors[0].load, last_.load);
  EXPECT_EQ(errors[0].id.run, "wr-1");
  EXPECT_EQ(errors[0].id.feed, "df-1");
  EXPECT_EQ(errors[0].table, "Shop:Orders");
  // What was not asked for, and pages.
  EXPECT_THAT(places({.run = "wr-2"}), IsEmpty());
  EXPECT_THAT(places({.table = "Shop:Others"}), IsEmpty());
  EXPECT_THAT(places({.run = "wr-1", .most = 2}), ElementsAre("1 n a", "1 d b"));
  EXPECT_THAT(places({.after_load = last_.load, .after_number = 4, .most = 1}),
              ElementsAre("3 d "));
  // The same load again is not done, logs nothing, and tells of its errors again.
  counts(load);
  EXPECT_TRUE(last_.repeated);
  ASSERT_EQ(last_.row_errors.size(), 6u);
  EXPECT_EQ(last_.row_errors[1].reason, errors[1].error.reason);
  EXPECT_EQ(logged().size(), 6u);
  EXPECT_EQ(last_.bad_fields, 6u);
}

TEST_F(ErrorLogTest, ALoadOverItsThresholdKeepsItsErrors) {
  Load load = typed("{\"id\":1,\"n\":\"a\",\"d\":\"b\"}\n");
  load.error_threshold = 0;
  EXPECT_EQ(counts(load), "1 0 0 0 1 over");
  reopen();
  EXPECT_THAT(places({.run = "wr-1"}), ElementsAre("1 n a", "1 d b"));
}

TEST_F(ErrorLogTest, TheThresholdIsExactAtItsBorder) {
  const auto over = [this](int rows, int bad, int percent) {
    Load load = load_of(lines(rows, bad));
    load.error_threshold = percent;
    counts(load);
    EXPECT_EQ(last_.errors, static_cast<std::uint64_t>(bad));
    EXPECT_EQ(last_.files.at(0).read, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(last_.files.at(0).errors, static_cast<std::uint64_t>(bad));
    return last_.over_threshold;
  };
  EXPECT_FALSE(over(100, 1, 1));
  EXPECT_TRUE(over(100, 2, 1));
  EXPECT_TRUE(over(99, 1, 1));
  EXPECT_FALSE(over(100, 0, 0));
  EXPECT_TRUE(over(100, 1, 0));
  EXPECT_FALSE(over(10, 10, 100));
}

TEST_F(ErrorLogTest, WhiteSpaceIsNoValueAndIsShown) {
  Load load = typed(
      "{\"id\":1,\"n\":\"\\t\",\"d\":1}\n{\"id\":2,\"n\":3,\"d\":\"\\t\"}\n"
      "{\"id\":\" \\n\",\"n\":3,\"d\":1}\n{\"id\":4,\"n\":\"a\\tb\",\"d\":1}\n");
  EXPECT_EQ(counts(load), "4 1 0 0 3") << "as blanks, a tab is no value where none is required";
  std::vector<std::string> reasons;
  for (const LoggedError& each : logged())
    reasons.push_back(each.error.reason);
  EXPECT_THAT(reasons, ElementsAre("a required field has only white space: \"\\t\"",
                                   "a field of the primary key has only white space: \" \\n\"",
                                   "\"a\\tb\" is no whole number of 64 bits"));
}

TEST_F(ErrorLogTest, LoadsBeforeTheDaysOfTheLogLoseTheirErrors) {
  counts(typed("{\"id\":1,\"n\":\"old\",\"d\":1}\n"));
  clock_.advance(std::chrono::days(limits::row_errors_logged_days + 1));
  Load load = typed("{\"id\":1,\"n\":\"new\",\"d\":1}\n");
  load.id.run = "wr-2";
  counts(load);
  EXPECT_THAT(places(), ElementsAre("1 n new"));
}

}  // namespace
}  // namespace weir::engine::duckdb
