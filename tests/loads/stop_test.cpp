// Loads of enough rows to take seconds, by real runners with the real catalog and engine, that are
// stopped at moments spread over all they do. Each ends within two seconds of the stop, and has
// loaded nothing. What is timed is the work after the stop, so a machine that is busy with other
// things makes it longer: WEIR_STOP_MS is how long it may take.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/fake/test_directory.hpp"
#include "loads_world.hpp"
#include "workflow/scheduler.hpp"

namespace weir {
namespace {

namespace fs = std::filesystem;
using catalog::is_over;
using catalog::RunState;
using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr const char* tenant = "acme";
constexpr const char* day = "2027-03-02";
constexpr int files = 8;
constexpr int rows_of_file = 40'000;
constexpr std::size_t value_bytes = 300;

milliseconds stop_max() {
  const char* text = std::getenv("WEIR_STOP_MS");
  return milliseconds(text == nullptr ? 2000 : std::atoi(text));
}

class StopTest : public ::testing::Test {
 protected:
  using Run = catalog::Run;

  StopTest() {
    fs::create_directories(directory_.path() + "/store");
    world_ = std::make_unique<World>(fs::path(directory_.path()));
    tenant_no_ = world_->catalog->tenants().add(tenant)->no;
    stream_ = world_->catalog->streams().add(tenant_no_, {.name = "orders"}).value();
    for (int file = 0; file < files; ++file)
      add_file(file);
  }

  void add_file(int number) {
    catalog::Batch batch;
    batch.path = "ingest/stream/acme/" + stream_.id + "/" + day + "/0" + std::to_string(number) +
                 "-0000-0001.ndjson";
    const fs::path path = fs::path(directory_.path()) / "store" / batch.path;
    fs::create_directories(path.parent_path());
    std::string lines;
    for (int i = 0; i < rows_of_file; ++i)
      lines += "{\"id\":" + std::to_string(number * rows_of_file + i) + ",\"v\":\"" +
               std::to_string(i) + std::string(value_bytes, static_cast<char>('a' + i % 26)) +
               "\"}\n";
    std::ofstream(path, std::ios::binary) << lines;
    const auto first = static_cast<std::uint64_t>(1 + number * rows_of_file);
    batch.stream = stream_.no;
    batch.day = *parse_day(day);
    batch.hour = number;
    batch.first_sequence = {first};
    batch.last_sequence = {first + rows_of_file - 1};
    batch.records = rows_of_file;
    batch.bytes = fs::file_size(path);
    batch.first_received_at = batch.day + std::chrono::hours(number);
    batch.last_received_at = batch.first_received_at;
    catalog::BatchCommit commit;
    commit.read = checkpoint_;
    commit.checkpoint = {checkpoint_.lsn.value + 4096};
    commit.positions = {
        {stream_.no, batch.first_sequence, {batch.last_sequence.value + 1}, PayloadType::json}};
    commit.batches = {batch};
    checkpoint_ = world_->catalog->batches().commit(commit).value();
  }

  std::string courier_into(const std::string& name) {
    catalog::Feed feed;
    feed.source = "Shop";
    feed.name = name;
    feed.fields = {{.name = "id", .type = "integer"}, {.name = "v", .type = "string"}};
    feed.primary_key = {"id"};
    feed = world_->catalog->feeds().add(tenant_no_, feed).value();
    EXPECT_TRUE(world_->catalog->feeds().activate(tenant_no_, feed.id));
    catalog::Courier courier;
    courier.tenant_no = tenant_no_;
    courier.name = name;
    courier.stream_id = stream_.id;
    courier.file_format = "NDJSON";
    courier.file_tag = "streaming";
    courier.load_operations = "{\"" + feed.id + R"(":[{"type":"load","file":"streaming"}]})";
    return world_->catalog->couriers().add(tenant_no_, courier)->id;
  }

  std::jthread runner(const std::string& owner) {
    return std::jthread([this, owner] {
      courier::Runner runner(*world_->catalog, world_->engine, world_->store, world_->clock,
                             {.owner = owner});
      const auto ran = runner.run_next();
      EXPECT_TRUE(ran && *ran) << (ran ? "no run" : ran.error().message);
    });
  }
  Run now(const std::string& id) { return world_->catalog->runs().find(tenant_no_, id).value(); }
  bool loads(const std::string& id) {
    const auto tasks = world_->catalog->runs().tasks(id).value();
    return std::any_of(tasks.begin(), tasks.end(), [](const catalog::RunTask& task) {
      return task.kind == "load" && task.state == RunState::running;
    });
  }
  void wait_for_load(const std::string& id) {
    while (!loads(id) && !is_over(now(id).state))
      std::this_thread::sleep_for(milliseconds(1));
  }
  std::string rows(const std::string& table) {
    const auto found = world_->engine.query(tenant, "SELECT count(*) FROM \"" + table + "\"", 1);
    return found ? found->rows[0][0] : "0";  // else there is no table yet
  }
  std::string start(const std::string& courier) {
    Run run;
    run.courier_id = courier;
    return world_->catalog->runs().add(tenant_no_, run)->id;
  }

