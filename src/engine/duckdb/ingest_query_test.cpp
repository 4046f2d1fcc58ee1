#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class IngestQueryTest : public EngineFixture {
 protected:
  Load query_load(std::vector<Source> sources, const std::string& sql) {
    Load load = load_of_files({});
    load.operations[0].sources = std::move(sources);
    load.operations[0].query = sql;
    return load;
  }

  Source xml_source(const std::vector<std::string>& documents, const std::string& row_tag,
                    const std::string& schema) {
    xml::Converter converter;
    std::string pack;
    for (const std::string& document : documents) {
      xml::append_record_head(pack, {"r1", first_time(), "application/xml"});
      const auto converted = converter.convert(document, pack);
      EXPECT_TRUE(converted) << converted.error().message;
    }
    Source out = source({file(pack)});
    out.format = FileFormat::cbor;
    out.row_tag = row_tag;
    out.schema_json = schema;
    return out;
  }

  /// Minified, as the batcher writes payloads: no line end may be in them.
  static std::string one_line(std::string json) {
    std::erase(json, '\n');
    return json + "\n";
  }
};

TEST_F(IngestQueryTest, NestedJsonIsMadeFlat) {
  const Load load = query_load(
      {source({file("{\"id\":1,\"customer\":{\"email\":\"a@b.c\",\"address\":{\"city\":\"Ulm\"}}}\n"
                    "{\"id\":2,\"customer\":{\"email\":\"d@e.f\"}}\n")})},
      "SELECT id, CONCAT_WS(' / ', customer.email, customer.address.city) AS v FROM streaming");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a@b.c / Ulm\"", "2|\"d@e.f\""));
  EXPECT_EQ(counts(load), "2 0 0 2 0");
}

TEST_F(IngestQueryTest, TextsUnderASchemaAndLengthsOfTimeReachAFeed) {
  const Load load = query_load(
      {source({file("{\"id\":1,\"s\":\"{\\\"a\\\":5,\\\"t\\\":\\\"x\\\"}\",\"d\":\"2024-01-03\"}\n"
                    "{\"id\":2,\"s\":\"no json\",\"d\":\"2024-01-01\"}\n")})},
      "SELECT id, CONCAT_WS('/', from_json(s, 'a INT, t STRING').a, age, CAST(age AS STRING)) AS v "
      "FROM (SELECT id, s, CAST(CAST(d AS DATE) - DATE '2024-01-01' AS BIGINT) AS days, "
      "CAST(d AS DATE) - DATE '2024-01-01' AS age FROM streaming)");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"5/INTERVAL '2' DAY/INTERVAL '2' DAY\"",
                                    "2|\"INTERVAL '0' DAY/INTERVAL '0' DAY\""));
  const Load stored = query_load({source({file("{\"id\":3}\n")})},
                                 "SELECT id, INTERVAL '1 01' DAY TO HOUR AS v FROM streaming");
  EXPECT_EQ(counts(stored), "1 1 0 0 0");
  EXPECT_THAT(rows("SELECT v FROM \"Shop:Orders\" WHERE id = 3"), ElementsAre("\"90000000000\""));
}

TEST_F(IngestQueryTest, DataUnderANameOfTheEnginesIsThereBesideIt) {
  Load load = query_load({source({file("{\"id\":1,\"WEIR_Origin\":5,\"weir_request_id\":\"x\"}\n"
                                       "{\"id\":2}\n")})},
                         "SELECT id, CONCAT_WS('/', 'a', weir_origin, weir_request_id, _row IS NOT "
                         "NULL, _request_id = 'x') AS v FROM streaming");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_EQ(last_.misfits.count, 0u);
  EXPECT_THAT(orders(), ElementsAre(HasSubstr("1|\"a/5/x/true"), HasSubstr("2|\"a/true")));
  load.operations[0].sources[0].schema_json =
      R"({"type":"struct","fields":[{"name":"id","type":"long"},{"name":"weir_file","type":"string"}]})";
  load.operations[0].query =
      "SELECT id, CONCAT_WS('/', coalesce(weir_file, 'none'), _file IS NOT NULL) AS v FROM "
      "streaming";
  EXPECT_EQ(counts(load), "2 0 2 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"none/true\"", "2|\"none/true\""));
}

