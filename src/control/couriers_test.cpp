#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Feeds and couriers.
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class CouriersTest : public ControlTest {
 protected:
  std::string courier_body(const std::string& stream_id, const std::string& more) {
    return R"({"name":"Hourly","stream_id":")" + stream_id +
           R"(","file_format":"NDJSON","file_tag":"streaming")" + more + "}";
  }
};

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

}  // namespace
}  // namespace weir::control