  TestDirectory directory_;
  std::unique_ptr<World> world_;
  std::uint32_t tenant_no_ = 0;
  catalog::Stream stream_;
  catalog::Checkpoint checkpoint_;
};

TEST_F(StopTest, WhateverTheMomentALoadEndsWithinTwoSecondsWithNothingLoaded) {
  const std::string timed = start(courier_into("Timed"));
  const auto begun = SteadyClock::now();
  runner("timed").join();
  ASSERT_EQ(now(timed).state, RunState::succeeded) << now(timed).error;
  auto takes = SteadyClock::now() - begun;
  ASSERT_EQ(rows("Shop:Timed"), std::to_string(files * rows_of_file));
  std::cout << "a load takes " << std::chrono::duration_cast<milliseconds>(takes).count()
            << " ms; stopped after, in ms:";
  int stopped = 0;
  std::string courier;
  std::string table;
  for (const double share : {0.02, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9}) {
    table = "Stopped" + std::to_string(static_cast<int>(share * 100));
    courier = courier_into(table);
    table = "Shop:" + table;
    const std::string run = start(courier);
    std::jthread thread = runner("stopped");
    wait_for_load(run);
    const auto loading = SteadyClock::now();
    std::this_thread::sleep_for(takes * share);
    const auto asked = SteadyClock::now();
    const auto answer = world_->catalog->runs().stop(tenant_no_, run);
    thread.join();
    const auto took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - asked);
    if (!answer || now(run).state == RunState::succeeded) {  // it was faster than the one timed
      takes = SteadyClock::now() - loading;
      continue;
    }
    std::cout << " " << took.count();
    ++stopped;
    EXPECT_EQ(now(run).state, RunState::stopped) << share;
    // Where other work slows the load, it slows the stop.
    EXPECT_LE(took, std::max(stop_max(), std::chrono::duration_cast<milliseconds>(takes / 3)))
        << share;
    EXPECT_EQ(rows(table), "0") << share;
    EXPECT_TRUE(world_->engine.ledger(tenant, {.run = run})->empty()) << share;
  }
  std::cout << "\n";
  EXPECT_GE(stopped, 2);
  // The run of after a stop is not disturbed by it.
  const std::string last = start(courier);
  runner("last").join();
  EXPECT_EQ(now(last).state, RunState::succeeded) << now(last).error;
  EXPECT_EQ(rows(table), std::to_string(files * rows_of_file));
}

TEST_F(StopTest, AGroupIsStoppedWithAllThatItsCouriersLoad) {
  catalog::CourierGroup group;
  group.name = "all";
  group.couriers = {{.courier_id = courier_into("A")}, {.courier_id = courier_into("B")}};
  group = world_->catalog->courier_groups().add(tenant_no_, group).value();
  workflow::Scheduler scheduler(
      *world_->catalog, world_->clock, world_->random,
      [](std::uint32_t, const catalog::Courier&, const catalog::RunRange&) {
        return Result<catalog::SourceHours>(catalog::SourceHours{{*parse_day(day)}, {}});
      },
      {.holder = {"scheduler", ""}});
  Run wanted = workflow::run_of(*world_->catalog, group).value();
  wanted.range = {*parse_day(day), *parse_day(day) + std::chrono::days(1)};
  const auto run = world_->catalog->group_runs().add(tenant_no_, wanted, "by hand").value();
  ASSERT_EQ(scheduler.tick()->courier_runs, 2u);
  const auto children =
      world_->catalog->runs().list(tenant_no_, {10, ""}, {.parent = run.id}).value().items;
  ASSERT_EQ(children.size(), 2u);
  std::jthread first = runner("first");
  std::jthread second = runner("second");
  for (const Run& child : children)
    wait_for_load(child.id);
  std::this_thread::sleep_for(milliseconds(300));
  const auto asked = SteadyClock::now();
  ASSERT_TRUE(world_->catalog->runs().stop(tenant_no_, run.id));
  EXPECT_EQ(now(run.id).state, RunState::stopping);
  first.join();
  second.join();
  while (!is_over(now(run.id).state)) {
    ASSERT_TRUE(scheduler.tick());
    std::this_thread::sleep_for(milliseconds(1));
  }
  const auto took = std::chrono::duration_cast<milliseconds>(SteadyClock::now() - asked);
  std::cout << "a group of two loads is stopped after " << took.count() << " ms\n";
  EXPECT_LE(took, stop_max());
  EXPECT_EQ(now(run.id).state, RunState::stopped);
  for (const Run& child : children)
    EXPECT_EQ(now(child.id).state, RunState::stopped);
  EXPECT_EQ(rows("Shop:A"), "0");
  EXPECT_EQ(rows("Shop:B"), "0");
}

}  // namespace
}  // namespace weir
