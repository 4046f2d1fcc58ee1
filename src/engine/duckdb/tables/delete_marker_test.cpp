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

/// Records that remove the row of their key (spec/feeds.md 7).
namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteMarkerTest : public EngineFixture {
 protected:
  static Load marked(Load load) {
    load.fields.push_back(field("gone", FieldType::boolean));
    load.delete_marker = {"gone", ""};
    return load;
  }
  Load marked(const std::string& lines) { return marked(load_of(lines)); }
  /// "read inserted updated rejected errors deleted", or what went wrong.
  std::string counted(const Load& load) {
    const auto result = engine_->load(load);
    if (!result) return result.error().message;
    last_ = *result;
    std::string out;
    for (const std::uint64_t each :
         {last_.read, last_.inserted, last_.updated, last_.rejected, last_.errors, last_.deleted})
      out += (out.empty() ? "" : " ") + std::to_string(each);
    EXPECT_EQ(last_.read, last_.inserted + last_.updated + last_.rejected + last_.errors +
                              (load.truncate ? 0 : last_.deleted));
    return out;
  }
};

TEST_F(DeleteMarkerTest, ARecordRemovesItsRowAndALaterOneBringsItBack) {
  EXPECT_EQ(counted(marked("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n")), "2 2 0 0 0 0");
  EXPECT_EQ(counted(marked("{\"id\":1,\"gone\":true}\n{\"id\":2,\"v\":\"c\",\"gone\":false}\n")),
            "2 0 1 0 0 1");
  EXPECT_THAT(orders(), ElementsAre("2|\"c\""));
  EXPECT_EQ(engine_->tables("acme")->front().rows, 1u);
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\" WHERE id = 1"), ElementsAre("0"));
  EXPECT_EQ(counted(marked("{\"id\":1,\"v\":\"d\"}\n")), "1 1 0 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"d\"", "2|\"c\""));
}

