#include "base/receipt.hpp"
#include "pipeline/batcher/batcher_world.hpp"

/// Idempotency keys through the batcher, and hours that are sealed.
namespace weir::batcher {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class BatcherKeysTest : public testing::Test {
 protected:
  void TearDown() override {
    world.finish();
    world.expect_each_record_once();
    world.expect_sealed_and_whole();
  }
  static Address at(StreamNo stream, std::uint64_t sequence) {
    return {stream, PartitionNo{0}, Sequence{sequence}};
  }
  std::vector<int> sealed_hours(StreamNo stream) {
    std::vector<int> out;
    for (const auto& [key, hour] : world.manifest.hours)
      if (hour.stream == stream && hour.sealed()) out.push_back(hour.hour);
    return out;
  }

  BatcherWorld world{1};
};

TEST_F(BatcherKeysTest, ARetryWithTheSameKeyStandsInNoFileAndNamesTheFirst) {
  world.send_with_key(orders, "a", "{\"n\":1}");
  world.send_with_key(orders, "b", "{\"n\":2}");
  world.send_with_key(orders, "a", "{\"n\":1}");
  world.send(orders, "{\"n\":1}");
  world.finish();
  ASSERT_THAT(world.manifest.batches, SizeIs(1));
  EXPECT_EQ(world.read(world.manifest.batches[0]), "{\"n\":1}\n{\"n\":2}\n{\"n\":1}\n");
  EXPECT_EQ(world.manifest.batches[0].duplicates, 1u);
  EXPECT_EQ(world.manifest.duplicates.at(at(orders, 3)), Sequence{1});
  EXPECT_EQ(world.batcher->gauges(world.now).duplicates, 1u);
}

TEST_F(BatcherKeysTest, TheSameKeyWithAnotherBodyGoesToTheQuarantineWhole) {
  world.send_with_key(orders, "a", "{\"n\":1}");
  world.send_with_key(orders, "a", "{\"n\":2}");
  world.finish();
  ASSERT_THAT(world.manifest.quarantined, SizeIs(1));
  EXPECT_EQ(world.manifest.quarantined[0].body, "{\"n\":2}");
  EXPECT_THAT(world.manifest.quarantined[0].reason,
              HasSubstr(std::string(view(encode_receipt(at(orders, 1))))));
}

TEST_F(BatcherKeysTest, AKeyIsRememberedOverFilesHoursAndRestarts) {
  world.send_with_key(orders, "a", "{}");
  world.now += hours(2);
  world.run();
  world.power_cut_and_restart();
  world.now += hours(21);
  world.send_with_key(orders, "a", "{}");
  world.finish();
  EXPECT_EQ(world.manifest.duplicates.at(at(orders, 2)), Sequence{1});
  EXPECT_THAT(world.manifest.batches, SizeIs(1)) << "a batch of duplicates makes no file";
}

TEST_F(BatcherKeysTest, AfterItsWindowTheSameKeyIsANewRecordAndTheCatalogForgets) {
  world.send_with_key(orders, "a", "{}");
  world.now += hours(24);
  world.send_with_key(orders, "a", "{}");
  world.send_with_key(orders, "b", "{}");
  world.finish();
  EXPECT_THAT(world.manifest.duplicates, IsEmpty());
  world.send(orders, "{}");
  world.finish();
  EXPECT_THAT(world.manifest.prints, SizeIs(2)) << "the first key's window is over for all to come";
}

/// The record that is decided late may ask for a key as old as its window: a quiet stream must not
/// lose it because a busy one went on.
TEST_F(BatcherKeysTest, WhatAnOpenBatchMayStillAskForIsNotForgotten) {
  world.settings.roll.age_max = hours(48);
  world.settings.keys.window = minutes(50);
  world.start();
  world.send_with_key(visits, "v", "{}");
  world.now += minutes(1);
  ASSERT_TRUE(world.batcher->flush(visits, world.now));
  world.now += minutes(48);
  world.send_with_key(visits, "v", "{}");
  world.run();  // stays open, undecided as far as the catalog knows
  world.now += minutes(5);
  world.send_with_key(orders, "o", "{}");
  ASSERT_TRUE(world.batcher->flush(orders, world.now));
  world.power_cut_and_restart();
  world.finish();
  EXPECT_EQ(world.manifest.duplicates.at(at(visits, 2)), Sequence{1});
}

TEST_F(BatcherKeysTest, KeysInMemoryCloseBatchesBeforeThereAreTooMany) {
  world.settings.held_bytes_max = 10 * sizeof(catalog::KeyPrint);
  world.start();
  for (int i = 0; i < 25; ++i)
    world.send_with_key(orders, "k" + std::to_string(i), "{}");
  world.run();
  EXPECT_THAT(world.manifest.batches, SizeIs(2));
}

TEST_F(BatcherKeysTest, AnHourIsSealedOnceItIsOverAndBatched) {
  world.send(orders, "{}");
  world.send(sales, "<a>");
  world.now += minutes(59);
  world.run();
  EXPECT_THAT(sealed_hours(orders), IsEmpty());
  world.now += minutes(1);
  world.run();
  EXPECT_THAT(sealed_hours(orders), testing::ElementsAre(8));
  EXPECT_THAT(sealed_hours(sales), testing::ElementsAre(8)) << "also without a file";
  EXPECT_EQ(world.batcher->gauges(world.now).hours_sealed, 2u);
}

TEST_F(BatcherKeysTest, AnHourIsNotSealedWhileTheLogMayStillStampARecordOfIt) {
  world.send(orders, "{}");
  world.run();
  world.now += minutes(61);
  world.log.now = world.now - minutes(2);  // the log's clock is behind the batcher's
  ASSERT_TRUE(world.batcher->step(world.now));
  EXPECT_THAT(sealed_hours(orders), IsEmpty());
  world.log.commit({{orders, PayloadType::json, "{}"}}, world.now - minutes(2));
}

TEST_F(BatcherKeysTest, ManifestsNameTheOneBeforeThem) {
  for (int hour = 0; hour < 3; ++hour) {
    world.send(orders, "{}");
    world.now += hours(1);
    world.run();
  }
  const auto hour = [&](int of_day) -> const catalog::Hour& {
    return world.manifest.hours.at({orders, day_of(eight), of_day});
  };
  const auto last = world.store->read(hour(10).manifest_path).value();
  EXPECT_THAT(last, HasSubstr(hour(9).manifest_path));
  EXPECT_THAT(last, HasSubstr(hour(9).manifest_sha256));
}

TEST_F(BatcherKeysTest, AnHourThatDoesNotAddUpIsNotSealed) {
  world.send(orders, "{}");
  world.send(orders, "{}");
  world.now += minutes(2);
  world.run();
  auto& hour = world.manifest.hours.at({orders, day_of(eight), 8});
  hour.in_files -= 1;
  world.now += hours(2);
  world.run();
  EXPECT_THAT(sealed_hours(orders), IsEmpty());
  hour.in_files += 1;  // as a new process would find it
  world.start();
}

TEST_F(BatcherKeysTest, ManyHoursAreSealedInSeveralSteps) {
  for (int hour = 0; hour < 40; ++hour) {
    world.send(orders, "{}");
    world.now += hours(1);
  }
  world.run();
  EXPECT_EQ(world.batcher->gauges(world.now).hours_sealed, 40u);
}

}  // namespace
}  // namespace weir::batcher
