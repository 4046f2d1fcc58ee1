// The product form, with its threads; also what the tsan preset watches.
#include <atomic>
#include <map>

#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

constexpr int writers = 3;
constexpr int records_each = 400;

class ThreadedWorld : public LogWorld {
 public:
  explicit ThreadedWorld(std::uint64_t seed = 1) : LogWorld(seed) {
    options.drive = SegmentedLog::Drive::threads;
  }

  /// Appends until it has sent all or the log refuses for good; its stream is its number + 1.
  void append_all(int writer, RememberingSink& results) {
    std::size_t sent = 0;
    while (sent < records_each) {
      const std::string body = std::to_string(sent) + std::string(50 + sent % 700, 'x');
      const Entry entry{.stream = stream_of(writer),
                        .type = PayloadType::json,
                        .idempotency_key = {},
                        .body = body};
      const auto appended = log->append(entry, results, sent);
      log->commit_soon();
      if (appended)
        ++sent;
      else if (appended.error().code == Errc::overloaded)
        results.wait_for(sent);  // what is in flight makes room
      else
        break;
    }
    results.wait_for(sent);
  }

  static StreamNo stream_of(int writer) { return {static_cast<std::uint32_t>(writer + 1)}; }

  template <class While>
  void run_writers(While meanwhile) {
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i)
      threads.emplace_back([this, i] { append_all(i, sinks[i]); });
    meanwhile();
    for (std::thread& thread : threads)
      thread.join();
  }

  RememberingSink sinks[writers];
};

class LogThreadsTest : public testing::Test, public ThreadedWorld {};

TEST_F(LogThreadsTest, EveryFateIsToldOnceAndEveryRecordReadInOrderWhileSegmentsAreRecycled) {
  open();
  std::map<StreamNo, std::uint64_t> read;
  const auto read_and_release = [&] {
    auto reader = log->read_from(only, {}).value();
    std::uint64_t all = 0;
    while (all < writers * records_each) {
      const auto record = reader->next();
      ASSERT_TRUE(record.has_value()) << record.error().message;
      if (!*record) {
        log->wait_durable(only, reader->position(), std::chrono::hours{1});
        continue;
      }
      ++all;
      ASSERT_EQ((*record)->address.sequence.value, ++read[(*record)->address.stream]);
      log->release(only, reader->position());
    }
  };
  run_writers(read_and_release);
  for (int i = 0; i < writers; ++i) {
    const auto results = sinks[i].results();
    ASSERT_EQ(results.size(), records_each);
    for (std::size_t n = 0; n < results.size(); ++n) {
      EXPECT_EQ(results[n].cookie, n);
      EXPECT_EQ(results[n].address, (Address{stream_of(i), only, {n + 1}}));
      EXPECT_FALSE(results[n].error.has_value());
    }
  }
  close();
  EXPECT_LT(files(".segment").size(), 5u);
}

TEST_F(LogThreadsTest, ClosingTellsAllFates) {
  open();
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(append(orders, "x").has_value());
  close();
  EXPECT_EQ(sink.results().size(), 10u);
  open();
  EXPECT_EQ(bodies().size(), 10u);
}

TEST_F(LogThreadsTest, APowerCutInFullFlowLosesNothingThatWasAcknowledged) {
  std::size_t acknowledged = 0;
  int cut_short = 0;
  for (std::uint64_t operation = 10; operation < 60; operation += 7) {
    ThreadedWorld world(operation);
    world.open();
    world.disk.crash_during(operation);
    world.run_writers([] {});
    cut_short += world.disk.is_on() ? 0 : 1;
    world.crash();
    std::map<StreamNo, std::size_t> read;
    for (const Line& line : world.lines())
      ASSERT_EQ(line.address.sequence.value, ++read[line.address.stream]);
    for (int i = 0; i < writers; ++i) {
      std::size_t durable = 0;
      for (const AppendResult& result : world.sinks[i].results())
        durable += result.error ? 0 : 1;
      EXPECT_GE(read[ThreadedWorld::stream_of(i)], durable);
      acknowledged += durable;
    }
  }
  EXPECT_GT(acknowledged, 0u);
  EXPECT_GT(cut_short, 0);
}

}  // namespace
}  // namespace weir::log
