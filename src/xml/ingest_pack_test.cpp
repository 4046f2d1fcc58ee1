#include "xml/ingest_pack.hpp"

#include <chrono>

#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "xml/cbor_write.hpp"
#include "xml/test_node_text.hpp"

namespace weir::xml {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

const Time noon = std::chrono::sys_days{std::chrono::year{2027} / 3 / 2} + std::chrono::hours{12};

/// A whole record around payload bytes.
std::string record(const std::string& payload, std::string_view id = "r") {
  std::string out;
  append_record_head(out, {id, noon, "application/xml"});
  return out + payload;
}

std::string read_payload(const std::string& bytes) {
  PackReader reader(bytes);
  const auto found = reader.next();
  return found ? show((*found)->payload) : found.error().message;
}

TEST(IngestPack, RecordsComeBackInOrderWithTheirHeads) {
  const std::string first = record(
      "\xa1\x61"
      "a"
      "\xf6",
      "one");
  const std::string bytes = first + record(
                                        "\xa1\x61"
                                        "b"
                                        "\x61"
                                        "x",
                                        "two");
  PackReader reader(bytes);

  const auto one = reader.next();
  ASSERT_TRUE(one && one->has_value());
  EXPECT_EQ((*one)->head.request_id, "one");
  EXPECT_EQ((*one)->head.received_at, noon);
  EXPECT_EQ((*one)->head.content_type, "application/xml");
  EXPECT_EQ((*one)->offset, 0u);
  EXPECT_EQ(show((*one)->payload), "{a: null}");

  const auto two = reader.next();
  ASSERT_TRUE(two && two->has_value());
  EXPECT_EQ((*two)->head.request_id, "two");
  EXPECT_EQ((*two)->offset, first.size());
  EXPECT_EQ(show((*two)->payload), R"({b: "x"})");

  const auto end = reader.next();
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->has_value());
}

TEST(IngestPack, TheHeadIsWrittenAsTheFormatSays) {
  std::string out;
  append_record_head(out, {"id", noon, "application/xml"});
  EXPECT_EQ(out,
            "\xa4\x6arequest_id\x62id\x6breceived_at\xc0\x78\x1b"
            "2027-03-02T12:00:00.000000Z"
            "\x6c"
            "content_type\x6f"
            "application/xml\x67payload");
}

TEST(IngestPack, IndefiniteLengthsReadAsDefiniteOnes) {
  // {_ "a": [_ (_ "x", "y"), null], "b": {_ }}
  const std::string payload =
      "\xbf\x61"
      "a"
      "\x9f\x7f\x61"
      "x"
      "\x61"
      "y"
      "\xff\xf6\xff\xff"s;
  EXPECT_EQ(read_payload(record(payload)), R"({a: ["xy", null]})");
  // The record itself too, its keys in another order, with one from a later version.
  std::string bytes = "\xbf";
  append_text(bytes, "payload");
  bytes +=
      "\xa1\x61"
      "a"
      "\xf6";
  append_text(bytes, "later");
  bytes += "\x81\xf6";
  append_text(bytes, "content_type");
  append_text(bytes, "application/xml");
  append_text(bytes, "received_at");
  bytes += "\xc0";
  append_text(bytes, "2027-03-02T14:00:00+02:00");
  append_text(bytes, "request_id");
  bytes +=
      "\x7f\x61"
      "i"
      "\x61"
      "d"
      "\xff";
  bytes += "\xff";
  PackReader reader(bytes);
  const auto found = reader.next();
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ((*found)->head.request_id, "id");
  EXPECT_EQ((*found)->head.received_at, noon);
  EXPECT_EQ(show((*found)->payload), "{a: null}");
}

TEST(IngestPack, ContentCutAnywhereIsCorruptAndNamesTheByte) {
  const std::string whole = record(
      "\xa1\x61"
      "a"
      "\x82\xf6\x62"
      "xy");
  for (std::size_t size = 1; size < whole.size(); ++size) {
    const std::string cut = whole.substr(0, size);
    PackReader reader(cut);
    const auto found = reader.next();
    ASSERT_FALSE(found) << size;
    EXPECT_EQ(found.error().code, Errc::corrupt);
    EXPECT_THAT(found.error().message, HasSubstr("CBOR batch, byte ")) << size;
    EXPECT_TRUE(reader.is_cut_short()) << size;  // and so read again when more of it is there
  }
}

TEST(IngestPack, APartOfAFileKnowsItsPlaceInIt) {
  const std::string first = record("\xa1\x61z\xf6");
  const std::string bytes = first + "\x01";
  PackReader reader(std::string_view(bytes), 1000);
  const auto one = reader.next();
  ASSERT_TRUE(one && one->has_value());
  EXPECT_EQ((*one)->offset, 1000U);
  const auto two = reader.next();
  ASSERT_FALSE(two);
  EXPECT_THAT(two.error().message, HasSubstr("byte " + std::to_string(1000 + first.size())));
  EXPECT_FALSE(reader.is_cut_short());
  EXPECT_EQ(reader.begun(), 1000 + first.size());
}

