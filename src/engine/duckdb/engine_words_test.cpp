#include "engine/duckdb/engine_words.hpp"

#include <regex>
#include <string>
#include <vector>

#include "base/internal_error.hpp"
#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(EngineWordsTest, ClassesHaveSparksNamesAndARemedy) {
  const auto said = [](const char* message) { return in_words(message, Place::shown).message; };
  EXPECT_EQ(
      said("Conversion Error: Could not convert string 'x' to INT32\n\nLINE 1: SELECT "
           "'x'::INT\n                  ^"),
      "[CAST_INVALID_INPUT] Could not convert string 'x' to INT32, at line 1, column 11. Mend "
      "the value, or use TRY_CAST, which gives NULL.");
  EXPECT_EQ(said("Out of Range Error: Overflow in addition of INT32 (1 + 2)!"),
            "[ARITHMETIC_OVERFLOW] Overflow in addition of INT32 (1 + 2). Cast to a wider type "
            "first, DOUBLE or DECIMAL(38, s).");
  EXPECT_EQ(said("Catalog Error: Scalar Function with name foo does not exist!\nDid you mean "
                 "\"floor\"?\n\nLINE 2: SELECT foo(1)\n               ^"),
            "[UNRESOLVED_ROUTINE] There is no function \"foo\", at line 2, column 8. Name one that "
            "is there.");
  EXPECT_EQ(said("Binder Error: No function matches the given name and argument types "
                 "'abs(VARCHAR)'. You might need to add explicit type casts.\n\tCandidate "
                 "functions:\n\tabs(TINYINT) -> TINYINT\n"),
            "[DATATYPE_MISMATCH] No function takes these arguments: abs(VARCHAR). Cast them to the "
            "types it takes.");
  EXPECT_EQ(said("Invalid Input Error: the month is 13"), "the month is 13");
  EXPECT_EQ(said("Some New Error: something new"), "something new");
  EXPECT_EQ(in_words("Parser Error: syntax error\n\nLINE 1: x\n        ^").message,
            "[PARSE_SYNTAX_ERROR] syntax error. Mend the SQL there.");
  EXPECT_THAT(said(""), HasSubstr("no reason"));
}

TEST(EngineWordsTest, FailuresThatAreNotTheQuerysHaveTheirCodes) {
  EXPECT_EQ(in_words("Out of Memory Error: failed to pin block").code, Errc::bad_request);
  EXPECT_THAT(in_words("Out of Memory Error: x").message, HasSubstr("engine.memory_mb"));
  EXPECT_EQ(in_words("INTERNAL Error: x\n\nStack Trace:\n/usr/lib/x").code, Errc::internal);
  for (const char* text : {"INTERNAL Error: Attempted x\n\nStack Trace:\n/usr/lib/x",
                           "FATAL Error: Attempted x: INTERNAL Error: y"}) {
    const Error error = in_words(text);
    EXPECT_THAT(text_for_callers(error), Not(HasSubstr("Attempted")));
    EXPECT_THAT(error.message, HasSubstr(text)) << "the log has it whole";
  }
  EXPECT_EQ(in_words("IO Error: Could not write file: No space left on device").code,
            Errc::disk_full);
  EXPECT_EQ(in_words("IO Error: Could not set lock on file \"/x\"").code, Errc::locked);
  EXPECT_EQ(in_words("Permission Error: Cannot access file").code, Errc::forbidden);
}

class EngineWordsInUseTest : public EngineFixture {};

TEST_F(EngineWordsInUseTest, NoWordOfDuckDbsReachesACaller) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  const std::regex theirs(
      "LINE [0-9]|[A-Z][a-zA-Z]+ Error:|Did you mean|Candidate|Stack Trace|/weir-engine-");
  for (const char* sql : {"SELECT",
                          "SELEC 1",
                          "SELECT 1 +",
                          "SELECT 'x",
                          "SELECT \"x",
                          "SELECT * FROM nope",
                          "SELECT nope",
                          "SELECT nope(1)",
                          "SELECT abs('x', 1)",
                          "SELECT abs([1])",
                          "SELECT 'x'::INT",
                          "SELECT CAST(v AS INT) FROM \"Shop:Orders\"",
                          "SELECT 9223372036854775807 + id FROM \"Shop:Orders\"",
                          "SELECT sum(sum(id)) FROM "
                          "\"Shop:Orders\"",
                          "SELECT v, count(*) FROM \"Shop:Orders\"",
                          "SELECT id FROM \"Shop:Orders\" a, "
                          "\"Shop:Orders\" b",
                          "SELECT error('Own words')",
                          "SELECT strptime('x', '%d')",
                          "SELECT regexp_matches('x', '(')",
                          "SELECT 1 UNION SELECT 'a', 2",
                          "SELECT x.id FROM \"Shop:Orders\" a",
                          "SELECT a.nope FROM "
                          "\"Shop:Orders\" a",
                          "SELECT DATE '2027-13-45'",
                          "SELECT from_base64('%')",
                          "SELECT '\\xZZ'::BLOB",
                          "SELECT * FROM 'x.csv'",
                          "SELECT CAST(1 AS nope)",
                          "SELECT ?",
                          "SELECT $1",
                          "SELECT id FROM \"Shop:Orders\" WHERE sum(id) > 1",
                          "SELECT (SELECT 1 UNION ALL SELECT 2)",
                          "SELECT json_extract('{', '$')",
                          "SELECT [1, 'a']::INT[]",
                          "SELECT 1::DECIMAL(99, 1)",
                          "INSERT INTO \"Shop:Orders\" VALUES (1)",
                          "SELECT * FROM range(1, 2, 0)",
                          "SELECT printf('%d', 'x')",
                          "SELECT * EXCLUDE (nope) FROM \"Shop:Orders\""}) {
    for (const std::string& row : rows(sql))
      EXPECT_FALSE(std::regex_search(row, theirs)) << sql << ": " << row;
  }
  for (const char* query :
       {"SELECT cast('x' AS nope) FROM streaming", "SELECT nope FROM streaming", "SELEC",
        "SELECT raise_error('Own words') FROM streaming",
        "SELECT element_at(array(1), 0) FROM "
        "streaming",
        "SELECT to_date('2024-13-45', 'yyyy-MM-dd') FROM streaming",
        "SELECT unbase64('%') FROM streaming", "SELECT 9223372036854775807 + id FROM streaming"}) {
    Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
    load.operations[0].query = query;
    const std::string said = counts(load);
    EXPECT_FALSE(std::regex_search(said, theirs)) << query << ": " << said;
  }
}

}  // namespace
}  // namespace weir::engine::duckdb
