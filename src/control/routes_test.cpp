#include "control/routes.hpp"

#include <gtest/gtest.h>

namespace weir::control {
namespace {

Result<http::Response> nothing(const Call&) {
  return http::Response{};
}

class RoutesTest : public ::testing::Test {
 protected:
  Routes routes_ = {{"GET", "/things", "list", Access::operate, nothing},
                    {"POST", "/things", "create", Access::operate, nothing},
                    {"GET", "/things/{id}", "get", Access::operate, nothing},
                    {"POST", "/things/{id}", "change", Access::operate, nothing},
                    {"POST", "/things/special", "special", Access::operate, nothing},
                    {"POST", "/things/{id}/parts", "part", Access::operate, nothing}};

  std::string found(const std::string& method, const std::string& path) {
    const Match match = find_route(routes_, method, path);
    if (!match.route) return match.allow.empty() ? "no such path" : "allow " + match.allow;
    return std::string(match.route->operation_id) + (match.id.empty() ? "" : " " + match.id);
  }
};

TEST_F(RoutesTest, APathLeadsToItsRoute) {
  EXPECT_EQ(found("GET", "/things"), "list");
  EXPECT_EQ(found("POST", "/things"), "create");
  EXPECT_EQ(found("GET", "/things/a"), "get a");
  EXPECT_EQ(found("POST", "/things/a/parts"), "part a");
}

TEST_F(RoutesTest, ALiteralIsPreferredToAParameter) {
  EXPECT_EQ(found("POST", "/things/special"), "special");
  EXPECT_EQ(found("GET", "/things/special"), "get special");
  EXPECT_EQ(found("POST", "/things/specials"), "change specials");
}

TEST_F(RoutesTest, AnIdIsTakenAsItStands) {
  EXPECT_EQ(found("GET", "/things/Streaming Ingest:Web%2FEvents"),
            "get Streaming Ingest:Web/Events");
  EXPECT_EQ(found("POST", "/things/%2Fa%252F%25/parts"), "part /a%2F%");
  EXPECT_EQ(found("GET", "/things/a%2Fparts%2F"), "get a/parts/");
  EXPECT_EQ(found("GET", "/things/?#\u00fc &+=%3F"), "get ?#\u00fc &+=%3F");
  EXPECT_EQ(found("GET", "/things/' OR 1=1 --"), "get ' OR 1=1 --");
  EXPECT_EQ(found("GET", "/things/.."), "get ..");
}

TEST_F(RoutesTest, AMethodThatIsNotThereGetsTheOnesThatAre) {
  EXPECT_EQ(found("DELETE", "/things"), "allow GET, HEAD, POST");
  EXPECT_EQ(found("GET", "/things/a/parts"), "allow POST");
  EXPECT_EQ(found("get", "/things"), "allow GET, HEAD, POST");
  EXPECT_EQ(found("HEAD", "/things"), found("GET", "/things"));
  EXPECT_EQ(found("HEAD", "/things/a/parts"), "allow POST");
}

TEST_F(RoutesTest, OtherPathsAreNotThere) {
  for (const char* path :
       {"", "/", "/thing", "/thingsx", "/things/", "/things//parts", "//things", "/things/a/",
        "/things/a/parts/", "/things/a/parts/b", "things", "/things/a/part", "/Things"})
    EXPECT_EQ(found("GET", path), "no such path") << path;
}

}  // namespace
}  // namespace weir::control