TEST(IngestPack, WhatIsNoRecordIsRefusedWithItsPlace) {
  const std::string at = std::to_string(record("").size());
  const auto refusal = [&](const std::string& payload) { return read_payload(record(payload)); };
  EXPECT_EQ(read_payload("\x01"), "CBOR batch, byte 0: a record is a map, this is not");
  EXPECT_EQ(read_payload("\xa0"),
            "CBOR batch, byte 0: a record needs request_id, received_at, content_type and payload");
  EXPECT_EQ(read_payload("\xa1\x01\x01"), "CBOR batch, byte 1: a key is no text");
  EXPECT_THAT(refusal("\x61"
                      "a"),
              HasSubstr("a payload is a map of one pair"));
  EXPECT_THAT(refusal("\xa0"), HasSubstr("a payload is a map of one pair"));
  EXPECT_EQ(refusal("\x05"), "CBOR batch, byte " + at +
                                 ": a value is null, text, an array or a map; this is neither");
  EXPECT_EQ(refusal("\xff"), refusal("\x05"));
  EXPECT_EQ(refusal("\xc0\x61"
                    "a"),
            refusal("\x05"));
  EXPECT_EQ(refusal("\x62\xc3\x28"), "CBOR batch, byte " + at + ": a text is not UTF-8");
  EXPECT_EQ(refusal("\x1c"), "CBOR batch, byte " + at + ": not a CBOR item");
  EXPECT_THAT(refusal("\x7f\xf6\xff"), HasSubstr("a text in chunks holds something else"));
  // An array that says it has 2^64-1 items is not believed.
  EXPECT_THAT(refusal("\x9b\xff\xff\xff\xff\xff\xff\xff\xff"), HasSubstr("the content ends"));
}

TEST(IngestPack, AKeyThatComesTwiceIsRefused) {
  std::string bytes = "\xa2";
  for (int i = 0; i < 2; ++i) {
    append_text(bytes, "request_id");
    append_text(bytes, "x");
  }
  EXPECT_EQ(read_payload(bytes), "CBOR batch, byte 14: the key request_id came before");
}

TEST(IngestPack, DepthIsBounded) {
  std::string payload;
  for (std::uint32_t i = 0; i < 3 * limits::xml_depth_max; ++i)
    payload += "\x81";
  EXPECT_THAT(read_payload(record("\xa1\x61"
                                  "a" +
                                  payload + "\xf6")),
              HasSubstr("nested too deep"));
}

TEST(IngestPack, TheDeepestXmlReadsBack) {
  std::string xml;
  for (std::uint32_t i = 0; i < limits::xml_depth_max - 1; ++i)
    xml += "<a><a/>";
  xml += "<a/>";
  for (std::uint32_t i = 0; i < limits::xml_depth_max - 1; ++i)
    xml += "</a>";
  EXPECT_THAT(round_trip(xml), HasSubstr("{a: {a: [null, {a: [null, "));
}

std::vector<std::string> rows(std::string_view xml, std::string_view tag) {
  Converter converter;
  const auto bytes = pack(converter, xml);
  if (!bytes) return {bytes.error().message};
  PackReader reader(*bytes);
  const auto found = reader.next();
  if (!found) return {found.error().message};
  std::vector<std::string> out;
  find_rows((*found)->payload, tag, [&](const Node& row) { out.push_back(show(row)); });
  return out;
}

TEST(FindRows, TakesEveryElementOfTheNameAtAnyDepthInOrder) {
  using testing::ElementsAre;
  EXPECT_THAT(rows("<row><a>1</a></row>", "row"), ElementsAre(R"({a: "1"})"));
  EXPECT_THAT(rows("<x><row>1</row><row/><y><row>3</row></y><z><row>4</row></z></x>", "row"),
              ElementsAre("\"1\"", "null", "\"3\"", "\"4\""));
  EXPECT_THAT(rows("<x><y><row>1</row></y><y><row>2</row><row>3</row></y></x>", "row"),
              ElementsAre("\"1\"", "\"2\"", "\"3\""));
  EXPECT_THAT(rows("<x><a>1</a></x>", "row"), ElementsAre());
}

TEST(FindRows, ARowInsideARowIsNotTakenAgain) {
  EXPECT_THAT(rows("<x><row><row>in</row></row></x>", "row"),
              testing::ElementsAre(R"({row: "in"})"));
}

TEST(FindRows, RowsAreFoundWithoutATreeToo) {
  std::string bytes;
  std::vector<std::string> expected;
  Converter converter;
  for (const std::string_view xml : {"<all><row>1</row><b><row><row/></row></b><row/></all>",
                                     "<row><a>x</a></row>", "<none/>"}) {
    bytes += *pack(converter, xml);
    for (const std::string& row : rows(xml, "row"))
      expected.push_back(row);
  }
  // [_ {_ "a": (_ "x", "y")}, [null]] under the name: its items, the nested ones too.
  bytes += record(
      "\xa1\x63row\x9f\xbf\x61"
      "a\x7f\x61x\x61y\xff\xff\x81\xf6\xff"s);
  expected.insert(expected.end(), {R"({a: "xy"})", "null"});
  std::vector<std::string> found;
  PackReader reader(bytes);
  while (true) {
    std::vector<std::size_t> places;
    const auto more = reader.find_next("row", &places);
    ASSERT_TRUE(more) << more.error().message;
    if (!*more) break;
    PackCursor record(bytes, reader.begun());
    EXPECT_THAT(read_head(record).content_type, "application/xml");
    for (const std::size_t place : places) {
      PackCursor cursor(bytes, place);
      PackValue value = cursor.value();
      found.push_back(show(cursor.tree(value)));
    }
  }
  EXPECT_EQ(found, expected);
  EXPECT_EQ(expected.size(), 6U);
}

TEST(FindRows, AMemberIsFoundByItsKey) {
  const std::string bytes = record(
      "\xa1\x61"
      "a"
      "\xa1\x61"
      "b"
      "\x61"
      "x");
  PackReader reader(bytes);
  const auto found = reader.next();
  ASSERT_TRUE(found);
  const Node* a = (*found)->payload.find("a");
  ASSERT_NE(a, nullptr);
  ASSERT_NE(a->find("b"), nullptr);
  EXPECT_EQ(a->find("b")->text, "x");
  EXPECT_EQ(a->find("c"), nullptr);
  EXPECT_EQ(a->find("b")->find("c"), nullptr);
}

}  // namespace
}  // namespace weir::xml
