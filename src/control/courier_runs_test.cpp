#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Runs of couriers, and ingest jobs.
namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class CourierRunsTest : public ControlTest {
 protected:
  json::object run(const std::string& courier, const std::string& body) {
    return created("/api/v0/couriers/" + courier + "/runs", body);
  }
};

TEST_F(CourierRunsTest, ARunIsScheduledForADayARangeOrAll) {
  const auto courier = new_courier();
  const auto range = [&](const std::string& body) {
    const auto made = run(courier, body);
    EXPECT_THAT(text(made, "id"), MatchesRegex("wf-20270302-[0-9]{5}-[0-9A-Za-z]{6}"));
    EXPECT_EQ(text(made, "state"), "scheduled");
    return text(made, "range_from") + " to " + text(made, "range_to");
  };
  EXPECT_EQ(range(R"({"day":"2027-02-28"})"), "2027-02-28 to 2027-03-01");
  EXPECT_EQ(range(R"({"range_from":"2027-02-01","range_to":"2027-03-01"})"),
            "2027-02-01 to 2027-03-01");
  EXPECT_EQ(range(R"({"range_from":"2027-02-01"})"), "2027-02-01 to 2027-02-02");
  EXPECT_EQ(range(R"({"all":true})"), " to ");
  EXPECT_EQ(wakes_, 4);
  const auto made = run(courier, R"({"all":true,"load_only":true,"skip_missing":true})");
  EXPECT_EQ(made.at("load_only"), true);
  EXPECT_EQ(made.at("skip_missing"), true);
}

TEST_F(CourierRunsTest, ARunIsToldWhatToLoadInOneWay) {
  const auto path = "/api/v0/couriers/" + new_courier() + "/runs";
  for (const char* body :
       {"", "{}", R"({"all":false})", R"({"day":"2027-02-28","all":true})",
        R"({"day":"2027-02-28","range_from":"2027-02-28"})", R"({"range_to":"2027-02-28"})",
        R"({"range_from":"2027-02-28","range_to":"2027-02-28"})",
        R"({"range_from":"2027-02-28","range_to":"2027-02-27"})", R"({"day":"2027-02-29"})",
        R"({"day":"2027-02-28T00:00:00Z"})", R"({"day":20270228})"})
    EXPECT_EQ(send("POST", path, body).status, 400) << body;
  EXPECT_EQ(wakes_, 0);
  EXPECT_TRUE(get("/api/v0/workflow/runs").at("items").as_array().empty());
  EXPECT_THAT(refusal(404, send("POST", "/api/v0/couriers/cr-none/runs", R"({"all":true})")),
              HasSubstr("cr-none"));
}

TEST_F(CourierRunsTest, ARunTellsItsTasksAndItsError) {
  const auto made = run(new_courier(), R"({"all":true})");
  const auto id = text(made, "id");
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  ASSERT_TRUE(claimed);
  catalog::RunTask task{"wft-1",
                        id,
                        0,
                        "load",
                        "Load Sales",
                        catalog::RunState::failed,
                        "No feed",
                        R"({"read":3})",
                        clock_.now(),
                        clock_.now()};
  ASSERT_TRUE(catalog_->runs().save(claimed->lease, {.tasks = {task}}));
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "Cannot find it"));
  const auto seen = get("/api/v0/workflow/runs/" + id);
  EXPECT_EQ(text(seen, "state"), "failed");
  EXPECT_EQ(text(seen, "error"), "Cannot find it");
  ASSERT_EQ(seen.at("tasks").as_array().size(), 1u);
  const auto& first = seen.at("tasks").as_array()[0].as_object();
  EXPECT_EQ(text(first, "state"), "failed");
  EXPECT_EQ(text(first, "error"), "No feed");
  EXPECT_EQ(first.at("detail").at("read"), 3);
}

TEST_F(CourierRunsTest, ARunThatSucceededHasNoError) {
  const auto id = text(run(new_courier(), R"({"all":true})"), "id");
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(text(get("/api/v0/workflow/runs/" + id), "state"), "started");
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::succeeded, ""));
  const auto seen = get("/api/v0/workflow/runs/" + id);
  EXPECT_FALSE(seen.contains("error"));
  EXPECT_TRUE(seen.at("tasks").as_array().empty());
}

TEST_F(CourierRunsTest, ARunIsStoppedOnce) {
  const auto id = text(run(new_courier(), R"({"all":true})"), "id");
  const auto stopped = expect(200, send("POST", "/api/v0/workflow/runs/" + id + "/stop"));
  EXPECT_EQ(text(stopped, "state"), "stopped");
  EXPECT_EQ(wakes_, 2);
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/workflow/runs/" + id + "/stop")), HasSubstr(id));
}

