#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/run_config.hpp"
#include "pipeline/courier/courier_fixture.hpp"
#include "workflow/resolutions.hpp"

/// A courier's run as tasks written ahead: what a crash, a stop, an edit and a resolution do to it.
namespace weir::courier {
namespace {

using catalog::RunKind;
using catalog::RunState;
using catalog::RunTask;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using workflow::Resolution;

class RunTasksTest : public CourierTest {
 protected:
  std::string operations_of(const std::vector<catalog::Feed>& feeds) {
    std::string text;
    for (const auto& feed : feeds)
      text +=
          (text.empty() ? "{\"" : ",\"") + feed.id + R"(":[{"type":"load","file":"streaming"}])";
    return text + "}";
  }
  catalog::Run now(const catalog::Run& run) {
    return catalog_->runs().find(tenant_, run.id).value();
  }
  std::vector<RunTask> tasks(const catalog::Run& run) {
    return catalog_->runs().tasks(run.id).value();
  }
  std::vector<std::string> states(const catalog::Run& run) {
    std::vector<std::string> out;
    for (const RunTask& task : tasks(run))
      out.push_back(task.kind + " " + std::string(catalog::to_string(task.state)));
    return out;
  }
  Result<bool> run_next(const std::string& owner = "test") {
    Runner runner(*catalog_, engine_, store_, clock_, {.owner = owner});
    return runner.run_next();
  }
  void resolve(const catalog::Run& run, const workflow::Choice& choice) {
    const auto read = now(run);
    auto resolved = workflow::resolve(read, tasks(run), choice);
    ASSERT_TRUE(resolved) << resolved.error().message;
    if (resolved->restarts)
      resolved->resumption.config = catalog_->runs().config_of(tenant_, run.courier_id).value();
    const auto resumed = catalog_->runs().resume(read, resolved->resumption);
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->state, RunState::scheduled);
    EXPECT_EQ(resumed->ended_at, std::nullopt);
  }
  std::string offered(const catalog::Run& run) {
    std::string text;
    const auto all = tasks(run);
    for (const auto& offer : workflow::offers(now(run), all))
      text += (text.empty() ? "" : " ") + std::string(workflow::to_string(offer.resolution));
    return text;
  }
};

TEST_F(RunTasksTest, AllTasksAreWrittenAheadWithTheirInputs) {
  batch("2027-03-02", 8);
  const auto first = feed();
  const auto second = feed();
  const auto run = schedule(courier(operations_of({first, second})));
  std::vector<std::string> ahead;
  engine_.meanwhile = [&] {
    if (ahead.empty()) ahead = states(run);
  };
  ASSERT_TRUE(run_next().value());
  EXPECT_THAT(ahead, ElementsAre("find-batches succeeded", "load-operations succeeded",
                                 "load running", "load scheduled"));
  EXPECT_EQ(now(run).state, RunState::succeeded);
  EXPECT_THAT(tasks(run)[2].inputs, HasSubstr(first.id));
  EXPECT_THAT(tasks(run)[0].outputs, HasSubstr(R"("committed_to":1)"));
  EXPECT_EQ(tasks(run)[0].stage, "pull");
}

TEST_F(RunTasksTest, ARunKeepsTheSettingsItWasStartedWith) {
  batch("2027-03-02", 8);
  auto orders = feed();
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "Q", .sql = "SELECT 1"}));
  const auto run = schedule(courier(
      R"({")" + orders.id +
      R"(":[{"type":"spark-sql","spark-sql-files":[{"file":"streaming"}],"spark-sql-query":"Q"}]})"));
  auto edited = catalog_->couriers().find(tenant_, run.courier_id).value();
  edited.load_operations = "{}";
  edited.file_pattern_prefix = "09";
  ASSERT_TRUE(catalog_->couriers().update(tenant_, edited));
  orders.error_threshold = 77;
  orders.fields.push_back({.name = "new", .type = "string"});
  ASSERT_TRUE(catalog_->feeds().update(tenant_, orders));
  auto query = catalog_->ingest_queries().find_by_name(tenant_, "Q").value();
  query.sql = "SELECT 2";
  ASSERT_TRUE(catalog_->ingest_queries().update(tenant_, query));
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  ASSERT_EQ(engine_.loads.size(), 1u);
  EXPECT_EQ(engine_.loads[0].error_threshold, 1);
  EXPECT_EQ(engine_.loads[0].fields.size(), 1u);
  EXPECT_EQ(engine_.loads[0].operations.at(0).query, "SELECT 1");
}

