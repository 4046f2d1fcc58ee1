#include <array>
#include <cstdlib>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/tables/test_load_orders.hpp"
#include "engine/origin.hpp"

/// Feeds whose records carry some of the fields (spec/feeds.md 7).
namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class MergeTest : public EngineFixture {
 protected:
  static Load merging(Load load) {
    load.fields.push_back(field("n", FieldType::integer));
    load.merge = true;
    return load;
  }
  Load merging(const std::string& lines) { return merging(load_of(lines)); }
  std::vector<std::string> table() {
    return rows("SELECT id, v, n FROM \"Shop:Orders\" ORDER BY id");
  }
};

TEST_F(MergeTest, AFieldThatARecordDoesNotCarryKeepsItsValueAndANullClearsIt) {
  EXPECT_EQ(counts(merging("{\"id\":1,\"v\":\"a\",\"n\":5}\n{\"id\":2,\"v\":\"b\"}\n")),
            "2 2 0 0 0");
  EXPECT_EQ(counts(merging("{\"id\":1,\"n\":6}\n{\"id\":2,\"n\":7}\n")), "2 0 2 0 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|6", "2|\"b\"|7"));
  EXPECT_EQ(counts(merging("{\"id\":1,\"v\":null}\n{\"id\":2,\"n\":\" \"}\n{\"id\":2}\n")),
            "3 0 2 1 0");
  EXPECT_THAT(table(), ElementsAre("1|null|6", "2|\"b\"|null"));
}

TEST_F(MergeTest, RecordsOfOneKeyInALoadAreMerged) {
  EXPECT_EQ(counts(merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n{\"id\":1,\"n\":2}\n{\"id\":1}\n"
                           "{\"id\":1,\"v\":\"b\"}\n")),
            "4 1 0 3 0");
  EXPECT_THAT(table(), ElementsAre("1|\"b\"|2"));
}

TEST_F(MergeTest, AnEarlierRecordFillsOnlyWhatNoLaterOneCarried) {
  const Load monday = merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n");
  const Load tuesday = merging("{\"id\":1,\"n\":2}\n");
  EXPECT_EQ(counts(tuesday), "1 1 0 0 0");
  const auto updated = rows("SELECT _updated FROM \"Shop:Orders\"");
  EXPECT_EQ(counts(monday), "1 0 1 0 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|2"));
  EXPECT_EQ(rows("SELECT _updated FROM \"Shop:Orders\""), updated) << "of the latest record";
  EXPECT_EQ(counts(monday), "1 0 0 1 0");
  EXPECT_EQ(counts(tuesday), "1 0 0 1 0");
}

TEST_F(MergeTest, AnEqualValueOfALaterRecordLeavesItsPlace) {
  const Load monday = merging("{\"id\":1,\"v\":\"a\"}\n");
  const Load tuesday = merging("{\"id\":1,\"v\":\"b\"}\n");
  const Load wednesday = merging("{\"id\":1,\"v\":\"a\"}\n");
  counts(monday);
  EXPECT_EQ(counts(wednesday), "1 0 0 1 0");
  EXPECT_EQ(counts(tuesday), "1 0 0 1 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|null"));
}

TEST_F(MergeTest, ATableThatWasFilledBeforeMergingKeepsItsRows) {
  Load before = merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n");
  before.merge = false;
  const Load earlier = before;
  counts(before);
  Load later = merging("{\"id\":1,\"n\":2}\n");
  EXPECT_EQ(counts(later), "1 0 1 0 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|2"));
  reopen();
  Load again = earlier;
  again.merge = true;
  EXPECT_EQ(counts(again), "1 0 0 1 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|2"));
  // Without merging whole rows are replaced again.
  Load whole = merging("{\"id\":1,\"n\":3}\n");
  whole.merge = false;
  EXPECT_EQ(counts(whole), "1 0 1 0 0");
  EXPECT_THAT(table(), ElementsAre("1|null|3"));
}

TEST_F(MergeTest, AFieldAddedLaterIsFilledByEarlierRecordsToo) {
  const Load monday = load_of("{\"id\":1,\"v\":\"a\",\"n\":1}\n");
  Load tuesday = load_of("{\"id\":1,\"v\":\"b\"}\n");
  tuesday.merge = true;
  counts(tuesday);
  EXPECT_EQ(counts(merging(monday)), "1 0 1 0 0");
  EXPECT_THAT(table(), ElementsAre("1|\"b\"|1"));
}

