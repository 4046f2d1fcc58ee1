#include "engine/duckdb/reader/read_function.hpp"

#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/receipt.hpp"
#include "base/record_index.hpp"
#include "engine/declared_schema.hpp"
#include "engine/duckdb/reader/infer.hpp"
#include "engine/duckdb/test_files.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Files in, rows as JSON text out.
class ReadFunctionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto database = Database::open("", {});
    ASSERT_TRUE(database) << database.error().message;
    database_ = *std::move(database);
    auto connection = Connection::open(*database_);
    ASSERT_TRUE(connection);
    connection_ = std::make_unique<Connection>(*std::move(connection));
    ASSERT_TRUE(add_read_function(*connection_, readings_));
  }

  void declare(const std::string& schema) {
    auto type = declared_schema(schema);
    ASSERT_TRUE(type) << type.error().message;
    type_ = *std::move(type);
  }

  /// One declared field `a` of that type.
  void declare_a(const std::string& type) {
    declare(R"({"type":"struct","fields":[{"name":"a","type":)" + type + "}]}");
  }

  std::vector<std::string> rows(const std::vector<std::string>& files,
                                const std::string& columns = "") {
    auto reading = std::make_shared<Reading>();
    for (const std::string& content : files)
      reading->plan.paths.push_back(
          folder_.write(std::to_string(reading->plan.paths.size()) + ".ndjson", content));
    if (!type_) {
      auto inferred = infer_ndjson(reading->plan);
      if (!inferred) return {inferred.error().message};
      type_ = std::move(inferred->type);
      reading->plan.inferred = true;
      reading->plan.has_more_names = inferred->has_more_names;
    }
    reading->plan.records = records_;
    reading->plan.type = *type_;
    reading->plan.as_text = as_text_;
    reading->plan.any_order = any_order_;
    reading_ = reading;
    std::string list = columns;
    for (std::size_t i = 0; columns.empty() && i < type_->fields().size(); ++i) {
      if (i > 0) list += ", ";
      list += quote_text(type_->fields()[i].name) + ": " + data_column(i);
    }
    const std::string what = columns.empty() ? "to_json({" + list + "})::VARCHAR" : list;
    const auto cells = connection_->cells("SELECT " + what + " FROM weir_read(" +
                                          std::to_string(readings_.add(reading)) + ")");
    if (!cells) return {cells.error().message};
    std::vector<std::string> out;
    for (const auto& row : *cells) {
      std::string line;
      for (const auto& cell : row)
        line += (line.empty() ? "" : "|") + cell.value_or("NULL");
      out.push_back(line);
    }
    return out;
  }

  /// "row path value" of the first misfits, after their count.
  std::vector<std::string> misfits() const {
    std::vector<std::string> out{std::to_string(reading_->report.misfits())};
    for (const Misfit& each : reading_->report.first_misfits())
      out.push_back(std::to_string(each.row) + " " + each.path + " " + each.value);
    return out;
  }

  TestFolder folder_;
  Readings readings_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
  std::optional<spark::Type> type_;
  std::shared_ptr<Reading> reading_;
  std::vector<FileRecords> records_;
  bool as_text_ = false;
  bool any_order_ = false;
};

TEST_F(ReadFunctionTest, InferredRecordsComeBackAsTheyWere) {
  EXPECT_THAT(
      rows({"{\"id\":1,\"name\":\"a longer name than "
            "twelve\",\"ok\":true,\"x\":{\"y\":[1,2],\"z\":null}}\n"
            "{\"id\":2,\"x\":{\"y\":[]}}\n",
            "{\"name\":\"\",\"x\":null,\"w\":1.5}\n"}),
      ElementsAre(
          R"({"id":1,"name":"a longer name than twelve","ok":true,"w":null,"x":{"y":[1,2],"z":null}})",
          R"({"id":2,"name":null,"ok":null,"w":null,"x":{"y":[],"z":null}})",
          R"({"id":null,"name":"","ok":null,"w":1.5,"x":null})"));
}

TEST_F(ReadFunctionTest, FileAndRowOfEachRowAreKnown) {
  EXPECT_THAT(rows({"{\"a\":1}\n\n{\"a\":2}\n", "{\"a\":3}\n"}, "file, row, problem, c0"),
              ElementsAre("0|1|NULL|1", "0|3|NULL|2", "1|1|NULL|3"));
}

