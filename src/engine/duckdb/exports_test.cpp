#include "engine/duckdb/exports.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/sql.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExportsTest : public EngineFixture {
 protected:
  std::string whole(const Export& made) {
    std::string out;
    while (true) {
      const auto part = engine_->read_export("acme", made.id, out.size());
      EXPECT_TRUE(part) << part.error().message;
      if (!part || part->empty()) return out;
      out += *part;
    }
  }
  /// The file's rows, as DuckDB reads them.
  std::vector<std::string> read_back(const ExportRequest& request) {
    const auto made = engine_->export_rows("acme", request, {});
    if (!made) return {made.error().message};
    const std::string bytes = whole(*made);
    EXPECT_EQ(bytes.size(), made->bytes);
    EXPECT_TRUE(engine_->drop_export("acme", made->id));
    const std::string path = folder_.write("fetched", bytes);
    auto database = Database::open("", {});
    auto connection = Connection::open(**database);
    const auto cells = connection->cells(
        sql("SELECT CAST(COLUMNS(*) AS VARCHAR) FROM $($) ORDER BY 1",
            Sql::verbatim(request.format == ExportFormat::parquet ? "read_parquet" : "read_csv"),
            Text{path}));
    if (!cells) return {cells.error().message};
    std::vector<std::string> out;
    for (const auto& row : *cells) {
      std::string line;
      for (const auto& cell : row)
        line += (line.empty() ? "" : "|") + cell.value_or("-");
      out.push_back(line);
    }
    return out;
  }
  std::vector<std::filesystem::path> files() {
    std::vector<std::filesystem::path> out;
    for (const auto& each : std::filesystem::recursive_directory_iterator(folder_.path()))
      if (each.path().parent_path().string().find(".exports") != std::string::npos)
        out.push_back(each.path());
    return out;
  }
};

TEST_F(ExportsTest, ATableItsPastAndItsChangesAreFiles) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"it's, \\\"b\\\"\"}\n"));
  const std::uint64_t first = last_.load;
  counts(load_of("{\"id\":2}\n{\"id\":3,\"v\":\"c\"}\n"));
  const auto table = read_back({.table = "shop:orders"});
  ASSERT_EQ(table.size(), 3u) << table[0];
  EXPECT_THAT(table[0], HasSubstr("1|a|1|"));
  EXPECT_THAT(table[1], HasSubstr("2|-|2|"));
  const auto then =
      read_back({.table = "Shop:Orders", .format = ExportFormat::csv, .as_of = first});
  ASSERT_EQ(then.size(), 2u);
  EXPECT_THAT(then[1], HasSubstr("2|it's, \"b\"|2|"));
  EXPECT_THAT(read_back({.table = "Shop:Orders", .format = ExportFormat::csv, .since = first}),
              ElementsAre("added|3|3|c|-|-", "changed|2|2|-|2|it's, \"b\""));
  EXPECT_THAT(files(), IsEmpty());
  EXPECT_THAT(read_back({.table = "Shop:None"}), ElementsAre(HasSubstr("there is no table")));
  EXPECT_THAT(read_back({.table = "Shop:Orders", .as_of = 99}),
              ElementsAre(HasSubstr("there is no load 99")));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExportsTest, ATenantHasAFewAndTheyAreForgotten) {
  counts(load_of("{\"id\":1}\n"));
  const ExportRequest request{.table = "Shop:Orders"};
  const auto first = engine_->export_rows("acme", request, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(engine_->read_export("other", first->id, 0).error().code, Errc::not_found);
  EXPECT_EQ(engine_->drop_export("other", first->id).error().code, Errc::not_found);
  ASSERT_TRUE(engine_->export_rows("acme", request, {}));
  EXPECT_EQ(engine_->export_rows("acme", request, {}).error().code, Errc::overloaded);
  clock_.advance(limits::export_kept + std::chrono::minutes(1));
  ASSERT_TRUE(engine_->export_rows("acme", request, {}));
  EXPECT_EQ(engine_->read_export("acme", first->id, 0).error().code, Errc::not_found);
  EXPECT_EQ(files().size(), 1u);
  reopen();
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExportsTest, AnExportEndsWithItsTimeAndLeavesNothing) {
  std::string lines;
  for (int i = 0; i < 100'000; ++i)
    lines += "{\"id\":" + std::to_string(i) + "}\n";
  counts(load_of(lines));
  std::stop_source stop;
  stop.request_stop();
  EXPECT_FALSE(engine_->export_rows("acme", {.table = "Shop:Orders"}, {.stop = stop.get_token()}));
  EXPECT_THAT(files(), IsEmpty());
}

TEST_F(ExportsTest, AQueryReachesNoExportedFile) {
  counts(load_of("{\"id\":1}\n"));
  ASSERT_TRUE(engine_->export_rows("acme", {.table = "Shop:Orders"}, {}));
  const std::string path = files().at(0).string();
  for (const std::string& query :
       {"SELECT * FROM '" + path + "'", "SELECT * FROM read_parquet('" + path + "')",
        "SELECT * FROM read_blob('" + path + "')"})
    EXPECT_THAT(rows(query), ElementsAre(testing::AnyOf(HasSubstr("there is no table"),
                                                        HasSubstr("is not for queries"))));
  EXPECT_FALSE(
      engine_->preview({source({file("{}\n")})}, "SELECT * FROM '" + path + "'", "acme", 10));
}

}  // namespace
}  // namespace weir::engine::duckdb
