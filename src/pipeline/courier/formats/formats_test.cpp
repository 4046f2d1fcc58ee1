#include <gmock/gmock.h>
#include <zlib.h>

#include "base/base64.hpp"
#include "pipeline/courier/formats/convert.hpp"
#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/test_records.hpp"
#include "xml/cbor_write.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::courier {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Result<Records> converted(const LandAs& land_as, const std::string& bytes, std::size_t piece = 7) {
  Records records;
  MemoryBytes source(bytes, piece);
  UnpackBudget budget(bytes.size());
  WEIR_CHECK(convert(land_as, source, budget, records));
  return records;
}

Records read(ContentType type, const std::string& bytes, const std::string& row_tag = "") {
  const LandAs land_as{.tag = "t", .type = type, .separator = ",", .row_tag = row_tag};
  auto records = converted(land_as, bytes);
  EXPECT_TRUE(records) << records.error().message;
  // However the bytes are cut, they are the same records.
  for (const std::size_t piece : {1UL, 100'000UL}) {
    const auto again = converted(land_as, bytes, piece);
    EXPECT_TRUE(again);
    EXPECT_EQ(again->records, records->records);
    EXPECT_EQ(again->unreadables, records->unreadables);
  }
  return *std::move(records);
}

std::string gzip(const std::string& text) {
  z_stream stream = {};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string utf16(const std::u16string& text, bool big) {
  std::string out = big ? "\xFE\xFF" : "\xFF\xFE";
  for (const char16_t unit : text) {
    const auto high = static_cast<char>(unit >> 8);
    const auto low = static_cast<char>(unit & 0xFF);
    out += big ? high : low;
    out += big ? low : high;
  }
  return out;
}

/// An XML record's payload as text: {"row":{...}}.
std::string shown(const std::string& payload) {
  std::string pack;
  xml::append_record_head(pack, {"r", Time(), "application/xml"});
  pack += payload;
  xml::PackReader reader(pack);
  const auto record = reader.next();
  EXPECT_TRUE(record && *record);
  std::function<std::string(const xml::Node&)> show = [&](const xml::Node& node) -> std::string {
    if (node.kind == xml::Node::Kind::null) return "null";
    if (node.kind == xml::Node::Kind::text) return std::string(node.text);
    std::string out;
    for (const xml::Member& member : node.members)
      out += (out.empty() ? "" : " ") + std::string(member.key) + "=" + show(member.value);
    return "{" + out + "}";
  };
  return show((*record)->payload);
}

std::vector<std::string> shown(const Records& records) {
  std::vector<std::string> all;
  for (const std::string& record : records.records)
    all.push_back(shown(record));
  return all;
}

TEST(FormatsTest, EachLineOfNdjsonIsARecordWhateverItHolds) {
  EXPECT_THAT(
      read(ContentType::ndjson, "\xEF\xBB\xBF{\"a\":1}\r\n\n  \nno json\n[1]\n{\"b\":2}").records,
      ElementsAre("{\"a\":1}", "no json", "[1]", "{\"b\":2}"));
  EXPECT_THAT(read(ContentType::ndjson, "").records, IsEmpty());
}

TEST(FormatsTest, ALineOverTheBoundCostsItselfOnly) {
  const std::string text = "{}\n" + std::string(limits::record_bytes_max + 300'000, 'x') + "\n{}\n";
  const auto records = converted({.type = ContentType::ndjson}, text, 1 << 18);
  ASSERT_TRUE(records);
  EXPECT_THAT(records->records, ElementsAre("{}", "{}"));
  EXPECT_THAT(records->unreadables, ElementsAre(HasSubstr("Line 2 is longer")));
}

TEST(FormatsTest, ItemsOfAJsonDocumentAreRecords) {
  EXPECT_THAT(
      read(ContentType::json, "[ {\"a\" : \"x,]}\\\"\"},\n{\"b\":\n[1,{\"c\":2}]} , 7]\n").records,
      ElementsAre("{\"a\" : \"x,]}\\\"\"}", "{\"b\": [1,{\"c\":2}]}", "7"));
  EXPECT_THAT(read(ContentType::json, "{\"a\":1}{\"b\":2}\n{\"c\":3}").records, SizeIs(3));
  EXPECT_THAT(read(ContentType::json, "[]").records, IsEmpty());
}

TEST(FormatsTest, ABadItemOfAJsonDocumentCostsItselfOnly) {
  const auto records = read(ContentType::json, "[{\"a\":},{\"b\":\"x\ny\"},{\"c\":3},{\"d\":");
  EXPECT_THAT(records.records, ElementsAre("{\"a\":}", "{\"c\":3}"));
  EXPECT_THAT(records.unreadables,
              ElementsAre(HasSubstr("Item 2 has a line break"), HasSubstr("within item 4")));
}

TEST(FormatsTest, RowsOfXmlAreRecordsWherever) {
  const auto records = read(ContentType::xml,
                            "<?xml version=\"1.0\"?><all><!-- <row>no</row> --><x><row a=\"1>2\">"
                            "<b><![CDATA[</row>]]></b></row></x><rows/><row\n/><row><row>in"
                            "</row></row></all>",
                            "row");
  EXPECT_THAT(shown(records),
              ElementsAre("{row={_a=1>2 b=</row>}}", "{row=null}", "{row={row=in}}"));
  EXPECT_THAT(records.unreadables, IsEmpty());
}

TEST(FormatsTest, ABadRowOfXmlCostsItselfOnly) {
  const auto records =
      read(ContentType::xml, "<a><row><b></row><row>1</row><row>&no;</row><row>2<row>3</row></a>",
           "row");
  EXPECT_THAT(shown(records), ElementsAre("{row=1}", "{row=3}"));
  EXPECT_THAT(records.unreadables, ElementsAre(HasSubstr("Row 1: XML line"), HasSubstr("Row 3: "),
                                               HasSubstr("Row 4 has no end")));
}

TEST(FormatsTest, RowsThatDoNotEndAreGivenUpAfterAHundred) {
  std::string text;
  for (int i = 0; i < 200; ++i)
    text += "<row>";
  const auto records = converted({.type = ContentType::xml, .row_tag = "row"}, text);
  ASSERT_FALSE(records);
  EXPECT_THAT(records.error().message, HasSubstr("have no end"));
}

TEST(FormatsTest, RowsAreReadInTheEncodingOfTheirDocument) {
  const std::string latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a><row>\xE4</row></a>";
  EXPECT_THAT(shown(read(ContentType::xml, latin, "row")), ElementsAre("{row=\xC3\xA4}"));
  const std::string wide =
      utf16(u"<?xml version=\"1.0\" encoding=\"UTF-16\"?><a><row>\u00E4</row></a>", true);
  EXPECT_THAT(shown(read(ContentType::xml, wide, "row")), ElementsAre("{row=\xC3\xA4}"));
  EXPECT_THAT(shown(read(ContentType::xml, wide)), ElementsAre("{a={row=\xC3\xA4}}"));
}

TEST(FormatsTest, WithoutARowTagTheDocumentIsARecord) {
  EXPECT_THAT(shown(read(ContentType::xml, "<a><b>1</b></a>")), ElementsAre("{a={b=1}}"));
  EXPECT_THAT(read(ContentType::xml, "<a><b></a>").unreadables, SizeIs(1));
}

TEST(FormatsTest, ACborFileIsReadRecordByRecord) {
  std::string pack;
  for (const char* const text : {"1", "2"}) {
    xml::append_record_head(pack, {"old receipt", Time(), "application/xml"});
    xml::append_map(pack, 1);
    xml::append_text(pack, "row");
    xml::append_text(pack, text);
    if (text[0] == '1') xml::append_text(pack, "no record");
  }
  const auto records = read(ContentType::cbor, pack);
  EXPECT_THAT(shown(records), ElementsAre("{row=1}", "{row=2}"));
  EXPECT_THAT(records.unreadables, SizeIs(1));
}

TEST(FormatsTest, Utf16IsToldByItsMark) {
  // A pair of surrogates, and halves of such.
  const std::u16string text = u"a\n\U0001F600" + std::u16string(1, char16_t{0xD800}) + u"b" +
                              std::u16string(1, char16_t{0xDC00});
  for (const bool big : {true, false})
    EXPECT_THAT(read(ContentType::ndjson, utf16(text, big)).records,
                ElementsAre("a",
                            "\xF0\x9F\x98\x80\xEF\xBF\xBD"
                            "b\xEF\xBF\xBD"));
}

TEST(FormatsTest, GzipIsToldByItsContent) {
  EXPECT_THAT(read(ContentType::ndjson, gzip("{\"a\":1}\n") + gzip("{\"a\":2}\n")).records,
              SizeIs(2));
  EXPECT_THAT(read(ContentType::csv, gzip("1,2\n")).records,
              ElementsAre(R"({"_c0":"1","_c1":"2"})"));
  EXPECT_THAT(read(ContentType::ndjson, gzip("")).records, IsEmpty());
}

TEST(FormatsTest, DamagedGzipIsRefusedAndNotReadInPart) {
  const std::string whole = gzip("{\"a\":1}\n");
  for (std::size_t at = 2; at < whole.size(); ++at) {
    EXPECT_FALSE(converted({.type = ContentType::ndjson}, whole.substr(0, at))) << at;
    if (at >= 3 && at <= 9) continue;  // a header's time and the like may be anything
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    // What is damaged is refused, or was padding.
    const auto read = converted({.type = ContentType::ndjson}, damaged);
    EXPECT_TRUE(!read || read->records == std::vector<std::string>{"{\"a\":1}"}) << at;
  }
}

TEST(FormatsTest, AGzipBombIsRefused) {
  const std::string bomb = gzip(std::string(std::size_t{100} << 20, '\n'));
  const auto records = converted({.type = ContentType::ndjson}, bomb, 1 << 16);
  ASSERT_FALSE(records);
  EXPECT_EQ(records.error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir::courier
