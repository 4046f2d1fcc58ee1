#include "cli/demo/observation.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/fake/fake_server.hpp"

namespace weir::cli::demo {
namespace {

using fake::Answer;
using fake::FakeServer;
using fake::Seen;
using testing::HasSubstr;

class ObservationTest : public testing::Test {
 protected:
  std::map<std::string, std::string> answers_;  // "METHOD /target" -> body
  FakeServer server_{[this](const Seen& seen) {
    const auto found = answers_.find(seen.method + " " + seen.target);
    return found == answers_.end() ? Answer{404, R"({"message":"There is none."})"}
                                   : Answer{200, found->second};
  }};
  Api api_{{*parse_url(server_.url()), "admin", "demo"}};
  Workspace workspace_;
  int slept_ = 0;
  std::function<void(std::chrono::milliseconds)> sleep_ = [this](auto) { ++slept_; };
};

TEST_F(ObservationTest, WhatIsStoredIsTheSumOfTheManifestAndTheQuarantine) {
  answers_["GET /api/v0/batches?limit=1000&stream_id=is-1"] =
      R"({"items":[{"records":7},{"records":5}],"next_token":"n"})";
  answers_["GET /api/v0/batches?limit=1000&next_token=n&stream_id=is-1"] =
      R"({"items":[{"records":1}],"next_token":null})";
  answers_["GET /api/v0/quarantine?limit=1000&stream_id=is-1"] = R"({"items":[{},{}]})";
  const auto stored = stored_of(api_, "is-1");
  ASSERT_TRUE(stored) << stored.error().message;
  EXPECT_EQ(stored->in_files, 13U);
  EXPECT_EQ(stored->quarantined, 2U);
}

TEST_F(ObservationTest, LoadsAreFoundByTheirTable) {
  workspace_.courier_ids = {"cr-1", "cr-1", "cr-1", "cr-1"};
  answers_["POST /api/v0/couriers/cr-1/runs"] = R"({"id":"wf-1","state":"scheduled"})";
  answers_["GET /api/v0/workflow/runs/wf-1"] = R"({"state":"succeeded","tasks":[
    {"kind":"find-batches","name":"is-1","detail":{"records":9}},
    {"kind":"load","name":"Retail:Tenders",
     "detail":{"read":9,"inserted":5,"updated":1,"rejected":2,"errors":1}}]})";
  const Day day = *parse_day("2027-03-02");
  const auto loads = run_couriers(api_, workspace_, day, day, sleep_);
  ASSERT_TRUE(loads) << loads.error().message;
  const LoadCounts& tenders = (*loads)[static_cast<std::size_t>(Table::tenders)];
  EXPECT_EQ(tenders.read, 9U);
  EXPECT_EQ(tenders.inserted, 5U);
  EXPECT_EQ(tenders.errors, 1U);
  EXPECT_EQ(server_.seen()[0].body, R"({"day":"2027-03-02"})");
}

TEST_F(ObservationTest, ARunOverMidnightIsARange) {
  workspace_.courier_ids = {"cr-1", "cr-1", "cr-1", "cr-1"};
  answers_["POST /api/v0/couriers/cr-1/runs"] = R"({"id":"wf-1"})";
  answers_["GET /api/v0/workflow/runs/wf-1"] = R"({"state":"succeeded"})";
  ASSERT_TRUE(
      run_couriers(api_, workspace_, *parse_day("2027-03-02"), *parse_day("2027-03-03"), sleep_));
  EXPECT_EQ(server_.seen()[0].body, R"({"range_from":"2027-03-02","range_to":"2027-03-04"})");
}

TEST_F(ObservationTest, AFailedRunIsAnErrorWithItsWords) {
  workspace_.courier_ids = {"cr-1", "cr-1", "cr-1", "cr-1"};
  answers_["POST /api/v0/couriers/cr-1/runs"] = R"({"id":"wf-1"})";
  answers_["GET /api/v0/workflow/runs/wf-1"] = R"({"state":"failed","error":"No such field."})";
  const Day day = *parse_day("2027-03-02");
  const auto loads = run_couriers(api_, workspace_, day, day, sleep_);
  ASSERT_FALSE(loads);
  EXPECT_EQ(loads.error().message, "the run wf-1 of a courier failed: No such field.");
}

TEST_F(ObservationTest, RowsAreKeysAndVersionsAsOftenAsTheyAreThere) {
  answers_["POST /api/v0/query"] =
      R"({"columns":[],"rows":[["ST-1","Cash","Create"],["ST-1","Cash","Create"],["ST-1","Mobile",null]]})";
  const auto rows = rows_of(api_, Table::tenders);
  ASSERT_TRUE(rows) << rows.error().message;
  EXPECT_EQ(*rows,
            (TableRows{{"ST-1|Cash", "Create"}, {"ST-1|Cash", "Create"}, {"ST-1|Mobile", ""}}));
  EXPECT_THAT(server_.seen()[0].body, HasSubstr("CAST(transaction_id AS VARCHAR)"));
  EXPECT_THAT(server_.seen()[0].body, HasSubstr(R"(FROM \"Retail:Tenders\")"));
}

TEST_F(ObservationTest, AReceiptThatSaysOtherwiseBreaksTheCheck) {
  answers_["GET /api/v0/receipts/A?tables=false"] = R"({"state":"in_file"})";
  answers_["GET /api/v0/receipts/B?tables=false"] = R"({"state":"quarantined"})";
  std::vector<Payload> payloads(2);
  payloads[1].malformed = true;
  std::vector<SendResult> results(2);
  results[0].accepted = results[1].accepted = true;
  results[0].receipt = "A";
  results[1].receipt = "B";
  EXPECT_TRUE(check_receipts(api_, payloads, results, 10)->holds);
  answers_["GET /api/v0/receipts/B?tables=false"] = R"({"state":"in_log"})";
  const auto check = check_receipts(api_, payloads, results, 10);
  EXPECT_FALSE(check->holds);
  EXPECT_EQ(check->sentence, "the receipt B says in_log, not quarantined");
}

}  // namespace
}  // namespace weir::cli::demo
