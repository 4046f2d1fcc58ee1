#include <string>
#include <vector>

#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/engine_fixture.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The records of files beside the rows that are made of them.
class RecordsTest : public EngineFixture {
 protected:
  SourceFile counted(const std::string& lines) {
    SourceFile out = file(lines);
    out.records = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    return out;
  }
  Source xml(const std::vector<std::string>& documents, const std::string& row_tag) {
    xml::Converter converter;
    std::string pack;
    for (const std::string& document : documents) {
      xml::append_record_head(pack, {"r1", first_time(), "application/xml"});
      EXPECT_TRUE(converter.convert(document, pack));
    }
    Source out = source({file(pack)}, "orders");
    out.files[0].records = documents.size();
    out.format = FileFormat::cbor;
    out.row_tag = row_tag;
    out.schema_json =
        R"({"type":"struct","fields":[{"name":"id","type":"long"},{"name":"v","type":"string"}]})";
    return out;
  }
  static Load with_query(Load load, const std::string& query) {
    for (Operation& operation : load.operations)
      operation.query = query;
    return load;
  }
};

TEST_F(RecordsTest, RecordsAreCountedBesideTheRowsThatAreMadeOfThem) {
  const SourceFile first = counted("{\"id\":[1,2,3]}\n{\"id\":[]}\n{\"id\":[4]}\n");
  const SourceFile second = counted("{\"id\":[5]}\n");
  Load load = with_query(load_of_files({first, second}), "SELECT explode(id) AS id FROM streaming");
  load.id = {"wr-1", "df-1", 1};
  load.operations.push_back(load.operations[0]);  // the same files again
  EXPECT_EQ(counts(load), "10 5 0 5 0");
  EXPECT_EQ(last_.records, 4u);
  EXPECT_THAT(last_.warnings, IsEmpty());
  reopen();
  EXPECT_EQ(counts(load), "10 5 0 5 0");
  EXPECT_TRUE(last_.repeated);
  EXPECT_EQ(last_.records, 4u);
}

TEST_F(RecordsTest, AQueryThatTakesNoneOfTheRecordsIsAWarningThatTheLedgerKeeps) {
  const SourceFile lines = counted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  Load load = with_query(load_of_files({lines}), "SELECT id, v FROM streaming WHERE v = 'c'");
  load.id = {"wr-1", "df-1", 1};
  const std::string warning =
      "no rows were made of the 2 records in 1 file: the query takes none of them";
  EXPECT_EQ(counts(load), "0 0 0 0 0");
  EXPECT_THAT(last_.warnings, ElementsAre(warning));
  EXPECT_EQ(counts(load), "0 0 0 0 0");
  EXPECT_TRUE(last_.repeated);
  EXPECT_EQ(last_.records, 2u);
  EXPECT_THAT(last_.warnings, ElementsAre(warning));
  load.id = {};
  load.operations.push_back({load.operations[0].sources, "SELECT id, v FROM streaming"});
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(last_.warnings, ElementsAre("operation 1: " + warning));
}

TEST_F(RecordsTest, ARowTagThatNoDocumentHasIsNamed) {
  const std::vector<std::string> documents{"<o><row><id>1</id></row><row><id>2</id></row></o>",
                                           "<o><other/></o>"};
  Load load = load_of("");
  load.operations = {{{xml(documents, "row")}}};
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_EQ(last_.records, 2u);
  EXPECT_THAT(last_.warnings, IsEmpty());
  for (const std::string query : {"", "SELECT id, v FROM orders"}) {
    load.operations = {{{xml(documents, "order")}, query}};
    EXPECT_EQ(counts(load), "0 0 0 0 0");
    EXPECT_EQ(last_.records, 2u);
    EXPECT_THAT(last_.warnings,
                ElementsAre("no rows were made of the 2 records in 1 file: no element <order> is "
                            "in any of file \"orders\"; set rowTag to the element that is a row"));
  }
}

TEST_F(RecordsTest, WhereThereIsNothingToMakeRowsOfNothingIsWrong) {
  const Load load = with_query(load_of("{\"id\":1}\n"), "SELECT id FROM streaming WHERE id = 2");
  EXPECT_EQ(counts(load), "0 0 0 0 0");
  EXPECT_THAT(last_.warnings, IsEmpty()) << "the manifest has no count of this file's records";
}

TEST_F(RecordsTest, ALedgerThatKnewNoRecordsLearnsOfThem) {
  Load load = load_of_files({counted("{\"id\":1}\n")});
  load.id = {"wr-1", "df-1", 1};
  counts(load);
  engine_.reset();
  {
    auto database = Database::open((folder_.path() / "tables/acme.duckdb").string(), {});
    ASSERT_TRUE(database);
    auto connection = Connection::open(**database);
    ASSERT_TRUE(connection);
    const auto altered = connection->run(
        "ALTER TABLE \"weir stored\".loads DROP COLUMN warnings; "
        "ALTER TABLE \"weir stored\".loads DROP COLUMN records");
    ASSERT_TRUE(altered) << altered.error().message;
  }
  open();
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_EQ(last_.records, 0u) << "of a load of that time";
  load.id.run = "wr-2";
  EXPECT_EQ(counts(load), "1 0 0 1 0");
  EXPECT_EQ(engine_->ledger("acme", {.run = "wr-2"})->at(0).counts.records, 1u);
}

}  // namespace
}  // namespace weir::engine::duckdb
