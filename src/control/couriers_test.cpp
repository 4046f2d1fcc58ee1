#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Ingest queries, feeds, couriers and their runs.
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class CouriersTest : public ControlTest {
 protected:
  json::object new_query() {
    return created("/api/v0/ingest-queries",
                   R"({"name":"Flatten","description":"By tender","sql":"SELECT 1"})");
  }
  std::string courier_body(const std::string& stream_id, const std::string& more) {
    return R"({"name":"Hourly","stream_id":")" + stream_id +
           R"(","file_format":"NDJSON","file_tag":"streaming")" + more + "}";
  }
  json::object run(const std::string& courier, const std::string& body) {
    return created("/api/v0/couriers/" + courier + "/runs", body);
  }
};

TEST_F(CouriersTest, AnIngestQueryIsAddedChangedAndDeleted) {
  const auto query = new_query();
  const auto path = "/api/v0/ingest-queries/" + text(query, "id");
  EXPECT_EQ(get(path), query);
  const auto changed = expect(200, send("PUT", path, R"({"name":"Flatten","sql":"SELECT 2"})"));
  EXPECT_EQ(text(changed, "sql"), "SELECT 2");
  EXPECT_EQ(text(changed, "description"), "");
  EXPECT_THAT(refusal(400, send("PUT", path, R"({"name":"Other","sql":"SELECT 2"})")),
              HasSubstr("Other"));
  EXPECT_EQ(send("PUT", path, "{}").status, 400);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(CouriersTest, AnIngestQuerysNameIsTakenOnce) {
  const auto query = new_query();
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/ingest-queries",
                                R"({"name":"Flatten","sql":"SELECT 2"})")),
              HasSubstr(text(query, "id")));
  EXPECT_EQ(send("POST", "/api/v0/ingest-queries", R"({"name":"Q","sql":" \n"})").status, 400);
}

TEST_F(CouriersTest, AnIngestQueryThatCannotBeReadIsRefusedWithItsPlace) {
  const std::string unreadable = R"({"name":"R","sql":"SELECT a\nb FRM c"})";
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/ingest-queries", unreadable)),
              HasSubstr("line 2, column 3"));
}

TEST_F(CouriersTest, APreviewReadsTheNewestFiles) {
  const catalog::Stream stream = add_stream(acme_);
  for (std::uint64_t i = 1; i <= 7; ++i)
    ASSERT_TRUE(commit(one_file(stream, i, i, Lsn{4096 * i})));
  engine_.answer = engine::Table{{{"id", "BIGINT"}}, {{"1"}, {"null"}}, false};
  const auto table =
      expect(200, send("POST", "/api/v0/ingest-queries/" + text(new_query(), "id") + "/preview",
                       R"({"stream_id":")" + stream.id +
                           R"(","file_tag":"PosXml","schema":{"type":"struct","fields":[]},)"
                           R"("row_tag":"sale","trim":true,"limit":7})"));
  EXPECT_EQ(table.at("rows"), (json::array{json::array{1}, json::array{nullptr}}));
  EXPECT_EQ(engine_.asked.sql, "SELECT 1");
  EXPECT_EQ(engine_.asked.tenant, "acme");
  EXPECT_EQ(engine_.asked.rows_max, 7u);
  ASSERT_EQ(engine_.sources.size(), 1u);
  const auto& source = engine_.sources[0];
  EXPECT_EQ(source.tag, "PosXml");
  EXPECT_EQ(source.row_tag, "sale");
  EXPECT_TRUE(source.trim);
  EXPECT_EQ(source.schema_json, R"({"type":"struct","fields":[]})");
  EXPECT_EQ(source.format, engine::FileFormat::ndjson);
  ASSERT_EQ(source.files.size(), 5u);
  EXPECT_THAT(source.files[0].uri, AllOf(HasSubstr("/data/ingest/"), HasSubstr("-3.ndjson")));
  EXPECT_THAT(source.files[4].uri, HasSubstr("-7.ndjson"));
}

