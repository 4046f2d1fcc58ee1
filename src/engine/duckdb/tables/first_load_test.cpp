// Loads into an empty table, whose rows are not staged unless one of them is in error.

#include <string>
#include <thread>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FirstLoadTest : public EngineFixture {
 protected:
  /// Records 1, 2, ... of those many keys in turns; `v` is the record's number.
  static std::string records(int count, int keys) {
    std::string out;
    for (int i = 1; i <= count; ++i)
      out += "{\"id\":" + std::to_string(i % keys) + ",\"v\":\"" + std::to_string(i) + "\"}\n";
    return out;
  }
};

constexpr int many = 300'000;  // more than DuckDB writes to the file at a time

TEST_F(FirstLoadTest, OfManyRowsOfOneKeyTheLatestStays) {
  const Load load = load_of(records(many, many / 3));
  EXPECT_EQ(counts(load), "300000 100000 0 200000 0");
  const std::string latest =
      "SELECT count(*), count(DISTINCT id), min(CAST(v AS INT)), sum(CAST(v AS INT) % 100000 - id) "
      "FROM \"Shop:Orders\"";
  const auto first = rows(latest);
  EXPECT_EQ(counts(load), "300000 0 0 300000 0");
  EXPECT_EQ(rows(latest), first);
  reopen();
  EXPECT_EQ(rows(latest), first);
  EXPECT_THAT(first, ElementsAre("100000|100000|200001|0"));
}

TEST_F(FirstLoadTest, ARowInErrorBehindManyGoodOnesCostsItself) {
  Load load = load_of_files({file(records(many, many)), file("{\"id\":\"x\",\"v\":\"bad\"}\n"),
                             file("no record\n{\"id\":-1,\"v\":\"last\"}\n")});
  load.error_threshold = 1;
  EXPECT_EQ(counts(load), "300003 300001 0 0 2");
  ASSERT_THAT(last_.files, SizeIs(3));
  EXPECT_EQ(last_.files[0].read, many);
  EXPECT_EQ(last_.files[1].errors, 1u);
  EXPECT_EQ(last_.files[2].read, 2u);
  ASSERT_THAT(last_.row_errors, SizeIs(2));
  EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("is no whole number"));
}

TEST_F(FirstLoadTest, RecordsThatCannotBeReadAreCountedInTheirFiles) {
  Load load = load_of_files({file(records(3, 3)), file("no record\n" + records(2, 2)), file("\n")});
  load.error_threshold = 20;
  EXPECT_EQ(counts(load), "6 3 0 2 1");
  ASSERT_THAT(last_.files, SizeIs(3));
  const auto shown = [](const FileCounts& each) {
    return std::to_string(each.read) + " " + std::to_string(each.errors);
  };
  EXPECT_EQ(shown(last_.files[0]), "3 0");
  EXPECT_EQ(shown(last_.files[1]), "3 1");
  EXPECT_EQ(shown(last_.files[2]), "0 0");
  ASSERT_THAT(last_.row_errors, SizeIs(1));
  EXPECT_EQ(last_.row_errors[0].row, 1u);
}

TEST_F(FirstLoadTest, OverTheThresholdItLeavesNoTableAndTheNextOneIsAFirstLoad) {
  EXPECT_EQ(counts(load_of("no record\n{\"id\":1,\"v\":\"a\"}\n")), "2 0 0 1 1 over");
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("Shop:Orders")));
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"b\"}\n")), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"b\""));
}

TEST_F(FirstLoadTest, ItsRowsAreUndoneAsThoseOfAnyLoad) {
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n")), "2 1 0 1 0");
  ASSERT_TRUE(engine_->undo("acme", last_.load, false).has_value());
  EXPECT_THAT(orders(), ElementsAre());
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"c\"}\n{\"id\":2,\"v\":\"d\"}\n")), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"c\"", "2|\"d\""));
}

TEST_F(FirstLoadTest, OnesOfSeveralTablesGoOnSideBySide) {
  const SourceFile records_file = file(records(50'000, 50'000));
  std::vector<std::string> answers(4);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < answers.size(); ++i)
      threads.emplace_back([&, i] {
        Load load = load_of_files({records_file});
        load.table = "Shop:Table" + std::to_string(i);
        const auto done = engine_->load(load);
        answers[i] = done ? std::to_string(done->inserted) : done.error().message;
      });
  }
  EXPECT_THAT(answers, Each("50000"));
}

}  // namespace
}  // namespace weir::engine::duckdb
