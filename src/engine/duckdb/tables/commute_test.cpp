#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;

/// Loads that are one and the same in any order.
class CommuteTest : public EngineFixture {
 protected:
  CommuteTest() {
    const char* given = std::getenv("WEIR_SEED");
    seed_ = given == nullptr ? 20270302u : static_cast<unsigned>(std::atol(given));
    random_.seed(seed_);
  }
  unsigned any(unsigned below) { return static_cast<unsigned>(random_() % below); }

  /// A few keys, a few values and a few moments, so that all of them meet.
  std::string lines() {
    std::string out;
    for (unsigned i = 0, count = 1 + any(12); i < count; ++i) {
      out += "{\"id\":" + std::to_string(any(6)) + ",\"v\":\"" +
             std::string(1, static_cast<char>('a' + any(3))) + "\"";
      if (any(4) > 0) out += ",\"at\":" + std::to_string(any(3));
      out += any(20) == 0 ? ",\"n\":\"bad\"}\n" : ",\"n\":" + std::to_string(any(2)) + "}\n";
    }
    return out;
  }

  Load into(std::vector<SourceFile> files, bool last_updated, const std::string& query) {
    Load load = load_of_files(std::move(files));
    load.fields.push_back(field("at", FieldType::integer));
    load.fields.push_back(field("n", FieldType::integer));
    load.error_threshold = 100;
    if (last_updated) load.last_updated = "at";
    load.operations[0].query = query;
    return load;
  }

  std::vector<std::string> table() {
    return rows(
        "SELECT id, v, \"at\", n, _pk, _uuid_pk, _updated FROM \"Shop:Orders\" ORDER BY id");
  }

  unsigned seed_ = 0;
  std::mt19937 random_;
};

TEST_F(CommuteTest, AnyOrderOfLoadsAndReloadsLeavesOneTable) {
  for (int round = 0; round < 12; ++round) {
    const bool last_updated = round % 2 == 1;
    std::vector<SourceFile> files;
    for (unsigned i = 0, count = 2 + any(4); i < count; ++i) {
      files.push_back(file(lines()));
      if (i > 0 && any(3) == 0) files[i].first_received_at = files[i - 1].first_received_at;
      files[i].key = key_of(files[i]);
      files[i].first_sequence = 1 + any(2);
    }
    std::vector<std::string> expected;
    for (int order = 0; order < 5; ++order) {
      // Each file once at least, some again, some of them together.
      std::vector<SourceFile> steps = files;
      for (unsigned i = 0, more = any(3); order > 0 && i < more; ++i)
        steps.push_back(files[any(static_cast<unsigned>(files.size()))]);
      if (order > 0) std::shuffle(steps.begin(), steps.end(), random_);
      bool first = true;
      for (std::size_t i = 0; i < steps.size();) {
        const std::size_t together = std::min<std::size_t>(1 + any(2), steps.size() - i);
        const auto begin = steps.begin() + static_cast<std::ptrdiff_t>(i);
        Load load = into({begin, begin + static_cast<std::ptrdiff_t>(together)}, last_updated, "");
        load.truncate = std::exchange(first, false);
        counts(load);
        i += together;
      }
      if (order == 0) expected = table();
      ASSERT_EQ(table(), expected)
          << "WEIR_SEED=" << seed_ << " round " << round << " order " << order;
    }
    ASSERT_FALSE(expected.empty());
    ASSERT_EQ(std::count(expected[0].begin(), expected[0].end(), '|'), 6) << expected[0];
  }
}

/// Queries whose rows come in the engine's order, with many rows of each key.
TEST_F(CommuteTest, AQueryLeavesOneTableInAnyOrderOfFilesAndThreads) {
  std::vector<SourceFile> files;
  for (int i = 0; i < 4; ++i) {
    std::string content;
    for (int row = 0; row < 1500; ++row) {
      content += "{\"id\":" + std::to_string(any(500)) + ",\"v\":\"" + std::to_string(any(4)) +
                 "\",\"at\":" + std::to_string(any(3)) + ",\"n\":" + std::to_string(any(50)) +
                 ",\"list\":[" + std::to_string(any(9)) + "," + std::to_string(any(9)) + "]}\n";
    }
    files.push_back(file(content));
  }
  for (const char* query :
       {"SELECT id, v, at, n FROM streaming",
        "SELECT id, v, at, n FROM streaming UNION SELECT id, 'u', at, n FROM streaming",
        "SELECT id, v, at, n FROM streaming UNION ALL SELECT id, v, at, n + 1 FROM streaming",
        "SELECT DISTINCT id, v, 1 AS at, 0 AS n FROM streaming",
        "SELECT id, v, max(at) AS at, count(*) AS n FROM streaming GROUP BY id, v",
        "SELECT id, v, at, e AS n FROM streaming LATERAL VIEW explode(list) x AS e",
        "SELECT a.id, b.v, a.at, b.n FROM streaming a JOIN streaming b ON a.id = b.id AND a.n = "
        "b.n",
        "SELECT n AS id, first(v) AS v, 1 AS at, count(*) AS n FROM streaming GROUP BY n"}) {
    for (const bool last_updated : {false, true}) {
      std::vector<std::string> expected;
      for (int run = 0; run < 6; ++run) {
        if (run > 0) std::shuffle(files.begin(), files.end(), random_);
        Load load = into(files, last_updated, query);
        load.truncate = true;
        counts(load);
        ASSERT_GT(last_.inserted, 20u) << query;
        if (run == 0) expected = table();
        ASSERT_EQ(table(), expected) << "WEIR_SEED=" << seed_ << " " << query;
      }
    }
  }
}