TEST_F(MergeTest, BehindAQueryANullCountsAsNotCarried) {
  counts(merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n"));
  Load load = merging("{\"id\":1,\"v\":null,\"n\":2}\n");
  load.operations[0].query = "SELECT id, v, n FROM streaming";
  EXPECT_EQ(counts(load), "1 0 1 0 0");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|2"));
}

TEST_F(MergeTest, ADeclaredSchemaTellsWhatARecordCarriesToo) {
  counts(merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n{\"id\":2,\"v\":\"b\",\"n\":2}\n"));
  Load load = merging("{\"id\":1,\"v\":null}\n{\"id\":2,\"n\":null}\n");
  load.operations[0].sources[0].schema_json =
      R"({"type":"struct","fields":[{"name":"n","type":"long"},{"name":"v","type":"string"},)"
      R"({"name":"id","type":"long"}]})";
  EXPECT_EQ(counts(load), "2 0 2 0 0");
  EXPECT_THAT(table(), ElementsAre("1|null|1", "2|\"b\"|null"));
}

TEST_F(MergeTest, AGeneratedFieldIsMadeOfTheMergedRow) {
  const auto load = [this](const std::string& lines) {
    Load out = merging(lines);
    Field made;
    made.name = "made";
    made.combines = {"v", "n"};
    out.fields.insert(out.fields.begin(), made);
    return out;
  };
  counts(load("{\"id\":1,\"v\":\"a\",\"n\":1}\n"));
  EXPECT_EQ(counts(load("{\"id\":1,\"n\":2}\n")), "1 0 1 0 0");
  EXPECT_THAT(rows("SELECT made, v, n FROM \"Shop:Orders\""), ElementsAre("\"a-2\"|\"a\"|2"));
}

TEST_F(MergeTest, ABadFieldIsAnErrorOfItsRecordAlone) {
  counts(merging("{\"id\":1,\"v\":\"a\",\"n\":1}\n"));
  Load load = merging("{\"id\":1,\"v\":\"b\",\"n\":\"x\"}\n{\"id\":1,\"n\":2}\n");
  load.error_threshold = 50;
  EXPECT_EQ(counts(load), "2 0 1 0 1");
  EXPECT_THAT(table(), ElementsAre("1|\"a\"|2"));
  load.keep = Keep::loaded_last;
  EXPECT_THAT(counts(load), HasSubstr("merges fields"));
}

/// A few keys, values and moments, so that all of them meet; against registers in memory.
class MergeModelTest : public MergeTest {
 protected:
  MergeModelTest() {
    const char* given = std::getenv("WEIR_SEED");
    seed_ = given == nullptr ? 20270417u : static_cast<unsigned>(std::atol(given));
    random_.seed(seed_);
  }
  unsigned any(unsigned below) { return static_cast<unsigned>(random_() % below); }

  struct Record {
    unsigned id = 0;
    std::array<std::optional<std::string>, 3> values;  // v, n, at as JSON; none: not carried
    std::uint64_t row = 0;
  };
  struct File {
    SourceFile file;
    std::vector<Record> records;
  };

  Record any_record(std::uint64_t row) {
    Record out{any(4), {}, row};
    const std::array<std::vector<std::string>, 3> choices{
        {{"\"a\"", "\"b\"", "\"\"", "null"}, {"0", "1", "null"}, {"0", "1", "2", "null"}}};
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (any(2) == 0) out.values[i] = choices[i][any(static_cast<unsigned>(choices[i].size()))];
    }
    return out;
  }
  static std::string line(const Record& record) {
    constexpr std::array<const char*, 3> names{"v", "n", "at"};
    std::string out = "{\"id\":" + std::to_string(record.id);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (record.values[i]) out += std::string(",\"") + names[i] + "\":" + *record.values[i];
    }
    return out + "}\n";
  }
  File any_file() {
    File out;
    std::string content;
    for (unsigned i = 0, count = 1 + any(8); i < count; ++i) {
      out.records.push_back(any_record(i + 1));
      content += line(out.records.back());
    }
    out.file = file(content);
    out.file.key = key_of(out.file);
    out.file.first_sequence = 1 + any(2);
    return out;
  }

  /// The last-updated value, or nothing, then the origin.
  using Place = std::tuple<bool, long, Origin>;
  struct Register {
    Place place{false, 0, Origin{}};
    std::string value = "null";
  };

  /// Each field of each key as the latest record that carried it has it.
  static std::vector<std::string> model(const std::vector<File>& files, bool last_updated) {
    std::map<unsigned, std::array<Register, 3>> registers;
    for (const File& each : files) {
      for (const Record& record : each.records) {
        Place place{false, 0, origin_of(origin_of(each.file), record.row)};
        if (const auto& at = record.values[2]; last_updated && at && *at != "null")
          place = {true, std::stol(*at), std::get<2>(place)};
        auto& fields = registers[record.id];
        for (std::size_t i = 0; i < fields.size(); ++i) {
          if (record.values[i] && place >= fields[i].place) fields[i] = {place, *record.values[i]};
        }
      }
    }
    std::vector<std::string> out;
    for (const auto& [id, fields] : registers)
      out.push_back(std::to_string(id) + "|" + fields[0].value + "|" + fields[1].value + "|" +
                    fields[2].value);
    return out;
  }

  unsigned seed_ = 0;
  std::mt19937 random_;
};

TEST_F(MergeModelTest, AnyOrderOfLoadsAndReloadsLeavesTheRegistersOfTheModel) {
  for (int round = 0; round < 10; ++round) {
    const bool last_updated = round % 2 == 1;
    std::vector<File> files;
    for (unsigned i = 0, count = 2 + any(4); i < count; ++i)
      files.push_back(any_file());
    const auto expected = model(files, last_updated);
    std::vector<std::string> updated;
    for (int order = 0; order < 4; ++order) {
      std::vector<SourceFile> steps;
      for (const File& each : files)
        steps.push_back(each.file);
      bool first = true;
      for (const auto& together : any_loads(steps, order > 0, random_)) {
        Load load = merging(load_of_files(together));
        load.fields.push_back(field("at", FieldType::integer));
        if (last_updated) load.last_updated = "at";
        load.truncate = std::exchange(first, false);
        counts(load);
      }
      ASSERT_EQ(rows("SELECT id, v, n, \"at\" FROM \"Shop:Orders\" ORDER BY id"), expected)
          << "WEIR_SEED=" << seed_ << " round " << round << " order " << order;
      const auto now = rows("SELECT id, _updated FROM \"Shop:Orders\" ORDER BY id");
      if (order == 0) updated = now;
      ASSERT_EQ(now, updated) << "WEIR_SEED=" << seed_ << " round " << round;
    }
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
