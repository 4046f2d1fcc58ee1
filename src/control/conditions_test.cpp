#include "control/conditions.hpp"

#include <gmock/gmock.h>

#include "control/every_operation_fixture.hpp"

/// ETag and If-Match: an edit of what somebody else has changed meanwhile is not made.
namespace weir::control {
namespace {

class ConditionsTest : public EveryOperationWorld {
 protected:
  static std::string header(const http::Response& response, const std::string& name) {
    for (const auto& [key, value] : response.headers)
      if (key == name) return value;
    return "";
  }
  std::string etag(const std::string& path) { return header(send("GET", path), "ETag"); }
  http::Response edit(const std::string& method, const std::string& path, const std::string& body,
                      const std::string& if_match) {
    http::Request sent = request(method, path, body, acme_admin_);
    sent.headers["if-match"] = if_match;
    return send(sent);
  }
};

TEST_F(ConditionsTest, EveryThingHasAnETagAndAnEditOfItIsRefusedAfterAChange) {
  int things = 0;
  int edits = 0;
  for (const Route& route : routes_) {
    SCOPED_TRACE(route.operation_id);
    const Route* const thing = thing_of(routes_, route);
    if (thing == &route && route.operation_id != "readExport") {
      EXPECT_NE(header(send(call_of(route)), "ETag"), "");
      ++things;
    }
    const bool is_edit =
        route.method == "PUT" || route.method == "PATCH" || route.method == "DELETE";
    if (thing == nullptr || !is_edit || route.operation_id == "dropExport") continue;
    ++edits;
    http::Request sent = call_of(route);
    sent.headers["if-match"] = "\"0123\"";
    const http::Response refused = send(sent);
    EXPECT_EQ(refused.status, 412) << refused.body;
    EXPECT_NE(header(refused, "ETag"), "");
  }
  EXPECT_GE(things, 15);
  EXPECT_GE(edits, 15);
}

TEST_F(ConditionsTest, ARefusalNamesWhatDiffersAndEqualContentIsNoConflict) {
  const std::string path = "/api/v0/ingest-queries/" + query_;
  const std::string before = etag(path);
  const auto first = edit("PUT", path, R"({"sql":"SELECT 2","description":"D"})", before);
  ASSERT_EQ(first.status, 200) << first.body;
  const std::string after = etag(path);
  EXPECT_NE(after, before);
  EXPECT_EQ(header(first, "ETag"), after);
  const auto refused = edit("PUT", path, R"({"sql":"SELECT 3","description":"D"})", before);
  ASSERT_EQ(refused.status, 412);
  const auto body = json::parse(refused.body).as_object();
  EXPECT_EQ(body.at("etag").as_string(), after);
  EXPECT_EQ(body.at("current").at("sql"), "SELECT 2");
  EXPECT_EQ(body.at("fields"),
            json::parse(R"([{"pointer":"/sql","theirs":"SELECT 2","yours":"SELECT 3"}])"));
  EXPECT_EQ(etag(path), after);
  EXPECT_EQ(edit("PUT", path, R"({"sql":"SELECT 2","description":"D"})", before).status, 200);
  EXPECT_EQ(edit("PUT", path, R"({"sql":"SELECT 3"})", "*").status, 200);
  EXPECT_EQ(edit("DELETE", path, "", before).status, 412);
  EXPECT_EQ(edit("DELETE", path, "", "W/" + etag(path)).status, 204) << "a proxy may weaken it";
  EXPECT_EQ(edit("PUT", path, R"({"sql":"SELECT 3"})", before).status, 404);
}

TEST_F(ConditionsTest, WhatMovesByItselfIsNoConflict) {
  const std::string path = "/api/v0/streams/" + filled_;
  const std::string before = etag(path);
  ASSERT_TRUE(commit(one_file(catalog_->streams().find(acme_, filled_).value(), 3, 4, Lsn{16384})));
  base_url_ = "https://elsewhere.example";
  EXPECT_EQ(etag(path), before);
  const auto limited = edit("PUT", path + "/rate-limit", R"({"rate_limit":5})", before);
  EXPECT_EQ(limited.status, 200) << limited.body;
  EXPECT_EQ(header(limited, "ETag"), etag(path));
  EXPECT_NE(etag(path), before);
}

}  // namespace
}  // namespace weir::control
