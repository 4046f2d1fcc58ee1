#include "pipeline/batcher/conservation.hpp"

#include <gmock/gmock.h>

namespace weir::batcher {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr StreamNo trades{1};

/// A log that gave out ten numbers, of which seven are filed in two hours.
class ConservationTest : public testing::Test {
 protected:
  ConservationTest() {
    state.next_sequences[trades] = Sequence{11};
    state.end = Lsn{8192};
    accounts.checkpoint.lsn = Lsn{4096};
    accounts.positions[trades] = Sequence{8};
    accounts.hours = {hour(8, 1, 4), hour(9, 5, 7)};
  }
  static catalog::Hour hour(int of_day, std::uint64_t first, std::uint64_t last) {
    catalog::Hour out;
    out.stream = trades;
    out.day = *parse_day("2027-03-02");
    out.hour = of_day;
    out.first_sequence = Sequence{first};
    out.last_sequence = Sequence{last};
    out.in_files = out.accepted() - 2;
    out.duplicates = out.quarantined = 1;
    return out;
  }
  Accepted accepted() const { return {.partition = {}, .log = state, .lanes = {}}; }
  /// With all of them in the chain, sealed or not.
  ConservationReport check() {
    ConservationReport report = check_conservation(accepted(), accounts, state);
    HourContinuity continuity(PartitionNo{0}, report);
    for (const catalog::Hour& hour : sealed)
      continuity.add(hour);
    for (const catalog::Hour& hour : accounts.hours)
      continuity.add(hour);
    continuity.finish(accounts.positions,
                      positions_after.empty() ? accounts.positions : positions_after);
    return report;
  }
  std::string difference() {
    const ConservationReport report = check();
    EXPECT_THAT(report.differences, SizeIs(1));
    return report.differences.empty() ? "" : report.differences[0].what;
  }

  log::PartitionState state;
  catalog::Accounts accounts;
  std::vector<catalog::Hour> sealed;
  HourContinuity::Positions positions_after;
};

TEST_F(ConservationTest, HoldsWhenEveryRecordIsSomewhere) {
  const ConservationReport report = check();
  EXPECT_TRUE(report.holds());
  ASSERT_THAT(report.streams, SizeIs(1));
  EXPECT_EQ(report.streams[0].accepted, 10u);
  EXPECT_EQ(report.streams[0].accounted, 7u);
  EXPECT_EQ(report.streams[0].in_log(), 3u);
}

TEST_F(ConservationTest, ARowThatIsGoneIsADifferenceOfItsHour) {
  accounts.hours[0].in_files -= 1;
  EXPECT_THAT(difference(), HasSubstr("2027-03-02 hour 8: 4 records accepted, 3 accounted for"));
}

TEST_F(ConservationTest, ADuplicateCountedTwiceIsADifference) {
  accounts.hours[1].duplicates += 1;
  EXPECT_THAT(difference(), HasSubstr("hour 9"));
}

TEST_F(ConservationTest, AnHourThatIsGoneIsAGap) {
  accounts.hours.erase(accounts.hours.begin());
  EXPECT_THAT(difference(), HasSubstr("begins at record 5, not at 1"));
}

TEST_F(ConservationTest, APositionAheadOfItsHoursIsADifference) {
  accounts.hours.pop_back();
  EXPECT_THAT(difference(), HasSubstr("its hours account for 4 records, its position for 7"));
}

TEST_F(ConservationTest, ACatalogAheadOfTheLogIsADifference) {
  state.next_sequences[trades] = Sequence{6};
  EXPECT_THAT(difference(), HasSubstr("the log gave out 5 numbers"));
}

TEST_F(ConservationTest, ACheckpointAtTheEndLeavesNothingInTheLog) {
  state.idle = true;
  EXPECT_THAT(check().differences, IsEmpty()) << "the checkpoint is before the end";
  accounts.checkpoint.lsn = state.end;
  EXPECT_THAT(difference(), HasSubstr("only 7 records are accounted for"));
}

TEST_F(ConservationTest, RecordsOnTheirWayToTheDiskAreNoDifference) {
  accounts.checkpoint.lsn = state.end;
  state.idle = false;
  EXPECT_TRUE(check().holds());
}

TEST_F(ConservationTest, ASealedHourHasToAddUpToo) {
  sealed = {accounts.hours[0]};
  accounts.hours.erase(accounts.hours.begin());
  sealed[0].manifest_path = "m";
  EXPECT_TRUE(check().holds());
  EXPECT_EQ(check().hours_checked, 2u);
  sealed[0].quarantined = 0;
  EXPECT_THAT(difference(), HasSubstr("hour 8: 4 records accepted, 3 accounted for"));
}

/// Hours are read while batches are committed: a stream may be found anywhere between.
TEST_F(ConservationTest, AHourThatGrewWhileItWasReadIsNoDifference) {
  positions_after[trades] = Sequence{10};
  EXPECT_TRUE(check().holds());
  accounts.hours[1] = hour(9, 5, 9);
  EXPECT_TRUE(check().holds());
  accounts.hours[1] = hour(9, 5, 10);
  EXPECT_THAT(difference(), HasSubstr("its hours account for 10 records, its position for 9"));
}

TEST_F(ConservationTest, WithoutTheSealedHoursGapsAreNotLookedFor) {
  accounts.hours.erase(accounts.hours.begin());
  EXPECT_TRUE(check_conservation(accepted(), accounts, state).holds());
}

}  // namespace
/// A partition that is not gapless: gateways count in lanes what they acknowledged.
class LanesTest : public testing::Test {
 protected:
  static constexpr StreamNo trades{7};
  static constexpr PartitionNo topic{first_kafka_partition};
  LanesTest() {
    accepted.partition = topic;
    accepted.log.end = Lsn{50};
    accepted.lanes = {{LaneNo{1}, trades, 10, 10, 11}, {LaneNo{2}, trades, 5, 5, 6}};
    accounts.checkpoint.lsn = Lsn{50};
    accounts.lanes = accepted.lanes;
    hour.stream = trades;
    hour.partition = topic;
    hour.day = *parse_day("2027-03-02");
    hour.first_sequence = Sequence{3};
    hour.last_sequence = Sequence{44};
    hour.taken = hour.in_files = 15;
    accounts.hours = {hour};
  }
  ConservationReport check() const {
    ConservationReport report = check_conservation(accepted, accounts, accepted.log);
    HourContinuity continuity(topic, report);
    for (const catalog::Hour& one : accounts.hours)
      continuity.add(one);
    continuity.finish(accounts.lanes, accounts.lanes);
    return report;
  }
  std::string difference() const {
    const ConservationReport report = check();
    EXPECT_THAT(report.differences, SizeIs(1));
    return report.differences.empty() ? "" : report.differences[0].what;
  }
  Accepted accepted;
  catalog::Accounts accounts;
  catalog::Hour hour;
};

