#include "cli/demo/workload.hpp"

#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/demo/definitions.hpp"
#include "cli/demo/github_events.hpp"
#include "cli/demo/xml_documents.hpp"

namespace weir::cli::demo {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

// The shape of the npm package's file, with as little in it as the demo needs.
constexpr const char* few_events = R"([
  {"name":"workflow_job","examples":[{"action":"completed","repository":{"full_name":"a/b","private":false},
    "sender":{"login":"octo"},"workflow_job":{"id":1,"run_id":2,"labels":["ubuntu"],"steps":[
      {"number":1,"name":"Set up job","conclusion":"success"},{"number":4,"name":"Test","conclusion":"failure"}]}}]},
  {"name":"issues","examples":[{"action":"opened","issue":{"id":7,"number":1,"title":"Typo","labels":[{"id":1,"name":"bug"}]}},
    {"action":"pinned","issue":{"id":7,"number":1,"title":"Typo"}}]},
  {"name":"push","examples":[{"ref":"x","after":"00","commits":[{"id":"00"}],"repository":{"full_name":"a/b"}}]},
  {"name":"star","examples":[{"action":"created","sender":{"login":"octo"}}]}])";

Workload workload_of(std::size_t count, std::uint64_t seed, std::string_view events = few_events) {
  auto made = make_workload(
      events, {.count = count, .seed = seed, .start = *parse_time("2027-03-02T08:00:00Z")});
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return made ? *std::move(made) : Workload{};
}

std::size_t count_of(const Workload& workload, Stream stream) {
  return static_cast<std::size_t>(
      std::count_if(workload.payloads.begin(), workload.payloads.end(),
                    [&](const Payload& payload) { return payload.stream == stream; }));
}

TEST(Workload, IsTheSameForTheSameSeedAndNotForAnother) {
  const Workload one = workload_of(600, 7);
  const Workload two = workload_of(600, 7);
  const Workload other = workload_of(600, 8);
  ASSERT_EQ(one.payloads.size(), two.payloads.size());
  bool differs = false;
  for (std::size_t i = 0; i < one.payloads.size(); ++i) {
    EXPECT_EQ(one.payloads[i].body, two.payloads[i].body);
    differs |= one.payloads[i].body != other.payloads[i].body;
  }
  EXPECT_TRUE(differs);
}

TEST(Workload, HasExactlyAsManyPayloadsAsAskedForInItsShares) {
  for (const std::size_t count : {60U, 61U, 599U, 5000U}) {
    const Workload workload = workload_of(count, 1);
    EXPECT_EQ(workload.payloads.size(), count);
    EXPECT_EQ(count_of(workload, Stream::github), 2 * (count / 5));
    EXPECT_EQ(count_of(workload, Stream::deliveries), 2 * (count / 5));
    EXPECT_EQ(count_of(workload, Stream::invoices), count / 12);
  }
}

TEST(Workload, HasAFewMalformedAFewBadRowsAndAFewRepeats) {
  const Workload workload = workload_of(5000, 1);
  std::size_t malformed = 0;
  std::size_t bad = 0;
  std::size_t rows = 0;
  std::map<std::pair<Table, std::string>, std::set<std::uint64_t>> ranks;
  for (const Payload& payload : workload.payloads) {
    malformed += payload.malformed;
    bad += payload.bad_rows;
    for (const ExpectedRow& row : payload.rows) {
      ++rows;
      ranks[{row.table, row.key}].insert(row.rank);
    }
  }
  EXPECT_EQ(malformed, 3U);
  EXPECT_EQ(bad, 6U);
  EXPECT_GT(rows, ranks.size()) << "some keys come more than once";
  EXPECT_LT(rows, ranks.size() * 11 / 10) << "but only a few";
  EXPECT_TRUE(std::any_of(ranks.begin(), ranks.end(), [](const auto& one) {
    return one.second.size() == 2;
  })) << "and some of them say something newer";
}

TEST(Workload, EveryJsonPayloadIsOneObject) {
  for (const Payload& payload : workload_of(600, 3).payloads) {
    if (definition_of(payload.stream).payload_type == "xml") continue;
    boost::system::error_code error;
    EXPECT_TRUE(json::parse(payload.body, error).is_object() && !error);
  }
}

TEST(GitHubEvents, GetNewIdsAndKeepTheRest) {
  const auto events = GitHubEvents::parse(few_events);
  ASSERT_TRUE(events);
  DemoRandom random(1);
  std::set<std::string> keys;
  for (std::uint64_t n = 1; n <= 100; ++n) {
    const auto made = events->make(n, *parse_time("2027-03-02T08:00:00Z"), random);
    for (const ExpectedRow& row : made.event.rows)
      EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    const json::object event = json::parse(made.event.body).as_object();
    if (!event.contains("workflow_job")) continue;
    EXPECT_EQ(event.at("repository").at("full_name"), "a/b");
    EXPECT_EQ(event.at("workflow_job").at("steps").as_array().size(), 2U);
    ASSERT_EQ(made.event.rows.size(), 2U);
    EXPECT_EQ(made.event.rows[1].key, json::serialize(event.at("workflow_job").at("id")) + "|4");
  }
}

TEST(GitHubEvents, AnIssueWithoutLabelsIsARowAllTheSame) {
  const auto events =
      GitHubEvents::parse(R"([{"name":"issues","examples":[{"issue":{"id":7,"title":"Typo"}}]}])");
  DemoRandom random(1);
  const auto made = events->make(2, {}, random);
  ASSERT_EQ(made.event.rows.size(), 1U);
  EXPECT_EQ(made.event.rows[0].key, "2800000002|(none)");
}

