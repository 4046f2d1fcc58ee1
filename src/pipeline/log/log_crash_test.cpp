// Whatever crashed, every acknowledged record is read back exactly once and in order.
// Run a failure again with WEIR_SEED=<the seed it printed>.
#include <map>

#include "pipeline/log/log_world.hpp"

namespace weir::log {
namespace {

constexpr int worlds = 24;
constexpr int rounds = 30;

/// A world that appends, commits, recycles, reads, loses power and starts again, as chance has it,
/// and a model of what its log must hold.
class CrashingWorld : public LogWorld {
 public:
  explicit CrashingWorld(std::uint64_t seed) : LogWorld(seed), chance_(seed + 1) {
    options.spares_ahead = 1 + chance_.below(2);
  }

  void run() {
    for (int round = 0; round < rounds && !testing::Test::HasFailure(); ++round) {
      start();
      if (testing::Test::HasFailure()) return;
      check_all();
      live();
      stop();
    }
  }
  std::size_t records() const { return known_.size(); }
  int crashes_while_opening() const { return crashes_while_opening_; }

 private:
  struct Sent {
    StreamNo stream;
    std::string body;
    std::uint64_t cookie = 0;
  };
  struct Known {
    Address address;
    std::string body;
    Time received_at;
  };

  void start() {
    for (;;) {
      disk.power_on();
      if (chance_.one_in(3)) disk.crash_during(1 + chance_.below(12));
      const auto opened = try_open();
      if (opened && disk.is_on()) break;
      close();
      const bool is_planned = !disk.is_on() || opened.error().code == Errc::io;
      ASSERT_TRUE(is_planned) << opened.error().message;
      ++crashes_while_opening_;
    }
    disk.cancel_planned_crash();
  }

  /// What the log holds from the checkpoint on is all that is known to be in it, and then some of
  /// what was sent since, in order, and of that at least what was acknowledged.
  void check_all() {
    note_results();
    const auto read = lines(options.catalog.checkpoint);
    const std::size_t expected = known_.size() - filed_;
    ASSERT_GE(read.size(), expected) << "records are lost";
    ASSERT_LE(read.size(), expected + sent_.size()) << "records came from nowhere";
    ASSERT_GE(read.size(), expected + acknowledged_) << "acknowledged records are lost";
    for (std::size_t i = 0; i < expected; ++i)
      check_same(read[i], known_[filed_ + i]);
    for (std::size_t i = expected; i < read.size(); ++i)
      learn(read[i], sent_[i - expected]);
    sent_.clear();
    acknowledged_ = 0;
  }

  static void check_same(const Line& read, const Known& known) {
    ASSERT_EQ(read.address, known.address);
    ASSERT_TRUE(read.body == known.body);
    ASSERT_EQ(read.received_at, known.received_at);
  }

  void learn(const Line& read, const Sent& sent) {
    ASSERT_EQ(read.address.stream, sent.stream);
    ASSERT_TRUE(read.body == sent.body);
    ASSERT_EQ(read.address.sequence.value, ++last_sequence_[sent.stream]);
    const Time before = known_.empty() ? Time{} : known_.back().received_at;
    ASSERT_GE(read.received_at, before);
    known_.push_back({read.address, read.body, read.received_at});
  }

  void note_results() {
    const auto results = sink.results();
    for (; results_seen_ < results.size(); ++results_seen_) {
      const AppendResult& result = results[results_seen_];
      ASSERT_LT(results_this_life_, sent_.size()) << "a result was told twice";
      ASSERT_EQ(result.cookie, sent_[results_this_life_].cookie);
      ++results_this_life_;
      if (result.error) continue;
      ASSERT_EQ(acknowledged_ + 1, results_this_life_) << "one after a failed one was acknowledged";
      ++acknowledged_;
    }
  }

  void live() {
    results_this_life_ = 0;
    if (chance_.one_in(2)) disk.crash_during(1 + chance_.below(40));
    if (chance_.one_in(6)) disk.fail_next(CrashDisk::Op::write, Errc::io, 1 + chance_.below(20));
    const std::uint64_t steps = chance_.below(80);
    for (std::uint64_t i = 0; i < steps && disk.is_on(); ++i)
      step();
  }

  void step() {
    const std::uint64_t what = chance_.below(100);
    if (what < 55)
      send();
    else if (what < 85)
      log->commit_step();
    else if (what < 93)
      log->segment_step();
    else if (what < 96)
      clock.advance(std::chrono::seconds{chance_.below(7200)} - std::chrono::hours{1});
    else
      move_checkpoint();
  }

  void send() {
    const bool is_large = chance_.one_in(8);
    const StreamNo stream{static_cast<std::uint32_t>(1 + chance_.below(3))};
    const std::string body = std::to_string(next_cookie) + ":" +
                             std::string(chance_.below(is_large ? 15'000 : 600), 'x');
    const std::uint64_t cookie = next_cookie;
    if (append(stream, body)) sent_.push_back({stream, body, cookie});
  }

  /// As the batcher does: some of what was read is filed now, up to any record.
  void move_checkpoint() {
    note_results();
    const auto read = lines(options.catalog.checkpoint);
    if (testing::Test::HasFailure() || read.empty()) return;
    ASSERT_EQ(read.size(), known_.size() - filed_ + acknowledged_) << "not just what is durable";
    const std::size_t known = known_.size() - filed_;
    if (known == 0) return;
    const std::size_t last = chance_.below(known);
    for (std::size_t i = 0; i <= last; ++i)
      options.catalog.next_sequences[read[i].address.stream] = {read[i].address.sequence.value + 1};
    filed_ += last + 1;
    options.catalog.checkpoint = read[last].position_after;
    log->release(only, options.catalog.checkpoint);
  }

  void stop() {
    const std::uint64_t how = chance_.below(4);
    if (how < 2) disk.crash();
    if (how == 2) disk.kill();
    close();
    disk.cancel_planned_crash();
    note_results();
  }

  SeededRandom chance_;
  std::vector<Known> known_;  // since the log began
  std::size_t filed_ = 0;     // of these, before the checkpoint
  std::vector<Sent> sent_;    // in this life, in order
  std::size_t acknowledged_ = 0;
  std::size_t results_seen_ = 0;
  std::size_t results_this_life_ = 0;
  std::map<StreamNo, std::uint64_t> last_sequence_;
  int crashes_while_opening_ = 0;
};

TEST(LogCrash, WhateverCrashedEveryAcknowledgedRecordIsReadBackOnceAndInOrder) {
  const std::uint64_t first = seed_from_environment_or_new();
  std::size_t records = 0;
  int crashes_while_opening = 0;
  for (std::uint64_t seed = first; seed < first + worlds; ++seed) {
    SCOPED_TRACE("run it again with WEIR_SEED=" + std::to_string(seed));
    CrashingWorld world(seed);
    world.run();
    records += world.records();
    crashes_while_opening += world.crashes_while_opening();
    if (HasFailure()) return;
  }
  EXPECT_GT(records, 1000u);
  EXPECT_GT(crashes_while_opening, worlds);
}

}  // namespace
}  // namespace weir::log
