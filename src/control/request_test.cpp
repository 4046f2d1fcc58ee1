#include <random>
#include <thread>

#include <gmock/gmock.h>

#include "base/internal_error.hpp"
#include "control/control_fixture.hpp"
#include "control/fuzz_world.hpp"

/// What holds for every request: paths, methods, bodies and queries.
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RequestTest : public ControlTest {
 protected:
  std::string refused_body(const std::string& body, const std::string& path = "/api/v0/streams") {
    return refusal(400, send("POST", path, body));
  }
};

TEST_F(RequestTest, AnErrorHasTheDocumentedBody) {
  const auto body = expect(404, send("GET", "/api/v0/nothing"));
  EXPECT_EQ(body.size(), 3u);
  EXPECT_EQ(body.at("status").as_int64(), 404);
  EXPECT_EQ(text(body, "request_id"), "req-1");
  EXPECT_THAT(text(body, "message"), HasSubstr("/api/v0/nothing"));
}

TEST_F(RequestTest, AMethodThatIsNotThereGets405WithAllow) {
  const auto response = send("PATCH", "/api/v0/couriers/cr-1");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(header(response, "Allow"), "DELETE, GET, HEAD, PUT");
  EXPECT_THAT(response.body, HasSubstr("PATCH"));
}

TEST_F(RequestTest, WhatIsEchoedIsAlwaysJson) {
  for (const std::string& path : {std::string("/\xFF\xC0"), std::string("/\"\\\n"),
                                  std::string("/\xF0\x9F\x90\x9F"), std::string("/a\0b", 4)}) {
    const auto response = send("GET", path);
    EXPECT_EQ(response.status, 404);
    json::error_code error;
    json::parse(response.body, error);
    EXPECT_FALSE(error) << response.body;
  }
}

TEST_F(RequestTest, AnUnknownFieldIsNamedWithTheKnownOnes) {
  const auto message = refused_body(R"({"name":"S","descripton":"x"})");
  EXPECT_THAT(message, AllOf(HasSubstr("\"descripton\""), HasSubstr("\"description\""),
                             HasSubstr("\"payload_type\"")));
  EXPECT_THAT(refused_body(R"({"source":"S","name":"F","primary_key":[],)"
                           R"("fields":[{"name":"a","type":"string"},{"nmae":"b"}]})",
                           "/api/v0/feeds"),
              AllOf(HasSubstr("\"fields[1].nmae\""), HasSubstr("\"rename_to\"")));
}

TEST_F(RequestTest, AWrongTypeNamesFieldAndType) {
  EXPECT_THAT(refused_body(R"({"name":7})"), AllOf(HasSubstr("\"name\""), HasSubstr("a string")));
  EXPECT_THAT(refused_body(R"({"name":"K","policies":"all"})", "/api/v0/admin/api-keys"),
              AllOf(HasSubstr("\"policies\""), HasSubstr("an array of strings")));
  EXPECT_THAT(refused_body(R"({"name":"K","policies":[1]})", "/api/v0/admin/api-keys"),
              HasSubstr("an array of strings"));
  EXPECT_THAT(refused_body(R"({"source":"S","name":"F","primary_key":["a"],"fields":[1]})",
                           "/api/v0/feeds"),
              AllOf(HasSubstr("\"fields\""), HasSubstr("an array of objects")));
  EXPECT_THAT(refused_body(R"({"source":"S","name":"F","primary_key":["a"],)"
                           R"("fields":[{"name":"a","type":"string","required":"yes"}]})",
                           "/api/v0/feeds"),
              AllOf(HasSubstr("\"fields[0].required\""), HasSubstr("true or false")));
  for (const char* number : {"1.5", "\"1\"", "-1", "101", "1e2", "99999999999999999999"})
    EXPECT_THAT(refused_body(R"({"source":"S","name":"F","primary_key":["a"],"fields":[],)"
                             R"("error_threshold":)" +
                                 std::string(number) + "}",
                             "/api/v0/feeds"),
                AllOf(HasSubstr("\"error_threshold\""), HasSubstr("from 0 to 100")))
        << number;
}

TEST_F(RequestTest, AMissingFieldIsNamed) {
  EXPECT_THAT(refused_body("{}"), AllOf(HasSubstr("\"name\" is missing"), HasSubstr("a string")));
  EXPECT_THAT(refused_body(""), HasSubstr("\"name\" is missing"));
  EXPECT_THAT(refused_body(R"({"name":null})"), HasSubstr("\"name\" is missing"));
  EXPECT_THAT(refused_body(R"({"name":"K"})", "/api/v0/admin/api-keys"),
              HasSubstr("\"policies\" is missing"));
}

