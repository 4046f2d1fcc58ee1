#include <cstdint>
#include <string>
#include <vector>

#include "engine/duckdb/tables/error_log_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;

/// What the log has without a load that was undone.
class UndoneErrorsTest : public ErrorLogTest {
 protected:
  SourceFile keyed(const std::string& content) {
    SourceFile out = file(content);
    out.key = key_of(out);
    return out;
  }
  /// Loads the lines in the place of the file's, or those that it has.
  std::uint64_t loaded(const SourceFile& from, const std::string& run) {
    Load load = load_of_files({from});
    load.id = {run, "df-1", 1};
    load.error_threshold = 100;
    counts(load);
    return last_.load;
  }
  std::uint64_t mended(const SourceFile& from, const std::string& run) {
    EXPECT_TRUE(engine_->mend("acme", key_of(from), 1, {R"({"id":7,"v":"m"})", "ak-1", {}}));
    return loaded(from, run);
  }
  /// "load state settled_by" of each error; and the counts of open ones hold.
  std::vector<std::string> states() {
    std::vector<std::string> out;
    std::uint64_t open = 0;
    for (const LoggedError& each : logged()) {
      open += each.state == ErrorState::open ? 1 : 0;
      out.push_back(std::to_string(each.load) + " " + std::string(name_of(each.state)) + " " +
                    std::to_string(each.settled_by));
    }
    std::uint64_t counted = 0;
    const auto kinds = engine_->error_kinds("acme", {}).value();
    for (const ErrorKind& each : kinds)
      counted += each.open;
    EXPECT_EQ(counted, open);
    return out;
  }
  std::string said(std::uint64_t load, const std::string& state, std::uint64_t by = 0) {
    return std::to_string(load) + " " + state + " " + std::to_string(by);
  }
  void undo(std::uint64_t load) { ASSERT_TRUE(engine_->undo("acme", load, false)); }
};

TEST_F(UndoneErrorsTest, AnErrorThatTheLoadMendedIsOpenAgainAndIsMendedByTheNext) {
  const SourceFile from = keyed(lines(3, 1));
  const std::uint64_t first = loaded(from, "wr-1");
  const std::uint64_t second = mended(from, "wr-2");
  EXPECT_THAT(states(), ElementsAre(said(first, "mended", second)));
  undo(second);
  EXPECT_THAT(states(), ElementsAre(said(first, "open")));
  // Only the rows in error are asked for, and there is one.
  Load load = load_of_files({from});
  load.only_errors = true;
  load.id = {"wr-3", "df-1", 1};
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(states(), ElementsAre(said(first, "mended", last_.load)));
}

TEST_F(UndoneErrorsTest, AnErrorThatTheLoadRepeatedIsCountedOnce) {
  const SourceFile from = keyed(lines(3, 1));
  const std::uint64_t first = loaded(from, "wr-1");
  const std::uint64_t second = loaded(from, "wr-2");
  EXPECT_THAT(states(), ElementsAre(said(first, "repeated", second), said(second, "open")));
  undo(second);
  EXPECT_THAT(states(), ElementsAre(said(first, "open"), said(second, "dismissed")));
  undo(first);
  EXPECT_THAT(states(), ElementsAre(said(first, "dismissed"), said(second, "dismissed")));
}

TEST_F(UndoneErrorsTest, WhatALaterLoadSettledStaysSettledByThatOne) {
  const SourceFile from = keyed(lines(3, 1));
  const std::uint64_t first = loaded(from, "wr-1");
  const std::uint64_t second = loaded(from, "wr-2");
  const std::uint64_t third = mended(from, "wr-3");
  undo(second);
  EXPECT_THAT(states(), ElementsAre(said(first, "mended", third), said(second, "mended", third)));
  undo(third);
  EXPECT_THAT(states(), ElementsAre(said(first, "open"), said(second, "dismissed")));
}

TEST_F(UndoneErrorsTest, ALoadOfNothingButErrorsIsUndoneAlsoWithoutHistory) {
  history_.loads = 0;
  reopen();
  const SourceFile good = keyed(lines(2, 0));
  const SourceFile from = keyed(lines(3, 3));
  loaded(good, "wr-1");
  const auto before = orders();
  const std::uint64_t first = loaded(from, "wr-2");
  const std::uint64_t second = loaded(from, "wr-3");
  const auto would = engine_->undo("acme", second, true);
  ASSERT_TRUE(would) << would.error().message;
  EXPECT_EQ(would->back + would->changed + would->deleted, 0U);
  undo(second);
  // What the first one could not load is open again, and what only the second one tells is not.
  EXPECT_THAT(states(), ElementsAre(said(first, "open"), said(first, "open"), said(first, "open"),
                                    said(second, "dismissed"), said(second, "dismissed"),
                                    said(second, "dismissed")));
  EXPECT_EQ(orders(), before);
  EXPECT_EQ(before.size(), 2U);
  const auto again = engine_->undo("acme", second, false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::conflict);
}

TEST_F(UndoneErrorsTest, ALoadIntoTheShadowSettlesNothingOfTheTable) {
  const SourceFile from = keyed(lines(3, 1));
  const std::uint64_t first = loaded(from, "wr-1");
  EXPECT_TRUE(engine_->mend("acme", key_of(from), 1, {R"({"id":7,"v":"m"})", "ak-1", {}}));
  Load load = load_of_files({from});
  load.id = {"wr-2", "df-1", 1};
  load.shadow = true;
  counts(load);
  EXPECT_THAT(states(), ElementsAre(said(first, "open")));
}

}  // namespace
}  // namespace weir::engine::duckdb