TEST_F(LanesTest, PlacesThatAreLeftOutAreNoLoss) {
  EXPECT_TRUE(check().holds());
  ASSERT_THAT(check().streams, SizeIs(1));
  EXPECT_EQ(check().streams[0].accepted, 15u);
  EXPECT_EQ(check().streams[0].accounted, 15u);
}

TEST_F(LanesTest, ALostRecordIsFoundThoughAnotherLaneHasOneMore) {
  accounts.lanes[0].taken = 9;
  accounts.lanes[1].taken = 6;  // its gateway died before it could write its last count
  EXPECT_THAT(difference(), HasSubstr("lane 1 acknowledged 10 records, all of the log was read, "
                                      "but only 9 of them are accounted for"));
}

TEST_F(LanesTest, WhatIsStillInTheLogIsNoLoss) {
  accounts.checkpoint.lsn = Lsn{49};
  accounts.lanes[0].taken = 9;
  accounts.hours[0].taken = accounts.hours[0].in_files = 14;
  EXPECT_TRUE(check().holds());
  EXPECT_EQ(check().streams[0].in_log(), 1u);
}

TEST_F(LanesTest, MoreThanAGatewayCouldWriteDownIsNoDifference) {
  accounts.lanes[1].acknowledged = accepted.lanes[1].acknowledged = 2;
  EXPECT_TRUE(check().holds());
  EXPECT_EQ(check().streams[0].accepted, 15u);
}

TEST_F(LanesTest, AnHourAndTheLanesCheckEachOther) {
  accounts.hours[0].in_files = 14;
  EXPECT_THAT(difference(), HasSubstr("hour 0: 15 records accepted, 14 accounted for"));
  accounts.hours[0].taken = 14;
  EXPECT_THAT(difference(), HasSubstr("its hours account for 14 records, its lanes for 15"));
}

}  // namespace weir::batcher