TEST_F(RequestTest, WhatIsNoJsonObjectIsRefused) {
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("\"name\""), std::string("null"),
        std::string("{\"name\":\"a\"} x"), std::string("{\"name\":\"a\"}{\"name\":\"b\"}"),
        std::string("{'name':'a'}"), std::string("{\"name\":\"\xFF\"}"), std::string("\0", 1),
        std::string("{\"name\":\"a\",}"), std::string("{\"name\":\"\\ud800\"}"),
        std::string(100'000, '['), std::string("name=a")})
    EXPECT_THAT(refused_body(body), HasSubstr("not a JSON object")) << body.substr(0, 40);
}

TEST_F(RequestTest, ABodyOfAnyKindIsNeverTheServersFault) {
  FuzzWorld world;
  const std::vector<std::string> seeds = {
      R"({"name":"a","description":"b","policies":["datagrid:operate"],"all":true,"sql":"S"})",
      R"({"expires-at":"2027-03-02T09:00:00Z","day":"2027-03-02","range_from":"2027-03-01"})",
      R"({"source":"S","name":"F","fields":[{"name":"a","type":"string"}],"primary_key":["a"]})",
      R"({"name":"C","stream_id":"is-1","file_format":"JSON","file_tag":"t","load_operations":{}})"};
  const std::string letters = "{}[]\",:0123456789.-e\\untrfalsd \n\xFF";
  std::mt19937 draw(20270302);
  for (int i = 0; i < 3000; ++i) {
    std::string body = seeds[draw() % seeds.size()];
    for (unsigned edits = draw() % 4; edits > 0; --edits) {
      const std::size_t at = draw() % body.size();
      if (draw() % 2 == 0)
        body[at] = letters[draw() % letters.size()];
      else
        body.erase(at, 1 + draw() % 8);
      if (body.empty()) body = "{";
    }
    const auto route = static_cast<std::uint8_t>(draw() % world.routes());
    EXPECT_THAT(world.send(route, body), ::testing::AnyOf(200, 201, 400, 404, 409)) << body;
  }
}

TEST_F(RequestTest, WhereNoBodyIsExpectedAnEmptyObjectWillDo) {
  const std::string path = "/api/v0/streams/" + new_stream() + "/flush";
  EXPECT_EQ(send("POST", path, "").status, 200);
  EXPECT_EQ(send("POST", path, "{}").status, 200);
  EXPECT_THAT(refused_body(R"({"now":true})", path), HasSubstr("None is expected here"));
}

TEST_F(RequestTest, AnUnknownQueryParameterIsNamed) {
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/batches?strem_id=is-1")),
              AllOf(HasSubstr("\"strem_id\""), HasSubstr("\"stream_id\"")));
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/workflow/runs/wf-1?x=1")), HasSubstr("\"x\""));
}

TEST_F(RequestTest, AQueryParameterOfTheWrongKindIsNamed) {
  for (const char* query : {"limit=0", "limit=1001", "limit=ten", "limit=", "limit=1x", "limit=-1",
                            "limit=99999999999999999999"})
    EXPECT_THAT(refusal(400, send("GET", std::string("/api/v0/streams?") + query)),
                AllOf(HasSubstr("\"limit\""), HasSubstr("1 to 1000")))
        << query;
  for (const char* query : {"from=2027-3-2", "to=tomorrow", "from=", "hour=24", "hour=08h"})
    EXPECT_EQ(send("GET", std::string("/api/v0/batches?") + query).status, 400) << query;
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/streams?next_token=2")), HasSubstr("next_token"));
}

TEST_F(RequestTest, EveryListIsGoneRound) {
  for (int i = 0; i < 5; ++i)
    created("/api/v0/streams", R"({"name":"s)" + std::to_string(i) + R"("})");
  std::vector<std::string> names;
  std::string path = "/api/v0/streams?limit=2";
  std::vector<std::size_t> sizes;
  while (true) {
    const auto page = get(path);
    sizes.push_back(page.at("items").as_array().size());
    for (const auto& item : page.at("items").as_array())
      names.push_back(text(item.as_object(), "name"));
    if (page.at("next_token").is_null()) break;
    path = "/api/v0/streams?limit=2&next_token=" + text(page, "next_token");
  }
  EXPECT_THAT(names, ::testing::ElementsAre("s0", "s1", "s2", "s3", "s4"));
  EXPECT_THAT(sizes, ::testing::ElementsAre(2u, 2u, 1u));
}

TEST_F(RequestTest, AKeysLastUseIsTold) {
  const std::string key = add_key("acme", {"datagrid:operate"});
  const auto last_used = [&] { return get("/api/v0/admin/api-keys/" + key).at("last_used_at"); };
  EXPECT_TRUE(last_used().is_null());
  const std::string token = mint(key);
  clock_.turn(std::chrono::hours(1));
  send(request("GET", "/api/v0/streams", "", token));
  EXPECT_EQ(last_used(), json::value(to_string(clock_.now())));
  const auto noted = last_used();
  clock_.turn(std::chrono::seconds(59));
  send(request("GET", "/api/v0/streams", "", token));
  EXPECT_EQ(last_used(), noted) << "once a minute is exact enough";
  clock_.turn(std::chrono::seconds(1));
  send(request("GET", "/api/v0/streams", "", token));
  EXPECT_EQ(last_used(), json::value(to_string(clock_.now())));
}

