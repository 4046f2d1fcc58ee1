#include <algorithm>

#include <gmock/gmock.h>

#include "control/every_operation_fixture.hpp"

/// Lists that go by the catalog's rows: pages both ways, in both orders, and their filters.
namespace weir::control {
namespace {

using ::testing::HasSubstr;

class ListsTest : public EveryOperationWorld {
 protected:
  static bool takes(const Route& route, std::string_view name) {
    return std::find(route.query.begin(), route.query.end(), name) != route.query.end();
  }
  http::Response ask(const Route& route, const std::map<std::string, std::string>& query) {
    http::Request request = call_of(route);
    if (takes(route, "stream_id")) request.query["stream_id"] = filled_;
    if (route.operation_id == "listIngestJobs") {
      request.query["created_from"] = to_string(clock_.now() - std::chrono::days(3));
      request.query["created_to"] = to_string(clock_.now() + std::chrono::days(1));
    }
    for (const auto& [name, value] : query)
      request.query[name] = value;
    return send(request);
  }
  json::array items(const Route& route, const std::map<std::string, std::string>& query) {
    return expect(200, ask(route, query)).at("items").as_array();
  }
};

TEST_F(ListsTest, EveryListHasBothOrdersAndRefusesWhatItDoesNotKnow) {
  int lists = 0;
  for (const Route& route : routes_) {
    if (!takes(route, "order")) continue;
    SCOPED_TRACE(route.operation_id);
    ++lists;
    const json::array oldest = items(route, {{"order", "oldest"}});
    json::array newest = items(route, {{"order", "newest"}});
    std::reverse(newest.begin(), newest.end());
    EXPECT_EQ(oldest, newest);
    EXPECT_THAT(ask(route, {{"order", "sideways"}}).body, HasSubstr("oldest or newest"));
    for (const char* token : {"next_token", "previous_token"})
      EXPECT_THAT(ask(route, {{token, "made-up"}}).body, HasSubstr(token));
    if (takes(route, "q")) {
      EXPECT_EQ(items(route, {{"q", "no thing has this in its name"}}), json::array());
    }
    if (oldest.size() < 2) continue;
    const auto first = expect(200, ask(route, {{"limit", "1"}, {"order", "newest"}}));
    EXPECT_TRUE(first.at("previous_token").is_null());
    const auto second = expect(
        200, ask(route,
                 {{"limit", "1"}, {"order", "newest"}, {"next_token", text(first, "next_token")}}));
    const auto again =
        expect(200, ask(route, {{"limit", "1"},
                                {"order", "newest"},
                                {"previous_token", text(second, "previous_token")}}));
    EXPECT_EQ(again.at("items"), first.at("items"));
  }
  EXPECT_GE(lists, 16);
}

TEST_F(ListsTest, ListsAreFilteredByParentAndState) {
  const auto get = [&](const std::string& path) {
    return expect(200, send("GET", path)).at("items").as_array();
  };
  for (const auto& courier : get("/api/v0/couriers?stream_id=" + stream_))
    EXPECT_EQ(courier.at("stream_id").as_string(), stream_);
  EXPECT_FALSE(get("/api/v0/couriers?stream_id=" + stream_).empty());
  EXPECT_TRUE(get("/api/v0/couriers?stream_id=is-none").empty());
  EXPECT_TRUE(std::ranges::all_of(get("/api/v0/feeds?active=false"),
                                  [](const auto& feed) { return !feed.at("active").as_bool(); }));
  EXPECT_FALSE(get("/api/v0/feeds?active=false").empty());
  EXPECT_FALSE(get("/api/v0/courier-groups?courier_id=" + courier_).empty());
  EXPECT_TRUE(get("/api/v0/courier-groups?courier_id=" + spare_courier_).empty());
  EXPECT_TRUE(std::ranges::all_of(get("/api/v0/users?state=invited"),
                                  [](const auto& user) { return user.at("state") == "invited"; }));
  EXPECT_FALSE(get("/api/v0/users?state=invited").empty());
  EXPECT_EQ(send("GET", "/api/v0/users?state=asleep").status, 400);
  EXPECT_FALSE(get("/api/v0/workflow/runs?courier_id=" + courier_).empty());
  EXPECT_TRUE(get("/api/v0/workflow/runs?courier_id=cr-none").empty());
  EXPECT_TRUE(get("/api/v0/workflow/runs?created_to=2000-01-01T00:00:00Z").empty());
  EXPECT_EQ(send("GET", "/api/v0/workflow/runs?created_to=yesterday").status, 400);
  const std::string held = "/api/v0/quarantine?state=held&received_from=";
  EXPECT_FALSE(get(held + "2000-01-01T00:00:00Z").empty());
  EXPECT_TRUE(get(held + "2999-01-01T00:00:00Z").empty());
  EXPECT_TRUE(get("/api/v0/hours?stream_id=" + filled_ + "&to=2000-01-01").empty());
  EXPECT_FALSE(get("/api/v0/hours?stream_id=" + filled_ + "&from=2000-01-01").empty());
}

TEST_F(ListsTest, RecordsOfAFileAreItsTenantsOnly) {
  const std::string path = "/api/v0/batches/records?path=" + filled_path_;
  const auto page = expect(200, send("GET", path + "&limit=1"));
  EXPECT_EQ(page.at("items").at(0).at("text"), R"({"id":1})");
  EXPECT_TRUE(page.at("next_offset").is_null());
  EXPECT_EQ(send(request("GET", path, "", rival_admin_)).status, 404);
  EXPECT_EQ(send("GET", "/api/v0/batches/records?path=../catalog.db").status, 404);
  const auto missing = expect(400, send("GET", "/api/v0/batches/records"));
  EXPECT_EQ(missing.at("errors").at(0).at("parameter"), "path");
}

TEST_F(ListsTest, PagesOfTablesGoBothWays) {
  engine_.domain_tables["acme"] = {{"A:A", 1, {}}, {"B:B", 2, {}}, {"C:C", 3, {}}};
  const auto names = [&](const std::string& query) {
    std::string found;
    const auto page = expect(200, send("GET", "/api/v0/tables?limit=1" + query));
    for (const auto& item : page.at("items").as_array())
      found += item.at("name").as_string();
    return std::pair(found, page);
  };
  const auto [first, page] = names("");
  EXPECT_EQ(first, "A:A");
  EXPECT_TRUE(page.at("previous_token").is_null());
  const auto [second, middle] = names("&next_token=" + text(page, "next_token"));
  EXPECT_EQ(second, "B:B");
  EXPECT_EQ(names("&previous_token=" + text(middle, "previous_token")).first, "A:A");
  EXPECT_EQ(names("&q=c:").first, "C:C");
}

}  // namespace
}  // namespace weir::control
