#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// What would become of a payload.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

class ValidationsTest : public ControlTest {
 protected:
  ValidationsTest() {
    stream_ = new_stream();
    created("/api/v0/ingest-queries", R"({"name":"Flat","sql":"SELECT id FROM s"})");
    feed_ = text(created("/api/v0/feeds",
                         R"({"source":"S","name":"F","fields":[{"name":"id","type":"integer"}],)"
                         R"("primary_key":["id"]})"),
                 "id");
    created("/api/v0/couriers",
            R"({"name":"C","stream_id":")" + stream_ +
                R"(","file_format":"NDJSON","file_tag":"s","load_operations":{")" + feed_ +
                R"(":[{"type":"truncate"},{"type":"spark-sql","spark-sql-query":"Flat",)"
                R"("spark-sql-files":[{"file":"s"}]}]}})");
  }
  json::object validated(const std::string& body) {
    return expect(200, send("POST", "/api/v0/streams/" + stream_ + "/validate", body));
  }

  std::string stream_;
  std::string feed_;
};

TEST_F(ValidationsTest, AnAcceptedPayloadIsTriedInEachTable) {
  engine_.tried_answer->rows =
      engine::Table{{{"_pk", "VARCHAR"}, {"id", "BIGINT"}}, {{"\"1\"", "1"}}, false};
  const auto said = validated(R"({"payload":"{\"id\":1}"})");
  EXPECT_EQ(said.at("status"), 202);
  EXPECT_TRUE(said.at("message").is_null());
  EXPECT_TRUE(said.at("quarantined").is_null());
  ASSERT_EQ(said.at("tables").as_array().size(), 1u);
  const json::object& table = said.at("tables").at(0).as_object();
  EXPECT_EQ(text(table, "state"), "rows");
  EXPECT_EQ(text(table, "table"), "S:F");
  EXPECT_EQ(table.at("active"), false);
  EXPECT_EQ(table.at("rows").at("rows"), (json::array{json::array{"1", 1}}));
  EXPECT_EQ(tried_.back().stream.id, stream_);
  EXPECT_EQ(tried_.back().content_type, "application/json");
  ASSERT_EQ(engine_.tried.size(), 1u);
  EXPECT_FALSE(engine_.tried[0].truncate);
  ASSERT_EQ(engine_.tried[0].operations.size(), 1u);
  EXPECT_EQ(engine_.tried[0].operations[0].query, "SELECT id FROM s");
  EXPECT_EQ(*engine_.tried[0].operations[0].sources.at(0).files.at(0).content, "{\"id\":1}\n");
}

TEST_F(ValidationsTest, WhatTheFeedOrTheQueryMakesOfItIsTold) {
  engine_.tried_answer->errors = {{"payload", 1, "id", "x", "is no integer"}};
  auto said = validated(R"({"payload":"{\"id\":\"x\"}"})");
  EXPECT_EQ(said.at("tables").at(0).at("state"), "error");
  EXPECT_EQ(said.at("tables").at(0).at("errors").at(0).at("reason"), "is no integer");

  engine_.tried_answer = engine::Tried{};
  engine_.tried_answer->warnings = {"no rows were made: the query takes none of them"};
  said = validated(R"({"payload":"{}"})");
  EXPECT_EQ(said.at("tables").at(0).at("state"), "dropped");
  EXPECT_THAT(text(said.at("tables").at(0).as_object(), "why"), HasSubstr("takes none"));

  engine_.tried_answer = fail(Errc::bad_request, "the data has no field \"id\"");
  said = validated(R"({"payload":"{}"})");
  EXPECT_EQ(said.at("tables").at(0).at("state"), "failed");
  EXPECT_THAT(text(said.at("tables").at(0).as_object(), "why"), HasSubstr("no field"));

  engine_.tried_answer = fail(Errc::overloaded, "busy");
  EXPECT_EQ(send("POST", "/api/v0/streams/" + stream_ + "/validate", R"({"payload":"{}"})").status,
            503);
}

TEST_F(ValidationsTest, ARefusedOrQuarantinedPayloadReachesNoTable) {
  tried_answer_ = [](const std::string&) {
    return TriedPayload{PayloadType::json, Error{Errc::too_large, "254 KiB at most"}, "", ""};
  };
  auto said = validated(R"({"payload":"{}","content_type":"application/json; charset=utf-8"})");
  EXPECT_EQ(said.at("status"), 413);
  EXPECT_EQ(text(said, "message"), "254 KiB at most");
  EXPECT_TRUE(said.at("tables").as_array().empty());
  EXPECT_EQ(tried_.back().content_type, "application/json; charset=utf-8");

  tried_answer_ = [](const std::string&) {
    return TriedPayload{PayloadType::xml, {}, "line 1: not closed", ""};
  };
  said = validated(R"({"payload":"<a>"})");
  EXPECT_EQ(said.at("status"), 202);
  EXPECT_EQ(text(said, "quarantined"), "line 1: not closed");
  EXPECT_TRUE(said.at("tables").as_array().empty());
  EXPECT_TRUE(engine_.tried.empty());
}

}  // namespace
}  // namespace weir::control
