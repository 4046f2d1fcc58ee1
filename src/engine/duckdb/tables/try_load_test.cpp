#include <memory>
#include <string>

#include "engine/duckdb/engine_fixture.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

/// What a load would make of records, and of records that are in no store.
namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class TryLoadTest : public EngineFixture {
 protected:
  static SourceFile payload(std::string lines) {
    SourceFile out;
    out.key = "payload";
    out.first_received_at = first_time();
    out.records = 1;
    out.content = std::make_shared<const std::string>(std::move(lines));
    return out;
  }
  static Source xml(const std::string& document, const std::string& row_tag) {
    xml::Converter converter;
    std::string pack;
    xml::append_record_head(pack, {"r1", first_time(), "application/xml"});
    EXPECT_TRUE(converter.convert(document, pack));
    Source out = source({payload(pack)});
    out.format = FileFormat::cbor;
    out.row_tag = row_tag;
    return out;
  }
  Tried tried(const Load& load) {
    auto out = engine_->try_load(load, 100);
    EXPECT_TRUE(out) << out.error().message;
    return out ? *std::move(out) : Tried{};
  }
  std::vector<std::string> preview(const Source& from, const std::string& sql) {
    return shown(engine_->preview({from}, sql, "acme", 100));
  }
};

TEST_F(TryLoadTest, RowsAreTypedAndNothingIsWritten) {
  const Load load = load_of_files({payload("{\"id\":\" 7 \",\"v\":\"a\"}\n{\"id\":8}\n")});
  const Tried out = tried(load);
  EXPECT_THAT(shown(out.rows), ElementsAre("\"7\"|7|\"a\"", "\"8\"|8|null"));
  EXPECT_EQ(out.rows.columns[1].type, "BIGINT");
  EXPECT_THAT(out.errors, IsEmpty());
  EXPECT_THAT(engine_->tables("acme").value(), IsEmpty());
  EXPECT_THAT(engine_->ledger("acme", {}).value(), IsEmpty());
}

TEST_F(TryLoadTest, EachBadFieldIsAnErrorAlsoOneThatIsNotThere) {
  Load load = load_of_files({payload("{\"v\":\"a\"}\n{\"id\":\"x\",\"n\":\"y\"}\nno JSON\n")});
  load.fields.push_back(field("n", FieldType::integer));
  const Tried out = tried(load);
  EXPECT_THAT(shown(out.rows), IsEmpty());
  ASSERT_EQ(out.errors.size(), 4u);
  EXPECT_EQ(out.errors[0].field, "id");
  EXPECT_THAT(out.errors[0].reason, HasSubstr("primary key"));
  EXPECT_EQ(out.errors[1].field, "id");
  EXPECT_EQ(out.errors[1].value, "x");
  EXPECT_EQ(out.errors[2].field, "n");
  EXPECT_EQ(out.errors[3].row, 3u);
  EXPECT_EQ(out.errors[3].file, "payload");
}

TEST_F(TryLoadTest, AQueryThatTakesNoneOfItIsAWarning) {
  Load load = load_of_files({payload("{\"id\":1}\n")});
  load.operations[0].query = "SELECT id FROM streaming WHERE id > 5";
  const Tried out = tried(load);
  EXPECT_THAT(shown(out.rows), IsEmpty());
  ASSERT_EQ(out.warnings.size(), 1u);
  EXPECT_THAT(out.warnings[0], HasSubstr("takes none"));
}

TEST_F(TryLoadTest, AQueryReadsFieldsThatOnlyEarlierRecordsHad) {
  Load load = load_of_files({payload("{\"id\":1,\"who\":{\"name\":\"Kim\"}}\n")});
  load.operations[0].query = "SELECT id, coalesce(who.mail, v, 'none') AS v FROM streaming";
  EXPECT_FALSE(engine_->try_load(load, 100));
  load.operations[0].sources[0].known_schema_json =
      R"({"type":"struct","fields":[{"name":"id","type":"string"},{"name":"v","type":"string"},)"
      R"({"name":"who","type":{"type":"struct","fields":[{"name":"mail","type":"string"}]}}]})";
  const Tried out = tried(load);
  EXPECT_THAT(shown(out.rows), ElementsAre("\"1\"|1|\"none\""));
  load.operations[0].query = "SELECT id, typeof(id) AS v FROM streaming";
  EXPECT_THAT(shown(tried(load).rows), ElementsAre("\"1\"|1|\"bigint\""))
      << "the file says which type it is";
}

TEST_F(TryLoadTest, APreviewOfAPayloadIsThatOfAFile) {
  EXPECT_THAT(preview(source({payload("{\"id\":1,\"t\":[1,2]}\n")}),
                      "SELECT id, explode(t) AS t FROM streaming"),
              ElementsAre("1|1", "1|2"));
  const auto bad = engine_->preview({source({payload("{\"id\":1}\n[]\n{\"id\":\n")})},
                                    "SELECT id FROM streaming", "acme", 100);
  ASSERT_TRUE(bad) << bad.error().message;
  EXPECT_EQ(bad->rows.size(), 1u);
  EXPECT_EQ(bad->misfits.count, 2u);
  EXPECT_EQ(bad->misfits.first[0].row, 2u);
}

TEST_F(TryLoadTest, RowsOfXmlNeedNoSchema) {
  const std::string sales =
      "<sales><sale no=\"1\"><saleId>0077</saleId><payments><payment><kind>card</kind><amount>9.50"
      "</amount></payment><payment><kind>cash</kind></payment></payments><note>a</note></sale>"
      "<sale no=\"2\"><saleId>78</saleId><note lang=\"de\">b</note></sale></sales>";
  EXPECT_THAT(preview(xml(sales, "sale"),
                      "SELECT _no, saleId, note._VALUE AS note, note._lang AS lang, p.amount FROM "
                      "streaming LATERAL VIEW OUTER explode(payments.payment) AS p"),
              ElementsAre("\"1\"|\"0077\"|\"a\"|null|\"9.50\"", "\"1\"|\"0077\"|\"a\"|null|null",
                          "\"2\"|\"78\"|\"b\"|\"de\"|null"));
  EXPECT_THAT(preview(xml(sales, "row"), "SELECT * FROM streaming"),
              ElementsAre(HasSubstr("no element <row>")));
  EXPECT_THAT(preview(xml("<a><row>text</row></a>", "row"), "SELECT _VALUE FROM streaming"),
              ElementsAre("\"text\""));
}

TEST_F(TryLoadTest, XmlThatNoFileHasTodayIsNullToo) {
  Source sales = xml("<sale><id>1</id></sale>", "sale");
  sales.known_schema_json =
      R"({"type":"struct","fields":[{"name":"payment","type":{"type":"array","containsNull":true,)"
      R"("elementType":{"type":"struct","fields":[{"name":"kind","type":"string"}]}}}]})";
  EXPECT_THAT(preview(sales,
                      "SELECT id, p.kind FROM streaming LATERAL VIEW OUTER "
                      "explode(payment) AS p"),
              ElementsAre("\"1\"|null"));
}

}  // namespace
}  // namespace weir::engine::duckdb
