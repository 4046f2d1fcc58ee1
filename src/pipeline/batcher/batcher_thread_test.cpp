#include "pipeline/batcher/batcher_thread.hpp"

#include <future>

#include "pipeline/batcher/batcher_world.hpp"

namespace weir::batcher {
namespace {

using testing::SizeIs;

constexpr std::chrono::hours never{1};  // the thread acts only when it is asked to

TEST(BatcherThread, FlushesForManyThreadsWhileTheLogGrows) {
  BatcherWorld world(1);
  ManualClock clock(eight);
  BatcherThread thread(*world.batcher, clock, {.poll = std::chrono::milliseconds(1)});
  std::vector<std::future<std::uint64_t>> flushers;
  for (const StreamNo stream : {orders, visits}) {
    flushers.push_back(std::async(std::launch::async, [&, stream] {
      std::uint64_t records = 0;
      for (int i = 0; i < 20; ++i) {
        world.log.commit({{stream, PayloadType::json, std::to_string(i)}}, eight);
        const auto batches = thread.flush(stream);
        EXPECT_TRUE(batches);
        for (const auto& batch : *batches)
          records += batch.records;
      }
      return records;
    }));
  }
  for (auto& flusher : flushers)
    EXPECT_EQ(flusher.get(), 20u);
  thread.stop();
  EXPECT_EQ(thread.gauges().records, 40u);
  EXPECT_TRUE(thread.health());
  world.expect_each_record_once();
}

TEST(BatcherThread, AnErrorIsToldOnceAndGoesAway) {
  BatcherWorld world(1, {.roll = {.records_max = 1}});
  ManualClock clock(eight);
  world.send(orders, "1");
  world.disk.set_capacity(0);
  std::vector<std::string> told;
  BatcherThread thread(*world.batcher, clock,
                       {.poll = never, .retry = never, .on_error = [&](const Error& error) {
                          told.push_back(error.message);
                        }});
  for (int i = 0; i < 3; ++i) {
    const auto flushed = thread.flush(orders);
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, Errc::disk_full);
  }
  EXPECT_FALSE(thread.health());
  world.disk.set_capacity(std::nullopt);
  EXPECT_TRUE(thread.flush(orders));
  EXPECT_TRUE(thread.health());
  EXPECT_EQ(thread.gauges().batches, 1u);
  thread.stop();
  EXPECT_THAT(told, SizeIs(1));
  world.expect_each_record_once();
}

TEST(BatcherThread, OnceStoppedItRefusesAndLeavesTheRestToTheLog) {
  BatcherWorld world(1);
  ManualClock clock(eight);
  world.send(orders, "1");
  {
    BatcherThread thread(*world.batcher, clock, {.poll = never});
    thread.stop();
    const auto refused = thread.flush(orders);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::unavailable);
    thread.stop();
  }
  world.start();
  world.finish();
  world.expect_each_record_once();
}

}  // namespace
}  // namespace weir::batcher
