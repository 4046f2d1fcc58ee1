#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LoadCastTest : public EngineFixture {
 protected:
  /// One value of one field, loaded: what is in the table, or "error: why".
  std::string cast(Field column, const std::string& json) {
    Load load = load_of("{\"key\":1,\"x\":" + json + "}\n");
    column.incoming = "x";
    column.name = "x";
    load.table = "Cast:" + std::to_string(files_);
    load.fields = {field("key", FieldType::integer), column};
    load.primary_key = {"key"};
    load.error_threshold = 100;
    const std::string result = counts(load);
    if (last_.errors > 0) {
      EXPECT_EQ(last_.row_errors.at(0).field, "x");
      return "error: " + last_.row_errors.at(0).reason;
    }
    if (result != "1 1 0 0 0") return result;
    return rows("SELECT x FROM \"" + load.table + "\"").at(0);
  }
};

TEST_F(LoadCastTest, TheNumbersOfAQueryAreRoundedByTheirValue) {
  Load load = load_of("{\"id\":1,\"v\":0.1,\"w\":2.5e-1}\n");
  load.fields[1].type = FieldType::decimal;
  load.operations[0].query =
      "SELECT id, v + CAST(0.2 AS DOUBLE) - CAST(0.3 AS DOUBLE) AS v FROM streaming";
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|0.00"));
  load.fields[1].type = FieldType::integer;
  load.truncate = true;
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("is no whole number"));
}

TEST_F(LoadCastTest, FloatKeysThatAreEqualAreOneRow) {
  Load load = load_of("{\"v\":0.0}\n{\"v\":-0.0}\n{\"v\":0}\n{\"v\":\"-0\"}\n{\"v\":1.5}\n");
  load.fields = {field("v", FieldType::float_)};
  load.primary_key = {"v"};
  EXPECT_EQ(counts(load), "5 2 0 3 0");
  load.operations[0].sources = {source({file("{\"v\":-0.0}\n{\"v\":0.0}\n{\"v\":-1.5}\n")})};
  EXPECT_EQ(counts(load), "3 1 0 2 0");
  EXPECT_THAT(rows("SELECT _pk FROM \"Shop:Orders\" ORDER BY v"),
              ElementsAre("\"-1.5\"", "\"0.0\"", "\"1.5\""));
  load.table = "Shop:NaNs";
  load.fields.push_back(field("w", FieldType::integer));
  load.primary_key = {"v", "w"};
  load.operations[0].query =
      "SELECT CAST('NaN' AS DOUBLE) AS v, 1 AS w FROM streaming UNION ALL "
      "SELECT -CAST('NaN' AS DOUBLE), 1 FROM streaming UNION ALL "
      "SELECT -CAST(0 AS DOUBLE), 1 FROM streaming UNION ALL SELECT 0D, 1 FROM streaming";
  EXPECT_EQ(counts(load), "12 2 0 10 0");
  EXPECT_EQ(counts(load), "12 0 0 12 0");
}

TEST_F(LoadCastTest, EveryDayAndMomentThatIsLoadedCanBeRead) {
  Load load = load_of(
      R"({"id":1,"d":"99999-12-31","t":"99999-12-31 10:00:00"}
{"id":2,"d":"32768-01-01","t":"294247-01-10 04:00:54.775806"}
{"id":3,"d":"-5000-01-01","t":"-290308-12-22 00:00:00"}
{"id":4,"d":"5881580-07-10","t":"0000-01-01"}
{"id":5,"d":"5881580-07-11","t":"294247-01-10 04:00:54.775808"}
)");
  load.operations[0].sources[0].schema_json =
      R"({"type":"struct","fields":[{"name":"id","type":"long"},
      {"name":"d","type":"date"},{"name":"t","type":"timestamp"}]})";
  load.fields = {field("id", FieldType::integer), field("d", FieldType::date),
                 field("t", FieldType::datetime)};
  EXPECT_EQ(counts(load), "5 5 0 0 0");
  const std::vector<std::string> expected = {
      "1|\"+99999-12-31\"|\"+99999-12-31T10:00:00Z\"",
      "2|\"+32768-01-01\"|\"+294247-01-10T04:00:54.775806Z\"",
      "3|\"-5000-01-01\"|\"-290308-12-22T00:00:00Z\"",
      "4|\"+5881580-07-10\"|\"0000-01-01T00:00:00Z\"", "5|null|null"};
  EXPECT_EQ(rows("SELECT id, d, t FROM \"Shop:Orders\" ORDER BY id"), expected);
  EXPECT_EQ(shown(engine_->preview(load.operations[0].sources, "", "acme", 10)), expected);
  EXPECT_THAT(rows("SELECT DATE 'infinity', DATE '-infinity', TIMESTAMP 'infinity', "
                   "DATE '-5877641-06-25', TIMESTAMP '290309-12-22 (BC) 00:00:00'"),
              ElementsAre("\"infinity\"|\"-infinity\"|\"infinity\"|\"-5877641-06-25\"|"
                          "\"-290308-12-22T00:00:00Z\""));
}

