#include "engine/duckdb/reader/cbor_rows.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/declared_schema.hpp"
#include "engine/duckdb/reader/read_function.hpp"
#include "engine/duckdb/test_files.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// XML documents in, rows as JSON text out.
class CborRowsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open("", {});
    ASSERT_TRUE(database);
    database_ = *std::move(database);
    auto connection = Connection::open(*database_);
    ASSERT_TRUE(connection);
    connection_ = std::make_unique<Connection>(*std::move(connection));
    ASSERT_TRUE(add_read_function(*connection_, readings_));
  }

  /// Records r1, r2, ... received in the 1st, 2nd, ... second of 1970.
  static std::string packed(const std::vector<std::string>& documents) {
    xml::Converter converter;
    std::string pack;
    int number = 0;
    for (const std::string& document : documents) {
      ++number;
      xml::append_record_head(pack, {"r" + std::to_string(number),
                                     Time(std::chrono::seconds(number)), "application/xml"});
      const auto converted = converter.convert(document, pack);
      EXPECT_TRUE(converted) << converted.error().message;
    }
    return pack;
  }

  std::vector<std::string> rows(const std::vector<std::string>& documents,
                                const std::string& row_tag, const std::string& fields) {
    return rows_of(packed(documents), row_tag, fields);
  }

  std::vector<std::string> rows_of(const std::string& pack, const std::string& row_tag,
                                   const std::string& fields) {
    reading_ = std::make_shared<Reading>();
    reading_->plan.format = FileFormat::cbor;
    reading_->plan.row_tag = row_tag;
    reading_->plan.trim = trim_;
    reading_->plan.paths = {folder_.write("08-0000.cbor", pack)};
    auto type = declared_schema(R"({"type":"struct","fields":[)" + fields + "]}");
    if (!type) return {type.error().message};
    reading_->plan.type = *std::move(type);
    std::string list;
    for (std::size_t i = 0; i < reading_->plan.type.fields().size(); ++i) {
      list += i > 0 ? ", " : "";
      list += quote_text(reading_->plan.type.fields()[i].name) + ": " + data_column(i);
    }
    const auto cells =
        connection_->cells("SELECT to_json({" + list + "})::VARCHAR FROM weir_read(" +
                           std::to_string(readings_.add(reading_)) + ")");
    if (!cells) return {cells.error().message};
    std::vector<std::string> out;
    for (const auto& row : *cells)
      out.push_back(*row[0]);
    return out;
  }

  static std::string field(const std::string& name, const std::string& type = "\"string\"") {
    return R"({"name":")" + name + R"(","type":)" + type + "}";
  }
  static std::string array_of(const std::string& type) {
    return R"({"type":"array","elementType":)" + type + "}";
  }
  static std::string struct_of(const std::string& fields) {
    return R"({"type":"struct","fields":[)" + fields + "]}";
  }

  /// "row path value" of the first misfits, after their count.
  std::vector<std::string> misfits() const {
    std::vector<std::string> out{std::to_string(reading_->report.misfits())};
    for (const Misfit& each : reading_->report.first_misfits())
      out.push_back(std::to_string(each.row) + " " + each.path + " " + each.value);
    return out;
  }

  bool trim_ = false;
  TestFolder folder_;
  Readings readings_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::shared_ptr<Reading> reading_;
};

TEST_F(CborRowsTest, EveryRowElementOfEveryRecordIsARow) {
  EXPECT_THAT(rows({"<all><row><id>1</id></row><deep><row><id>2</id></row></deep></all>",
                    "<row><id>3</id></row>", "<nothing/>", "<all><row/></all>"},
                   "row", field("id", "\"long\"")),
              ElementsAre(R"({"id":1})", R"({"id":2})", R"({"id":3})", R"({"id":null})"));
}

