#include "cli/demo/reconcile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::cli::demo {
namespace {

using testing::HasSubstr;

Payload payload_with(std::vector<ExpectedRow> rows) {
  return {Stream::deliveries, "", false, 0, std::move(rows)};
}
ExpectedRow row(const std::string& key, const std::string& version, std::uint64_t rank) {
  return {Table::deliveries, key, version, rank};
}
SendResult accepted(const std::string& receipt, std::uint32_t unanswered = 0) {
  SendResult result;
  result.accepted = true;
  result.status = 202;
  result.receipt = receipt;
  result.unanswered = unanswered;
  return result;
}
const TableExpected& deliveries_of(const Expected& expected) {
  return expected.tables[static_cast<std::size_t>(Table::deliveries)];
}

TEST(Expect, TheNewestRowOfAKeyWhateverTheOrder) {
  const Expected expected = expect(
      {payload_with({row("a", "new", 2)}), payload_with({row("a", "old", 1), row("b", "x", 1)})},
      {accepted("1"), accepted("2")}, Waves::both);
  EXPECT_EQ(deliveries_of(expected).rows,
            (std::map<std::string, std::string>{{"a", "new"}, {"b", "x"}}));
  EXPECT_EQ(deliveries_of(expected).read_min, 3U);
  EXPECT_EQ(deliveries_of(expected).read_max, 3U);
}

TEST(Expect, ATryWithoutAnAnswerMayBeStoredBesides) {
  Payload bad = payload_with({});
  bad.bad_rows = 1;
  const Expected expected = expect({payload_with({row("a", "x", 1), row("b", "x", 1)}), bad},
                                   {accepted("1", 2), accepted("2", 1)}, Waves::both);
  EXPECT_EQ(deliveries_of(expected).read_min, 3U);
  EXPECT_EQ(deliveries_of(expected).read_max, 8U);
  EXPECT_EQ(deliveries_of(expected).errors_min, 1U);
  EXPECT_EQ(deliveries_of(expected).errors_max, 2U);
  const StreamSent& sent = expected.streams[static_cast<std::size_t>(Stream::deliveries)];
  EXPECT_EQ(sent.accepted, 2U);
  EXPECT_EQ(sent.unanswered, 3U);
}

TEST(Expect, WhatWasNeverAcceptedAndReceiptsGivenTwiceAreCounted) {
  const Expected expected =
      expect({payload_with({row("a", "x", 1)}), payload_with({}), payload_with({})},
             {SendResult{}, accepted("R"), accepted("R")}, Waves::both);
  EXPECT_EQ(expected.never_accepted, 1U);
  EXPECT_EQ(expected.receipts_twice, 1U);
  EXPECT_TRUE(deliveries_of(expected).rows.empty());
}

TEST(StreamLaw, HoldsWhenEveryAcceptedPayloadIsStored) {
  const Check check = check_stream({.payloads = 10, .accepted = 10, .malformed = 2}, {8, 2});
  EXPECT_TRUE(check.holds);
  EXPECT_EQ(check.sentence, "10 accepted = 8 in files + 2 in quarantine");
}

TEST(StreamLaw, ExplainsWhatTheKillTookTheAnswerOf) {
  const Check check = check_stream({.payloads = 10, .accepted = 10, .unanswered = 3}, {12, 0});
  EXPECT_TRUE(check.holds);
  EXPECT_EQ(check.sentence,
            "10 accepted = 12 in files + 0 in quarantine, less 2 stored before the kill took their "
            "answer");
}

TEST(StreamLaw, IsBrokenByALossARepeatOrAWrongQuarantine) {
  const StreamSent sent{.payloads = 10, .accepted = 10, .unanswered = 1};
  EXPECT_THAT(check_stream(sent, {9, 0}).sentence, HasSubstr("1 accepted payloads are LOST"));
  EXPECT_THAT(check_stream(sent, {12, 0}).sentence, HasSubstr("1 payloads are stored TOO OFTEN"));
  EXPECT_THAT(check_stream(sent, {9, 1}).sentence, HasSubstr("1 in quarantine, not 0"));
  EXPECT_FALSE(check_stream(sent, {9, 0}).holds || check_stream(sent, {12, 0}).holds ||
               check_stream(sent, {9, 1}).holds);
}

TEST(Expect, TheFirstWaveKnowsNothingOfTheSecond) {
  Payload update = payload_with({row("a", "new", 2), row("b", "x", 1)});
  update.late = true;
  const std::vector<Payload> payloads{payload_with({row("a", "old", 1)}), update};
  const std::vector<SendResult> results{accepted("1"), SendResult{}};
  const Expected first = expect(payloads, results, Waves::first);
  EXPECT_EQ(deliveries_of(first).rows, (std::map<std::string, std::string>{{"a", "old"}}));
  EXPECT_EQ(first.never_accepted, 0U);
  EXPECT_EQ(expect(payloads, results, Waves::both).never_accepted, 1U);
}

class TableLaw : public testing::Test {
 protected:
  static std::string fault(const LoadCounts& counts) {
    const Check check = check_counts(counts, before, expected);
    return check.holds ? "holds" : check.sentence;
  }
  // One key is new, one is newer, one stays; four or five rows are read, one of them wrong.
  inline static const std::map<std::string, std::string> before{{"b", "1"}, {"c", "1"}};
  inline static const TableExpected expected{{{"a", "1"}, {"b", "2"}, {"c", "1"}}, 4, 5, 1, 1};
};

TEST_F(TableLaw, AddsUpAndFitsThePayloads) {
  const Check check = check_counts(
      {.read = 5, .inserted = 1, .updated = 1, .rejected = 2, .errors = 1}, before, expected);
  EXPECT_TRUE(check.holds);
  EXPECT_EQ(check.sentence, "5 read = 1 inserted + 1 updated + 2 rejected + 1 errors");
}

TEST_F(TableLaw, IsBrokenByAnyNumberThatIsNotWhatWasSent) {
  EXPECT_THAT(fault({.read = 5, .inserted = 1, .updated = 1, .rejected = 1, .errors = 1}),
              HasSubstr("read 5 rows but accounted for 4"));
  EXPECT_THAT(fault({.read = 6, .inserted = 1, .updated = 1, .rejected = 3, .errors = 1}),
              HasSubstr("read 6 rows, not 4 to 5"));
  EXPECT_THAT(fault({.read = 4, .inserted = 0, .updated = 1, .rejected = 2, .errors = 1}),
              HasSubstr("inserted 0 rows, not 1"));
  EXPECT_THAT(fault({.read = 4, .inserted = 1, .updated = 2, .rejected = 0, .errors = 1}),
              HasSubstr("updated 2 rows, not 1"));
  EXPECT_THAT(fault({.read = 4, .inserted = 1, .updated = 1, .rejected = 2, .errors = 0}),
              HasSubstr("found errors in 0 rows, not 1"));
}

TEST(TableRows, AreEachKeyOnceAtItsNewest) {
  const TableExpected expected{{{"a", "2"}, {"b", "1"}}, 2, 2, 0, 0};
  EXPECT_TRUE(check_rows({{"a", "2"}, {"b", "1"}}, expected).holds);
  EXPECT_EQ(check_rows({{"a", "2"}}, expected).sentence, "1 keys are MISSING (for one, b)");
  EXPECT_EQ(check_rows({{"a", "2"}, {"b", "1"}, {"b", "1"}}, expected).sentence,
            "1 keys are there TWICE (for one, b)");
  EXPECT_EQ(check_rows({{"a", "1"}, {"b", "1"}}, expected).sentence,
            "1 rows are not the newest of their key (for one, a)");
  EXPECT_EQ(check_rows({{"a", "2"}, {"b", "1"}, {"c", "1"}}, expected).sentence,
            "1 keys were never sent (for one, c)");
}

}  // namespace
}  // namespace weir::cli::demo
