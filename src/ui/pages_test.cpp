#include "ui/pages.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "env/fake/seeded_random.hpp"

namespace weir::ui {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string header(const http::Response& response, std::string_view name) {
  for (const auto& [each, value] : response.headers)
    if (each == name) return value;
  return "";
}

class PagesTest : public testing::Test {
 protected:
  http::Response get(const std::string& path, std::map<std::string, std::string> headers = {}) {
    return pages_.handle({.method = "GET", .path = path, .headers = std::move(headers)});
  }

  SeededRandom random_{1};
  Pages pages_{files(), random_};
};

TEST_F(PagesTest, EveryAddressIsThePageWithANonceOfItsOwn) {
  std::set<std::string> policies;
  for (const std::string path : {"/ui", "/ui/", "/ui/sources", "/ui/streams/is-1/hours"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status, 200) << path;
    EXPECT_THAT(answer.body, HasSubstr("<div id=\"root\">"));
    EXPECT_THAT(answer.body, Not(HasSubstr("__CSP_NONCE__")));
    EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
    const std::string policy = header(answer, "Content-Security-Policy");
    EXPECT_THAT(policy, HasSubstr("frame-ancestors 'none'"));
    const std::string nonce = policy.substr(policy.find("'nonce-") + 7, 22);
    EXPECT_THAT(answer.body, HasSubstr("content=\"" + nonce + "\""));
    policies.insert(policy);
  }
  EXPECT_EQ(policies.size(), 4u);
}

TEST_F(PagesTest, EveryFileExpandsToWhatItSays) {
  ASSERT_GT(files().size(), 2u);
  for (const File& file : files()) {
    if (file.path == "index.html") continue;
    const std::string path = "/ui/" + std::string(file.path);
    const auto plain = get(path);
    EXPECT_EQ(plain.status, 200) << path;
    EXPECT_EQ(plain.body.size(), file.bytes) << path;
    const auto packed = get(path, {{"accept-encoding", "br, gzip"}});
    EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
    EXPECT_EQ(packed.body, file.gzip);
    EXPECT_EQ(get(path, {{"if-none-match", std::string(file.etag)}}).status, 304);
    EXPECT_EQ(header(plain, "Cache-Control").find("immutable") != std::string::npos,
              file.immutable);
  }
}

TEST_F(PagesTest, GzipThatIsRefusedIsNotSent) {
  const std::string path = "/ui/" + std::string(files().front().path);
  EXPECT_EQ(header(get(path, {{"accept-encoding", "gzip;q=0"}}), "Content-Encoding"), "");
}

TEST_F(PagesTest, WhatIsNotThereIsNotThePage) {
  EXPECT_EQ(get("/ui/assets/gone-12345678.js").status, 404);
  EXPECT_EQ(get("/uix").status, 404);
}

TEST_F(PagesTest, WhatPeopleTypeLeadsToAPage) {
  const auto leads_to = [](const std::string& path, const std::string& accept) {
    const auto way = way_in({.method = "GET", .path = path, .headers = {{"accept", accept}}});
    return way ? header(*way, "Location") : "";
  };
  EXPECT_EQ(leads_to("/", "*/*"), "/ui/");
  EXPECT_EQ(leads_to("/api", "text/html,application/xhtml+xml"), "/ui/api");
  EXPECT_EQ(leads_to("/api/", "text/html"), "/ui/api");
  EXPECT_EQ(leads_to("/api", "application/json"), "/ui/openapi.json");
  EXPECT_EQ(leads_to("/api", "*/*"), "/ui/openapi.json");
  EXPECT_EQ(leads_to("/api/v0/streams", "text/html"), "");
  EXPECT_EQ(leads_to("//evil.example", "text/html"), "");
}

TEST_F(PagesTest, OnlyReads) {
  const auto answer = pages_.handle({.method = "POST", .path = "/ui/"});
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(header(answer, "Allow"), "GET, HEAD");
}

}  // namespace
}  // namespace weir::ui
