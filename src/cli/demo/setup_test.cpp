#include "cli/demo/setup.hpp"

#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/demo/definitions.hpp"
#include "cli/fake/fake_server.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;
using fake::Answer;
using fake::FakeServer;
using fake::Seen;
using testing::HasSubstr;

/// Answers every creation with an id of its own.
class SetupTest : public testing::Test {
 protected:
  FakeServer server_{[this](const Seen& seen) {
    if (seen.target == refused_) return Answer{409, R"({"message":"The name is taken."})"};
    if (seen.target.ends_with("/tokens")) return Answer{201, R"({"token":"ingest"})"};
    return Answer{201, R"({"id":"id-)" + std::to_string(++made_) + R"("})"};
  }};
  std::string refused_;
  int made_ = 0;

  Result<Workspace> set_up_there() {
    Api api({*parse_url(server_.url()), "admin", "demo"});
    return set_up(api, *parse_time("2027-03-03T08:00:00Z"));
  }
  std::vector<json::value> bodies(const std::string& target) const {
    std::vector<json::value> found;
    for (const Seen& seen : server_.seen())
      if (seen.target == target) found.push_back(json::parse(seen.body));
    return found;
  }
};

TEST_F(SetupTest, MakesEveryStreamFeedQueryAndCourierOnce) {
  const auto workspace = set_up_there();
  ASSERT_TRUE(workspace) << workspace.error().message;
  EXPECT_EQ(workspace->ingest_token, "ingest");
  EXPECT_EQ(bodies("/api/v0/streams").size(), all_streams.size());
  EXPECT_EQ(bodies("/api/v0/feeds").size(), all_tables.size());
  EXPECT_EQ(bodies("/api/v0/ingest-queries").size(), 4U) << "the flat stream needs none";
  EXPECT_EQ(bodies("/api/v0/couriers").size(), all_streams.size());
  std::set<std::string> ids;
  for (const auto& id : workspace->stream_ids)
    ids.insert(id);
  for (const auto& id : workspace->courier_ids)
    ids.insert(id);
  for (const auto& id : workspace->feed_ids) {
    ids.insert(id);
    EXPECT_EQ(bodies("/api/v0/feeds/" + id + "/activate").size(), 1U);
  }
  EXPECT_EQ(ids.size(), 2 * all_streams.size() + all_tables.size());
}

TEST_F(SetupTest, FeedsAndCouriersSayWhatTheDefinitionsSay) {
  const auto workspace = set_up_there();
  ASSERT_TRUE(workspace);
  const auto feeds = bodies("/api/v0/feeds");
  EXPECT_EQ(feeds[0].at("source"), "GitHub");
  EXPECT_EQ(feeds[0].at("primary_key"), (json::array{"job_id", "step_number"}));
  const auto couriers = bodies("/api/v0/couriers");
  const json::object& github = couriers[0].at("load_operations").as_object();
  ASSERT_EQ(github.size(), 2U) << "two tables of one stream";
  const json::value& operation = github.at(workspace->feed_ids[0]).at(0);
  EXPECT_EQ(operation.at("spark-sql-query"), "GitHub_Job_Steps");
  EXPECT_EQ(operation.at("spark-sql-files").at(0).at("file"), couriers[0].at("file_tag"));
  EXPECT_EQ(operation.at("spark-sql-files").at(0).at("schema").at("type"), "struct");
  EXPECT_EQ(couriers[1].at("load_operations").at(workspace->feed_ids[2]),
            (json::array{json::object{{"type", "load"}, {"file", "streaming"}}}));
  EXPECT_EQ(couriers[2].at("file_format"), "XML");
  EXPECT_EQ(couriers[2]
                .at("load_operations")
                .at(workspace->feed_ids[3])
                .at(0)
                .at("spark-sql-files")
                .at(0)
                .at("options")
                .at("rowTag"),
            "salesTransaction");
}

TEST_F(SetupTest, ARefusalSaysWhatWasBeingMade) {
  refused_ = "/api/v0/feeds";
  const auto workspace = set_up_there();
  ASSERT_FALSE(workspace);
  EXPECT_EQ(workspace.error().message, "making the feed GitHub:JobSteps: The name is taken.");
}

}  // namespace
}  // namespace weir::cli::demo