TEST_F(CborRowsTest, EachRowHasTheReceiptAndTheTimeOfItsRecord) {
  rows({"<all><row/><row/></all>", "<nothing/>", "<row/>"}, "row", field("id"));
  const auto cells =
      connection_->cells("SELECT request_id, CAST(received_at AS VARCHAR), row FROM weir_read(" +
                         std::to_string(readings_.add(reading_)) + ")");
  ASSERT_TRUE(cells) << cells.error().message;
  using Row = std::vector<std::optional<std::string>>;
  EXPECT_THAT(*cells, ElementsAre(Row{"r1", "1970-01-01 00:00:01", "1"},
                                  Row{"r1", "1970-01-01 00:00:01", "2"},
                                  Row{"r3", "1970-01-01 00:00:03", "3"}));
}

TEST_F(CborRowsTest, ALoneElementWhereAnArrayIsDeclaredIsAnArrayOfOne) {
  const std::string payments = field(
      "payments",
      struct_of(field("payment", array_of(struct_of(field("kind") + "," + field("amount"))))));
  EXPECT_THAT(rows({"<s><row><payments><payment><kind>Cash</kind><amount>5</amount></payment></"
                    "payments></row>"
                    "<row><payments><payment><kind>Card</kind></payment><payment/></payments></row>"
                    "<row><payments/></row><row/></s>"},
                   "row", payments),
              ElementsAre(R"({"payments":{"payment":[{"kind":"Cash","amount":"5"}]}})",
                          R"({"payments":{"payment":[{"kind":"Card","amount":null},null]}})",
                          R"({"payments":null})", R"({"payments":null})"));
}

TEST_F(CborRowsTest, ALoneEmptyElementWhereAnArrayIsDeclaredIsAnArrayOfOneNull) {
  EXPECT_THAT(
      rows({"<s><row><line/></row><row><line></line></row><row><line a='1'/></row><row/></s>"},
           "row", field("line", array_of("\"string\""))),
      ElementsAre(R"({"line":[null]})", R"({"line":[null]})", R"({"line":[null]})",
                  R"({"line":null})"));
  EXPECT_THAT(
      rows({"<s><row><line/></row></s>"}, "row", field("line", array_of(struct_of(field("sku"))))),
      ElementsAre(R"({"line":[null]})"));
}

TEST_F(CborRowsTest, AnElementWithAttributesAndNoTextIsNullWhateverScalarIsDeclared) {
  const std::string nil =
      "<day xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>"
      "<row><price xsi:nil='true'/><tag lang='en'/><tag>b</tag><tag "
      "xsi:nil='true'></tag></row></day>";
  for (const std::string type : {"string", "long", "decimal(10,2)", "date", "boolean"}) {
    EXPECT_THAT(rows({nil}, "row", field("price", "\"" + type + "\"")),
                ElementsAre(R"({"price":null})"))
        << type;
  }
  EXPECT_THAT(rows({nil}, "row", field("tag", array_of("\"string\""))),
              ElementsAre(R"({"tag":[null,"b",null]})"));
  EXPECT_THAT(rows({nil}, "row", field("m", "\"string\"") + "," + field("price", R"({"type":"map",
                   "keyType":"string","valueType":"string"})")),
              ElementsAre(R"({"m":null,"price":{"_xsi:nil":"true"}})"));
}

TEST_F(CborRowsTest, AttributesTextAndPrefixesHaveTheirNames) {
  EXPECT_THAT(
      rows(
          {R"(<x:all xmlns:x="u"><x:row id="7" x:k="v">text<x:amount currency="EUR">9.50</x:amount></x:row></x:all>)"},
          "x:row",
          field("_id", "\"integer\"") + "," + field("_x:k") + "," + field("_VALUE") + "," +
              field("x:amount",
                    struct_of(field("_VALUE", "\"decimal(10,2)\"") + "," + field("_currency")))),
      ElementsAre(
          R"({"_id":7,"_x:k":"v","_VALUE":"text","x:amount":{"_VALUE":9.5,"_currency":"EUR"}})"));
}