TEST_F(DeleteMarkerTest, AnEarlierRecordDoesNotBringARowBack) {
  const Load monday = marked("{\"id\":1,\"v\":\"a\"}\n");
  const Load tuesday = marked("{\"id\":1,\"gone\":\"yes\"}\n{\"id\":7,\"gone\":true}\n");
  EXPECT_EQ(counted(tuesday), "2 0 0 2 0 0") << "there is no row to remove";
  EXPECT_THAT(orders(), IsEmpty());
  EXPECT_EQ(counted(monday), "1 0 0 1 0 0");
  EXPECT_THAT(orders(), IsEmpty());
  EXPECT_EQ(counted(tuesday), "2 0 0 2 0 0");
  reopen();
  EXPECT_EQ(counted(monday), "1 0 0 1 0 0");
  EXPECT_EQ(engine_->tables("acme")->front().rows, 0u);
  // The feed's choice may go; the removals stay.
  Load without = monday;
  without.delete_marker = {};
  EXPECT_EQ(counted(without), "1 0 0 1 0 0");
  Load later = marked("{\"id\":1,\"v\":\"b\",\"gone\":true}\n");
  later.delete_marker = {};
  EXPECT_EQ(counted(later), "1 1 0 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"b\""));
  Load anew = monday;
  anew.truncate = true;
  EXPECT_EQ(counted(anew).substr(0, 9), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(DeleteMarkerTest, AValueOfAnyFieldMayMeanDeleted) {
  Load load = load_of("{\"id\":1,\"v\":\"D\"}\n{\"id\":2,\"v\":\"d\"}\n{\"id\":3,\"v\":null}\n");
  load.delete_marker = {"v", "D"};
  EXPECT_EQ(counted(load), "3 2 0 1 0 0");
  EXPECT_THAT(orders(), ElementsAre("2|\"d\"", "3|null"));
  Load number = load_of("{\"id\":2,\"v\":\"x\",\"n\":-1.0}\n{\"id\":3,\"v\":\"y\",\"n\":1}\n");
  number.fields.push_back(field("n", FieldType::integer));
  number.delete_marker = {"n", "-1"};
  EXPECT_EQ(counted(number), "2 0 1 0 0 1");
  EXPECT_THAT(orders(), ElementsAre("3|\"y\""));
  number.delete_marker.value = "minus one";
  EXPECT_THAT(counted(number), HasSubstr("\"minus one\" is no whole number"));
  number.delete_marker.value = "";
  EXPECT_THAT(counted(number), HasSubstr("needs the value that means deleted"));
  number.delete_marker.field = "id";
  EXPECT_THAT(counted(number), HasSubstr("one of the key"));
}

TEST_F(DeleteMarkerTest, ARemovalNeedsNoMoreThanTheKey) {
  Load load = marked("{\"id\":1,\"v\":\"a\",\"n\":1}\n");
  load.fields[1].required = true;
  load.fields.push_back(required(field("n", FieldType::integer)));
  EXPECT_EQ(counted(load), "1 1 0 0 0 0");
  Load removal = load;
  removal.operations[0].sources = {source({file("{\"id\":1,\"gone\":true,\"n\":\"bad\"}\n")})};
  EXPECT_EQ(counted(removal), "1 0 0 0 0 1");
  EXPECT_THAT(orders(), IsEmpty());
  removal.operations[0].sources = {
      source({file("{\"gone\":true}\n{\"id\":2}\n{\"id\":3,\"v\":\"c\",\"n\":3}\n")})};
  removal.error_threshold = 100;
  EXPECT_EQ(counted(removal), "3 1 0 0 2 0");
  ASSERT_GE(last_.row_errors.size(), 2u);
  EXPECT_EQ(last_.row_errors[0].reason, "a field of the primary key is null");
  EXPECT_EQ(last_.row_errors[1].reason, "a required field is null");
}

TEST_F(DeleteMarkerTest, RowsThatWereRemovedAreNotRemovedByHand) {
  counted(marked("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"a\"}\n"));
  const Load removal = marked("{\"id\":1,\"gone\":true}\n");
  counted(removal);
  const auto removed = engine_->remove_rows(
      {.tenant = "acme", .table = "Shop:Orders", .which = {.column = "id", .from = "0"}});
  ASSERT_TRUE(removed) << removed.error().message;
  EXPECT_EQ(removed->rows, 1u);
  EXPECT_EQ(counted(removal), "1 0 0 1 0 0");
  EXPECT_EQ(counted(marked("{\"id\":1,\"v\":\"b\"}\n")), "1 1 0 0 0 0");
}

TEST_F(DeleteMarkerTest, HistoryAndUndoTakeARemovalForWhatItIs) {
  Load monday = marked("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  monday.merge = true;
  counted(monday);
  const std::uint64_t first = last_.load;
  Load tuesday =
      marked("{\"id\":1,\"gone\":true}\n{\"id\":2,\"v\":\"c\"}\n{\"id\":9,\"gone\":true}\n");
  tuesday.merge = true;
  EXPECT_EQ(counted(tuesday), "3 0 1 1 0 1");
  const std::uint64_t second = last_.load;
  const std::string all = "SELECT id, v FROM \"Shop:Orders\" ORDER BY id";
  EXPECT_THAT(shown(engine_->query_as_of("acme", all, first, 10)),
              ElementsAre("1|\"a\"", "2|\"b\""));
  EXPECT_THAT(shown(engine_->query_as_of("acme", all, second, 10)), ElementsAre("2|\"c\""));
  const auto changes = engine_->changes("acme", "Shop:Orders", {.since = first}, 10);
  ASSERT_TRUE(changes) << changes.error().message;
  EXPECT_EQ(changes->added, 0u);
  EXPECT_EQ(changes->changed, 1u);
  EXPECT_EQ(changes->removed, 1u);
  const auto undone = engine_->undo("acme", second, false);
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
  // The places are those of before, too: the load can be done again.
  EXPECT_EQ(counted(tuesday), "3 0 1 1 0 1");
  EXPECT_THAT(orders(), ElementsAre("2|\"c\""));
}

/// A few keys, values and moments, so that all of them meet; against a model in memory.
class DeleteModelTest : public DeleteMarkerTest {
 protected:
  DeleteModelTest() {
    const char* given = std::getenv("WEIR_SEED");
    seed_ = given == nullptr ? 20270418u : static_cast<unsigned>(std::atol(given));
    random_.seed(seed_);
  }
  unsigned any(unsigned below) { return static_cast<unsigned>(random_() % below); }

  struct Record {
    unsigned id = 0;
    bool deleted = false;
    std::array<std::optional<std::string>, 2> values;  // v, at as JSON; none: not carried
    std::uint64_t row = 0;
  };
  struct File {
    SourceFile file;
    std::vector<Record> records;
  };

  Record any_record(std::uint64_t row) {
    Record out{any(4), any(3) == 0, {}, row};
    const std::array<std::vector<std::string>, 2> choices{
        {{"\"a\"", "\"b\"", "null"}, {"0", "1", "2", "null"}}};
    for (std::size_t i = 0; i < choices.size(); ++i) {
      if (any(2) == 0) out.values[i] = choices[i][any(static_cast<unsigned>(choices[i].size()))];
    }
    return out;
  }
  File any_file() {
    File out;
    std::string content;
    for (unsigned i = 0, count = 1 + any(6); i < count; ++i) {
      const Record& record = out.records.emplace_back(any_record(i + 1));
      content += "{\"id\":" + std::to_string(record.id);
      if (record.values[0]) content += ",\"v\":" + *record.values[0];
      if (record.values[1]) content += ",\"at\":" + *record.values[1];
      content += record.deleted ? ",\"gone\":true}\n" : "}\n";
    }
    out.file = file(content);
    out.file.key = key_of(out.file);
    out.file.first_sequence = 1 + any(2);
    return out;
  }

  /// The last-updated value, or nothing, then the origin.
  using Place = std::tuple<bool, long, Origin>;
  static Place place_of(const File& file, const Record& record, bool last_updated) {
    const Origin origin = origin_of(origin_of(file.file), record.row);
    const auto& at = record.values[1];
    if (last_updated && at && *at != "null") return {true, std::stol(*at), origin};
    return {false, 0, origin};
  }
  struct Register {
    Place place{false, 0, Origin{}};
    std::string value = "null";
  };
  struct Row {
    Register gone;
    std::array<Register, 2> fields;
  };

  static std::vector<std::string> model(const std::vector<File>& files, bool last_updated,
                                        bool merge) {
    std::map<unsigned, Row> keys;
    for (const File& each : files) {
      for (const Record& record : each.records) {
        const Place place = place_of(each, record, last_updated);
        Row& row = keys[record.id];
        if (place >= row.gone.place) row.gone = {place, record.deleted ? "true" : "false"};
        for (std::size_t i = 0; i < row.fields.size(); ++i) {
          const bool clears = record.deleted && !(last_updated && i == 1);
          const auto value = clears ? std::optional<std::string>("null") : record.values[i];
          if ((value || !merge) && place >= row.fields[i].place)
            row.fields[i] = {place, value.value_or("null")};
        }
      }
    }
    std::vector<std::string> out;
    for (const auto& [id, row] : keys) {
      if (row.gone.value == "false")
        out.push_back(std::to_string(id) + "|" + row.fields[0].value + "|" + row.fields[1].value);
    }
    return out;
  }

  unsigned seed_ = 0;
  std::mt19937 random_;
};

TEST_F(DeleteModelTest, AnyOrderOfLoadsAndReloadsLeavesTheRowsOfTheModel) {
  for (int round = 0; round < 12; ++round) {
    const bool last_updated = round % 2 == 1;
    const bool merge = round % 4 >= 2;
    std::vector<File> files;
    for (unsigned i = 0, count = 2 + any(4); i < count; ++i)
      files.push_back(any_file());
    const auto expected = model(files, last_updated, merge);
    for (int order = 0; order < 4; ++order) {
      std::vector<SourceFile> steps;
      for (const File& each : files)
        steps.push_back(each.file);
      bool first = true;
      for (const auto& together : any_loads(steps, order > 0, random_)) {
        Load load = marked(load_of_files(together));
        load.fields.push_back(field("at", FieldType::integer));
        if (last_updated) load.last_updated = "at";
        load.merge = merge;
        load.truncate = std::exchange(first, false);
        counted(load);
      }
      ASSERT_EQ(rows("SELECT id, v, \"at\" FROM \"Shop:Orders\" ORDER BY id"), expected)
          << "WEIR_SEED=" << seed_ << " round " << round << " order " << order
          << (merge ? " merging" : "") << (last_updated ? " by at" : "");
    }
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
