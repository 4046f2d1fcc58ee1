#include "pipeline/courier/formats/delimited_rows.hpp"

#include <fstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>

#include "pipeline/courier/formats/format_limits.hpp"
#include "pipeline/courier/formats/test_records.hpp"
#include "pipeline/courier/formats/text_source.hpp"

namespace weir::courier {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Records read(const DelimitedFormat& format, const std::string& text, std::size_t piece = 64) {
  Records records;
  MemoryBytes bytes(text, piece);
  TextSource without_mark(bytes);
  EXPECT_TRUE(read_delimited(format, without_mark, records));
  return records;
}

/// A text that the answers hold with one character a byte, as bytes.
std::string bytes_of(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      bytes += text[i];
    } else {
      bytes +=
          static_cast<char>((byte & 3U) << 6U | (static_cast<unsigned char>(text[i + 1]) & 63U));
      ++i;
    }
  }
  return bytes;
}

std::string text_option(const json::object& options, const char* name,
                        const std::string& otherwise) {
  const json::value* value = options.if_contains(name);
  return value ? std::string(value->as_string()) : otherwise;
}

/// The rows as Spark has them: by position, null where there is nothing.
json::array rows_of(const Records& records, const json::array& columns) {
  json::array rows;
  for (const std::string& record : records.records) {
    const json::object object = json::parse(record).as_object();
    json::array& row = rows.emplace_back(json::array()).as_array();
    for (const json::value& column : columns) {
      const json::value* cell = object.if_contains(std::string_view(column.as_string()));
      row.push_back(cell ? *cell : json::value());
    }
  }
  return rows;
}

/// Where we differ on purpose: a quote that is never closed costs its line, and a quote before an
/// escape loses no character.
bool differs(const DelimitedFormat& format, const std::string& text, const Records& records) {
  if (!records.unreadables.empty()) return format.multiline;
  return format.escape != format.quote &&
         text.find(format.quote + format.escape) != std::string::npos;
}

TEST(DelimitedRowsTest, ReadsWhatSparkReads) {
  std::ifstream answers(WEIR_SPARK_CSV_ANSWERS);
  int compared = 0;
  int different = 0;
  for (std::string line; std::getline(answers, line);) {
    const json::object answer = json::parse(line).as_object();
    const json::object& options = answer.at("options").as_object();
    DelimitedFormat format;
    format.header = options.contains("header");
    format.multiline = options.contains("multiLine");
    format.separator = text_option(options, "delimiter", ",");
    format.quote = text_option(options, "quote", "\"");
    format.escape = text_option(options, "escape", "\\");
    const std::string text = bytes_of(answer.at("bytes").as_string());
    for (const std::size_t piece : {1UL, 3UL, 4096UL}) {
      const Records records = read(format, text, piece);
      const json::array rows = rows_of(records, answer.at("columns").as_array());
      if (rows != answer.at("rows").as_array() && differs(format, text, records)) {
        ++different;
        continue;
      }
      EXPECT_EQ(rows, answer.at("rows").as_array()) << line << "\nin pieces of " << piece;
      ++compared;
    }
  }
  EXPECT_GT(compared, 3 * 400);
  EXPECT_LT(different, compared / 10);
}

TEST(DelimitedRowsTest, AShortRowLacksItsCellsAndAnEmptyOneIsNull) {
  EXPECT_THAT(read({.header = true}, "a,b,c\n1,\n").records, ElementsAre(R"({"a":"1","b":null})"));
}

TEST(DelimitedRowsTest, NamesAndCellsAreWrittenAsJson) {
  EXPECT_THAT(read({.header = true}, "a\\b,\"x\"\n\t\x01,\xFF\xC3\xA4\n").records,
              ElementsAre("{\"a\\\\b\":\"\\u0009\\u0001\",\"x\":\"\xEF\xBF\xBD\xC3\xA4\"}"));
}

TEST(DelimitedRowsTest, AnOpenQuoteCostsItsLineOnly) {
  const auto records = read({.header = true, .multiline = true}, "a,b\n1,\"x\n2,y\n3,z\n");
  EXPECT_THAT(records.records, ElementsAre(R"({"a":"2","b":"y"})", R"({"a":"3","b":"z"})"));
  EXPECT_THAT(records.unreadables, ElementsAre(HasSubstr("Line 2 opens a quote")));
}

TEST(DelimitedRowsTest, ALineOverTheBoundCostsItselfOnly) {
  const std::string long_line(limits::record_bytes_max + 3'000'000, 'x');
  for (const bool multiline : {false, true}) {
    const auto records =
        read({.header = true, .multiline = multiline},
             std::string("a\n1\n") + (multiline ? "\"" : "") + long_line + "\n2\n", 1 << 20);
    EXPECT_THAT(records.records, ElementsAre(R"({"a":"1"})", R"({"a":"2"})"));
    EXPECT_EQ(records.unreadables.size(), 1U);
  }
}

TEST(DelimitedRowsTest, NothingIsARowOfAnEmptyFile) {
  EXPECT_THAT(read({}, "").records, IsEmpty());
  EXPECT_THAT(read({.header = true, .multiline = true}, "\n\n").records, IsEmpty());
}

}  // namespace
}  // namespace weir::courier
