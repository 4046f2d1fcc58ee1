#include "catalog/batch_fixture.hpp"
#include "catalog/catalog_fixture.hpp"

/// What several processes on one catalog share: leases, lanes, requests to flush.
namespace weir::catalog {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ProcessesTest : public BatchTest {
 protected:
  Leases& leases() { return catalog_->leases(); }
};

TEST_F(ProcessesTest, ALeaseIsOnesUntilItIsOverOrGivenBack) {
  EXPECT_TRUE(leases().hold("partition 1", {"a", "host a"}, seconds(10)).value());
  EXPECT_FALSE(leases().hold("partition 1", {"b", "host b"}, seconds(10)).value());
  const auto held = leases().held("partition ").value();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].holder.owner, "a");
  EXPECT_EQ(held[0].holder.about, "host a");
  const Time since = held[0].since;
  clock_.turn(seconds(9));
  EXPECT_TRUE(leases().hold("partition 1", {"a", "host a"}, seconds(10)).value());
  EXPECT_EQ(leases().held("partition ").value().at(0).since, since) << "kept, not taken anew";
  ASSERT_TRUE(leases().release("partition 1", "b"));
  EXPECT_FALSE(leases().hold("partition 1", {"b", "host b"}, seconds(10)).value());
  ASSERT_TRUE(leases().release("partition 1", "a"));
  EXPECT_TRUE(leases().hold("partition 1", {"b", "host b"}, seconds(10)).value());
  EXPECT_GT(leases().held("partition ").value().at(0).since, since);
  clock_.turn(seconds(10));
  EXPECT_THAT(leases().held("partition ").value(), IsEmpty());
  EXPECT_TRUE(leases().hold("partition 1", {"c", ""}, seconds(10)).value());
}

TEST_F(ProcessesTest, WhatADeadProcessHeldIsFree) {
  ASSERT_TRUE(leases().hold("partition 1", {"instance a", ""}, seconds(10)).value());
  ASSERT_TRUE(leases().hold("partition 2", {"instance b", ""}, seconds(10)).value());
  ASSERT_TRUE(catalog_->runs().end_leases("instance a"));
  const auto held = leases().held("partition ").value();
  ASSERT_THAT(held, SizeIs(1));
  EXPECT_EQ(held[0].name, "partition 2");
}

TEST_F(ProcessesTest, LanesHaveNumbersOfTheirOwnAndCountsThatAreSet) {
  const Stream stream = add_stream(acme_);
  const LaneNo lane = catalog_->lanes().open("host, process 7").value();
  const LaneNo other = catalog_->lanes().open("host, process 8").value();
  EXPECT_NE(lane, other);
  EXPECT_NE(lane.value, 0u);
  const PartitionNo topic{first_kafka_partition};
  const std::vector<Lanes::Acknowledged> counts{{topic, stream.no, 3}};
  ASSERT_TRUE(catalog_->lanes().acknowledge(lane, counts));
  ASSERT_TRUE(catalog_->lanes().acknowledge(lane, counts)) << "written twice, it is the same";
  const auto found = catalog_->lanes().counts(topic).value();
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].lane, lane);
  EXPECT_EQ(found[0].acknowledged, 3u);
  EXPECT_EQ(found[0].taken, 0u);
  EXPECT_EQ(found[0].next_number, 1u);
}

TEST_F(ProcessesTest, ABatchCountsWhatItTookOfEachLaneInItsOwnTransaction) {
  const Stream stream = add_stream(acme_);
  const PartitionNo topic{first_kafka_partition};
  const LaneNo lane = catalog_->lanes().open("").value();
  const auto commit_of = [&](std::uint64_t first, std::uint64_t last, std::uint64_t records) {
    BatchCommit commit = one_file(stream, first, last, Lsn{last});
    commit.partition = commit.batches[0].partition = topic;
    commit.read = catalog_->batches().checkpoint(topic).value();
    commit.positions[0].from = catalog_->batches().position(topic, stream.no).value();
    commit.batches[0].records = records;
    commit.batches[0].path += "-" + std::to_string(first);
    commit.taken = {{.lane = lane,
                     .stream = stream.no,
                     .day = commit.batches[0].day,
                     .hour = commit.batches[0].hour,
                     .records = records,
                     .next_number = last + 1}};
    return commit;
  };
  const auto committed = catalog_->batches().commit(commit_of(1, 9, 4));
  ASSERT_TRUE(committed) << committed.error().message;
  auto late = commit_of(10, 20, 2);
  ASSERT_TRUE(catalog_->batches().claim(topic));
  EXPECT_EQ(catalog_->batches().commit(late).error().code, Errc::conflict);
  EXPECT_EQ(catalog_->lanes().counts(topic)->at(0).taken, 4u) << "nothing of a refused commit";
  ASSERT_TRUE(catalog_->batches().commit(commit_of(10, 20, 2)));
  const auto counts = catalog_->lanes().counts(topic).value();
  ASSERT_THAT(counts, SizeIs(1));
  EXPECT_EQ(counts[0].taken, 6u);
  EXPECT_EQ(counts[0].next_number, 21u);
  const auto accounts = catalog_->hours().accounts(topic).value();
  ASSERT_THAT(accounts.hours, SizeIs(1));
  EXPECT_EQ(accounts.hours[0].accepted(), 6u);
  EXPECT_EQ(accounts.hours[0].accounted(), 6u);
  EXPECT_THAT(accounts.lanes, SizeIs(1));
  EXPECT_EQ(catalog_->batches().partitions().value(), std::vector<PartitionNo>{topic});
  auto too_many = commit_of(30, 31, 3);
  EXPECT_EQ(catalog_->batches().commit(too_many).error().code, Errc::internal)
      << "more records than places";
}

TEST_F(ProcessesTest, ARequestToFlushIsAnsweredOnce) {
  const Stream stream = add_stream(acme_);
  Flushes& flushes = catalog_->flushes();
  const auto no = flushes.ask({first_kafka_partition}, stream.no).value();
  ASSERT_THAT(flushes.open().value(), SizeIs(1));
  EXPECT_EQ(flushes.answer_to(no).value(), std::nullopt);
  ASSERT_TRUE(flushes.answer(no, "the store is away"));
  EXPECT_THAT(flushes.open().value(), IsEmpty());
  EXPECT_EQ(flushes.answer_to(no).value(), "the store is away");
  clock_.turn(std::chrono::minutes(6));
  ASSERT_TRUE(flushes.ask({first_kafka_partition}, stream.no));
  EXPECT_EQ(flushes.answer_to(no).value(), std::nullopt) << "it is forgotten";
}

}  // namespace
}  // namespace weir::catalog