TEST_F(RequestTest, ThreadsDoNotDisturbOneAnother) {
  const auto work = [&] {
    for (int i = 0; i < 20; ++i) {
      EXPECT_EQ(
          api_.handle(request("POST", "/api/v0/streams", R"({"name":"S"})", acme_admin_)).status,
          201);
      EXPECT_EQ(api_.handle(request("GET", "/api/v0/streams?limit=3", "", acme_admin_)).status,
                200);
    }
  };
  std::thread first(work);
  std::thread second(work);
  first.join();
  second.join();
  EXPECT_EQ(get("/api/v0/streams?limit=1000").at("items").as_array().size(), 40u);
  EXPECT_EQ(catalog_->snapshots().current()->streams.size(), 40u);
}

TEST_F(RequestTest, HeadIsAnsweredAsGetIs) {
  for (const char* path : {"/healthz", "/readyz", "/metrics", "/api/v0/streams"})
    EXPECT_EQ(api_.handle(request("HEAD", path, "", acme_admin_)).status, 200) << path;
  EXPECT_EQ(api_.handle(request("HEAD", "/api/v0/streams", "", "")).status, 401);
  EXPECT_EQ(api_.handle(request("HEAD", "/api/v0/streams/none/flush", "", acme_admin_)).status,
            405);
}

TEST_F(RequestTest, WhereTheServerKeepsThingsIsNotTold) {
  readiness_ = fail(Errc::io, "cannot write '/srv/weir/data/log/0/a.segment': I/O error");
  EXPECT_EQ(refusal(500, send("GET", "/readyz")), "cannot write 'log/0/a.segment': I/O error");
  health_checks_ = {{"disk", HealthCheck::State::ok, "9.0 GiB free below /srv/weir/data"}};
  EXPECT_THAT(send("GET", "/api/v0/doctor").body, Not(HasSubstr("/srv")));
}

TEST_F(RequestTest, NorWhereARunFailed) {
  const auto courier = new_courier();
  const auto id = text(created("/api/v0/couriers/" + courier + "/runs", R"({"all":true})"), "id");
  const auto claimed = catalog_->runs().claim("owner", std::chrono::seconds(15)).value();
  const std::string why = "cannot read '/srv/weir/data/store/a.ndjson': I/O error";
  ASSERT_TRUE(catalog_->runs().save(claimed->lease, {.tasks = {{.id = "wt-1",
                                                                .run_id = id,
                                                                .position = 1,
                                                                .kind = "load",
                                                                .name = "Shop:Orders",
                                                                .state = catalog::RunState::failed,
                                                                .error = why}}}));
  ASSERT_TRUE(catalog_->runs().finish(claimed->lease, catalog::RunState::failed, why));
  const auto run = get("/api/v0/workflow/runs/" + id);
  EXPECT_EQ(text(run, "error"), "cannot read 'store/a.ndjson': I/O error");
  EXPECT_EQ(text(run.at("tasks").at(0).as_object(), "error"), text(run, "error"));
  EXPECT_THAT(send("GET", "/api/v0/workflow/runs").body, Not(HasSubstr("/srv")));
}

TEST_F(RequestTest, WhatALibrarySaysOfItsOwnErrorsIsForTheLogAlone) {
  engine_.answer = fail(internal_error("The engine failed.", "INTERNAL: SELECT x FROM main.f0"));
  const auto response = send("POST", "/api/v0/query", R"({"sql":"SELECT 1"})");
  EXPECT_EQ(refusal(500, response), "The engine failed.");
  EXPECT_THAT(response.cause, HasSubstr("main.f0"));
}

TEST_F(RequestTest, ATokenGuardsTheMetricsWhereOneIsSet) {
  metrics_token_ = "scrape-me";
  ControlApi api(services());
  const auto status = [&](const std::string& token) {
    return api.handle(request("GET", "/metrics", "", token)).status;
  };
  EXPECT_EQ(status(""), 401);
  EXPECT_EQ(status("scrape-m"), 401);
  EXPECT_EQ(status(acme_admin_), 401);
  EXPECT_EQ(status("scrape-me"), 200);
}

TEST_F(RequestTest, HealthAndMetricsAreThere) {
  EXPECT_EQ(text(get("/healthz"), "status"), "ok");
  EXPECT_EQ(text(get("/readyz"), "status"), "ready");
  const auto metrics = send("GET", "/metrics");
  EXPECT_EQ(metrics.body, "weir_up 1\n");
  EXPECT_THAT(metrics.content_type, HasSubstr("text/plain"));
  readiness_ = fail(Errc::log_failed, "The log is poisoned. Restart weir.");
  const auto response = send("GET", "/readyz");
  EXPECT_THAT(refusal(503, response), HasSubstr("Restart weir"));
  EXPECT_EQ(header(response, "Retry-After"), "1");
}

}  // namespace
}  // namespace weir::control