TEST_F(CouriersTest, APreviewOfSqlThatIsNotSaved) {
  const catalog::Stream stream = add_stream(acme_);
  const std::string body = R"({"sql":"SELECT id FROM streaming","stream_id":")" + stream.id;
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/ingest-queries/preview", body + "\"}")),
              HasSubstr("flush"));
  catalog::BatchCommit file = one_file(stream, 1, 1, Lsn{4096});
  file.batches[0].path = "x.cbor";
  ASSERT_TRUE(commit(file));
  expect(200, send("POST", "/api/v0/ingest-queries/preview", body + "\"}"));
  EXPECT_EQ(engine_.asked.sql, "SELECT id FROM streaming");
  EXPECT_EQ(engine_.asked.rows_max, 20u);
  EXPECT_EQ(engine_.sources[0].tag, "streaming");
  EXPECT_EQ(engine_.sources[0].format, engine::FileFormat::cbor);
  EXPECT_EQ(send("POST", "/api/v0/ingest-queries/preview", body + R"(","limit":201})").status, 400);
  engine_.answer = fail(Errc::bad_request, "line 1, column 8: unknown function FOO");
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/ingest-queries/preview", body + "\"}")),
              HasSubstr("column 8"));
}

TEST_F(CouriersTest, APreviewSaysWhatTheSchemaCouldNotTake) {
  const catalog::Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 1, Lsn{4096})));
  const std::string body = R"({"sql":"SELECT 1","stream_id":")" + stream.id + "\"}";
  EXPECT_FALSE(
      expect(200, send("POST", "/api/v0/ingest-queries/preview", body)).contains("misfits"));
  engine_.answer->misfits = {2, {{"file:a", 7, "id", "x \"y\"", "does not fit BIGINT"}}};
  const auto table = expect(200, send("POST", "/api/v0/ingest-queries/preview", body));
  EXPECT_EQ(table.at("misfits"), 2);
  EXPECT_EQ(table.at("first_misfits"), (json::array{{{"file", "file:a"},
                                                     {"row", 7},
                                                     {"field", "id"},
                                                     {"value", "x \"y\""},
                                                     {"reason", "does not fit BIGINT"}}}));
}

TEST_F(CouriersTest, AFeedIsKeptAsItWasGiven) {
  const auto feed =
      created("/api/v0/feeds",
              R"({"source":"Streaming Ingest","name":"Sales","fields":[)"
              R"({"name":"id","type":"string","required":true,"semantic":"pk"},)"
              R"({"name":"When","type":"datetime","rename_to":"at","format":"yyyy-MM-dd"},)"
              R"({"name":"total","type":"decimal","scale":4}],)"
              R"("primary_key":["id"],"last_updated":"at","error_threshold":5})");
  EXPECT_THAT(text(feed, "id"), MatchesRegex("df-[0-9A-Za-z]{8}"));
  EXPECT_EQ(text(feed, "table"), "Streaming Ingest:Sales");
  EXPECT_EQ(text(feed, "last_updated"), "at");
  EXPECT_EQ(feed.at("error_threshold"), 5);
  EXPECT_EQ(feed.at("active"), false);
  EXPECT_EQ(feed.at("primary_key"), json::array{"id"});
  const auto& fields = feed.at("fields").as_array();
  ASSERT_EQ(fields.size(), 3u);
  EXPECT_EQ(fields[0].at("required"), true);
  EXPECT_EQ(fields[1].at("rename_to"), "at");
  EXPECT_EQ(fields[1].at("format"), "yyyy-MM-dd");
  EXPECT_EQ(fields[2].at("scale"), 4);
  const auto path = "/api/v0/feeds/" + text(feed, "id");
  EXPECT_EQ(get(path), feed);
  EXPECT_EQ(expect(200, send("POST", path + "/activate")).at("active"), true);
  EXPECT_EQ(get(path).at("active"), true);
}

