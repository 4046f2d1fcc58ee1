#include "pipeline/batcher/batcher_world.hpp"

/// Whatever the moment of a failure, each accepted record ends in exactly one file or in the
/// quarantine.
namespace weir::batcher {
namespace {

using Op = CrashDisk::Op;

/// All that a batcher makes the disk do.
constexpr Op disk_ops[] = {Op::create, Op::write,       Op::sync, Op::rename,
                           Op::remove, Op::directories, Op::names};

const BatcherSettings small_batches{.roll = {.bytes_max = 300'000, .records_max = 4},
                                    .quarantine = {.catalog_bytes_max = 6},  // one in a file
                                    .step_records = 7};

/// Three hours of traffic: small and large payloads, a bad one, quiet and busy streams. `step` is
/// called after each part of it.
template <class Step>
void traffic(BatcherWorld& world, Step step) {
  for (int round = 0; round < 6; ++round) {
    const std::string number = std::to_string(round);
    if (round % 3 == 0) world.send(visits, "{\"quiet\":" + number + "}");
    world.log.commit({{orders, PayloadType::json, "{\"a\":" + number + "}"},
                      {sales, PayloadType::xml, "<sale id='" + number + "'/>"},
                      {orders, PayloadType::json, "{\"b\":" + number + "}"}},
                     world.now);
    // A key that comes again in the next hour, with the same body and with another.
    world.send_with_key(orders, "retry", "{\"k\":1}");
    world.send_with_key(sales, "sale-" + std::to_string(round / 2), "<sale/>");
    if (round == 4) world.send_with_key(orders, "retry", "{\"k\":2}");
    if (round == 2) world.send(sales, "<sale>");
    if (round == 3) world.send(orders, "\"" + std::string(150'000, 'x') + "\"");
    step();
    world.now += std::chrono::minutes(25);
    step();
  }
}

struct Failure {
  enum class Then { power_cut, restart, go_on } then = Then::power_cut;
  const char* name = "";
};

class BatcherCrashTest : public testing::TestWithParam<Failure> {
 protected:
  /// After a step that failed.
  static void recover(BatcherWorld& world) {
    switch (GetParam().then) {
      case Failure::Then::power_cut:
        return world.power_cut_and_restart();
      case Failure::Then::restart:
        world.disk.kill();
        world.disk.power_on();
        return world.start();
      case Failure::Then::go_on:
        return;
    }
  }

  static void run_through(BatcherWorld& world) {
    traffic(world, [&] {
      if (!world.step()) recover(world);
    });
    world.now += std::chrono::hours(2);
    for (int steps = 0; steps < 5; ++steps)
      if (!world.step()) recover(world);
    world.finish();
    world.expect_each_record_once();
    world.expect_sealed_and_whole();
  }

  const std::uint64_t seed = seed_from_environment_or_new();
  testing::ScopedTrace trace{__FILE__, __LINE__, "rerun with WEIR_SEED=" + std::to_string(seed)};
};

INSTANTIATE_TEST_SUITE_P(Then, BatcherCrashTest,
                         testing::Values(Failure{Failure::Then::power_cut, "PowerCut"},
                                         Failure{Failure::Then::restart, "Restart"},
                                         Failure{Failure::Then::go_on, "GoOn"}),
                         [](const auto& which) { return which.param.name; });

TEST_P(BatcherCrashTest, InEveryOperationOfTheDisk) {
  for (const Op op : disk_ops) {
    bool failed = true;
    for (std::uint64_t nth = 1; failed; ++nth) {
      SCOPED_TRACE("operation " + std::to_string(static_cast<int>(op)) + ", " +
                   std::to_string(nth) + ". time");
      BatcherWorld world(seed + nth, small_batches);
      world.disk.fail_next(op, Errc::io, nth);
      int failures = 0;
      traffic(world, [&] {
        if (world.step()) return;
        ++failures;
        recover(world);
      });
      world.now += std::chrono::hours(2);  // what is open is closed, and all hours are sealed
      for (int steps = 0; steps < 20; ++steps) {
        if (world.step()) continue;
        ++failures;
        recover(world);
      }
      failed = failures > 0;
      world.finish();
      world.expect_each_record_once();
      world.expect_sealed_and_whole();
      if (HasFailure()) return;
      ASSERT_LT(nth, 1000u);
    }
  }
}

TEST_P(BatcherCrashTest, BeforeAndAfterEveryCommit) {
  for (const bool done : {false, true}) {
    bool failed = true;
    for (std::uint64_t nth = 1; failed; ++nth) {
      SCOPED_TRACE((done ? "after commit " : "before commit ") + std::to_string(nth));
      BatcherWorld world(seed + nth, small_batches);
      std::uint64_t commits = 0;
      const auto at_nth = [&]() -> std::optional<Error> {
        if (++commits != nth) return std::nullopt;
        return Error{Errc::io, "the nth commit fails"};
      };
      (done ? world.manifest.after : world.manifest.before) = at_nth;
      run_through(world);
      world.expect_no_file_without_a_row();
      failed = commits >= nth;
      if (HasFailure()) return;
      ASSERT_LT(nth, 1000u);
    }
  }
}

TEST_P(BatcherCrashTest, BeforeEverySealInTheCatalog) {
  bool failed = true;
  for (std::uint64_t nth = 1; failed; ++nth) {
    SCOPED_TRACE("before seal " + std::to_string(nth));
    BatcherWorld world(seed + nth, small_batches);
    std::uint64_t seals = 0;
    world.manifest.before_seal = [&]() -> std::optional<Error> {
      if (++seals != nth) return std::nullopt;
      return Error{Errc::io, "the nth seal fails"};
    };
    traffic(world, [&] {
      if (!world.step()) recover(world);
    });
    world.now += std::chrono::hours(2);
    for (int steps = 0; steps < 5; ++steps)
      if (!world.step()) recover(world);
    world.finish();
    world.expect_each_record_once();
    world.expect_sealed_and_whole();
    failed = seals >= nth;
    if (HasFailure()) return;
    ASSERT_LT(nth, 1000u);
  }
}

TEST(BatcherPowerCut, InTheMiddleOfEveryOperation) {
  const std::uint64_t seed = seed_from_environment_or_new();
  SCOPED_TRACE("rerun with WEIR_SEED=" + std::to_string(seed));
  bool crashed = true;
  for (std::uint64_t nth = 1; crashed; ++nth) {
    SCOPED_TRACE("power cut in operation " + std::to_string(nth));
    BatcherWorld world(seed + nth, small_batches);
    world.disk.crash_during(nth);
    crashed = false;
    traffic(world, [&] {
      (void)world.step();
      if (world.disk.is_on()) return;
      crashed = true;
      world.power_cut_and_restart();
    });
    world.now += std::chrono::hours(2);
    for (int steps = 0; steps < 5; ++steps) {
      (void)world.step();
      if (world.disk.is_on()) continue;
      crashed = true;
      world.power_cut_and_restart();
    }
    world.finish();
    world.expect_each_record_once();
    world.expect_sealed_and_whole();
    world.expect_no_file_without_a_row();
    if (testing::Test::HasFailure()) return;
    ASSERT_LT(nth, 1000u);
  }
}

/// Anything in any order, also failures while recovering from failures.
class Adventure {
 public:
  explicit Adventure(std::uint64_t seed)
      : random_(seed),
        world_(seed, {.roll = {.bytes_max = 1 + random_.below(100'000),
                               .records_max = static_cast<std::uint32_t>(1 + random_.below(8))},
                      .open_batches_max = static_cast<std::uint32_t>(1 + random_.below(3)),
                      .keys = {.window = std::chrono::seconds(1 + random_.below(20'000))},
                      .held_bytes_max = 1 + random_.below(100),
                      .step_records = static_cast<std::uint32_t>(1 + random_.below(10))}) {
    world_.manifest.before = [this] { return commit_fails(); };
    world_.manifest.after = [this] { return commit_fails(); };
    world_.manifest.before_seal = [this] { return commit_fails(); };
  }

  void run(int acts) {
    for (int i = 0; i < acts; ++i)
      act();
    calm_ = true;
    restart(true);
    // Failures that were planned may still come; each comes once.
    world_.now += std::chrono::hours(2);
    for (int tries = 0; tries < 2000; ++tries)
      (void)world_.step();
    world_.finish();
    world_.expect_each_record_once();
    world_.expect_sealed_and_whole();
  }

 private:
  std::optional<Error> commit_fails() {
    if (calm_ || !random_.one_in(8)) return std::nullopt;
    return Error{random_.one_in(2) ? Errc::io : Errc::conflict, "by chance"};
  }

  void act() {
    switch (random_.below(10)) {
      case 0:
      case 1:
      case 2:
        return send();
      case 3:
        return restart(random_.one_in(2));
      case 4:
        return world_.disk.crash_during(1 + random_.below(30));
      case 5:
        return world_.disk.fail_next(disk_ops[random_.below(std::size(disk_ops))], Errc::io,
                                     1 + random_.below(10));
      case 6:
        world_.now += std::chrono::seconds(random_.below(3000));
        return;
      case 7:
        if (world_.batcher->flush(orders, world_.now)) expect_flushed();
        return;
      default:
        (void)world_.step();
    }
  }

  void send() {
    std::vector<log::FakeLog::Line> lines;
    for (auto i = random_.below(5) + 1; i > 0; --i) {
      const std::string number = std::to_string(random_.next());
      if (random_.one_in(3)) {
        lines.push_back(
            {sales, PayloadType::xml, random_.one_in(4) ? "<bad>" : "<n>" + number + "</n>"});
      } else {
        const std::string fill(random_.one_in(10) ? 70'000 : 0, 'x');
        lines.push_back({random_.one_in(2) ? orders : visits, PayloadType::json, number + fill});
        if (random_.one_in(2)) {  // few keys and bodies: most come again
          lines.back().key = "k" + std::to_string(random_.below(8));
          lines.back().body = "{\"n\":" + std::to_string(random_.below(8) / 7) + "}";
        }
      }
    }
    world_.log.commit(lines, world_.now);
  }

  void restart(bool power_cut) {
    world_.disk.cancel_planned_crash();
    if (power_cut) {
      world_.disk.crash();
    } else {
      world_.disk.kill();
    }
    world_.disk.power_on();
    // A failure that was planned may hit the start itself.
    auto opened = store::LocalDirectoryStore::open(world_.disk, "/data/store");
    for (int tries = 0; !opened && tries < 100; ++tries) {
      opened = store::LocalDirectoryStore::open(world_.disk, "/data/store");
    }
    ASSERT_TRUE(opened) << opened.error().message;
    world_.batcher.reset();
    world_.store = *std::move(opened);
    for (int tries = 0; !world_.store->sweep() && tries < 100; ++tries) {
    }
    world_.batcher =
        std::make_unique<Batcher>(world_.log, *world_.store, world_.manifest, world_.settings);
  }

  void expect_flushed() {
    std::uint64_t filed = 0;
    for (const auto& batch : world_.manifest.batches) {
      if (batch.stream == orders) filed += batch.records;
    }
    for (const auto& [address, of] : world_.manifest.duplicates)
      filed += address.stream == orders;
    for (const auto& one : world_.manifest.quarantined)
      filed += one.address.stream == orders;
    std::uint64_t accepted = 0;
    for (const auto& record : world_.log.accepted())
      accepted += record.address.stream == orders;
    EXPECT_EQ(filed, accepted);
  }

  SeededRandom random_;
  BatcherWorld world_;
  bool calm_ = false;
};

TEST(BatcherAdventures, EndWithEachRecordOnce) {
  const std::uint64_t seed = seed_from_environment_or_new();
  for (std::uint64_t run = 0; run < 80; ++run) {
    SCOPED_TRACE("rerun with WEIR_SEED=" + std::to_string(seed + run));
    Adventure(seed + run).run(80);
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace weir::batcher