TEST_F(IngestQueryTest, ARecordsFileAndRowAreReadBesideItsData) {
  const Load load = query_load({source({file("{\"id\":1}\n{\"id\":2}\n")})},
                               "SELECT id, CONCAT_WS('/', streaming._file LIKE '%ndjson%' OR true, "
                               "_row - min(_row) OVER (), count(_received_at) OVER ()) AS v "
                               "FROM streaming");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"true/0/2\"", "2|\"true/1/2\""));
}

TEST_F(IngestQueryTest, RepeatedElementsOfXmlBecomeRows) {
  const std::string schema = R"({"type":"struct","fields":[
      {"name":"saleId","type":"string","nullable":true,"metadata":{}},
      {"name":"payments","nullable":true,"metadata":{},"type":{"type":"struct","fields":[
        {"name":"payment","nullable":true,"metadata":{},"type":{"type":"array",
          "containsNull":true,"elementType":{"type":"struct","fields":[
            {"name":"kind","type":"string"},{"name":"amount","type":"string"}]}}}]}}]})";
  Load load = query_load(
      {xml_source({"<sales><sale><saleId>7</saleId><payments><payment><kind>Cash</kind><amount>5.00"
                   "</amount></payment><payment><kind>Card</kind><amount>9.5</amount></payment>"
                   "</payments></sale></sales>",
                   "<sale><saleId>8</saleId><payments><payment><kind>Cash</kind><amount>1</amount>"
                   "</payment></payments></sale>"},
                  "sale", schema)},
      "WITH ex AS (SELECT saleId, EXPLODE(payments.payment) AS p FROM streaming) "
      "SELECT saleId AS id, p.kind AS v, p.amount AS amount FROM ex");
  load.fields.push_back(field("amount", FieldType::decimal));
  load.primary_key = {"id", "v"};
  EXPECT_EQ(counts(load), "3 3 0 0 0");
  EXPECT_THAT(rows("SELECT _pk, amount FROM \"Shop:Orders\" ORDER BY id, v"),
              ElementsAre("\"7|Card\"|9.50", "\"7|Cash\"|5.00", "\"8|Cash\"|1.00"));
}

TEST_F(IngestQueryTest, LateralViewOuterKeepsRowsWithoutElements) {
  const Load load = query_load(
      {source({file("{\"id\":1,\"tags\":[\"a\",\"b\"]}\n{\"id\":2,\"tags\":[]}\n{\"id\":3}\n")})},
      "SELECT s.id, UPPER(t.tag) AS `v` FROM streaming s LATERAL VIEW OUTER EXPLODE(tags) t AS "
      "tag");
  EXPECT_EQ(counts(load), "4 3 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"B\"", "2|null", "3|null"));
}

TEST_F(IngestQueryTest, SeveralFilesAreJoined) {
  const Load load =
      query_load({source({file("{\"id\":1,\"city\":7}\n{\"id\":2,\"city\":8}\n")}, "main"),
                  source({file("{\"no\":7,\"name\":\"Ulm\"}\n")}, "cities")},
                 "SELECT m.id, c.name AS v FROM main m JOIN cities c ON m.city = c.no");
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"Ulm\""));
}

TEST_F(IngestQueryTest, RowsOfTheResultAreOrderedAsTheFilesAre) {
  const Load load = query_load({source({file("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n"),
                                        file("{\"id\":1,\"v\":\"c\"}\n{\"id\":1,\"v\":\"d\"}\n")})},
                               "SELECT id, v FROM streaming WHERE v <> 'd'");
  EXPECT_EQ(counts(load), "3 1 0 2 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"c\""));
  const std::int64_t newest =
      (first_time() + std::chrono::hours(1)).time_since_epoch() / std::chrono::milliseconds(1);
  EXPECT_THAT(rows("SELECT _updated FROM \"Shop:Orders\""),
              ElementsAre(std::to_string(newest * (1 << 20) + 1)))
      << "of the record";
}