// What a run keeps is a setting; where a feed's table is, is a fact.
TEST_F(RunTasksTest, AFeedThatWasRenamedMeanwhileIsLoadedWhereItIs) {
  batch("2027-03-02", 8);
  auto orders = feed();
  const auto run = schedule(courier(load_into(orders)));
  orders.name = "Sales";
  ASSERT_TRUE(catalog_->feeds().update(tenant_, orders));
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(engine_.loads.size(), 1u) << now(run).error;
  EXPECT_EQ(engine_.loads[0].table, "Shop:Sales");
}

TEST_F(RunTasksTest, EverySettingComesBackAsItWas) {
  catalog::RunConfig config;
  config.courier = courier("{}", "08");
  config.courier.trigger = catalog::Trigger::each_batch;
  catalog::Feed feed;
  feed.id = "df-1";
  feed.source = "S";
  feed.name = "N";
  feed.fields = {{.name = "a", .type = "decimal", .rename_to = "b", .required = true, .scale = 4}};
  feed.primary_key = {"b"};
  feed.last_updated = "b";
  feed.error_threshold = 5;
  feed.active = true;
  feed.format = "yyyy";
  feed.scale = 3;
  feed.identity_resolution = true;
  feed.sample = "s";
  feed.loaded_last = true;
  feed.merge = true;
  feed.deleted_field = "d";
  feed.deleted_value = "1";
  config.feeds = {feed};
  config.queries = {
      {.id = "iq-1", .tenant_no = 3, .name = "Q", .description = "D", .sql = "SELECT \"x\""}};
  const std::string text = catalog::to_json(config);
  const auto read = catalog::parse_run_config(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(catalog::to_json(*read), text);
  EXPECT_EQ(read->feed("df-1")->fields[0].scale, 4);
  EXPECT_EQ(read->query("Q")->sql, "SELECT \"x\"");
  EXPECT_FALSE(catalog::parse_run_config("{}"));
}

// Batches that come while a run waits for its turn after a crash are the next run's.
TEST_F(RunTasksTest, ARunThatIsTakenUpLoadsWhatItHadFound) {
  batch("2027-03-02", 8);
  const auto run = schedule(courier(load_into(feed())));
  engine_.afterwards = [&] {
    clock_.advance(seconds(16));
    ASSERT_TRUE(catalog_->runs().claim("next", seconds(0)).value());
    engine_.afterwards = {};
  };
  EXPECT_FALSE(run_next("dead"));
  engine_.done.clear();
  batch("2027-03-02", 9);
  clock_.advance(seconds(16));
  ASSERT_TRUE(run_next("living").value());
  EXPECT_EQ(now(run).state, RunState::succeeded);
  ASSERT_EQ(engine_.loads.size(), 2u);
  EXPECT_EQ(engine_.loads[1].operations.at(0).sources.at(0).files.size(), 1u);
  EXPECT_EQ(tasks(run)[0].attempt, 1) << "the files are not looked for again";
  EXPECT_EQ(tasks(run)[2].attempt, 2);
}

TEST_F(RunTasksTest, MissingFilesAreIgnoredForThisRunOnly) {
  const auto run = schedule(courier(load_into(feed())), {day("2027-03-02"), day("2027-03-03")});
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed);
  EXPECT_EQ(offered(run), "ignore_missing_file retry_task skip_task restart_workflow");
  resolve(run, {.resolution = Resolution::ignore_missing_file});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  EXPECT_EQ(now(run).warnings, 1u);
  EXPECT_FALSE(now(run).skip_missing) << "no setting changed";
}

TEST_F(RunTasksTest, ARetryLooksForTheFilesAgain) {
  const auto run = schedule(courier(load_into(feed())), {day("2027-03-02"), day("2027-03-03")});
  ASSERT_TRUE(run_next().value());
  batch("2027-03-02", 8);
  resolve(run, {.resolution = Resolution::retry_task});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  EXPECT_EQ(tasks(run)[0].attempt, 2);
  EXPECT_EQ(engine_.loads.size(), 1u);
}