TEST_F(LoadCastTest, BooleansAreCast) {
  const Field column = field("x", FieldType::boolean);
  for (const char* yes : {"true", "\"TRUE\"", "\"yes\"", "1", "\"1\""})
    EXPECT_EQ(cast(column, yes), "true") << yes;
  for (const char* no : {"false", "\"No\"", "0", "\"false\""})
    EXPECT_EQ(cast(column, no), "false") << no;
  for (const char* null : {"null", "\"\"", "\"NULL\"", "\" \""})
    EXPECT_EQ(cast(column, null), "null") << null;
  EXPECT_EQ(cast(column, "2"), "error: \"2\" is not one of true, false, yes, no, 0, 1");
  EXPECT_THAT(cast(column, "[true]"), HasSubstr("error: "));
}

TEST_F(LoadCastTest, IntegersAreCast) {
  const Field column = field("x", FieldType::integer);
  EXPECT_EQ(cast(column, "-7"), "-7");
  EXPECT_EQ(cast(column, "\" 7 \""), "7");
  EXPECT_EQ(cast(column, "12.00"), "12");
  EXPECT_EQ(cast(column, "1e3"), "1000");
  EXPECT_EQ(cast(column, "\"\""), "null");
  EXPECT_EQ(cast(column, "12.5"), "error: \"12.5\" is no whole number of 64 bits");
  EXPECT_EQ(cast(column, "1e-400"), "error: \"1e-400\" is no whole number of 64 bits");
  EXPECT_EQ(cast(column, "\"1e-400\""), "error: \"1e-400\" is no whole number of 64 bits");
  EXPECT_EQ(cast(column, "\"12.5\""), "error: \"12.5\" is no whole number of 64 bits");
  EXPECT_THAT(cast(column, "9223372036854775808"), HasSubstr("error: "));
  EXPECT_THAT(cast(column, "true"), HasSubstr("error: "));
  EXPECT_THAT(cast(column, "\"1_000\""), HasSubstr("error: "));
}

TEST_F(LoadCastTest, DecimalsAreCastExactly) {
  Field column = field("x", FieldType::decimal);
  EXPECT_EQ(cast(column, "18.5"), "18.50");
  EXPECT_EQ(cast(column, "0.285"), "0.29");
  EXPECT_EQ(cast(column, "\"-0.285\""), "-0.29");
  EXPECT_EQ(cast(column, "123456789012345678901234567890123456.78"),
            "123456789012345678901234567890123456.78");
  EXPECT_EQ(cast(column, "\"1,000\""), "error: \"1,000\" is no number that fits DECIMAL(38,2)");
  EXPECT_THAT(cast(column, "1e37"), HasSubstr("error: "));
  EXPECT_THAT(cast(column, "\"NaN\""), HasSubstr("error: "));
  for (const char* tiny : {"5.55e-17", "9e-05", "5e-4", "-5e-4", "\"0.1e-300\""})
    EXPECT_EQ(cast(column, tiny), "0.00") << tiny;
  EXPECT_EQ(cast(column, "5e-3"), "0.01");
  column.scale = 0;
  EXPECT_EQ(cast(column, "9e-3"), "0");
  EXPECT_EQ(cast(column, "2.5"), "3");
  column.scale = 10;
  EXPECT_EQ(cast(column, "0.1"), "0.1000000000");
  column.scale = 18;
  EXPECT_EQ(cast(column, "12.5e-1"), "1.250000000000000000");
  column.scale = 37;
  EXPECT_EQ(cast(column, "-0.1"), "-0.1" + std::string(36, '0'));
  column.scale = 2;
  EXPECT_EQ(cast(column, "9999999999999999.995"), "10000000000000000.00");
  EXPECT_EQ(cast(column, "9999999999999999.994"), "9999999999999999.99");
}