TEST_F(ReadFunctionTest, EachRowHasItsOrigin) {
  records_.resize(2);
  records_[0].origin = {5, 0};
  records_[1].origin = {6, std::uint64_t{3} << 32};
  EXPECT_THAT(rows({"{\"a\":1}\n\n{\"a\":2}\n", "{\"a\":3}\n"},
                   "CAST(origin >> 64 AS VARCHAR), CAST(origin & 18446744073709551615::UHUGEINT AS "
                   "VARCHAR), c0"),
              ElementsAre("5|1|1", "5|3|2", "6|12884901889|3"));
}

/// The receipts that the gateway gave, of these sequences.
std::string receipts(const std::vector<std::uint64_t>& sequences) {
  std::string out;
  for (const std::uint64_t each : sequences)
    out += std::string(view(encode_receipt({{3}, {1}, {each}}))) + " ";
  return out;
}

TEST_F(ReadFunctionTest, EachRecordHasItsReceiptAndTheTimeOfItsFile) {
  records_.resize(1);
  records_[0] = {{}, *parse_time("2027-03-02T08:00:00.000001Z"), {{3}, {1}, {40}}, {42}, 3};
  EXPECT_THAT(rows({"{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n"},
                   "string_agg(request_id || ' ', '' ORDER BY row), "
                   "CAST(min(received_at) AS VARCHAR)"),
              ElementsAre(receipts({40, 41, 42}) + "|2027-03-02 08:00:00.000001"));
}

TEST_F(ReadFunctionTest, ReceiptsOfAFileWithGapsAreThoseOfItsIndex) {
  std::string file;
  std::vector<std::uint64_t> sequences;
  RecordIndex index;
  for (std::uint64_t sequence = 1; sequence <= 4000; ++sequence) {
    if (sequence % 1000 == 7 || sequence % 1000 == 8) continue;  // quarantined, or duplicates
    index.add({sequence}, file.size());
    sequences.push_back(sequence);
    file += "{\"a\":\"" + std::string(sequence % 150, 'x') + "\"}\n";
  }
  folder_.write("0.index", index.encode());
  records_.resize(1);
  records_[0] = {{}, {}, {{3}, {1}, {1}}, {4002}, sequences.size()};
  const std::string all = "string_agg(request_id || ' ', '' ORDER BY row)";
  EXPECT_THAT(rows({file}, all), ElementsAre(receipts(sequences)));
  folder_.write("0.index", "damaged");
  EXPECT_THAT(rows({file}, all), ElementsAre(HasSubstr("no index of a batch file")));
  std::filesystem::remove(folder_.path() / "0.index");
  EXPECT_THAT(rows({file}, all), ElementsAre("NULL"));
}

/// Which thread reads which file is chance; what is found is not.
TEST_F(ReadFunctionTest, ThreadsThatReadTogetherFindWhatOneFinds) {
  std::vector<std::string> files(40);
  for (std::size_t file = 0; file < files.size(); ++file) {
    for (std::size_t i = 0; i < 50 + file; ++i)
      files[file] += i % 10 == 7 ? "{\"a\":\"x\"}\n" : "{\"a\":" + std::to_string(i) + "}\n";
  }
  declare_a("\"long\"");
  const std::string all =
      "string_agg(file || '/' || row || '=' || coalesce(c0, -1), ' ' ORDER BY file, row)";
  const auto alone = rows(files, all);
  const auto misfits_alone = misfits();
  ASSERT_TRUE(connection_->run("SET threads = 4"));
  any_order_ = true;
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(rows(files, all), alone);
    EXPECT_EQ(misfits(), misfits_alone);
  }
}

TEST_F(ReadFunctionTest, AStatementInAnyOrderStoresEachRowOnce) {
  std::vector<std::string> files(8);
  for (std::string& file : files) {
    for (int i = 0; i < 3000; ++i)
      file += "{\"a\":" + std::to_string(i) + "}\n";
  }
  declare_a("\"long\"");
  any_order_ = true;
  EXPECT_THAT(rows(files, "count(*)"), ElementsAre("24000"));
  ASSERT_TRUE(connection_->run("SET threads = 4; CREATE TABLE kept (file BIGINT, a BIGINT)"));
  const std::string number = std::to_string(readings_.add(reading_));
  const auto done = connection_->run("INSERT INTO kept SELECT file, c0 FROM weir_read(" + number +
                                     ") WHERE row & 1 IN (SELECT unnest(range(2)))");
  ASSERT_TRUE(done) << done.error().message;
  const auto one = [this](const std::string& sql) {
    const auto cells = connection_->cells(sql);
    return cells ? (*cells)[0][0].value_or("NULL") : cells.error().message;
  };
  EXPECT_EQ(one("SELECT count(*) FROM (SELECT file, a FROM kept GROUP BY ALL HAVING count(*) = 1)"),
            "24000");
}