TEST_F(CborRowsTest, TextWhereAStructIsDeclaredIsItsValue) {
  const std::string amount =
      field("amount", struct_of(field("_VALUE", "\"double\"") + "," + field("_currency")));
  EXPECT_THAT(rows({"<a><row><amount>9.5</amount></row><row><amount/></row></a>"}, "row", amount),
              ElementsAre(R"({"amount":{"_VALUE":9.5,"_currency":null}})", R"({"amount":null})"));
  EXPECT_THAT(rows({"<a><row>7</row></a>"}, "row", field("_VALUE", "\"long\"")),
              ElementsAre(R"({"_VALUE":7})"));
}

TEST_F(CborRowsTest, ScalarsAreCastOrNull) {
  EXPECT_THAT(rows({"<a><row><l>+5</l><d>1.5</d><b>TRUE</b><t>2024-01-31T10:00:00Z</"
                    "t><y>2024-01-31</y></row>"
                    "<row><l>five</l><d>x</d><b>yes</b><t>soon</t><y>31.1.</y></row></a>"},
                   "row",
                   field("l", "\"long\"") + "," + field("d", "\"double\"") + "," +
                       field("b", "\"boolean\"") + "," + field("t", "\"timestamp\"") + "," +
                       field("y", "\"date\"")),
              ElementsAre(R"({"l":5,"d":1.5,"b":true,"t":"2024-01-31 10:00:00","y":"2024-01-31"})",
                          R"({"l":null,"d":null,"b":null,"t":null,"y":null})"));
}