TEST_F(CourierRunsTest, ARunThatFailedTellsItsResolutionsAndGoesOnByOne) {
  const auto id = text(run(new_courier(), R"({"all":true})"), "id");
  const auto path = "/api/v0/workflow/runs/" + id;
  EXPECT_TRUE(get(path).at("resolutions").as_array().empty()) << "it is not over";
  EXPECT_THAT(refusal(409, send("POST", path + "/resolve", R"({"resolution":"retry_task"})")),
              HasSubstr("nothing does, since it is scheduled"));
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  const catalog::RunTask task{.id = "wft-1",
                              .run_id = id,
                              .position = 1,
                              .kind = "find-batches",
                              .name = "S",
                              .state = catalog::RunState::failed,
                              .error = "none"};
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "none",
                                      {.tasks = {task}}));
  const auto offers = get(path).at("resolutions").as_array();
  ASSERT_EQ(offers.size(), 4u);
  EXPECT_EQ(offers[0].at("resolution"), "ignore_missing_file");
  EXPECT_EQ(offers[0].at("task_id"), "wft-1");
  for (const char* body :
       {"", "{}", R"({"resolution":"undo"})", R"({"resolution":"retry_task","error_threshold":3})",
        R"({"resolution":"update_error_threshold"})"})
    EXPECT_EQ(send("POST", path + "/resolve", body).status, 400) << body;
  const auto wakes = wakes_;
  const auto resumed =
      expect(200, send("POST", path + "/resolve", R"({"resolution":"ignore_missing_file"})"));
  EXPECT_EQ(text(resumed, "state"), "scheduled");
  EXPECT_EQ(wakes_, wakes + 1);
  EXPECT_EQ(resumed.at("tasks").at(0).at("state"), "scheduled");
  const auto notices = resumed.at("notices").as_array();
  EXPECT_THAT(std::string(notices.back().at("text").as_string()),
              HasSubstr("ignore_missing_file of find-batches S, by tak-"));
  EXPECT_TRUE(get(path + "/batches").at("items").as_array().empty());
}

TEST_F(CourierRunsTest, IngestJobsAreRunsUnderAnotherNameAndStartAgain) {
  const auto courier = new_courier();
  const auto id = text(run(courier, R"({"all":true})"), "id");
  const std::string job = "isj-" + id.substr(3);
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/ingest/jobs/" + job + "/restart")),
              HasSubstr("still at work"));
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  const catalog::RunTask find{.id = "wft-1",
                              .run_id = id,
                              .position = 1,
                              .kind = "find-batches",
                              .name = "S",
                              .state = catalog::RunState::succeeded,
                              .outputs = R"({"stream_id":""})"};
  const catalog::RunTask load{.id = "wft-2",
                              .run_id = id,
                              .position = 3,
                              .kind = "load",
                              .name = "Shop:Orders",
                              .state = catalog::RunState::failed,
                              .error = "no query",
                              .detail = R"({"read":7,"files":[{"file":"a","read":7,"errors":2}]})",
                              .inputs = R"({"feed_id":"df-1"})"};
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "no query",
                                      {.tasks = {find, load}}));
  const auto seen = get("/api/v0/ingest/jobs/" + job);
  EXPECT_EQ(text(seen, "run_id"), id);
  const auto& feed = seen.at("feeds").at(0).as_object();
  EXPECT_EQ(text(feed, "feed_id"), "df-1");
  EXPECT_EQ(feed.at("read"), 7);
  EXPECT_EQ(feed.at("inserted"), 0);
  EXPECT_EQ(feed.at("files").at(0).at("errors"), 2);
  const auto again = expect(201, send("POST", "/api/v0/ingest/jobs/" + job + "/restart"));
  EXPECT_EQ(text(again, "restarts"), job);
  EXPECT_EQ(text(again, "state"), "scheduled");
  const auto run = get("/api/v0/workflow/runs/" + text(again, "run_id"));
  EXPECT_EQ(text(run, "kind"), "ingest_job");
  EXPECT_EQ(text(run, "parent"), id);
  EXPECT_EQ(run.at("tasks").at(0).at("state"), "succeeded");
  const std::string window = "/api/v0/ingest/jobs?created_from=2027-03-01T00:00:00Z&created_to=";
  EXPECT_EQ(get(window + "2027-03-08T00:00:00Z").at("items").as_array().size(), 2u);
  EXPECT_EQ(get(window + "2027-03-02T00:00:00Z").at("items").as_array().size(), 0u);
  EXPECT_EQ(send("GET", window + "2027-03-08T00:00:01Z").status, 400) << "more than seven days";
  EXPECT_EQ(send("GET", "/api/v0/ingest/jobs").status, 400);
  EXPECT_EQ(send("GET", "/api/v0/ingest/jobs/" + id).status, 404);
}