TEST_F(ReadFunctionTest, RowsCanBeCountedWithoutAnyColumn) {
  EXPECT_THAT(rows({"{\"a\":1}\n{\"a\":2}\n"}, "count(*)"), ElementsAre("2"));
}

TEST_F(ReadFunctionTest, MixedFieldsHoldTheRawText) {
  EXPECT_THAT(rows({"{\"a\":{\"b\": [1, \"x\"]}}\n{\"a\":\"text\"}\n{\"a\":1.50}\n{\"a\":true}\n"
                    "{\"a\":null}\n{\"a\":[ ]}\n"},
                   "c0"),
              ElementsAre("{\"b\": [1, \"x\"]}", "text", "1.50", "true", "NULL", "[ ]"));
}

TEST_F(ReadFunctionTest, EmptyTextReadsAsNullWhereTheTypeIsAnother) {
  EXPECT_THAT(rows({"{\"a\":\"\",\"b\":\"\",\"c\":\"\"}\n{\"a\":5,\"b\":{\"x\":1},\"c\":[1]}\n"}),
              ElementsAre(R"({"a":null,"b":null,"c":null})", R"({"a":5,"b":{"x":1},"c":[1]})"));
}

TEST_F(ReadFunctionTest, TheLastOfEqualKeysWins) {
  EXPECT_THAT(
      rows({"{\"a\":1,\"b\":{\"x\":1,\"y\":2},\"c\":[1,2],\"a\":null,\"b\":{\"y\":3},\"c\":[4]}\n"
            "{\"a\":null,\"a\":7}\n"}),
      ElementsAre(R"({"a":null,"b":{"x":null,"y":3},"c":[4]})", R"({"a":7,"b":null,"c":null})"));
}

TEST_F(ReadFunctionTest, EscapesAndAllOfUnicodeAreRead) {
  EXPECT_THAT(rows({R"({"a\"b":"\u00e9\n\"\\ \ud83d\ude00 and more","q":"a\u0000b"})"
                    "\n"},
                   "c0, length(c1)"),
              ElementsAre("é\n\"\\ 😀 and more|3"));
}

TEST_F(ReadFunctionTest, AnEscapedHalfOfASurrogatePairIsAQuestionMarkAsInSpark) {
  // Spark 3.5 gave the same rows for the same file.
  const std::string file = R"({"id":1,"s":"a\ud83db","o":{"x":"\ude00"},"\ud83dk":1})"
                           "\n"
                           R"({"id":2,"s":"fine \ud83d\ude00 \\ud83d"})"
                           "\n"
                           R"({"id":3,"s":"\ud83d\ud83d\ude00"})"
                           "\n";
  EXPECT_THAT(rows({file}), ElementsAre(R"({"?k":1,"id":1,"o":{"x":"?"},"s":"a?b"})",
                                        R"({"?k":null,"id":2,"o":null,"s":"fine 😀 \\ud83d"})",
                                        R"({"?k":null,"id":3,"o":null,"s":"?😀"})"));
}

TEST_F(ReadFunctionTest, NumbersBeyondSixtyFourBitsAreExactDecimals) {
  EXPECT_THAT(rows({"{\"a\":12345678901234567890123456789012345678,\"b\":1e999}\n{\"a\":-1}\n"},
                   "c0::VARCHAR, c1::VARCHAR"),
              ElementsAre("12345678901234567890123456789012345678|inf", "-1|NULL"));
}