TEST_F(CouriersTest, AFeedThatIsActivatedHasATable) {
  const auto feed =
      created("/api/v0/feeds", R"({"source":"Shop","name":"Sales","fields":[)"
                               R"({"name":"id","type":"integer"},{"name":"v","type":"string"}],)"
                               R"("primary_key":["ID"]})");
  EXPECT_TRUE(engine_.created.empty());
  const auto path = "/api/v0/feeds/" + text(feed, "id");
  engine_.create_answer = fail(Errc::disk_full, "No space left on device");
  EXPECT_NE(send("POST", path + "/activate").status, 200);
  EXPECT_EQ(get(path).at("active"), false);
  engine_.create_answer = {};
  expect(200, send("POST", path + "/activate"));
  ASSERT_EQ(engine_.created.size(), 2u);
  const engine::Load& made = engine_.created.back();
  EXPECT_EQ(made.tenant, "acme");
  EXPECT_EQ(made.table, "Shop:Sales");
  EXPECT_EQ(made.primary_key, std::vector<std::string>{"id"});
  EXPECT_EQ(made.fields.size(), 2u);
}

TEST_F(CouriersTest, AFeedThatIsNotValidIsNotSaved) {
  feed_check_ = fail(Errc::bad_request, "The primary key \"nr\" is no field of the feed.");
  const char* body = R"({"source":"S","name":"F","fields":[],"primary_key":["nr"]})";
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/feeds", body)), HasSubstr("\"nr\""));
  EXPECT_TRUE(get("/api/v0/feeds").at("items").as_array().empty());
  feed_check_ = {};
  created("/api/v0/feeds", body);
  EXPECT_EQ(send("POST", "/api/v0/feeds", body).status, 409);
}

TEST_F(CouriersTest, ACourierIsKeptReplacedAndDeleted) {
  const auto stream = new_stream();
  const std::string operations =
      R"({"df-xxxxxx":[{"type":"truncate"},{"type":"load","file":"streaming"}]})";
  const auto courier = created(
      "/api/v0/couriers",
      courier_body(stream, R"(,"file_pattern_prefix":"08","load_operations":)" + operations));
  EXPECT_THAT(text(courier, "id"), MatchesRegex("cr-[0-9A-Za-z]{8}"));
  EXPECT_EQ(json::serialize(courier.at("load_operations")), operations);
  EXPECT_EQ(text(courier, "file_pattern_prefix"), "08");
  const auto path = "/api/v0/couriers/" + text(courier, "id");
  EXPECT_EQ(get(path), courier);
  const auto changed =
      expect(200, send("PUT", path, courier_body(stream, R"(,"load_operations":{})")));
  EXPECT_EQ(changed.at("load_operations"), json::object());
  EXPECT_EQ(text(changed, "file_pattern_prefix"), "");
  EXPECT_EQ(text(changed, "id"), text(courier, "id"));
  EXPECT_EQ(get(path), changed);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
  EXPECT_EQ(send("DELETE", path).status, 404);
}