TEST_F(RunTasksTest, ASkippedTaskIsAWarningAndTheOthersAreDone) {
  batch("2027-03-02", 8);
  const auto bad = feed(false);
  const auto good = feed();
  const auto run = schedule(courier(operations_of({bad, good})));
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed);
  EXPECT_EQ(offered(run), "retry_task skip_task restart_workflow");
  resolve(run, {.resolution = Resolution::skip_task, .task_id = tasks(run)[2].id});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  EXPECT_EQ(now(run).warnings, 1u);
  ASSERT_EQ(engine_.loads.size(), 1u);
  EXPECT_EQ(engine_.loads[0].table, good.table());
}

TEST_F(RunTasksTest, WithoutItsFilesASkippedRunEmptiesNoTable) {
  const auto orders = feed();
  const auto run = schedule(courier(
      R"({")" + orders.id + R"(":[{"type":"truncate"},{"type":"load","file":"streaming"}]})"));
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed);
  resolve(run, {.resolution = Resolution::skip_task});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded);
  EXPECT_TRUE(engine_.loads.empty());
}

TEST_F(RunTasksTest, AThresholdIsRaisedForOneRun) {
  batch("2027-03-02", 8);
  const auto orders = feed();
  engine_.counts = {.over_threshold = true, .read = 10, .rejected = 8, .errors = 2};
  const auto run = schedule(courier(load_into(orders)));
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed);
  EXPECT_EQ(offered(run), "update_error_threshold retry_task skip_task restart_workflow");
  const auto read = now(run);
  EXPECT_EQ(workflow::resolve(read, tasks(run), {Resolution::update_error_threshold}).error().code,
            Errc::bad_request);
  EXPECT_EQ(workflow::resolve(read, tasks(run), {Resolution::update_error_threshold, "", 101})
                .error()
                .code,
            Errc::bad_request);
  EXPECT_EQ(workflow::resolve(read, tasks(run), {Resolution::ignore_missing_file}).error().code,
            Errc::conflict);
  engine_.counts = {.read = 10, .inserted = 8, .errors = 2};
  resolve(run, {.resolution = Resolution::update_error_threshold, .error_threshold = 20});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  EXPECT_EQ(engine_.loads.back().error_threshold, 20);
  EXPECT_EQ(catalog_->feeds().find(tenant_, orders.id)->error_threshold, 1);
}

TEST_F(RunTasksTest, ARestartTakesTheSettingsAsTheyAreAndWhatWasLoadedStays) {
  batch("2027-03-02", 8);
  const auto first = feed();
  const auto second = feed();
  auto settings =
      courier(R"({")" + first.id + R"(":[{"type":"load","file":"streaming"}],")" + second.id +
              R"(":[{"type":"spark-sql","spark-sql-files":[{"file":"streaming"}],)"
              R"("spark-sql-query":"Q"}]})");
  const auto run = schedule(settings);
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed);
  EXPECT_THAT(now(run).error, HasSubstr("no ingest query \"Q\""));
  ASSERT_TRUE(catalog_->ingest_queries().add(tenant_, {.name = "Q", .sql = "SELECT 1"}));
  resolve(run, {.resolution = Resolution::retry_task});
  ASSERT_TRUE(run_next().value());
  ASSERT_EQ(now(run).state, RunState::failed) << "the same settings again";
  batch("2027-03-02", 9);
  resolve(run, {.resolution = Resolution::restart_workflow});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  ASSERT_EQ(engine_.loads.size(), 2u) << "the first feed was loaded before";
  EXPECT_EQ(engine_.loads[1].operations.at(0).sources.at(0).files.size(), 1u)
      << "what was found stays found";
  const auto notices = catalog_->runs().notices(run.id).value();
  EXPECT_EQ(std::count_if(notices.begin(), notices.end(),
                          [](const auto& notice) { return notice.kind == "resolved"; }),
            2);
}

TEST_F(RunTasksTest, ARunThatWasStoppedGoesOn) {
  batch("2027-03-02", 8);
  const auto run = schedule(courier(load_into(feed())));
  ASSERT_TRUE(catalog_->runs().stop(tenant_, run.id));
  EXPECT_EQ(offered(run), "restart_workflow") << "it had no tasks yet";
  resolve(run, {.resolution = Resolution::restart_workflow});
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(run).state, RunState::succeeded) << now(run).error;
  EXPECT_EQ(offered(run), "");
  EXPECT_EQ(catalog_->runs().resume(now(run), {}).error().code, Errc::conflict);
}