TEST_F(ReadFunctionTest, DeclaredTypesAreReadAsSparkReadsThem) {
  const auto read = [&](const std::string& type, const std::string& values) {
    type_.reset();
    declare_a("\"" + type + "\"");
    std::string lines;
    for (std::size_t at = 0; at < values.size();) {
      const std::size_t end = std::min(values.find(' ', at), values.size());
      lines += "{\"a\":" + values.substr(at, end - at) + "}\n";
      at = end + 1;
    }
    return rows({lines}, "c0::VARCHAR");
  };
  EXPECT_THAT(read("long", "5 \"5\" 5.0 true 99999999999999999999"),
              ElementsAre("5", "NULL", "NULL", "NULL", "NULL"));
  EXPECT_THAT(read("integer", "5 3000000000 -2147483648"), ElementsAre("5", "NULL", "-2147483648"));
  EXPECT_THAT(read("short", "5 40000"), ElementsAre("5", "NULL"));
  EXPECT_THAT(read("byte", "-128 128"), ElementsAre("-128", "NULL"));
  EXPECT_THAT(read("double", "5 2.5 \"NaN\" \"2.5\""), ElementsAre("5.0", "2.5", "nan", "NULL"));
  EXPECT_THAT(read("float", "2.5"), ElementsAre("2.5"));
  // Rounded once: by way of a double it would be 1.
  EXPECT_THAT(read("float", "1.00000005960464477539062500000000001"), ElementsAre("1.0000001"));
  EXPECT_THAT(read("boolean", "true false \"true\" 1"),
              ElementsAre("true", "false", "NULL", "NULL"));
  EXPECT_THAT(read("decimal(4,2)", "1.005 \"99.99\" 100 7"),
              ElementsAre("1.01", "99.99", "NULL", "7.00"));
  EXPECT_THAT(read("decimal(9,1)", "-12345678.9"), ElementsAre("-12345678.9"));
  EXPECT_THAT(read("decimal(18,1)", "-1234567890123456.9"), ElementsAre("-1234567890123456.9"));
  EXPECT_THAT(read("decimal(38,1)", "-1.25"), ElementsAre("-1.3"));
  EXPECT_THAT(read("date", "\"2024-01-31\" 7 \"x\" \"2024-01-31+01:00\" \"2024-01-31Z\""),
              ElementsAre("2024-01-31", "NULL", "NULL", "2024-01-31", "2024-01-31"));
  EXPECT_THAT(read("timestamp", "\"2024-01-31T10:00:00+01:00\" \"x\""),
              ElementsAre("2024-01-31 09:00:00", "NULL"));
  EXPECT_THAT(read("timestamp", R"("2024-07-31T04:05:06Europe/Berlin" "2024-01-31T04:05:06CST" )"
                                R"("2024-01-31T04:05:06CDT" "10:00" "2024-01-31T04:05:06+2")"),
              ElementsAre("2024-07-31 02:05:06", "2024-01-31 10:05:06", "NULL", "NULL",
                          "2024-01-31 02:05:06"));
  EXPECT_THAT(read("timestamp", "1705314600 -5 1.5 1e3 9223372036854775807 \"1705314600\" true"),
              ElementsAre("2024-01-15 10:30:00", "1969-12-31 23:59:55", "NULL", "NULL", "NULL",
                          "NULL", "NULL"));
  EXPECT_THAT(read("binary", R"("aGVsbG8=" "aGVs\u000abG8=" "" "aGVsbG8" "-_-_" 5)"),
              ElementsAre("hello", "hello", "", "NULL", "NULL", "NULL"));
  EXPECT_THAT(read("double", R"("NaN" "-Infinity" "+INF" "INF" "inf")"),
              ElementsAre("nan", "-inf", "inf", "NULL", "NULL"));
  EXPECT_THAT(read("decimal(10,2)", R"("2" "\u00202" "2\u0020" "1,234.50" "" "+5" "1e3")"),
              ElementsAre("2.00", "NULL", "NULL", "NULL", "NULL", "5.00", "1000.00"));
  EXPECT_THAT(
      read("decimal(10,2)", R"("\u00012" "2d" "\u0661\u0662" 0e39 "0e400" 9e-999999999999)"),
      ElementsAre("NULL", "NULL", "12.00", "0.00", "0.00", "NULL"));
  EXPECT_THAT(read("string", "5 \"5\" null {\"x\":1}"), ElementsAre("5", "5", "NULL", "{\"x\":1}"));
  EXPECT_THAT(read("null", "5 \"5\""), ElementsAre("NULL", "NULL"));
}

