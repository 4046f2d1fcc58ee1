#include "xml/xml_to_cbor.hpp"

#include <ctime>

#include <gmock/gmock.h>

#include "xml/test_node_text.hpp"

namespace weir::xml {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(XmlToCbor, TheDocumentedExample) {
  EXPECT_EQ(round_trip(R"(<sale id="7"><tender>Cash</tender><tender>Card</tender><note/></sale>)"),
            R"({sale: {_id: "7", tender: ["Cash", "Card"], note: null}})");
}

TEST(XmlToCbor, TheBytesAreDefiniteAndShortest) {
  Converter converter;
  std::string out = "before";
  ASSERT_TRUE(converter.convert("<a><b>x</b><b/></a>", out));
  EXPECT_EQ(out, std::string("before") +
                     "\xa1\x61"
                     "a"
                     "\xa1\x61"
                     "b"
                     "\x82\x61"
                     "x"
                     "\xf6");
}

struct Case {
  const char* xml;
  const char* tree;
};

class XmlConventions : public testing::TestWithParam<Case> {};

TEST_P(XmlConventions, Hold) {
  EXPECT_EQ(round_trip(GetParam().xml), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Text, XmlConventions,
    testing::Values(Case{"<a>x</a>", R"({a: "x"})"},                 //
                    Case{"<a> \n x y\t</a>", "{a: \" \n x y\t\"}"},  //
                    Case{"<a/>", "{a: null}"},                       //
                    Case{"<a></a>", "{a: null}"},                    //
                    Case{"<a> \t\r\n </a>", "{a: \" \t\n \"}"},      // XML reads \r\n as \n
                    Case{"<a> \n <b/> \n </a>", "{a: {b: null}}"},
                    Case{"<a x='1'> </a>", R"({a: {_x: "1", _VALUE: " "}})"},
                    Case{"<a><![CDATA[ x ]]></a>", R"({a: " x "})"},
                    Case{"<a><![CDATA[1 < 2 & 3]]></a>", R"({a: "1 < 2 & 3"})"},
                    Case{"<a>x<![CDATA[y]]>z</a>", R"({a: "xyz"})"},
                    Case{"<a>x<!-- c -->y<?p i?>z</a>", R"({a: "xyz"})"},
                    Case{"<a>&lt;&#65;&#x20ac;&amp;</a>", "{a: \"<A\xe2\x82\xac&\"}"},
                    Case{"<!-- c --><?p?><a>1</a><!-- d -->", R"({a: "1"})"}));

INSTANTIATE_TEST_SUITE_P(
    Structure, XmlConventions,
    testing::Values(
        Case{R"(<a x=" 1 " y=""/>)", R"({a: {_x: " 1 ", _y: ""}})"},
        Case{R"(<a x="1">t</a>)", R"({a: {_x: "1", _VALUE: "t"}})"},
        Case{R"(<a> one <b/> two <c/> </a>)", R"({a: {b: null, c: null, _VALUE: " one  two "}})"},
        Case{R"(<p:a xmlns:p="urn:p" xmlns="urn:d"><p:b p:c="1"/></p:a>)",
             R"({p:a: {_xmlns:p: "urn:p", _xmlns: "urn:d", p:b: {_p:c: "1"}}})"},
        Case{"<a><c>1</c><b>2</b><c>3</c><b/><c><d/></c></a>",
             R"({a: {c: ["1", "3", {d: null}], b: ["2", null]}})"},
        // A name that an attribute or _VALUE has too is repeated, so nothing is lost.
        Case{R"(<a id="1"><_id>2</_id></a>)", R"({a: {_id: ["1", "2"]}})"},
        Case{R"(<a VALUE="1">2</a>)", R"({a: {_VALUE: ["1", "2"]}})"},
        Case{"<!DOCTYPE a [<!ATTLIST a added CDATA 'x'>]><a sent='y'/>", R"({a: {_sent: "y"}})"}));

INSTANTIATE_TEST_SUITE_P(
    Encodings, XmlConventions,
    testing::Values(Case{"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9</a>",
                         "{a: \"\xc3\xa9\"}"},
                    Case{"<?xml version='1.0' encoding='US-ASCII'?><a>e</a>", R"({a: "e"})"},
                    Case{"\xef\xbb\xbf<a>\xc3\xa9</a>", "{a: \"\xc3\xa9\"}"}));

TEST(XmlToCbor, Utf16IsReadByItsMark) {
  std::string utf16("\xff\xfe", 2);
  for (const char c : std::string_view("<a b='1'>x</a>"))
    utf16 += {c, '\0'};
  EXPECT_EQ(round_trip(utf16), R"({a: {_b: "1", _VALUE: "x"}})");
}

class XmlRefusals : public testing::TestWithParam<Case> {};

TEST_P(XmlRefusals, NameThePlaceAndTheReason) {
  EXPECT_EQ(round_trip(GetParam().xml), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Malformed, XmlRefusals,
    testing::Values(
        Case{"", "XML line 1, column 1: no element found"},
        Case{"{\"a\":1}", "XML line 1, column 1: not well-formed (invalid token)"},
        Case{"<a>\n  <b></c>\n</a>", "XML line 2, column 8: mismatched tag"},
        Case{"<a><b>", "XML line 1, column 7: no element found"},
        Case{"<a/><b/>", "XML line 1, column 5: junk after document element"},
        Case{"<a x='1' x='2'/>", "XML line 1, column 10: duplicate attribute"},
        Case{"<a>\xff</a>", "XML line 1, column 4: not well-formed (invalid token)"},
        Case{"<a>&b;</a>", "XML line 1, column 4: undefined entity"},
        Case{"<?xml version='1.0' encoding='EBCDIC'?><a/>",
             "XML line 1, column 31: the declared encoding is not known; send UTF-8, UTF-16, "
             "ISO-8859-1 or US-ASCII"}));

INSTANTIATE_TEST_SUITE_P(
    Entities, XmlRefusals,
    testing::Values(
        Case{"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
             "XML line 1, column 52: entity 'x' is external or a parameter entity, which are never "
             "read; send its text instead"},
        Case{"<!DOCTYPE a [<!ENTITY % x '<!ENTITY y \"z\">'>%x;]><a>&y;</a>",
             "XML line 1, column 27: entity 'x' is external or a parameter entity, which are never "
             "read; send its text instead"},
        Case{"<!DOCTYPE a SYSTEM 'a.dtd'><a>&x;</a>",
             "XML line 1, column 31: entity 'x' is not declared in this document"},
        Case{"<!DOCTYPE a SYSTEM 'a.dtd'>\n<a b='&amp;&#65;&x;'/>",
             "XML line 2, column 1: an attribute uses an entity that an external DTD declares, "
             "which is never read; send its text instead"},
        Case{"<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY x 'y'>]><a>&x;</a>",
             "XML line 1, column 40: entities cannot be declared beside an external DTD, which is "
             "never read"}));

TEST(XmlToCbor, AnExternalDtdIsPassedOver) {
  EXPECT_EQ(round_trip("<!DOCTYPE cXML SYSTEM 'http://127.0.0.1:1/cXML.dtd'><cXML v='&lt;'/>"),
            R"({cXML: {_v: "<"}})");
}

TEST(XmlToCbor, InternalEntitiesAreExpanded) {
  EXPECT_EQ(round_trip("<!DOCTYPE a [<!ENTITY n 'Weir'>]><a by='&n;'>&n; &amp; Sons</a>"),
            R"({a: {_by: "Weir", _VALUE: "Weir & Sons"}})");
}

TEST(XmlToCbor, ABillionLaughsStopEarly) {
  std::string xml = "<!DOCTYPE a [<!ENTITY l0 'ha'>";
  for (int i = 1; i < 30; ++i) {
    const std::string inner = "&l" + std::to_string(i - 1) + ";";
    xml += "<!ENTITY l" + std::to_string(i) + " '" + inner + inner + "'>";
  }
  xml += "]><a>&l29;</a>";
  EXPECT_THAT(round_trip(xml), HasSubstr("its text grows beyond 65536 bytes"));
}

TEST(XmlToCbor, AQuadraticBlowUpStops) {
  std::string xml = "<!DOCTYPE a [<!ENTITY x '" + std::string(20'000, 'x') + "'>]><a>";
  for (int i = 0; i < 2'000; ++i)
    xml += "&x;";
  EXPECT_THAT(round_trip(xml + "</a>"), HasSubstr("its text grows beyond"));
}

/// Seconds of this thread's processor.
double seconds_of(const std::string& xml, std::string& tree) {
  const auto now = [] {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
  };
  const double begin = now();
  tree = round_trip(xml);
  return now() - begin;
}

TEST(XmlToCbor, DefaultAttributesCostNoMoreThanTheDocumentIsLong) {
  std::string declarations;
  for (int i = 0; i < 4000; ++i)
    declarations += " d" + std::to_string(i) + " CDATA 'x'";
  std::string xml = "<!DOCTYPE a [<!ATTLIST b" + declarations + ">]><a>";
  for (int i = 0; i < 200'000; ++i)
    xml += "<b/>";
  std::string tree;
  EXPECT_LT(seconds_of(xml + "</a>", tree), 1.0);
  EXPECT_THAT(tree, HasSubstr("declared attributes in all, sent or not; declare fewer"));
}

TEST(XmlToCbor, DeclaringAttributesIsBoundedForExpatComparesEachWithAll) {
  std::string xml = "<!DOCTYPE a [<!ATTLIST b";
  for (int i = 0; i < 280'000; ++i)
    xml += " d" + std::to_string(i) + " CDATA 'x'";
  std::string tree;
  EXPECT_LT(seconds_of(xml + ">]><a/>", tree), 1.0);
  EXPECT_THAT(tree, HasSubstr("more than 4096 attributes are declared; declare fewer"));
}

TEST(XmlToCbor, AnHonestDtdMayGiveEveryElementSomeDefaults) {
  std::string xml =
      "<!DOCTYPE a [<!ATTLIST item unit CDATA 'kg' lang CDATA #IMPLIED id ID #IMPLIED "
      "state (on|off) 'on' href CDATA #REQUIRED>]><a>";
  for (int i = 0; i < 20'000; ++i)
    xml += "<item href='u'>t</item>";
  EXPECT_THAT(round_trip(xml + "</a>"), StartsWith("{a: {item: [{_href: \"u\", _VALUE: \"t\"}"));
}

TEST(XmlToCbor, EveryBoundIsHeldAndSaysSo) {
  const XmlLimits small{
      .bytes_max = 100, .depth_max = 3, .attributes_max = 2, .name_bytes_max = 5, .nodes_max = 8};
  EXPECT_EQ(round_trip("<a><b><c/></b></a>", small), "{a: {b: {c: null}}}");
  EXPECT_EQ(round_trip("<a><b><c><d/></c></b></a>", small),
            "XML line 1, column 10: elements nest deeper than 3");
  EXPECT_EQ(round_trip("<a x='1' y='2' z='3'/>", small),
            "XML line 1, column 1: element 'a' has more than 2 attributes");
  EXPECT_EQ(round_trip("<a><toolong/></a>", small),
            "XML line 1, column 4: name 'toolong' has more than 5 bytes");
  EXPECT_EQ(round_trip("<a toolong='1'/>", small),
            "XML line 1, column 1: name 'toolong' has more than 5 bytes");
  EXPECT_THAT(round_trip("<a><b/><b/><b/><b/><b/><b/><b/><b/></a>", small),
              HasSubstr("more than 8 elements, attributes and pieces of text"));
  EXPECT_THAT(round_trip("<a>" + std::string(100, 'x') + "</a>", small),
              StartsWith("the XML document has 107 bytes, more than 100"));
}

TEST(XmlToCbor, WhatFailsLeavesTheOutputAndTheConverterAsTheyWere) {
  Converter converter;
  std::string out = "kept";
  const auto failed = converter.convert("<a><b>x</b><c>", out);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, Errc::bad_request);
  EXPECT_EQ(out, "kept");
  ASSERT_TRUE(converter.convert("<a/>", out));
  EXPECT_EQ(out,
            "kept\xa1\x61"
            "a"
            "\xf6");
}

TEST(XmlToCbor, ManyDistinctNamesInOneElementStayInTheirOrder) {
  constexpr int names = 20'000;
  std::string xml = "<a>";
  std::string tree = "{a: {";
  for (int i = 0; i < names; ++i) {
    const std::string name = "n" + std::to_string((i * 7919) % names);
    xml += "<" + name + "/>";
    tree += name + (i + 1 < names ? ": null, " : ": null}}");
  }
  EXPECT_EQ(round_trip(xml + "</a>"), tree);
}

}  // namespace
}  // namespace weir::xml