TEST_F(IngestQueryTest, TheSameLoadGivesTheSameRowsThoughAGroupingHasNoOrder) {
  std::string lines;
  for (int i = 0; i < 60'000; ++i)
    lines += "{\"id\":" + std::to_string(i % 20'000) + ",\"k\":" + std::to_string(i % 3001) + "}\n";
  const Load load = query_load(
      {source({file(lines)})},
      "SELECT CAST(k % 100 AS BIGINT) AS id, CAST(COUNT(*) + id AS STRING) AS v FROM streaming "
      "GROUP BY id, k");
  const std::string first = counts(load);
  const auto before = rows("SELECT * FROM \"Shop:Orders\" ORDER BY id");
  EXPECT_EQ(before.size(), 100u);
  for (int again = 0; again < 5; ++again) {
    counts(load);
    EXPECT_EQ(last_.inserted + last_.updated, 0u) << first;
    EXPECT_EQ(rows("SELECT * FROM \"Shop:Orders\" ORDER BY id"), before);
  }
}

TEST_F(IngestQueryTest, ErrorsOfRowsBehindAQueryNameTheRecord) {
  Load load =
      query_load({source({file("{\"id\":\"1\"}\n"), file("{\"id\":\"2\"}\n{\"id\":\"x\"}\n")})},
                 "SELECT id, 'a' AS v FROM streaming UNION ALL SELECT 'y', 'b'");
  load.error_threshold = 50;
  EXPECT_EQ(counts(load), "4 2 0 0 2");
  EXPECT_EQ(last_.row_errors[0].file, "") << "a row of no record";
  EXPECT_EQ(last_.row_errors[0].row, 0u);
  EXPECT_EQ(last_.row_errors[1].file, key_of(load.operations[0].sources[0].files[1]));
  EXPECT_EQ(last_.row_errors[1].row, 2u);
}

TEST_F(IngestQueryTest, WhatTheQueryLacksOrDoublesIsNamed) {
  const Source input = source({file("{\"id\":1,\"v\":\"a\"}\n")});
  EXPECT_THAT(counts(query_load({input}, "SELECT v AS `Other` FROM streaming")),
              AllOf(HasSubstr("no field \"id\""), HasSubstr("its fields are: \"Other\"")));
  EXPECT_THAT(counts(query_load({input}, "SELECT id, v, v AS ID FROM streaming")),
              HasSubstr("more than one field \"id\""));
  EXPECT_THAT(counts(query_load({input, input}, "SELECT 1 AS id")),
              HasSubstr("the file tag \"streaming\" is there twice"));
}

TEST_F(IngestQueryTest, AMistakeInTheQueryIsShownWhereItIs) {
  const Source input = source({file("{\"id\":1}\n")});
  EXPECT_THAT(counts(query_load({input}, "SELECT id\nFRM streaming")), HasSubstr("line 2"));
  EXPECT_THAT(counts(query_load({input}, "SELECT nope FROM streaming")), HasSubstr("nope"));
  EXPECT_THAT(counts(query_load({input}, "SELECT id FROM other")), HasSubstr("other"));

  EXPECT_TRUE(engine_->check("SELECT id FROM other"));
  const auto unreadable = engine_->check("SELECT id\nFRM streaming x");
  ASSERT_FALSE(unreadable);
  EXPECT_THAT(unreadable.error().message, HasSubstr("line 2, column"));
}

TEST_F(IngestQueryTest, AQueryCannotReachFilesOrTables) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  const Source input = source({file("{\"id\":1}\n")});
  for (const char* sql :
       {"SELECT * FROM read_text('/etc/passwd')", "SELECT * FROM `/etc/passwd`",
        "SELECT * FROM `Shop:Orders`", "SELECT * FROM weir_read(1)", "DROP TABLE `Shop:Orders`",
        "SELECT id FROM streaming; DROP TABLE `Shop:Orders`", "SELECT current_setting('x') AS id",
        "SELECT * FROM duckdb_settings()"}) {
    const auto result = engine_->load(query_load({input}, sql));
    ASSERT_FALSE(result) << sql;
    EXPECT_EQ(result.error().code, Errc::bad_request) << sql << ": " << result.error().message;
  }
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(IngestQueryTest, ADamagedFileKeepsItsErrorBehindAQuery) {
  Source broken = source({file("{\"id\":1}\n")});
  SourceFile& damaged = broken.files[0];
  damaged.key = key_of(damaged);
  damaged.bytes = 9;
  damaged.sha256 = std::string(64, '0');
  broken.schema_json = R"({"type":"struct","fields":[{"name":"id","type":"long"}]})";
  const auto result = engine_->load(query_load({broken}, "SELECT id, 'a' AS v FROM streaming"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::corrupt);
  EXPECT_THAT(result.error().message, HasSubstr("10-0000-0001.ndjson"));
}

TEST_F(IngestQueryTest, NamesOfFilesAndFieldsCannotBreakOutOfSql) {
  const std::string tag = "a\"; DROP TABLE x; --";
  const Load load = query_load({source({file("{\"i\\\"d\":1,\"v`\":\"a\"}\n")}, tag)},
                               "SELECT `i\"d` AS id, `v``` AS v FROM `" + tag + "`");
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(IngestQueryTest, APreviewShowsTheResultAndKeepsNothing) {
  const auto table =
      engine_->preview({source({file("{\"id\":1,\"a\":[1,2]}\n{\"id\":2,\"a\":[3]}\n")})},
                       "SELECT id, EXPLODE(a) AS x FROM streaming", "acme", 2);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->columns[1].name, "x");
  EXPECT_THAT(shown(table), ElementsAre("1|1", "1|2"));
  EXPECT_TRUE(table->truncated);
  EXPECT_THAT(engine_->tables("acme").value(), ::testing::IsEmpty());
}

TEST_F(IngestQueryTest, AnOddRecordNeverFailsAQueryThatDoesNotAskForWhatIsOddInIt) {
  std::string deep = "1";
  for (int i = 0; i < 500; ++i)
    deep = "{\"a\":" + deep + "}";
  std::string keys;
  for (int i = 0; i <= 20'000; ++i)
    keys += ",\"k" + std::to_string(i) + "\":1";
  for (const std::string& odd :
       {"{\"id\":2,\"deep\":" + deep + "}", "{\"id\":2" + keys + "}",
        std::string("{\"id\":2,\"x\":{\"k\":1,\"K\":2},\"V\":\"b\",\"v\":\"c\"}")}) {
    const Load load = query_load(
        {source({file("{\"id\":1,\"v\":\"a\"}\n" + odd + "\n{\"id\":3,\"v\":\"d\"}\n")})},
        "SELECT id, 'x' AS v FROM streaming");
    EXPECT_EQ(counts(load).substr(0, 2), "3 ") << odd.substr(0, 40);
    EXPECT_EQ(last_.errors, 0u);
  }
  EXPECT_THAT(orders(), ElementsAre("1|\"x\"", "2|\"x\"", "3|\"x\""));
}

TEST_F(IngestQueryTest, WhatNestsTooDeepIsThereAsJsonText) {
  std::string deep = "1";
  for (int i = 0; i < 58; ++i)
    deep = "{\"a\":" + deep + "}";
  const auto table =
      engine_->preview({source({file("{\"id\":1}\n{\"id\":2,\"deep\":" + deep + "}\n")})},
                       "SELECT * FROM streaming", "acme", 10);
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_THAT(table->rows[1][0], HasSubstr(R"(\"a\":{\"a\":1}})"));
  EXPECT_EQ(table->misfits.count, 1u);
  EXPECT_EQ(table->misfits.first[0].row, 2u);
}

TEST_F(IngestQueryTest, ALoadAndAPreviewSayWhatTheSchemaCouldNotTake) {
  Source input = source({file("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":[7]}\n"),
                         file("{\"id\":\"3\",\"v\":\"c\"}\n")});
  input.schema_json = R"({"type":"struct","fields":[{"name":"id","type":"long"},
      {"name":"v","type":"double"}]})";
  const std::string sql =
      "SELECT COALESCE(a.id, 9) AS id, CAST(b.v AS STRING) AS v FROM streaming a "
      "LEFT JOIN streaming b ON a.id = b.id";
  EXPECT_EQ(counts(query_load({input}, sql)), "3 3 0 0 0");
  // Both sides of the join read id, one reads v: each value counts once.
  EXPECT_EQ(last_.misfits.count, 4u);
  ASSERT_EQ(last_.misfits.first.size(), 4u);
  const auto third = std::find_if(
      last_.misfits.first.begin(), last_.misfits.first.end(),
      [&](const RowError& one) { return one.file == key_of(input.files[1]) && one.field == "id"; });
  ASSERT_NE(third, last_.misfits.first.end());
  EXPECT_EQ(third->row, 1u);
  EXPECT_EQ(third->value, "3");
  EXPECT_EQ(third->reason, "does not fit BIGINT");
  const auto table = engine_->preview({input}, sql, "acme", 10);
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ(table->misfits.count, 4u);
}

TEST_F(IngestQueryTest, RealWebhookEventsBecomeATable) {
  std::string lines;
  std::size_t count = 0;
  for (std::string text : contents(shared_data() / "github-webhooks", ".json")) {
    lines += one_line(std::move(text));
    ++count;
  }
  if (lines.empty()) GTEST_SKIP() << "no real payloads beside the repository";
  Load load = query_load({source({file(lines)})},
                         "SELECT repository.id AS id, repository.full_name AS v, action, "
                         "sender.login AS login, repository.private AS private, "
                         "repository.updated_at AS updated FROM streaming");
  load.fields.push_back(field("login"));
  load.fields.push_back(field("private", FieldType::boolean));
  load.fields.push_back(field("updated", FieldType::datetime));
  load.last_updated = "updated";
  const std::string first = counts(load);
  EXPECT_EQ(last_.read, count) << first;
  EXPECT_EQ(last_.errors, 0u) << first;
  EXPECT_GT(last_.inserted, 0u);
  counts(load);
  EXPECT_EQ(last_.rejected, count);
  EXPECT_THAT(rows("SELECT v, login, private FROM \"Shop:Orders\" ORDER BY updated DESC LIMIT 1"),
              ElementsAre(HasSubstr("lineville/")));
}

TEST_F(IngestQueryTest, RealInvoicesBecomeRowsByLine) {
  const auto documents = contents(shared_data() / "en16931-ubl", ".xml");
  if (documents.empty()) GTEST_SKIP() << "no real payloads beside the repository";
  const std::string schema = R"({"type":"struct","fields":[
      {"name":"cbc:ID","type":"string"},{"name":"cbc:IssueDate","type":"string"},
      {"name":"cac:InvoiceLine","type":{"type":"array","elementType":{"type":"struct","fields":[
        {"name":"cbc:ID","type":"string"},
        {"name":"cbc:LineExtensionAmount","type":{"type":"struct","fields":[
          {"name":"_VALUE","type":"string"},{"name":"_currencyID","type":"string"}]}}]}}}]})";
  std::vector<std::string> invoices;
  std::size_t lines = 0;
  for (const std::string& document : documents) {
    if (document.find("<cac:InvoiceLine>") == std::string::npos) continue;
    invoices.push_back(document);
    for (std::size_t at = 0;
         (at = document.find("<cac:InvoiceLine>", at + 1)) != std::string::npos;)
      ++lines;
  }
  const std::string root =
      invoices[0].find("<ubl:Invoice") != std::string::npos ? "ubl:Invoice" : "Invoice";
  std::erase_if(invoices, [&root](const std::string& document) {
    return document.find("<" + root + " ") == std::string::npos;
  });
  Load load =
      query_load({xml_source(invoices, root, schema)},
                 "WITH l AS (SELECT `cbc:ID` AS invoice, `cbc:IssueDate` AS day, "
                 "EXPLODE(`cac:InvoiceLine`) AS line FROM streaming) SELECT invoice, day, "
                 "line.`cbc:ID` AS line, line.`cbc:LineExtensionAmount`.`_VALUE` AS amount, "
                 "line.`cbc:LineExtensionAmount`.`_currencyID` AS currency FROM l");
  load.fields = {field("invoice"), field("line"), field("day", FieldType::date),
                 field("amount", FieldType::decimal), field("currency")};
  load.primary_key = {"invoice", "line"};
  const std::string first = counts(load);
  EXPECT_EQ(last_.errors, 0u) << first;
  EXPECT_GT(last_.inserted, 5u) << first;
  EXPECT_LE(last_.read, lines);
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\" WHERE amount IS NULL OR day IS NULL OR "
                   "length(currency) <> 3"),
              ElementsAre("0"));
}

}  // namespace
}  // namespace weir::engine::duckdb