TEST_F(ReadFunctionTest, AnElementThatDoesNotFitLeavesNothingOfItsFieldAsInSpark) {
  // Each pair was recorded from Spark 3.5.
  const auto read = [&](const std::string& type, const std::string& value) {
    type_.reset();
    declare_a(type);
    return rows({"{\"a\":" + value + "}\n"})[0];
  };
  const auto array = [](const std::string& type) {
    return R"({"type":"array","elementType":)" + type + "}";
  };
  const auto map = [](const std::string& type) {
    return R"({"type":"map","keyType":"string","valueType":)" + type + "}";
  };
  const std::string ints = array("\"integer\"");
  EXPECT_EQ(read(ints, "[1,null]"), R"({"a":[1,null]})");
  for (const char* bad : {R"([1,"x",3])", R"(["x"])", "[1.5]", "[[1]]", "[99999999999]",
                          R"([1,""])", "5", "{}", "\"\""})
    EXPECT_EQ(read(ints, bad), R"({"a":null})") << bad;
  EXPECT_EQ(read(array(ints), R"([[1],["x"],[3]])"), R"({"a":null})");
  EXPECT_EQ(read(map("\"integer\""), R"({"x":1,"y":"z","w":3})"), R"({"a":null})");
  EXPECT_EQ(read(map(ints), R"({"k":["x"],"l":[1]})"), R"({"a":null})");
  const std::string object = R"({"type":"struct","fields":[{"name":"t","type":)" + ints +
                             R"(},{"name":"u","type":"integer"}]})";
  EXPECT_EQ(read(object, R"({"t":[1,"x"],"u":2})"), R"({"a":{"t":null,"u":2}})");
  EXPECT_EQ(read(object, R"({"t":[1],"u":"x"})"), R"({"a":{"t":[1],"u":null}})");
  EXPECT_EQ(read(array(object), R"([{"u":1},{"u":"x"},{"u":3}])"),
            R"({"a":[{"t":null,"u":1},{"t":null,"u":null},{"t":null,"u":3}]})");
  EXPECT_EQ(read(array(object), R"([{"u":1},5])"), R"({"a":null})");
}

TEST_F(ReadFunctionTest, WhatADeclaredSchemaCannotTakeIsCountedAndShown) {
  declare(R"x({"type":"struct","fields":[{"name":"a","type":"decimal(10,2)"},{"name":"o","type":
      {"type":"struct","fields":[{"name":"l","type":{"type":"array","elementType":
      {"type":"struct","fields":[{"name":"n","type":"long"}]}}}]}}]})x");
  static_cast<void>(
      rows({"{\"a\":\"1,234.50\",\"o\":{\"l\":[{\"n\":1},{\"n\":\"x\"}]}}\n"
            "{\"a\":null,\"b\":true}\n{\"o\":{\"l\":[5]}}\n"}));
  EXPECT_THAT(misfits(), ElementsAre("3", "1 a 1,234.50", "1 o.l[1].n x", "3 o.l[0] 5"));
  EXPECT_EQ(reading_->report.first_misfits()[0].reason, "does not fit DECIMAL(10,2)");
  // A query that does not ask for a column does not ask what is wrong in it.
  static_cast<void>(rows({"{\"a\":\"x\",\"o\":7}\n"}, "c1"));
  EXPECT_THAT(misfits(), ElementsAre("1", "1 o 7"));
}

TEST_F(ReadFunctionTest, ManyMisfitsAreCountedAndTheFirstAreKept) {
  declare_a("\"long\"");
  std::string lines;
  for (int i = 0; i < 5000; ++i)
    lines += "{\"a\":\"" + std::string(static_cast<std::size_t>(i % 300), 'x') + "\"}\n";
  static_cast<void>(rows({lines}));
  EXPECT_EQ(reading_->report.misfits(), 5000u);
  EXPECT_EQ(reading_->report.first_misfits().size(), 20u);
}

TEST_F(ReadFunctionTest, InferredFieldsTakeEverySpellingOfTheirName) {
  EXPECT_THAT(rows({"{\"id\":1,\"o\":{\"x\":1}}\n{\"ID\":2,\"o\":{\"X\":2}}\n"}),
              ElementsAre(R"({"id":1,"o":{"x":1}})", R"({"id":2,"o":{"x":2}})"));
  EXPECT_THAT(misfits(), ElementsAre("0"));
  type_.reset();
  EXPECT_THAT(rows({"{\"GR\u00d6\u00dfE\":1}\n{\"gr\u00f6\u00dfe\":2}\n"}),
              ElementsAre("{\"GR\u00d6\u00dfE\":1}", "{\"GR\u00d6\u00dfE\":2}"));
}