TEST_F(RunTasksTest, OfTwoWhoResolveARunOneDoes) {
  const auto run = schedule(courier(load_into(feed())));
  ASSERT_TRUE(run_next().value());
  const auto read = now(run);
  const auto resolved = workflow::resolve(read, tasks(run), {Resolution::retry_task}).value();
  ASSERT_TRUE(catalog_->runs().resume(read, resolved.resumption));
  EXPECT_EQ(catalog_->runs().resume(read, resolved.resumption).error().code, Errc::conflict);
}

// The owner of before does not hear that the run was over and goes again.
TEST_F(RunTasksTest, AnOwnerOfBeforeAResolutionWritesNothing) {
  const auto run = schedule(courier(load_into(feed())));
  const auto claimed = catalog_->runs().claim("late", seconds(15)).value();
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, RunState::failed, "x"));
  ASSERT_TRUE(catalog_->runs().resume(now(run), {}));
  EXPECT_EQ(catalog_->runs().finish(claimed->lease, RunState::succeeded, "").error().code,
            Errc::conflict);
  EXPECT_EQ(catalog_->runs().renew(claimed->lease, seconds(15)).error().code, Errc::conflict);
  EXPECT_EQ(catalog_->runs().save(claimed->lease, {}).error().code, Errc::conflict);
  EXPECT_EQ(
      catalog_->loads().add(claimed->lease, {.tenant_no = tenant_, .table = "a:b"}).error().code,
      Errc::conflict);
}

TEST_F(RunTasksTest, AnIngestJobLoadsAgainWhatWasFoundWithTheSettingsOfNow) {
  batch("2027-03-02", 8);
  auto orders = feed();
  const auto first = schedule(courier(load_into(orders)));
  ASSERT_TRUE(run_next().value());
  batch("2027-03-02", 9);
  orders.error_threshold = 50;
  ASSERT_TRUE(catalog_->feeds().update(tenant_, orders));
  catalog::Run again;
  again.courier_id = first.courier_id;
  again.kind = RunKind::ingest_job;
  again.parent = first.id;
  const auto job = catalog_->runs().add(tenant_, again, {tasks(first)[0]}).value();
  EXPECT_EQ(job.kind, RunKind::ingest_job);
  ASSERT_TRUE(run_next().value());
  EXPECT_EQ(now(job).state, RunState::succeeded) << now(job).error;
  ASSERT_EQ(engine_.loads.size(), 2u);
  EXPECT_EQ(engine_.loads[1].error_threshold, 50);
  EXPECT_EQ(engine_.loads[1].operations.at(0).sources.at(0).files.size(), 1u);
  EXPECT_EQ(engine_.loads[1].id.run, job.id);
  EXPECT_EQ(tasks(job)[0].attempt, tasks(first)[0].attempt) << "nothing was looked for";
}

TEST_F(RunTasksTest, LoadsIntoOneTableComeInTheOrderOfTheirDays) {
  const auto shared = feed();
  auto settings = courier(load_into(shared));
  const auto later = schedule(settings, {day("2027-03-05"), day("2027-03-06")});
  settings.name = "other";
  const auto earlier = schedule(settings, {day("2027-03-02"), day("2027-03-03")});
  settings = courier(load_into(feed()));
  settings.name = "elsewhere";
  const auto elsewhere = schedule(settings, {day("2027-03-09"), day("2027-03-10")});
  const auto first = catalog_->runs().claim("a", seconds(15)).value();
  const auto second = catalog_->runs().claim("b", seconds(15)).value();
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_EQ(first->run.id, earlier.id);
  EXPECT_EQ(second->run.id, elsewhere.id) << "it loads into another table";
  EXPECT_FALSE(catalog_->runs().claim("c", seconds(15)).value()) << "its table is at work";
  ASSERT_TRUE(catalog_->runs().finish(first->lease, RunState::failed, "x"));
  EXPECT_EQ(catalog_->runs().claim("c", seconds(15)).value()->run.id, later.id);
}

}  // namespace
}  // namespace weir::courier
