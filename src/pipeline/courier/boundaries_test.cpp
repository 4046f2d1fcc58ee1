// A run is ended at each moment of its life, one after the other: by the death of its process, or
// by a person who stops it. Whoever claims a run fences the owner before off, which then can write
// nothing: it is as dead as one that was killed.

#include <iostream>

#include <gmock/gmock.h>

#include "pipeline/courier/landing_fixture.hpp"
#include "workflow/resolutions.hpp"

namespace weir::courier {
namespace {

using catalog::RunKind;
using catalog::RunState;
using catalog::RunTask;
using std::chrono::seconds;

struct Kind {
  const char* name;
  RunKind kind = RunKind::courier;
  bool lands = false;
  std::size_t loads = 0;
  int moments = 0;  // at least
};

/// A moment is a reading of the time, of a file, or the beginning or end of a load: one of them is
/// beside each commit.
class Moments final : public Clock {
 public:
  explicit Moments(const Clock& real) : real_(real) {}
  Time now() const override {
    pass();
    return real_.now();
  }
  void pass() const {
    if (++passed_ == at && then) then();
  }
  int passed() const { return passed_; }
  int at = 0;
  std::function<void()> then;

 private:
  const Clock& real_;
  mutable int passed_ = 0;
};

class BoundariesTest : public LandingTest, public ::testing::WithParamInterface<Kind> {
 protected:
  void SetUp() override {
    batch("2027-03-02", 8);
    for (const char* on : {"01", "02", "03"})
      folder_.files[std::string("orders_2027-03-") + on + ".csv"] = std::string("id\n") + on + "\n";
    std::string operations;
    for (std::size_t i = 0; i < GetParam().loads; ++i)
      operations += (i == 0 ? "{\"" : ",\"") + feed().id + R"(":[{"type":"load","file":")" +
                    (GetParam().lands ? "orders" : "streaming") + R"("}])";
    settings_ = GetParam().lands ? files(csv(), operations + "}") : courier(operations + "}");
    if (GetParam().kind != RunKind::ingest_job) return;
    before_ = schedule(settings_);
    EXPECT_EQ(execute(before_).state, RunState::succeeded);
  }

  /// A run of the kind that is scheduled; of a file courier each time another one, which has landed
  /// nothing.
  catalog::Run make() {
    engine_.loads.clear();
    if (GetParam().kind == RunKind::courier)
      return schedule(settings_,
                      GetParam().lands ? days("2027-03-01", "2027-03-04") : catalog::RunRange());
    catalog::Run again;
    again.courier_id = before_.courier_id;
    again.kind = RunKind::ingest_job;
    again.parent = before_.id;
    return catalog_->runs().add(tenant_, again, {tasks(before_)[0]}).value();
  }
  /// Runs it with `then` at its nth moment; false if there were fewer.
  bool interrupted(int at, const std::function<void()>& then) {
    Moments moments(clock_);
    moments.at = at;
    moments.then = then;
    folder_.on_read = [&] { moments.pass(); };
    engine_.meanwhile = [&] { moments.pass(); };
    engine_.afterwards = [&] { moments.pass(); };
    Runner runner(*catalog_, engine_, store_, moments,
                  {.owner = "first", .open_folder = [this](const std::string&, const auto&) {
                     return Result<std::unique_ptr<Folder>>(std::make_unique<Opened>(folder_));
                   }});
    static_cast<void>(runner.run_next());
    folder_.on_read = [] {};
    engine_.meanwhile = {};
    engine_.afterwards = {};
    return moments.passed() >= at;
  }
  std::vector<RunTask> tasks(const catalog::Run& run) {
    return catalog_->runs().tasks(run.id).value();
  }
  catalog::Run now(const catalog::Run& run) {
    return catalog_->runs().find(tenant_, run.id).value();
  }
  void expect_done(const catalog::Run& run, int at) {
    EXPECT_EQ(now(run).state, RunState::succeeded) << at << ": " << now(run).error;
    EXPECT_EQ(tasks(run).size(), GetParam().loads + 2) << at;
    for (const RunTask& task : tasks(run))
      EXPECT_EQ(task.state, RunState::succeeded) << at << " " << task.kind;
    EXPECT_EQ(engine_.loads.size(), GetParam().loads)
        << at << ": the ledger answers for what was done";
    if (!GetParam().lands) return;
    EXPECT_EQ(catalog_->landings().batches_of_run(run.id)->size(), 3U) << at;
    EXPECT_EQ(loaded(0), "{\"id\":\"01\"}\n{\"id\":\"02\"}\n{\"id\":\"03\"}\n") << at;
  }

  catalog::Courier settings_;
  catalog::Run before_;
};

TEST_P(BoundariesTest, ADeathLosesNothingAndLoadsNothingTwice) {
  int deaths = 0;
  for (int at = 1;; ++at, ++deaths) {
    const catalog::Run run = make();
    const bool reached = interrupted(at, [&] {
      clock_.advance(seconds(16));
      ASSERT_TRUE(catalog_->runs().claim("between", seconds(0)).value());
    });
    if (!reached) break;
    clock_.advance(seconds(1));
    execute(run);
    expect_done(run, at);
  }
  EXPECT_GE(deaths, GetParam().moments);
  std::cout << GetParam().name << ": died at " << deaths << " moments, ended as one that did not\n";
}

TEST_P(BoundariesTest, AStopEndsItAndWhatWasNotBegunIsCanceled) {
  int stopped = 0;
  for (int at = 1;; ++at) {
    const catalog::Run run = make();
    if (!interrupted(at, [&] { ASSERT_TRUE(catalog_->runs().stop(tenant_, run.id)); })) break;
    ASSERT_TRUE(catalog::is_over(now(run).state)) << at;
    for (const RunTask& task : tasks(run))
      EXPECT_TRUE(catalog::is_over(task.state)) << at << " " << task.kind;
    if (engine_.loads.size() == GetParam().loads) {
      expect_done(run, at);  // it came when all was loaded
      continue;
    }
    ++stopped;
    EXPECT_EQ(now(run).state, RunState::stopped) << at;
    EXPECT_EQ(tasks(run).back().state, RunState::canceled) << at;
    Runner other(*catalog_, engine_, store_, clock_, {.owner = "second"});
    EXPECT_FALSE(other.run_next().value()) << at << ": nothing is left to do";
    // It goes on from there, where somebody asks for it.
    auto resolved = workflow::resolve(now(run), tasks(run),
                                      {.resolution = workflow::Resolution::restart_workflow});
    ASSERT_TRUE(resolved) << at << resolved.error().message;
    ASSERT_TRUE(workflow::take_settings_of_now(*catalog_, now(run), *resolved));
    ASSERT_TRUE(catalog_->runs().resume(now(run), resolved->resumption));
    execute(run);
    expect_done(run, at);
  }
  EXPECT_GE(stopped, GetParam().moments / 2);
  std::cout << GetParam().name << ": stopped at " << stopped << " moments, and went on from each\n";
}

INSTANTIATE_TEST_SUITE_P(
    AllKinds, BoundariesTest,
    ::testing::Values(
        Kind{.name = "Courier", .loads = 3, .moments = 16},
        Kind{.name = "Files", .lands = true, .loads = 2, .moments = 16},
        Kind{.name = "IngestJob", .kind = RunKind::ingest_job, .loads = 2, .moments = 10}),
    [](const auto& of) { return std::string(of.param.name); });

}  // namespace
}  // namespace weir::courier