TEST_F(ReadFunctionTest, ARecordWithAFieldInTwoSpellingsIsNoRow) {
  EXPECT_THAT(rows({"{\"id\":1}\n{\"ID\":2,\"id\":3}\n{\"id\":4,\"ID\":5}\n{\"Id\":6,\"ID\":7}\n"
                    "{\"id\":8,\"id\":9}\n"}),
              ElementsAre(R"({"id":1})", R"({"id":9})"));
  const auto bad = reading_->report.bad_records();
  ASSERT_EQ(bad.size(), 3u);
  EXPECT_EQ(bad[0].row, 2);
  EXPECT_THAT(bad[0].what, HasSubstr("holds one field twice: \"id\""));
  EXPECT_THAT(bad[2].what, HasSubstr("\"ID\""));
  type_.reset();
  EXPECT_THAT(rows({"{\"o\":{\"x\":1}}\n{\"o\":{\"X\":2,\"x\":3}}\n{\"o\":{\"x\":4}}\n"}),
              ElementsAre(R"({"o":{"x":1}})", R"({"o":{"x":4}})"));
}

/// A record is no worse for what a query does not ask for.
TEST_F(ReadFunctionTest, TwoSpellingsOfAFieldThatNobodyReadsCostNothing) {
  EXPECT_THAT(rows({"{\"a\":1,\"id\":1}\n{\"ID\":2,\"a\":2,\"id\":3}\n"}, "c0"),
              ElementsAre("1", "2"));
  EXPECT_TRUE(reading_->report.bad_records().empty());
}

TEST_F(ReadFunctionTest, WhatIsUnderANameThatIsNoColumnIsCounted) {
  std::string odd = "{\"id\":1";
  for (int i = 0; i <= 20'000; ++i)
    odd += ",\"k" + std::to_string(i) + "\":" + std::to_string(i);
  EXPECT_THAT(rows({"{\"id\":7}\n" + odd + "}\n{\"id\":8}\n"}, "c0"), ElementsAre("7", "1", "8"));
  EXPECT_THAT(misfits(), ElementsAre("2", "2 k19999 19999", "2 k20000 20000"));
}

TEST_F(ReadFunctionTest, MapsTakeEveryKeyOnce) {
  declare_a(
      R"({"type":"map","keyType":"string","valueType":{"type":"array","elementType":"long"}})");
  EXPECT_THAT(rows({"{\"a\":{\"x\":[1],\"y\":null,\"x\":[2,3]}}\n{\"a\":{}}\n{\"a\":[1]}\n{}\n"}),
              ElementsAre(R"({"a":{"x":[2,3],"y":null}})", R"({"a":{}})", R"({"a":null})",
                          R"({"a":null})"));
}

TEST_F(ReadFunctionTest, DeclaredNamesAreTakenAsWritten) {
  declare_a("\"long\"");
  EXPECT_THAT(rows({"{\"A\":1,\"a\":2,\"other\":3}\n{\"A\":1}\n"}),
              ElementsAre(R"({"a":2})", R"({"a":null})"));
}

TEST_F(ReadFunctionTest, ListsThatOutgrowTheirVectorKeepEveryValueAndNull) {
  declare_a(R"({"type":"array","elementType":{"type":"struct","fields":[
      {"name":"n","type":"long"},{"name":"l","type":{"type":"array","elementType":"string"}}]}})");
  std::string lines;
  for (int row = 0; row < 500; ++row) {
    lines += "{\"a\":[";
    for (int i = 0; i < 100; ++i) {
      if (i > 0) lines += ',';
      lines += i % 7 == 0 ? "null"
                          : "{\"n\":" + (i % 3 == 0 ? "null" : std::to_string(row * 100 + i)) +
                                ",\"l\":[\"a text longer than twelve bytes " + std::to_string(i) +
                                "\",null]}";
    }
    lines += "]}\n";
  }
  // 100 elements a row: 15 are null, of the other 85 every third number of i is null too.
  EXPECT_THAT(
      rows({lines},
           "sum(len(c0))::BIGINT, sum(len(list_filter(c0, x -> x IS NOT NULL)))::BIGINT, "
           "sum(list_sum([x.n for x in c0]))::BIGINT, "
           "sum(len(list_filter(c0, x -> x.l[1] LIKE '%bytes%' AND x.l[2] IS NULL)))::BIGINT"),
      ElementsAre([] {
        std::int64_t sum = 0;
        for (int row = 0; row < 500; ++row) {
          for (int i = 0; i < 100; ++i)
            sum += i % 7 == 0 || i % 3 == 0 ? 0 : row * 100 + i;
        }
        return "50000|42500|" + std::to_string(sum) + "|42500";
      }()));
}