TEST_F(CourierRunsTest, RunsThatNeedSomebodyAreListedWithWhoStartedThem) {
  const std::string courier = new_courier();
  const std::string other = new_courier();
  const auto end = [&](const std::string& of, catalog::RunState state) {
    const std::string id = text(run(of, R"({"all":true})"), "id");
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    EXPECT_EQ(claimed->run.id, id);
    const bool failed = state == catalog::RunState::failed;
    EXPECT_TRUE(catalog_->runs().finish(claimed->lease, state, failed ? "Bad." : ""));
    clock_.turn(std::chrono::hours(1));
    return id;
  };
  end(courier, catalog::RunState::failed);
  const std::string mended = end(courier, catalog::RunState::succeeded);
  const std::string open = end(other, catalog::RunState::failed);
  const std::string list = "/api/v0/workflow/runs";
  const auto found = get(list + "?unresolved=true&with_total=true");
  ASSERT_EQ(found.at("items").as_array().size(), 1U);
  EXPECT_EQ(found.at("total"), 1);
  const json::object& run = found.at("items").at(0).as_object();
  EXPECT_EQ(text(run, "id"), open);
  EXPECT_EQ(text(run, "attribution"), "installation");
  EXPECT_NE(text(run, "started_by_name"), "");
  EXPECT_EQ(get(list + "/" + open).at("started_by_name"), run.at("started_by_name"));

  const auto all = get(list + "?limit=1&with_total=true");
  EXPECT_EQ(all.at("total"), 3);
  EXPECT_FALSE(get(list).contains("total"));
  EXPECT_EQ(get(list + "?with_total=true&q=nothing%20like%20it").at("total"), 0);
  const std::string ended = text(get(list + "/" + mended), "ended_at");
  const auto between = get(list + "?ended_from=" + ended +
                           "&ended_to=" + to_string(*parse_time(ended) + std::chrono::seconds(1)));
  ASSERT_EQ(between.at("items").as_array().size(), 1U);
  EXPECT_EQ(text(between.at("items").at(0).as_object(), "id"), mended);
  EXPECT_FALSE(between.at("items").at(0).as_object().contains("attribution"));
}

TEST_F(CourierRunsTest, ARunIsStartedByTheIdOfWhatIsToRun) {
  const auto path = "/api/v0/workflow/runs";
  const std::string courier = new_courier();
  const auto of_courier = created(
      path, R"({"config_id":")" + courier + R"(","range_from":"2027-03-02","run_mode":"full"})");
  EXPECT_EQ(text(of_courier, "courier_id"), courier);
  EXPECT_EQ(text(of_courier, "range_to"), "2027-03-03");
  EXPECT_EQ(of_courier.at("load_only"), false);
  const std::string group =
      text(created("/api/v0/courier-groups",
                   R"({"name":"G","couriers":[{"courier_id":")" + courier + R"("}]})"),
           "id");
  const auto of_group = created(path, R"({"config_id":")" + group + R"("})");
  EXPECT_EQ(text(of_group, "group_id"), group);
  EXPECT_EQ(text(of_group, "kind"), "group");
  EXPECT_EQ(of_group.at("load_only"), true);
  for (const char* config : {"cr-none", "cg-none", "df-1"})
    EXPECT_EQ(send("POST", path,
                   std::string(R"({"config_id":")") + config + R"(","range_from":"2027-03-02"})")
                  .status,
              404)
        << config;
  EXPECT_EQ(send("POST", path, R"({"config_id":")" + courier + "\"}").status, 400) << "which days";
  EXPECT_THAT(
      refusal(400, send("POST", path, R"({"config_id":")" + group + R"(","run_mode":"refresh"})")),
      HasSubstr("nothing is downstream"));
}

TEST_F(CourierRunsTest, ARunThatFailedSaysWhoseItsErrorIsToMend) {
  const auto failed = [&](const std::string& detail) {
    const auto id = text(run(new_courier(), R"({"all":true})"), "id");
    const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
    std::vector<catalog::RunTask> tasks;
    if (!detail.empty())
      tasks.push_back({.id = "wft-" + id,
                       .run_id = id,
                       .position = 1,
                       .kind = "load",
                       .name = "S:F",
                       .state = catalog::RunState::failed,
                       .error = "Bad.",
                       .detail = detail});
    EXPECT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, "Bad.",
                                        {.tasks = tasks}));
    return get("/api/v0/workflow/runs/" + id);
  };
  const auto of_customer = failed(R"({"read":1,"attribution":"customer"})");
  EXPECT_EQ(text(of_customer, "attribution"), "customer");
  const auto& task = of_customer.at("tasks").at(0).as_object();
  EXPECT_EQ(text(task, "attribution"), "customer");
  EXPECT_EQ(task.at("detail"), (json::object{{"read", 1}}));
  EXPECT_EQ(text(failed(""), "attribution"), "installation") << "no task came to it";
}

}  // namespace
}  // namespace weir::control
