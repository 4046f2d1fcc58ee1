#include "xml/encoding.hpp"

#include <gmock/gmock.h>

#include "xml/test_node_text.hpp"

namespace weir::xml {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string declared(const std::string& encoding, const std::string& text) {
  return "<?xml version=\"1.0\" encoding=\"" + encoding + "\"?><a>" + text + "</a>";
}

std::string utf16(std::string_view ascii, bool big_endian) {
  std::string out;
  for (const char c : ascii) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

/// What a document is read as that came with this charset.
std::string read_as(const std::string& document, const std::string& charset) {
  std::string scratch;
  const auto told = self_describing(document, charset, 1000, scratch);
  return told ? round_trip(*told) : told.error().message;
}

TEST(XmlEncoding, TheCharsetOfTheRequestGoesBeforeTheDeclaration) {
  EXPECT_EQ(read_as(declared("ISO-8859-1", "\u00fc"), "utf-8"), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as(declared("utf-16", "\u00fc"), "UTF-8"), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as(declared("windows-1252", "\u20ac"), "utf8"), "{a: \"\u20ac\"}");
  EXPECT_EQ(read_as(declared("utf-8", "\xfc"), "ISO-8859-1"), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as("<a>\x80</a>", "windows-1252"), "{a: \"\u20ac\"}");
  EXPECT_EQ(read_as("<a>\xa4</a>", "ISO-8859-15"), "{a: \"\u20ac\"}");
  EXPECT_EQ(read_as("<a>\x82\xa0</a>", "Shift_JIS"), "{a: \"\u3042\"}");
}

TEST(XmlEncoding, AByteOrderMarkGoesBeforeBoth) {
  const std::string mark(utf8_mark);
  EXPECT_EQ(read_as(mark + declared("utf-16", "\u00fc"), ""), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as(mark + declared("ISO-8859-1", "\u00fc"), "ISO-8859-1"), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as("\xff\xfe" + utf16(declared("utf-8", "x"), false), "utf-8"), "{a: \"x\"}");
  EXPECT_EQ(read_as("\xfe\xff" + utf16("<a>x</a>", true), "utf-16"), "{a: \"x\"}");
}

TEST(XmlEncoding, Utf16WithoutAMarkIsReadByItsFirstByte) {
  for (const bool big_endian : {false, true}) {
    EXPECT_EQ(read_as(utf16("<a>x</a>", big_endian), "utf-16"), "{a: \"x\"}");
    EXPECT_EQ(read_as(utf16(declared("utf-16", "x"), big_endian), "utf-16"), "{a: \"x\"}");
  }
  EXPECT_EQ(read_as(utf16("<a>x</a>", false), "utf-16le"), "{a: \"x\"}");
  EXPECT_EQ(read_as(utf16("<a>x</a>", true), "UTF-16BE"), "{a: \"x\"}");
}

TEST(XmlEncoding, WithoutACharsetTheDeclarationSaysIt) {
  EXPECT_EQ(read_as(declared("utf8", "\u00fc"), ""), "{a: \"\u00fc\"}");
  EXPECT_EQ(read_as(declared("windows-1252", "\x80"), ""), "{a: \"\u20ac\"}");
  EXPECT_EQ(read_as(declared("ISO-8859-15", "\xa4"), ""), "{a: \"\u20ac\"}");
  EXPECT_EQ(read_as(declared("Big5", "\xa4\x40"), ""), "{a: \"\u4e00\"}");
  EXPECT_EQ(read_as("<?xml version='1.0' encoding = 'CP1252' ?><a>\x80</a>", ""),
            "{a: \"\u20ac\"}");
}

TEST(XmlEncoding, WhatSaysItAlreadyIsLeftAsItWasSent) {
  std::string scratch;
  for (const std::string& document : {std::string("<a/>"), declared("UTF-8", "x"),
                                      declared("utf8", "x"), std::string(utf8_mark) + "<a/>"}) {
    const auto told = self_describing(document, "utf-8", 1000, scratch);
    ASSERT_TRUE(told);
    EXPECT_EQ(told->data(), document.data());
  }
  const std::string latin = declared("iso-8859-1", "\xfc");
  EXPECT_EQ(self_describing(latin, "ISO-8859-1", 1000, scratch)->data(), latin.data());
  EXPECT_EQ(self_describing(latin, "", 1000, scratch)->data(), latin.data());
}

TEST(XmlEncoding, BytesOfAnotherEncodingAreRefusedWithTheirPlace) {
  EXPECT_THAT(read_as("<a>\x82</a>", "Shift_JIS"),
              StartsWith("The XML document is not in the encoding \"Shift_JIS\" that it is said to "
                         "be in (byte 3)"));
  EXPECT_THAT(read_as(declared("Shift_JIS", "\x82"), ""), HasSubstr("(byte 45)"));
  EXPECT_THAT(read_as(declared("utf-16", "x"), ""),
              HasSubstr("not in the encoding it declares; mend the declaration, or name"));
  EXPECT_THAT(read_as(declared("utf-8", "\xfc"), "utf-8"), HasSubstr("not well-formed"));
}

TEST(XmlEncoding, OnlyNamesOfEncodingsGetToTheLibrary) {
  for (const char* known : {"utf-8", "UTF8", "us-ascii", "utf-16", "iso-8859-15", "windows-1252"})
    EXPECT_TRUE(is_known_encoding(known)) << known;
  for (const char* unknown : {"", "latin-42", "utf-8//IGNORE", "ISO-8859-1//TRANSLIT", "a/../b",
                              "1234567890123456789012345678901234567890123"})
    EXPECT_FALSE(is_known_encoding(unknown)) << unknown;
  EXPECT_THAT(read_as("<a/>", "latin-42"), HasSubstr("\"latin-42\" is not known"));
}

TEST(XmlEncoding, WhatItGrowsToIsBounded) {
  std::string out;
  EXPECT_TRUE(to_utf8(std::string(1000, '\xfc'), "iso-8859-1", 2000, out));
  EXPECT_EQ(out.size(), 2000u);
  const auto grown = to_utf8(std::string(100'000, '\xfc'), "iso-8859-1", 2000, out);
  ASSERT_FALSE(grown);
  EXPECT_EQ(grown.error().code, Errc::too_large);
}

}  // namespace
}  // namespace weir::xml