TEST_F(ReadFunctionTest, ManyRowsAndLargeTextsKeepTheirOrder) {
  std::string lines;
  for (int i = 0; i < 5000; ++i)
    lines += "{\"a\":" + std::to_string(i) + ",\"t\":\"" +
             std::string(i % 50 == 0 ? 300'000 : 3, 'x') + "\"}\n";
  EXPECT_THAT(rows({lines}, "count(*), count_if(row <> c0 + 1)::BIGINT, sum(length(c1))::BIGINT"),
              ElementsAre("5000|0|30014700"));
}

TEST_F(ReadFunctionTest, AsTextFindsKeysInAnyCaseAndSaysWhatOccurred) {
  declare(R"({"type":"struct","fields":[{"name":"OrderId","type":"string"},
      {"name":"total","type":"string"},{"name":"never","type":"string"}]})");
  as_text_ = true;
  EXPECT_THAT(
      rows({"{\"orderid\":1.50,\"TOTAL\":{\"x\":1},\"more\":1}\n{\"OrderId\":null}\n"
            "{\"total\":\"a\",\"Total\":\"b\"}\n{\"total\":1,\"total\":2}\n"},
           "problem, c0, c1"),
      ElementsAre("NULL|1.50|{\"x\":1}", "NULL|NULL|NULL",
                  "holds one field twice: as \"total\" and as \"Total\"|NULL|b", "NULL|NULL|2"));
  EXPECT_THAT(reading_->report.columns(), ElementsAre(true, true, false));
  EXPECT_THAT(reading_->report.others(), ElementsAre("more"));
}

TEST_F(ReadFunctionTest, AMalformedLineCostsItselfAndIsNamed) {
  declare_a("\"long\"");
  EXPECT_THAT(rows({"{\"a\":1}\n{\"a\":}\n{\"a\":2} {\"a\":3}\n{\"a\":4}\n"}),
              ElementsAre("{\"a\":1}", "{\"a\":4}"));
  const auto bad = reading_->report.bad_records();
  ASSERT_EQ(bad.size(), 2u);
  EXPECT_EQ(bad[0].row, 2);
  EXPECT_THAT(bad[0].what, HasSubstr("is not a JSON object: "));
  EXPECT_EQ(bad[1].row, 3);
  EXPECT_EQ(bad[1].what, "has text after its JSON object");
}

TEST_F(ReadFunctionTest, AFileThatIsGoneIsNamed) {
  declare_a("\"long\"");
  static_cast<void>(rows({}));
  reading_->plan.paths = {(folder_.path() / "gone.ndjson").string()};
  const auto cells = connection_->cells("SELECT c0 FROM weir_read(1)");
  ASSERT_FALSE(cells);
  EXPECT_THAT(cells.error().message, HasSubstr("gone.ndjson"));
  EXPECT_EQ(reading_->report.error()->code, Errc::not_found);
}

TEST_F(ReadFunctionTest, ANumberNobodyGaveOutReadsNothing) {
  EXPECT_FALSE(connection_->cells("SELECT * FROM weir_read(77)"));
}

TEST_F(ReadFunctionTest, RealWebhookEventsAreReadWhole) {
  std::string lines;
  std::size_t count = 0;
  for (std::string text : contents(shared_data() / "github-webhooks", ".json")) {
    std::erase(text, '\n');
    lines += text + "\n";
    ++count;
  }
  if (lines.empty()) GTEST_SKIP() << "no real payloads beside the repository";
  const auto all = rows({lines});
  EXPECT_EQ(all.size(), count);
  EXPECT_THAT(all[0], HasSubstr("\"full_name\":\"Codertocat/Hello-World\""));
}

}  // namespace
}  // namespace weir::engine::duckdb