TEST_F(CouriersTest, AFileCourierIsKeptReplacedAndCopied) {
  const std::string settings =
      R"([{"object/type":"file","object/file-pattern":"'a'","object/land-as":)"
      R"({"file/tag":"t","file/content-type":"text/csv"}}])";
  const auto body = [&](const std::string& more) {
    return R"({"name":"Drop","kind":"file","load_settings":)" + settings +
           R"(,"load_operations":{})" + more + "}";
  };
  const auto courier = created("/api/v0/couriers", body(R"(,"folder":"in/orders")"));
  EXPECT_EQ(text(courier, "kind"), "file");
  EXPECT_EQ(text(courier, "location"), "folder");
  EXPECT_EQ(text(courier, "folder"), "in/orders");
  EXPECT_EQ(json::serialize(courier.at("load_settings")), settings);
  EXPECT_EQ(courier.at("landed"), json::array());
  const auto path = "/api/v0/couriers/" + text(courier, "id");
  EXPECT_EQ(get(path), courier);

  const auto copy = created(path + "/copy", "{}");
  EXPECT_EQ(text(copy, "name"), "Drop (copy)");
  EXPECT_EQ(text(created(path + "/copy", "{}"), "name"), "Drop (copy 2)");
  EXPECT_EQ(text(created(path + "/copy", R"({"name":"Mine"})"), "name"), "Mine");
  EXPECT_EQ(copy.at("load_settings"), courier.at("load_settings"));

  const auto changed = expect(200, send("PUT", path, body(R"(,"location":"store")")));
  EXPECT_EQ(text(changed, "location"), "store");
  EXPECT_EQ(text(changed, "folder"), "");
  EXPECT_EQ(text(get("/api/v0/couriers/" + text(copy, "id")), "folder"), "in/orders");

  for (const auto& [more, why] : std::vector<std::pair<std::string, std::string>>{
           {R"(,"stream_id":"is-1")", "\"stream_id\" is not for a courier of \"kind\" file"},
           {R"(,"location":"moon")", "folder or store"},
           {R"(,"credential_id":"cd-1")", "\"credential_id\": There is no credential"}})
    EXPECT_THAT(refusal(400, send("POST", "/api/v0/couriers", body(more))), HasSubstr(why));
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/couriers",
                                R"({"name":"D","kind":"file","load_operations":{}})")),
              HasSubstr("\"load_settings\" is missing"));
  EXPECT_THAT(
      refusal(400, send("POST", "/api/v0/couriers",
                        courier_body(new_stream(), R"(,"folder":"x","load_operations":{})"))),
      HasSubstr("is not for a courier of \"kind\" stream"));
}

TEST_F(CouriersTest, ACopyOfALiveCourierIsStartedByHand) {
  const auto courier =
      created("/api/v0/couriers",
              courier_body(new_stream(), R"(,"load_operations":{},"trigger":"each_batch")"));
  const auto copy = created("/api/v0/couriers/" + text(courier, "id") + "/copy", "{}");
  EXPECT_EQ(text(copy, "trigger"), "by_hand");
  EXPECT_EQ(text(copy, "stream_id"), text(courier, "stream_id"));
  EXPECT_EQ(send("POST", "/api/v0/couriers/cr-none/copy", "{}").status, 404);
}

TEST_F(CouriersTest, ACredentialStaysAsLongAsACourierNamesIt) {
  const auto credential = created("/api/v0/credentials",
                                  R"({"name":"acme-streaming-ingest","description":"For form"})");
  EXPECT_THAT(text(credential, "id"), MatchesRegex("cd-[0-9A-Za-z]{8}"));
  const auto path = "/api/v0/credentials/" + text(credential, "id");
  EXPECT_EQ(get(path), credential);
  EXPECT_THAT(
      refusal(409, send("POST", "/api/v0/credentials", R"({"name":"acme-streaming-ingest"})")),
      HasSubstr(text(credential, "id")));
  const auto changed = expect(200, send("PUT", path, R"({"name":"other"})"));
  EXPECT_EQ(text(changed, "description"), "");
  EXPECT_EQ(get("/api/v0/credentials").at("items").as_array().size(), 1U);
  const auto stream = new_stream();
  const auto courier = created("/api/v0/couriers",
                               courier_body(stream, R"(,"load_operations":{},"credential_id":")" +
                                                        text(credential, "id") + "\""));
  EXPECT_EQ(text(courier, "credential_id"), text(credential, "id"));
  EXPECT_THAT(refusal(409, send("DELETE", path)), HasSubstr(text(courier, "id")));
  EXPECT_EQ(send("DELETE", "/api/v0/couriers/" + text(courier, "id")).status, 204);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(CouriersTest, ALiveCourierTellsHowFarItIs) {
  const auto stream = new_stream();
  const auto courier = created(
      "/api/v0/couriers", courier_body(stream, R"(,"load_operations":{},"trigger":"each_batch")"));
  EXPECT_EQ(text(courier, "trigger"), "each_batch");
  EXPECT_EQ(courier.at("live").at("waiting_batches"), 0);
  EXPECT_TRUE(courier.at("live").at("run_id").is_null());
  const auto path = "/api/v0/couriers/" + text(courier, "id");
  const auto of_stream = catalog_->streams().find(acme_, stream).value();
  ASSERT_TRUE(commit(one_file(of_stream, 1, 3, Lsn{4096})));
  EXPECT_EQ(get(path).at("live").at("waiting_batches"), 1);
  const auto claimed = catalog_->live_runs().claim("me", std::chrono::seconds(30)).value();
  ASSERT_TRUE(claimed);
  ASSERT_TRUE(catalog_->live_runs().fail_round(claimed->lease, "/srv/weir/data/store/x: no feed"));
  const auto failing = get(path).at("live").as_object();
  EXPECT_EQ(failing.at("failures"), 1);
  EXPECT_FALSE(failing.at("retry_at").is_null());
  EXPECT_EQ(text(failing, "run_id"), claimed->run.id);
  EXPECT_THAT(text(failing, "error"), AllOf(HasSubstr("no feed"), Not(HasSubstr("/srv/weir"))));
  EXPECT_EQ(get("/api/v0/workflow/runs/" + claimed->run.id).at("rounds"), 0);
  const int woken = wakes_;
  const auto body = courier_body(stream, R"(,"load_operations":{})");
  const auto by_hand = expect(200, send("PUT", path, body));
  EXPECT_GT(wakes_, woken);
  EXPECT_EQ(text(by_hand, "trigger"), "by_hand");
  EXPECT_FALSE(by_hand.contains("live"));
}

