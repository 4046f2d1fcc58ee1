#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "catalog/catalog.hpp"
#include "engine/test_engine.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/courier/courier.hpp"
#include "pipeline/courier/fake_store.hpp"
#include "pipeline/courier/runner.hpp"

namespace weir::courier {

inline Day day(const char* text) {
  return *parse_day(text);
}

class FakeEngine final : public engine::TestEngine {
 public:
  Result<engine::LoadCounts> load(const engine::Load& load) override {
    if (const auto before = done.find({load.id.run, load.id.feed}); before != done.end()) {
      engine::LoadCounts again = before->second;
      again.repeated = true;
      return again;
    }
    auto result = really_load(load);
    if (result && !result->over_threshold) done[{load.id.run, load.id.feed}] = *result;
    return result;
  }
  Result<engine::LoadCounts> really_load(const engine::Load& load) {
    loads.push_back(load);
    if (meanwhile) meanwhile();
    while (endless && !load.allowance.stop.stop_requested())
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (afterwards) afterwards();
    if (endless) return fail(Errc::unavailable, "stopped");
    if (failure) return fail(*failure);
    return counts;
  }
  Result<void> fence(const std::string&, const std::string& run, std::uint64_t epoch) override {
    fences.emplace_back(run, epoch);
    return {};
  }

  std::vector<engine::Load> loads;
  engine::LoadCounts counts{.read = 3, .inserted = 2, .errors = 1};
  std::optional<Error> failure;
  std::function<void()> meanwhile;  // what happens while it loads
  std::map<std::pair<std::string, std::string>, engine::LoadCounts> done;  // by run and feed
  std::vector<std::pair<std::string, std::uint64_t>> fences;
  std::function<void()> afterwards;  // and once it has
  bool endless = false;
};

/// Calls `then` at a reading of the time; there are some within every task, and at each commit.
class CountingClock final : public Clock {
 public:
  explicit CountingClock(const Clock& real) : real_(real) {}
  Time now() const override {
    if (++readings_ == at && then) then();
    return real_.now();
  }
  int readings() const { return readings_; }
  int at = 0;
  std::function<void()> then;

 private:
  const Clock& real_;
  mutable int readings_ = 0;
};

class CourierTest : public ::testing::Test {
 protected:
  explicit CourierTest(const std::string& file = ":memory:") {
    catalog_ = catalog::Catalog::open(file, clock_, random_).value();
    tenant_ = catalog_->tenants().add("acme")->no;
    stream_ = catalog_->streams().add(tenant_, {.name = "orders"}).value();
  }

  /// A batch of ten records received in that hour.
  void batch(const char* on, int hour, PayloadType type = PayloadType::json) {
    catalog::BatchCommit commit;
    commit.read = checkpoint_;
    commit.checkpoint = {checkpoint_.lsn.value + 4096};
    commit.positions = {{stream_.no, {next_}, {next_ + 10}, type}};
    catalog::Batch batch;
    batch.path = std::string(on) + "/" + std::to_string(hour);
    batch.stream = stream_.no;
    batch.day = day(on);
    batch.hour = hour;
    batch.first_sequence = {next_};
    batch.last_sequence = {next_ + 9};
    batch.records = 10;
    batch.bytes = 1234;
    batch.sha256 = "5ha";
    batch.first_received_at = day(on) + std::chrono::hours(hour);
    batch.last_received_at = batch.first_received_at;
    commit.batches = {batch};
    next_ += 10;
    checkpoint_ = catalog_->batches().commit(commit).value();
  }

  catalog::Feed feed(bool active = true) {
    catalog::Feed feed;
    feed.source = "Shop";
    feed.name = "Orders" + std::to_string(++feeds_);
    feed.fields = {{.name = "id", .type = "string"}};
    feed.primary_key = {"id"};
    feed = catalog_->feeds().add(tenant_, feed).value();
    return active ? catalog_->feeds().activate(tenant_, feed.id).value() : feed;
  }

  catalog::Courier courier(const std::string& load_operations, const std::string& prefix = "") {
    catalog::Courier courier;
    courier.tenant_no = tenant_;
    courier.name = "orders";
    courier.stream_id = stream_.id;
    courier.file_format = "NDJSON";
    courier.file_tag = "streaming";
    courier.file_pattern_prefix = prefix;
    courier.load_operations = load_operations;
    return courier;
  }
  std::string load_into(const catalog::Feed& feed) {
    return R"({")" + feed.id + R"(":[{"type":"load","file":"streaming"}]})";
  }

  /// Saves the courier, runs it, and returns the run as it ended.
  catalog::Run run(const catalog::Courier& courier, const catalog::RunRange& range = {},
                   bool skip_missing = false) {
    const auto id = schedule(courier, range, skip_missing).id;
    Runner runner(*catalog_, engine_, store_, clock_, {.owner = "test"});
    EXPECT_TRUE(runner.run_next().value());
    return catalog_->runs().find(tenant_, id).value();
  }
  /// Saves the courier and its run.
  catalog::Run schedule(const catalog::Courier& courier, const catalog::RunRange& range = {},
                        bool skip_missing = false) {
    const auto saved = catalog_->couriers().add(tenant_, courier).value();
    catalog::Run run;
    run.courier_id = saved.id;
    run.name = saved.name;
    run.range = range;
    run.skip_missing = skip_missing;
    return catalog_->runs().add(tenant_, run).value();
  }
  std::string refusal(const catalog::Courier& courier) {
    const auto checked = check(*catalog_, courier);
    return checked ? "" : checked.error().message;
  }
  std::string obstacle(const catalog::Courier& courier) {
    const auto checked = validate(*catalog_, courier);
    return checked ? "" : checked.error().message;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> uris;
    for (const auto& file : engine_.loads.at(0).operations.at(0).sources.at(0).files)
      uris.push_back(file.uri);
    return uris;
  }

  ManualClock clock_;
  SeededRandom random_{7};
  std::unique_ptr<catalog::Catalog> catalog_;
  FakeEngine engine_;
  FakeStore store_;
  std::uint32_t tenant_ = 0;
  catalog::Stream stream_;
  catalog::Checkpoint checkpoint_;
  std::uint64_t next_ = 1;
  int feeds_ = 0;
};

}  // namespace weir::courier