TEST_F(CommuteTest, ARecordThatWasReceivedEarlierReplacesNone) {
  const Load monday = load_of("{\"id\":1,\"v\":\"a\"}\n");
  const Load tuesday = load_of("{\"id\":1,\"v\":\"b\"}\n");
  const Load wednesday = load_of("{\"id\":1,\"v\":\"a\"}\n");
  EXPECT_EQ(counts(tuesday), "1 1 0 0 0");
  EXPECT_EQ(counts(monday), "1 0 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"b\""));
  EXPECT_EQ(counts(wednesday), "1 0 1 0 0");
  EXPECT_EQ(counts(tuesday), "1 0 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(CommuteTest, AnEqualRowLeavesItsPlace) {
  const Load monday = load_of("{\"id\":1,\"v\":\"a\"}\n");
  const Load tuesday = load_of("{\"id\":1,\"v\":\"b\"}\n");
  const Load wednesday = load_of("{\"id\":1,\"v\":\"a\"}\n");
  EXPECT_EQ(counts(monday), "1 1 0 0 0");
  EXPECT_EQ(counts(wednesday), "1 0 0 1 0") << "the same values";
  EXPECT_EQ(counts(tuesday), "1 0 0 1 0") << "but wednesday's";
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(CommuteTest, TheSameRecordUnderAnotherFeedIsRenewed) {
  Load load = load_of("{\"id\":1,\"v\":\"a\",\"w\":\"z\"}\n{\"id\":2,\"v\":\"b\"}\n");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  load.fields[1].incoming = "w";
  EXPECT_EQ(counts(load), "2 0 2 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"z\"", "2|null"));
}

TEST_F(CommuteTest, ARecordWhoseLastUpdatedValueIsAnotherNowCountsWithThatAlone) {
  Load load = into({file("{\"id\":1,\"v\":\"old\",\"at\":1,\"n\":9}\n"
                         "{\"id\":1,\"v\":\"new\",\"at\":5,\"n\":0}\n")},
                   true, "");
  EXPECT_EQ(counts(load), "2 1 0 1 0");
  EXPECT_THAT(rows("SELECT v FROM \"Shop:Orders\""), ElementsAre("\"new\""));
  load.fields[2].incoming = "n";  // of the other field: the first record is the later one
  load.fields[3].incoming = "at";
  EXPECT_EQ(counts(load), "2 0 1 1 0");
  EXPECT_THAT(rows("SELECT v, \"at\" FROM \"Shop:Orders\""), ElementsAre("\"old\"|9"));
}

TEST_F(CommuteTest, AFeedMayKeepWhatIsLoadedLast) {
  const auto load = [this](const std::string& lines) {
    Load out = load_of(lines);
    out.keep = Keep::loaded_last;
    return out;
  };
  const Load monday =
      load("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"x\"}\n{\"id\":1,\"v\":\"b\"}\n");
  const Load tuesday = load("{\"id\":1,\"v\":\"c\"}\n{\"id\":2,\"v\":\"x\"}\n");
  EXPECT_EQ(counts(monday), "3 2 0 1 0");
  EXPECT_EQ(counts(tuesday), "2 0 1 1 0");
  EXPECT_EQ(last_.taken_back, 0u);
  EXPECT_EQ(counts(monday), "3 0 1 2 0");
  EXPECT_EQ(last_.taken_back, 1u);
  EXPECT_THAT(orders(), ElementsAre("1|\"b\"", "2|\"x\""));
}

}  // namespace
}  // namespace weir::engine::duckdb