TEST_F(CouriersTest, ATriggerThatIsNoneIsRefused) {
  const auto refused =
      send("POST", "/api/v0/couriers",
           courier_body(new_stream(), R"(,"load_operations":{},"trigger":"hourly")"));
  EXPECT_THAT(refusal(400, refused), HasSubstr("by_hand or each_batch, not \"hourly\""));
}

TEST_F(CouriersTest, LoadOperationsNestAsDeepAsSchemasDo) {
  std::string type = R"("string")";
  for (int i = 0; i < 40; ++i)
    type = R"({"type":"struct","fields":[{"name":"a","type":)" + type + "}]}";
  const std::string operations = R"({"df-1":[{"schema":)" + type + "}]}";
  const auto courier =
      created("/api/v0/couriers", courier_body(new_stream(), ",\"load_operations\":" + operations));
  EXPECT_EQ(json::serialize(get("/api/v0/couriers/" + text(courier, "id")).at("load_operations")),
            operations);
}

TEST_F(CouriersTest, ACourierThatIsNotValidIsNotSaved) {
  const auto stream = new_stream();
  const auto post = [&](const std::string& body) {
    return refusal(400, send("POST", "/api/v0/couriers", body));
  };
  EXPECT_THAT(post(courier_body("is-none", R"(,"load_operations":{})")), HasSubstr("is-none"));
  EXPECT_THAT(post(courier_body(stream, "")), HasSubstr("\"load_operations\" is missing"));
  EXPECT_THAT(post(courier_body(stream, R"(,"load_operations":[])")), HasSubstr("a JSON object"));
  EXPECT_THAT(post(courier_body(stream, R"(,"load_operations":"{}")")), HasSubstr("a JSON object"));
  courier_check_ = fail(Errc::bad_request, "\"file_format\" must be NDJSON, JSON or XML.");
  EXPECT_THAT(post(courier_body(stream, R"(,"load_operations":{})")), HasSubstr("NDJSON"));
  EXPECT_TRUE(get("/api/v0/couriers").at("items").as_array().empty());
}

TEST_F(CouriersTest, ValidationAnswersWhatARunWouldMiss) {
  const auto path = "/api/v0/couriers/" + new_courier() + "/validate";
  EXPECT_EQ(expect(200, send("POST", path)), (json::object{{"valid", true}, {"message", nullptr}}));
  courier_validity_ = fail(Errc::not_found, "Cannot find required feeds: \"df-xxxxxx\"");
  const auto answer = expect(200, send("POST", path));
  EXPECT_EQ(answer.at("valid"), false);
  EXPECT_THAT(text(answer, "message"), HasSubstr("df-xxxxxx"));
  courier_validity_ = fail(Errc::io, "The catalog cannot be read.");
  EXPECT_EQ(send("POST", path).status, 500);
}