TEST(GitHubEvents, AnUpdateIsNewerUnderTheSameKeys) {
  const auto events = GitHubEvents::parse(few_events);
  DemoRandom random(5);
  for (std::uint64_t n = 1; n <= 20; ++n) {
    const auto made = events->make(n, *parse_time("2027-03-02T08:00:00Z"), random);
    const Payload update = GitHubEvents::update(made.event, *parse_time("2027-03-02T09:30:00Z"));
    ASSERT_EQ(update.rows.size(), made.event.rows.size());
    for (std::size_t i = 0; i < update.rows.size(); ++i) {
      EXPECT_EQ(update.rows[i].key, made.event.rows[i].key);
      EXPECT_GT(update.rows[i].rank, made.event.rows[i].rank);
      EXPECT_NE(update.rows[i].version, made.event.rows[i].version);
    }
  }
}

TEST(GitHubEvents, ThatAreNoneSayWhatIsWanted) {
  for (const char* text : {"", "{}", "[]", R"([{"name":"star","examples":[{"a":1}]}])"}) {
    const auto events = GitHubEvents::parse(text);
    ASSERT_FALSE(events) << text;
    EXPECT_THAT(events.error().message, HasSubstr("@octokit/webhooks-examples"));
  }
}

TEST(GitHubEvents, OfAnotherShapeAreRefusedNotCrashedOn) {
  const auto made = make_workload(
      R"([{"name":"workflow_job","examples":[{"workflow_job":{"steps":["not a step"]}}]}])",
      {.count = 60, .seed = 1, .start = {}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().message, HasSubstr("not shaped like"));
}

TEST(RealEvents, GiveAWorkloadOfManyKindsWithinThePayloadCap) {
  const std::string source = __FILE__;
  const std::string path = source.substr(0, source.rfind("/src/")) + "/.deps/webhooks/index.json";
  std::ifstream file(path, std::ios::binary);
  if (!file.is_open()) GTEST_SKIP() << "script/setup fetches " << path;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const Workload workload = workload_of(5000, 1, text);
  std::set<std::string> kinds;
  std::set<Table> tables;
  for (const Payload& payload : workload.payloads) {
    EXPECT_LT(payload.body.size(), 254U * 1024);
    for (const ExpectedRow& row : payload.rows)
      tables.insert(row.table);
    if (payload.stream != Stream::deliveries || payload.bad_rows > 0) continue;
    kinds.insert(json::value_to<std::string>(json::parse(payload.body).at("event")));
  }
  EXPECT_GT(kinds.size(), 50U);
  EXPECT_EQ(tables.size(), all_tables.size());
}

TEST(Sales, HaveOneRowATenderAndAnUpdateSaysSo) {
  DemoRandom random(2);
  const Sale sale = make_sale(5, *parse_time("2027-03-02T08:00:00Z"), random);
  const Payload payload = sales_payload({sale, make_sale(6, sale.sold_at, random)});
  EXPECT_THAT(payload.body, HasSubstr("<salesTransactionId>ST-1000005</salesTransactionId>"));
  EXPECT_EQ(payload.rows[0].key, "ST-1000005|" + sale.tenders[0].type);
  EXPECT_EQ(payload.rows[0].version, "Create");
  const Payload update = sales_payload({correct(sale, sale.sold_at + std::chrono::minutes(1))});
  EXPECT_EQ(update.rows[0].key, payload.rows[0].key);
  EXPECT_EQ(update.rows[0].version, "Update");
  EXPECT_GT(update.rows[0].rank, payload.rows[0].rank);
}

TEST(Sales, MalformedOnesDifferFromTheSoundAndHoldNoRows) {
  DemoRandom random(2);
  const Sale sale = make_sale(5, {}, random);
  const std::string sound = sales_payload({sale}).body;
  std::set<std::string> bodies{sound};
  for (std::uint64_t kind = 0; kind < 3; ++kind) {
    const Payload payload = malformed_payload({sale}, kind);
    EXPECT_TRUE(payload.malformed);
    EXPECT_TRUE(payload.rows.empty());
    EXPECT_TRUE(bodies.insert(payload.body).second) << kind;
  }
}

TEST(Invoices, EscapeTheirTextAndExpectItUnescaped) {
  DemoRandom random(1);
  bool seen = false;
  for (std::uint64_t n = 1; n < 50; ++n) {
    const Payload invoice = make_invoice(n, *parse_time("2027-03-02T08:00:00Z"), random);
    for (const ExpectedRow& row : invoice.rows) {
      EXPECT_EQ(row.key.rfind("INV-" + std::to_string(20'000 + n) + "|", 0), 0U);
      if (row.version != "Stapler & staples") continue;
      seen = true;
      EXPECT_THAT(invoice.body, HasSubstr("<cbc:Name>Stapler &amp; staples</cbc:Name>"));
    }
  }
  EXPECT_TRUE(seen);
}

TEST(Definitions, AreJsonWhereTheApiTakesJson) {
  for (const Table table : all_tables) {
    const TableDefinition& definition = definition_of(table);
    boost::system::error_code error;
    const json::value feed =
        json::parse({definition.feed_json.data(), definition.feed_json.size()}, error);
    ASSERT_FALSE(error) << definition.name;
    EXPECT_EQ(feed.at("primary_key").as_array().size(), definition.key_columns.size());
    EXPECT_EQ(definition.sql.empty(), definition.schema_json.empty());
    if (definition.schema_json.empty()) continue;
    const json::value schema =
        json::parse({definition.schema_json.data(), definition.schema_json.size()}, error);
    ASSERT_FALSE(error) << definition.name << ": " << error.message();
    EXPECT_EQ(schema.at("type"), "struct");
  }
}

}  // namespace
}  // namespace weir::cli::demo