TEST_F(CborRowsTest, WhatIsNotOfTheDeclaredShapeIsReadAsFarAsItGoes) {
  EXPECT_THAT(rows({"<a><row><s>1</s><s>2</s></row></a>"}, "row", field("s")),
              ElementsAre(R"({"s":"2"})"));
  EXPECT_THAT(rows({"<a><row><s unit=\"kg\">5</s></row></a>"}, "row", field("s", "\"long\"")),
              ElementsAre(R"({"s":5})"));
  EXPECT_THAT(rows({"<a><row><s><b>\"q\"</b><c/></s></row></a>"}, "row", field("s")),
              ElementsAre(R"({"s":"{\"b\":\"\\\"q\\\"\",\"c\":null}"})"));
  EXPECT_THAT(rows({"<a><row><s><b>1</b></s></row></a>"}, "row", field("s", "\"long\"")),
              ElementsAre(R"({"s":null})"));
  EXPECT_THAT(rows({"<a><row><m><x>1</x><y>2</y></m></row></a>"}, "row",
                   field("m", R"({"type":"map","keyType":"string","valueType":"long"})")),
              ElementsAre(R"({"m":{"x":1,"y":2}})"));
}

TEST_F(CborRowsTest, WhiteSpaceOfTextIsKeptUnlessTrimIsSaid) {
  const std::string document =
      "<a><row><s> x </s><w>  </w><i> 12 </i><d>\n1.50\n</d><y> 2024-01-15+01:00 </y><e> </e>"
      "<l> a </l><l> </l><o>\n <b> c </b>\n</o></row></a>";
  const std::string fields = field("s") + "," + field("w") + "," + field("i", "\"integer\"") + "," +
                             field("d", "\"decimal(10,2)\"") + "," + field("y", "\"date\"") + "," +
                             field("e", "\"long\"") + "," + field("l", array_of("\"string\"")) +
                             "," + field("o", struct_of(field("b") + "," + field("_VALUE")));
  EXPECT_THAT(rows({document}, "row", fields),
              ElementsAre(R"({"s":" x ","w":"  ","i":12,"d":1.5,"y":"2024-01-15","e":null,)"
                          R"("l":[" a "," "],"o":{"b":" c ","_VALUE":null}})"));
  trim_ = true;
  EXPECT_THAT(rows({document}, "row", fields),
              ElementsAre(R"({"s":"x","w":null,"i":12,"d":1.5,"y":"2024-01-15","e":null,)"
                          R"("l":["a",null],"o":{"b":"c","_VALUE":null}})"));
  EXPECT_THAT(misfits(), ElementsAre("0"));
}

TEST_F(CborRowsTest, WhatADeclaredSchemaCannotTakeIsCountedAndShown) {
  const std::string fields = field("n", "\"long\"") + "," + field("d", "\"decimal(10,2)\"") + "," +
                             field("s") + "," + field("o", struct_of(field("b"))) + "," +
                             field("l", array_of(struct_of(field("q", "\"integer\""))));
  EXPECT_THAT(
      rows({"<a><row><n>1</n><d>1,234.50</d><s>1</s><s>2</s></row><row><n><x>1</x></n>"
            "<o>text</o><l><q>1</q></l><l><q>x</q></l></row><row><n/><d> </d><o> </o></row></a>"},
           "row", fields),
      ElementsAre(R"({"n":1,"d":null,"s":"2","o":null,"l":null})",
                  R"({"n":null,"d":null,"s":null,"o":{"b":null},"l":[{"q":1},{"q":null}]})",
                  R"({"n":null,"d":null,"s":null,"o":null,"l":null})"));
  EXPECT_THAT(misfits(), ElementsAre("5", "1 d 1,234.50", "1 s 1", "2 n {\"x\":\"1\"}", "2 o text",
                                     "2 l[1].q x"));
}

TEST_F(CborRowsTest, RecordsAreWholeWhereverABlockOfTheFileEnds) {
  std::vector<std::string> documents;
  std::vector<std::string> expected;
  for (int i = 0; i < 60; ++i) {
    // Up to 120 KB each, and one that is longer than two blocks.
    const auto size = static_cast<std::size_t>(i == 30 ? 2'500'000 : i * 2'003);
    const std::string text(size, static_cast<char>('a' + i % 26));
    documents.push_back("<row><id>" + std::to_string(i) + "</id><text>" + text + "</text></row>");
    expected.push_back(R"({"id":)" + std::to_string(i) + R"(,"text":)" +
                       (size == 0 ? "null" : "\"" + text + "\"") + "}");
  }
  const std::string fields = field("id", "\"long\"") + "," + field("text");
  EXPECT_EQ(rows(documents, "row", fields), expected);

  // What is no record in the third block costs itself alone, and is named by its place in the file.
  std::string pack = packed({documents.begin(), documents.begin() + 45});
  const std::size_t broken = pack.size();
  pack += "\x82\x01\x02" + packed({documents.begin() + 45, documents.end()});
  EXPECT_EQ(rows_of(pack, "row", fields), expected);
  const auto bad = reading_->report.bad_records();
  ASSERT_EQ(bad.size(), 1U);
  EXPECT_EQ(bad[0].row, 46);
  EXPECT_THAT(bad[0].what, HasSubstr("byte " + std::to_string(broken) + ":"));
}

TEST_F(CborRowsTest, ThreadsThatShareAFileGiveEachRowItsPlaceAndItsReceipt) {
  constexpr std::size_t records = 20'000;
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < records; ++i) {
    // Some have no row, some two.
    std::string document = "<all>";
    for (std::size_t row = 0; row < i % 3; ++row)
      document +=
          "<row><id>" + std::to_string(i) + "</id><text>" + std::string(200, 'x') + "</text></row>";
    documents.push_back(document + "</all>");
  }
  std::string pack = packed(documents);
  pack.insert(0, "\x01");  // no record, with the place of a row
  auto reading = std::make_shared<Reading>();
  reading->plan.format = FileFormat::cbor;
  reading->plan.row_tag = "row";
  reading->plan.paths = {folder_.write("08-0000.cbor", pack)};
  reading->plan.claims = {FileClaim{"08-0000.cbor", pack.size(), sha256_hex(pack)}};
  reading->plan.any_order = true;
  ASSERT_GT(reading->plan.pieces(), 3U);
  reading->plan.type =
      *declared_schema(R"({"type":"struct","fields":[)" + field("id", "\"long\"") + "]}");
  ASSERT_TRUE(connection_->run("SET threads = 4"));
  const auto cells = connection_->cells(
      "SELECT count(*), count(DISTINCT row), min(row), max(row), count(*) FILTER (request_id <> "
      "'r' || (c0 + 1)), count(*) FILTER (row <> 1 + (c0 // 3) * 3 + (c0 % 3) * (c0 % 3 - 1) // 2 "
      "+ 1 AND row <> 1 + (c0 // 3) * 3 + (c0 % 3) * (c0 % 3 - 1) // 2 + 2) FROM weir_read(" +
      std::to_string(readings_.add(reading)) + ")");
  ASSERT_TRUE(cells) << cells.error().message;
  constexpr std::size_t rows = records / 3 * 3 + 1;  // the last two records have one
  using Row = std::vector<std::optional<std::string>>;
  EXPECT_THAT(*cells, ElementsAre(Row{std::to_string(rows), std::to_string(rows), "2",
                                      std::to_string(rows + 1), "0", "0"}));
  EXPECT_EQ(reading->report.rows_of(0), rows);
  ASSERT_EQ(reading->report.bad_records().size(), 1U);
  EXPECT_EQ(reading->report.bad_records()[0].row, 1);
}

TEST_F(CborRowsTest, AMendedRecordThatCouldNotBeReadHasNotTheTimeOfAnother) {
  const std::string pack = packed({"<row><id>1</id></row>"}) + "\x01";
  reading_ = std::make_shared<Reading>();
  reading_->plan.format = FileFormat::cbor;
  reading_->plan.row_tag = "row";
  reading_->plan.paths = {folder_.write("08-0000.cbor", pack)};
  reading_->plan.mended[0][2] = "<row><id>2</id></row>";
  reading_->plan.type =
      *declared_schema(R"({"type":"struct","fields":[)" + field("id", "\"long\"") + "]}");
  const auto cells =
      connection_->cells("SELECT c0, request_id, CAST(received_at AS VARCHAR) FROM weir_read(" +
                         std::to_string(readings_.add(reading_)) + ")");
  ASSERT_TRUE(cells) << cells.error().message;
  using Row = std::vector<std::optional<std::string>>;
  EXPECT_THAT(*cells, ElementsAre(Row{"1", "r1", "1970-01-01 00:00:01"},
                                  Row{"2", std::nullopt, std::nullopt}));
}

TEST_F(CborRowsTest, ADamagedFileIsNamedWithItsOffset) {
  std::string pack = packed({"<row><id>1</id></row>", "<row><id>2</id></row>"});
  const std::size_t second = pack.size() / 2;
  pack[second] = '\xff';
  EXPECT_THAT(rows_of(pack, "row", field("id"))[0],
              AllOf(HasSubstr("08-0000.cbor"), HasSubstr(std::to_string(second))));
  EXPECT_EQ(reading_->report.error()->code, Errc::corrupt);
  pack.resize(second - 3);
  EXPECT_THAT(rows_of(pack, "row", field("id"))[0], HasSubstr("08-0000.cbor"));
}

TEST_F(CborRowsTest, RealInvoicesGiveTheirLines) {
  const auto documents = contents(shared_data() / "en16931-ubl", ".xml");
  if (documents.empty()) GTEST_SKIP() << "no real payloads beside the repository";
  const auto lines =
      rows(documents, "cac:InvoiceLine",
           field("cbc:ID") + "," +
               field("cbc:InvoicedQuantity",
                     struct_of(field("_VALUE", "\"double\"") + "," + field("_unitCode"))) +
               "," +
               field("cac:Item", struct_of(field("cbc:Name") + "," +
                                           field("cac:AdditionalItemProperty",
                                                 array_of(struct_of(field("cbc:Name")))))));
  std::size_t expected = 0;
  for (const std::string& document : documents) {
    for (std::size_t at = document.find("<cac:InvoiceLine>"); at != std::string::npos;
         at = document.find("<cac:InvoiceLine>", at + 1))
      ++expected;
  }
  EXPECT_GT(expected, 10u);
  EXPECT_EQ(lines.size(), expected);
  for (const std::string& line : lines) {
    EXPECT_THAT(line, Not(HasSubstr("\"cbc:ID\":null")));
    EXPECT_THAT(line, Not(HasSubstr("\"_VALUE\":null")));
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