TEST_F(CouriersTest, ARunIsScheduledForADayARangeOrAll) {
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

TEST_F(CouriersTest, ARunIsToldWhatToLoadInOneWay) {
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

TEST_F(CouriersTest, ARunTellsItsTasksAndItsError) {
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

TEST_F(CouriersTest, ARunThatSucceededHasNoError) {
  const auto id = text(run(new_courier(), R"({"all":true})"), "id");
  const auto claimed = catalog_->runs().claim("me", std::chrono::seconds(30)).value();
  ASSERT_TRUE(claimed);
  EXPECT_EQ(text(get("/api/v0/workflow/runs/" + id), "state"), "started");
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::succeeded, ""));
  const auto seen = get("/api/v0/workflow/runs/" + id);
  EXPECT_FALSE(seen.contains("error"));
  EXPECT_TRUE(seen.at("tasks").as_array().empty());
}

TEST_F(CouriersTest, ARunIsStoppedOnce) {
  const auto id = text(run(new_courier(), R"({"all":true})"), "id");
  const auto stopped = expect(200, send("POST", "/api/v0/workflow/runs/" + id + "/stop"));
  EXPECT_EQ(text(stopped, "state"), "stopped");
  EXPECT_EQ(wakes_, 2);
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/workflow/runs/" + id + "/stop")), HasSubstr(id));
}

TEST_F(CouriersTest, ARunThatFailedTellsItsResolutionsAndGoesOnByOne) {
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

TEST_F(CouriersTest, IngestJobsAreRunsUnderAnotherNameAndStartAgain) {
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

TEST_F(CouriersTest, TablesAreListedAndRead) {
  engine_.domain_tables["acme"] = {{"S:C", 3, {}}, {"S:A", 1, {{"id", "VARCHAR"}}}, {"S:B", 2, {}}};
  const auto first = get("/api/v0/tables?limit=2");
  ASSERT_EQ(first.at("items").as_array().size(), 2u);
  EXPECT_EQ(first.at("items").at(0).at("name"), "S:A");
  const auto second = get("/api/v0/tables?limit=2&next_token=" + text(first, "next_token"));
  ASSERT_EQ(second.at("items").as_array().size(), 1u);
  EXPECT_EQ(second.at("items").at(0).at("name"), "S:C");
  EXPECT_TRUE(second.at("next_token").is_null());
  EXPECT_EQ(get("/api/v0/tables/S:A").at("columns").at(0).at("name"), "id");
  EXPECT_THAT(refusal(404, send("GET", "/api/v0/tables/S:D")), HasSubstr("S:D"));
}

TEST_F(CouriersTest, AQueryPassesEveryDigitOn) {
  engine_.answer = engine::Table{
      {{"total", "DECIMAL"}, {"name", "VARCHAR"}},
      {{"123456789012345678901234567890.10", "\"a\\\"b\""}, {"null", "{\"x\":[1,2]}"}},
      true};
  const auto response = send("POST", "/api/v0/query", R"({"sql":"SELECT * FROM \"S:F\""})");
  const std::string expected =
      R"({"columns":[{"name":"total","type":"DECIMAL"},{"name":"name","type":"VARCHAR"}],)"
      R"("rows":[["123456789012345678901234567890.10","a\"b"],[null,{"x":[1,2]}]],)"
      R"("truncated":true})";
  EXPECT_EQ(response.body, expected);
  EXPECT_EQ(engine_.asked.sql, "SELECT * FROM \"S:F\"");
  EXPECT_EQ(engine_.asked.rows_max, 10'000u);
  send("POST", "/api/v0/query", R"({"sql":"SELECT 1","limit":5})");
  EXPECT_EQ(engine_.asked.rows_max, 5u);
  engine_.answer = fail(Errc::bad_request, "line 1, column 1: not a SELECT");
  EXPECT_EQ(send("POST", "/api/v0/query", R"({"sql":"DROP TABLE x"})").status, 400);
}

}  // namespace
}  // namespace weir::control