TEST_F(LoadCastTest, FloatsAreCast) {
  const Field column = field("x", FieldType::float_);
  EXPECT_EQ(cast(column, "0.1"), "0.1");
  EXPECT_EQ(cast(column, "\"-1.5e-3\""), "-0.0015");
  EXPECT_EQ(cast(column, "1e999"), "error: \"1e999\" is no number of 64 bits");
  EXPECT_THAT(cast(column, "\"nan\""), HasSubstr("error: "));
}

TEST_F(LoadCastTest, StringsAreTakenAsTheyStand) {
  const Field column = field("x");
  EXPECT_EQ(cast(column, "\" a \\\"b\\\" \\u00e9 \""), "\" a \\\"b\\\" é \"");
  EXPECT_EQ(cast(column, "\"\""), "\"\"");
  EXPECT_EQ(cast(column, "1.50"), "\"1.50\"");
  EXPECT_EQ(cast(column, "true"), "\"true\"");
  EXPECT_EQ(cast(column, "{\"a\":[1]}"), "\"{\\\"a\\\":[1]}\"");
}

TEST_F(LoadCastTest, DatesAreCastByInferenceOrByFormat) {
  Field column = field("x", FieldType::date);
  EXPECT_EQ(cast(column, "\"01/31/2024\""), "\"2024-01-31\"");
  EXPECT_EQ(cast(column, "20240131"), "\"2024-01-31\"");
  EXPECT_EQ(cast(column, "\"2024-01-31T23:30:00-02:00\""), "\"2024-01-31\"");
  EXPECT_EQ(cast(column, "\"31.1.2024\""),
            "error: \"31.1.2024\" is no date in a format that is recognised; give the field a "
            "format");
  column.format = "dd.MM.YYYY";
  EXPECT_EQ(cast(column, "\"31.1.2024\""), "\"2024-01-31\"");
  EXPECT_EQ(cast(column, "\"2024-01-31\""),
            "error: \"2024-01-31\" does not fit the format dd.MM.YYYY");
  column.format = "xxxx-'W'ww";
  EXPECT_EQ(cast(column, "\"2020-W53\""), "\"2020-12-28\"");
  column.format = "epoch_s";
  EXPECT_EQ(cast(column, "1700000000.5"), "\"2023-11-14\"");
  column.format = "yyyy-qq";
  EXPECT_THAT(cast(column, "\"2024-01\""), HasSubstr("the letter q at 6"));
}

TEST_F(LoadCastTest, TheClockSaysWhatTwoDigitsOfAYearMean) {
  Field column = field("x", FieldType::date);
  EXPECT_EQ(cast(column, "\"01/31/46\""), "\"1946-01-31\"");
  EXPECT_EQ(cast(column, "\"01/31/45\""), "\"2045-01-31\"");
  column.format = "dd.MM.yy";
  EXPECT_EQ(cast(column, "\"31.01.68\""), "\"1968-01-31\"");
  clock_.set(*parse_time("2049-01-01T00:00:00Z"));
  EXPECT_EQ(cast(column, "\"31.01.68\""), "\"2068-01-31\"");
  column = field("x", FieldType::datetime);
  EXPECT_EQ(cast(column, "\"31-Jan-69 10:00\""), "\"1969-01-31T10:00:00Z\"");
}

TEST_F(LoadCastTest, ADateWithAZoneIsThatDate) {
  Field column = field("x", FieldType::date);
  EXPECT_EQ(cast(column, "\"2024-01-15+01:00\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15-05:00\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15Z\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15+1\""),
            "error: \"2024-01-15+1\" is no date in a format that is recognised; give the field a "
            "format");
}

TEST_F(LoadCastTest, DatetimesAreCastByInferenceOrByFormat) {
  Field column = field("x", FieldType::datetime);
  EXPECT_EQ(cast(column, "\"2024-01-31T10:00:00.123456+02:00\""),
            "\"2024-01-31T08:00:00.123456Z\"");
  EXPECT_EQ(cast(column, "\"31 Jan 2024 02:05 PM\""), "\"2024-01-31T14:05:00Z\"");
  EXPECT_EQ(cast(column, "\"2024-01-31\""), "\"2024-01-31T00:00:00Z\"");
  EXPECT_THAT(cast(column, "\"soon\""), HasSubstr("is no date and time in a format"));
  column.format = "dd/MMM/yyyy:HH:mm:ss Z";
  EXPECT_EQ(cast(column, "\"31/Jan/2024:10:00:00 -0700\""), "\"2024-01-31T17:00:00Z\"");
}

}  // namespace
}  // namespace weir::engine::duckdb
