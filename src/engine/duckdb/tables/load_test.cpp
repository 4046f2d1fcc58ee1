#include <string>
#include <vector>

#include "engine/duckdb/engine_fixture.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class LoadTest : public EngineFixture {
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

TEST_F(LoadTest, RowsOfAFileBecomeRowsOfATypedTable) {
  EXPECT_EQ(counts(load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":null}\n")), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|null"));
}

TEST_F(LoadTest, LoadingAgainChangesNothing) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":2}\n{\"id\":1,\"v\":\"b\"}\n");
  EXPECT_EQ(counts(load), "3 2 0 1 0");
  const auto before = rows("SELECT * FROM \"Shop:Orders\" ORDER BY id");
  EXPECT_EQ(counts(load), "3 0 0 3 0");
  EXPECT_EQ(rows("SELECT * FROM \"Shop:Orders\" ORDER BY id"), before);
  load.truncate = true;
  EXPECT_EQ(counts(load), "3 2 0 1 0");
  EXPECT_EQ(rows("SELECT * FROM \"Shop:Orders\" ORDER BY id"), before);
}

TEST_F(LoadTest, SystemColumnsAreFunctionsOfTheData) {
  counts(load_of("{\"id\":1}\n\n{\"id\":2}\n"));
  const std::int64_t ms = first_time().time_since_epoch() / std::chrono::milliseconds(1);
  // The name space of the table, and the key in it, by RFC 9562; from Python's uuid.uuid5.
  EXPECT_THAT(
      rows("SELECT _pk, _uuid_pk, _updated FROM \"Shop:Orders\" ORDER BY id"),
      ElementsAre(
          "\"1\"|\"1f75cf62-1a6d-55db-9811-ba9e862df6a1\"|" + std::to_string(ms * (1 << 20) + 1),
          "\"2\"|\"6b5fadaa-b43a-5252-8889-d364f14cf65b\"|" + std::to_string(ms * (1 << 20) + 3)));
}

TEST_F(LoadTest, WithoutALastUpdatedFieldNewDataWinsAndTheLaterRowOfTheLaterFile) {
  counts(load_of("{\"id\":1,\"v\":\"old\"}\n{\"id\":2,\"v\":\"stays\"}\n"));
  EXPECT_EQ(counts(load_of_files({file("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n"),
                                  file("{\"id\":1,\"v\":\"c\"}\n{\"id\":1,\"v\":\"d\"}\n"
                                       "{\"id\":3,\"v\":\"new\"}\n")})),
            "5 1 1 3 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"d\"", "2|\"stays\"", "3|\"new\""));
}

TEST_F(LoadTest, TheHighestLastUpdatedWins) {
  const auto load = [&](const std::string& lines) {
    Load out = load_of(lines);
    out.fields.push_back(field("at", FieldType::datetime));
    out.last_updated = "at";
    return out;
  };
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"a\",\"at\":\"2027-01-02\"}\n"
                        "{\"id\":1,\"v\":\"b\",\"at\":\"2027-01-01\"}\n")),
            "2 1 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  // Older data is rejected, an equal time lets new data win, the higher time does.
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"older\",\"at\":\"2027-01-01\"}\n")), "1 0 0 1 0");
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"tie\",\"at\":\"2027-01-02\"}\n")), "1 0 1 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"tie\""));
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"c\",\"at\":\"2027-01-03\"}\n"
                        "{\"id\":1,\"v\":\"d\",\"at\":\"2027-01-03\"}\n")),
            "2 0 1 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"d\""));
}

TEST_F(LoadTest, AMissingLastUpdatedIsTheLowest) {
  const auto load = [&](const std::string& lines) {
    Load out = load_of(lines);
    out.fields.push_back(field("n", FieldType::integer));
    out.last_updated = "n";
    return out;
  };
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n")), "2 1 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"b\""));
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"c\"}\n")), "1 0 1 0 0");  // both null: new data
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"d\",\"n\":-5}\n{\"id\":1,\"v\":\"e\"}\n")), "2 0 1 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"d\""));
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"f\"}\n")), "1 0 0 1 0");
  EXPECT_EQ(counts(load("{\"id\":1,\"v\":\"d\",\"n\":-5}\n")), "1 0 0 1 0");  // the same
}

TEST_F(LoadTest, CompositeKeysCannotBeMistakenForOneAnother) {
  Load load = load_of(R"({"a":"x|","b":"y"}
{"a":"x","b":"|y"}
{"a":"x\\","b":"|y"}
{"a":"x\\|","b":"y"}
)");
  load.fields = {field("a"), field("b")};
  load.primary_key = {"a", "b"};
  EXPECT_EQ(counts(load), "4 4 0 0 0");
  EXPECT_THAT(rows("SELECT count(DISTINCT _pk), count(DISTINCT _uuid_pk) FROM \"Shop:Orders\""),
              ElementsAre("4|4"));
  EXPECT_THAT(rows("SELECT _pk FROM \"Shop:Orders\" WHERE a = 'x|'"), ElementsAre(R"("x\\||y")"));
}

TEST_F(LoadTest, FieldsAreFoundInAnyCaseAndRenamed) {
  Load load = load_of("{\"ID\":1,\"Value\":\"a\"}\n{\"id\":2,\"VALUE\":\"b\"}\n");
  load.fields[1].incoming = "vAlUe";
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"b\""));
}

TEST_F(LoadTest, FieldsAreFoundInAnyCaseBeyondAsciiToo) {
  Load load = load_of("{\"ID\":1,\"größe\":\"a\"}\n{\"id\":2,\"GRÖẞE\":\"b\"}\n");
  load.fields[1] = field("GRÖßE");
  EXPECT_EQ(counts(load), "2 2 0 0 0");
  EXPECT_THAT(rows("SELECT id, \"GRÖßE\" FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"a\"", "2|\"b\""));
  // The feed's spelling may change; the column stays.
  load.fields[1].name = "Größe";
  load.sources = {source({file("{\"id\":1,\"GRÖSSE\":\"no\",\"Größe\":\"c\"}\n")})};
  EXPECT_EQ(counts(load), "1 0 1 0 0");
  EXPECT_THAT(rows("SELECT * EXCLUDE (_pk, _uuid_pk, _updated) FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"c\"", "2|\"b\""));
  load.sources = {source({file("{\"id\":4,\"größe\":\"d\",\"GRÖßE\":\"e\"}\n")})};
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("which are the same field"));
  load.query = "SELECT id, `größe` FROM streaming";
  load.sources = {source({file("{\"id\":5,\"größe\":\"f\"}\n")})};
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  load.fields.push_back(field("GRÖSSE"));
  EXPECT_EQ(counts(load), "1 0 0 1 0");
  load.fields.push_back(field("größe"));
  EXPECT_THAT(counts(load), HasSubstr("two fields"));
}

TEST_F(LoadTest, AMissingFieldThatIsNotRequiredIsNull) {
  Load load = load_of("{\"id\":1}\n");
  load.fields.push_back(field("extra", FieldType::date));
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(rows("SELECT id, v, extra FROM \"Shop:Orders\""), ElementsAre("1|null|null"));
}

TEST_F(LoadTest, AMissingRequiredFieldNamesFieldTableAndWhatIsThere) {
  Load load = load_of("{\"id\":1,\"w\":2}\n");
  load.fields[1].required = true;
  EXPECT_THAT(counts(load), AllOf(HasSubstr("no field \"v\""), HasSubstr("\"Shop:Orders\""),
                                  HasSubstr("its fields are: \"id\", \"w\"")));
  load.sources[0].schema_json =
      R"({"type":"struct","fields":[{"name":"id","type":"long"},{"name":"w","type":"long"}]})";
  EXPECT_THAT(counts(load), HasSubstr("its fields are: \"id\", \"w\""));
  load = load_of("{\"v\":1}\n");
  EXPECT_THAT(counts(load), HasSubstr("no field \"id\""));
  EXPECT_THAT(engine_->tables("acme").value(), IsEmpty());
}

TEST_F(LoadTest, NoRowsAreNoError) {
  Load load = load_of("");
  load.fields[1].required = true;
  EXPECT_EQ(counts(load), "0 0 0 0 0");
  load.sources[0].files.clear();
  EXPECT_EQ(counts(load), "0 0 0 0 0");
}

TEST_F(LoadTest, BooleansAreCast) {
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

TEST_F(LoadTest, IntegersAreCast) {
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

TEST_F(LoadTest, DecimalsAreCastExactly) {
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

TEST_F(LoadTest, TheNumbersOfAQueryAreRoundedByTheirValue) {
  Load load = load_of("{\"id\":1,\"v\":0.1,\"w\":2.5e-1}\n");
  load.fields[1].type = FieldType::decimal;
  load.query = "SELECT id, v + CAST(0.2 AS DOUBLE) - CAST(0.3 AS DOUBLE) AS v FROM streaming";
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|0.00"));
  load.fields[1].type = FieldType::integer;
  load.truncate = true;
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("is no whole number"));
}

TEST_F(LoadTest, FloatKeysThatAreEqualAreOneRow) {
  Load load = load_of("{\"v\":0.0}\n{\"v\":-0.0}\n{\"v\":0}\n{\"v\":\"-0\"}\n{\"v\":1.5}\n");
  load.fields = {field("v", FieldType::float_)};
  load.primary_key = {"v"};
  EXPECT_EQ(counts(load), "5 2 0 3 0");
  load.sources = {source({file("{\"v\":-0.0}\n{\"v\":0.0}\n{\"v\":-1.5}\n")})};
  EXPECT_EQ(counts(load), "3 1 0 2 0");
  EXPECT_THAT(rows("SELECT _pk FROM \"Shop:Orders\" ORDER BY v"),
              ElementsAre("\"-1.5\"", "\"0.0\"", "\"1.5\""));
  load.table = "Shop:NaNs";
  load.fields.push_back(field("w", FieldType::integer));
  load.primary_key = {"v", "w"};
  load.query =
      "SELECT CAST('NaN' AS DOUBLE) AS v, 1 AS w FROM streaming UNION ALL "
      "SELECT -CAST('NaN' AS DOUBLE), 1 FROM streaming UNION ALL "
      "SELECT -CAST(0 AS DOUBLE), 1 FROM streaming UNION ALL SELECT 0D, 1 FROM streaming";
  EXPECT_EQ(counts(load), "12 2 0 10 0");
  EXPECT_EQ(counts(load), "12 0 0 12 0");
}

TEST_F(LoadTest, FloatsAreCast) {
  const Field column = field("x", FieldType::float_);
  EXPECT_EQ(cast(column, "0.1"), "0.1");
  EXPECT_EQ(cast(column, "\"-1.5e-3\""), "-0.0015");
  EXPECT_EQ(cast(column, "1e999"), "error: \"1e999\" is no number of 64 bits");
  EXPECT_THAT(cast(column, "\"nan\""), HasSubstr("error: "));
}

TEST_F(LoadTest, StringsAreTakenAsTheyStand) {
  const Field column = field("x");
  EXPECT_EQ(cast(column, "\" a \\\"b\\\" \\u00e9 \""), "\" a \\\"b\\\" é \"");
  EXPECT_EQ(cast(column, "\"\""), "\"\"");
  EXPECT_EQ(cast(column, "1.50"), "\"1.50\"");
  EXPECT_EQ(cast(column, "true"), "\"true\"");
  EXPECT_EQ(cast(column, "{\"a\":[1]}"), "\"{\\\"a\\\":[1]}\"");
}

TEST_F(LoadTest, DatesAreCastByInferenceOrByFormat) {
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
  column.format = "yyyy-ww";
  EXPECT_THAT(cast(column, "\"2024-01\""), HasSubstr("the letter w at 6"));
}

TEST_F(LoadTest, TheClockSaysWhatTwoDigitsOfAYearMean) {
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

TEST_F(LoadTest, ADateWithAZoneIsThatDate) {
  Field column = field("x", FieldType::date);
  EXPECT_EQ(cast(column, "\"2024-01-15+01:00\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15-05:00\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15Z\""), "\"2024-01-15\"");
  EXPECT_EQ(cast(column, "\"2024-01-15+1\""),
            "error: \"2024-01-15+1\" is no date in a format that is recognised; give the field a "
            "format");
}

TEST_F(LoadTest, EveryDayAndMomentThatIsLoadedCanBeRead) {
  Load load = load_of(
      R"({"id":1,"d":"99999-12-31","t":"99999-12-31 10:00:00"}
{"id":2,"d":"32768-01-01","t":"294247-01-10 04:00:54.775806"}
{"id":3,"d":"-5000-01-01","t":"-290308-12-22 00:00:00"}
{"id":4,"d":"5881580-07-10","t":"0000-01-01"}
{"id":5,"d":"5881580-07-11","t":"294247-01-10 04:00:54.775808"}
)");
  load.sources[0].schema_json = R"({"type":"struct","fields":[{"name":"id","type":"long"},
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
  EXPECT_EQ(shown(engine_->preview(load.sources, "", "acme", 10)), expected);
  EXPECT_THAT(rows("SELECT DATE 'infinity', DATE '-infinity', TIMESTAMP 'infinity', "
                   "DATE '-5877641-06-25', TIMESTAMP '290309-12-22 (BC) 00:00:00'"),
              ElementsAre("\"infinity\"|\"-infinity\"|\"infinity\"|\"-5877641-06-25\"|"
                          "\"-290308-12-22T00:00:00Z\""));
}

TEST_F(LoadTest, DatetimesAreCastByInferenceOrByFormat) {
  Field column = field("x", FieldType::datetime);
  EXPECT_EQ(cast(column, "\"2024-01-31T10:00:00.123456+02:00\""),
            "\"2024-01-31T08:00:00.123456Z\"");
  EXPECT_EQ(cast(column, "\"31 Jan 2024 02:05 PM\""), "\"2024-01-31T14:05:00Z\"");
  EXPECT_EQ(cast(column, "\"2024-01-31\""), "\"2024-01-31T00:00:00Z\"");
  EXPECT_THAT(cast(column, "\"soon\""), HasSubstr("is no date and time in a format"));
  column.format = "dd/MMM/yyyy:HH:mm:ss Z";
  EXPECT_EQ(cast(column, "\"31/Jan/2024:10:00:00 -0700\""), "\"2024-01-31T17:00:00Z\"");
}

TEST_F(LoadTest, RowErrorsSayWhereAndWhy) {
  Load load =
      load_of_files({file("{\"id\":1}\n"), file("{\"id\":\"x\",\"v\":\"a\"}\n{\"id\":2}\n"
                                                "{\"id\":null}\n{\"id\":3,\"v\":\"b\"}\n")});
  load.fields[1].required = true;
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "5 1 0 0 4");
  ASSERT_EQ(last_.row_errors.size(), 4u);
  EXPECT_EQ(last_.row_errors[0].reason, "a required field is null");
  EXPECT_EQ(last_.row_errors[1].file, key_of(load.sources[0].files[1]));
  EXPECT_EQ(last_.row_errors[1].row, 1u);
  EXPECT_EQ(last_.row_errors[1].field, "id");
  EXPECT_EQ(last_.row_errors[1].value, "x");
  EXPECT_EQ(last_.row_errors[2].field, "v");
  EXPECT_EQ(last_.row_errors[3].reason, "a field of the primary key is null");
  EXPECT_EQ(last_.row_errors[3].row, 3u);
}

TEST_F(LoadTest, ARecordWithAKeyInTwoSpellingsIsARowError) {
  Load load = load_of("{\"id\":1,\"Id\":2}\n{\"id\":3}\n");
  load.error_threshold = 50;
  EXPECT_EQ(counts(load), "2 1 0 0 1");
  EXPECT_EQ(last_.row_errors[0].reason,
            "the record holds both \"id\" and \"Id\", which are the same field");
}

TEST_F(LoadTest, OverTheThresholdNothingIsLoadedNotEvenTruncated) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2}\n{\"id\":\"x\"}\n{\"id\":3}\n{\"id\":4}\n");
  load.truncate = true;
  load.error_threshold = 24;
  EXPECT_EQ(counts(load), "4 0 0 3 1 over");
  EXPECT_EQ(last_.row_errors.size(), 1u);
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  const Error error = over_threshold_error(load, last_);
  EXPECT_EQ(error.code, Errc::bad_request);
  EXPECT_THAT(error.message, AllOf(HasSubstr("1 of 4 rows for \"Shop:Orders\""), HasSubstr("24 %"),
                                   HasSubstr("row 2, field \"id\": \"x\" is no whole number")));
  load.error_threshold = 25;
  EXPECT_EQ(counts(load), "4 3 0 0 1");
  EXPECT_THAT(orders(), ElementsAre("2|null", "3|null", "4|null"));
  load.error_threshold = 0;
  EXPECT_EQ(counts(load), "4 0 0 3 1 over");
}

TEST_F(LoadTest, ATableCanBeThereBeforeItsFirstLoad) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  Load draft = load;
  draft.sources.clear();
  draft.fields[1].type = FieldType::date;
  ASSERT_TRUE(engine_->create_table(draft));
  const auto tables = engine_->tables("acme");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), 1u);
  EXPECT_EQ(tables->front().name, "Shop:Orders");
  EXPECT_EQ(tables->front().rows, 0u);
  EXPECT_EQ(tables->front().columns.size(), 5u);
  EXPECT_THAT(orders(), IsEmpty());
  EXPECT_EQ(counts(load), "1 1 0 0 0");  // nothing was in the way of another type yet
  ASSERT_TRUE(engine_->create_table(draft));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  draft.table = "SHOP:orders";
  EXPECT_THAT(engine_->create_table(draft).error().message, HasSubstr("cannot be told from"));
  draft.fields.clear();
  EXPECT_THAT(engine_->create_table(draft).error().message, HasSubstr("at least one field"));
}

TEST_F(LoadTest, ATruncateWithoutDataEmptiesTheTable) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("");
  load.sources.clear();
  load.truncate = true;
  EXPECT_EQ(counts(load), "0 0 0 0 0");
  EXPECT_THAT(orders(), IsEmpty());
}

TEST_F(LoadTest, NewFieldsAddColumns) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2,\"v\":\"b\",\"n\":7}\n{\"id\":1,\"v\":\"c\"}\n");
  load.fields.push_back(field("n", FieldType::integer));
  EXPECT_EQ(counts(load), "2 1 1 0 0");
  EXPECT_THAT(rows("SELECT id, v, n FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"c\"|null", "2|\"b\"|7"));
  load.truncate = true;
  load.fields.push_back(field("m"));
  EXPECT_EQ(counts(load), "2 2 0 0 0");
}

TEST_F(LoadTest, AFieldThatTheFeedLostKeepsItsColumn) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2}\n");
  load.fields.pop_back();
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|null"));
}

TEST_F(LoadTest, AChangedTypeOrKeySaysWhatToDo) {
  counts(load_of("{\"id\":1,\"v\":\"5\"}\n"));
  Load load = load_of("{\"id\":2,\"v\":\"7\"}\n");
  load.fields[1].type = FieldType::integer;
  EXPECT_THAT(counts(load), AllOf(HasSubstr("keeps \"v\" as VARCHAR, the feed now says BIGINT"),
                                  HasSubstr("load once with truncate")));
  load.truncate = true;
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(orders(), ElementsAre("2|7"));
  load.truncate = false;
  load.primary_key = {"id", "v"};
  EXPECT_THAT(counts(load), HasSubstr("the feed now has primary key: \"id\", \"v\""));
  EXPECT_THAT(orders(), ElementsAre("2|7"));
}

TEST_F(LoadTest, NamesCannotBreakOutOfSql) {
  const std::string nasty = "x\"; DROP TABLE \"Shop:Orders\"; --'";
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"" + std::string("x\\\"; DROP TABLE \\\"Shop:Orders\\\"; --'") +
                      "\":\"'; DROP TABLE \\\"Shop:Orders\\\"; --\"}\n");
  load.table = "T:" + nasty;
  load.fields = {field(nasty)};
  load.primary_key = {nasty};
  load.sources[0].tag = nasty;
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_EQ(counts(load), "1 0 0 1 0");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  const auto tables = engine_->tables("acme");
  ASSERT_TRUE(tables);
  ASSERT_EQ(tables->size(), 2u);
  EXPECT_EQ(tables->at(1).name, load.table);
  EXPECT_EQ(tables->at(1).columns[0].name, nasty);
}

TEST_F(LoadTest, WhatCannotBeLoadedIsRefusedWithAReason) {
  const Load good = load_of("{\"id\":1}\n");
  const auto error = [&](auto change) {
    Load load = good;
    change(load);
    return counts(load);
  };
  EXPECT_THAT(error([](Load& l) { l.primary_key = {"nope"}; }), HasSubstr("names \"nope\""));
  EXPECT_THAT(error([](Load& l) { l.primary_key.clear(); }), HasSubstr("primary key field"));
  EXPECT_THAT(error([](Load& l) { l.fields.clear(); }), HasSubstr("at least one field"));
  EXPECT_THAT(error([](Load& l) { l.fields[1].name = "ID"; }), HasSubstr("two fields"));
  EXPECT_THAT(error([](Load& l) { l.fields[1].name = "_PK"; }), HasSubstr("rename it"));
  EXPECT_THAT(error([](Load& l) { l.last_updated = "v"; }), HasSubstr("datetime or integer"));
  EXPECT_THAT(error([](Load& l) { l.last_updated = "nope"; }), HasSubstr("datetime or integer"));
  EXPECT_THAT(error([](Load& l) { l.sources.clear(); }), HasSubstr("exactly one file"));
  EXPECT_THAT(error([](Load& l) { l.error_threshold = 101; }), HasSubstr("0 to 100"));
  EXPECT_THAT(error([](Load& l) { l.fields[1].scale = 38; }), HasSubstr("0 to 37"));
  EXPECT_THAT(error([](Load& l) { l.table = ""; }), HasSubstr("no table"));
  EXPECT_THAT(error([](Load& l) { l.tenant = "../acme"; }), HasSubstr("tenant's name"));
  EXPECT_THAT(error([](Load& l) { l.sources[0].format = FileFormat::cbor; }),
              HasSubstr("declare one"));
  EXPECT_THAT(error([](Load& l) { l.sources[0].schema_json = "{"; }),
              HasSubstr("file \"streaming\": the schema is not valid"));
  counts(good);
  EXPECT_THAT(error([](Load& l) { l.table = "shop:orders"; }), HasSubstr("cannot be told from"));
}

TEST_F(LoadTest, AFailedLoadLeavesTheTableAsItWas) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2}\n{\"id\":\n");
  load.truncate = true;
  const auto result = engine_->load(load);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::corrupt);
  EXPECT_THAT(result.error().message, StartsWith(key_of(load.sources[0].files[0]) + " line 2"));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(LoadTest, AMissingFileIsNotFound) {
  Load load = load_of("{\"id\":2}\n");
  std::filesystem::remove(load.sources[0].files[0].uri);
  const auto result = engine_->load(load);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::not_found);
  EXPECT_THAT(result.error().message, HasSubstr("cannot open " + key_of(load.sources[0].files[0])));
}

TEST_F(LoadTest, ADeclaredSchemaIsReadBySparksRulesFirst) {
  Load load = load_of(
      "{\"id\":1,\"v\":5,\"t\":\"2024-01-31 10:00:00\",\"d\":7.5,\"s\":{\"x\":1}}\n"
      "{\"id\":\"2\",\"v\":\"x\"}\n");
  load.sources[0].schema_json = R"({"type":"struct","fields":[
      {"name":"id","type":"long"},{"name":"v","type":"string"},{"name":"t","type":"timestamp"},
      {"name":"d","type":"double"},{"name":"b","type":"boolean"},
      {"name":"s","type":{"type":"struct","fields":[{"name":"x","type":"long"}]}}]})";
  load.fields.push_back(field("t", FieldType::datetime));
  load.fields.push_back(field("d", FieldType::integer));
  load.fields.push_back(field("b", FieldType::boolean));
  load.fields.push_back(field("s"));
  load.error_threshold = 100;
  load.truncate = true;
  EXPECT_EQ(counts(load), "2 0 0 0 2");  // 7.5 is no integer; "2" is no long, so the key is null
  load.fields[3].type = FieldType::decimal;
  EXPECT_EQ(counts(load), "2 1 0 0 1");
  EXPECT_THAT(rows("SELECT id, v, t, d, b, s FROM \"Shop:Orders\""),
              ElementsAre("1|\"5\"|\"2024-01-31T10:00:00Z\"|7.50|null|\"{\\\"x\\\":1}\""));
  load.fields.back().type = FieldType::integer;
  EXPECT_THAT(counts(load), HasSubstr("\"s\" is nested, but the feed takes it as BIGINT"));
}

TEST_F(LoadTest, ManyRowsAreLoadedAsOneSet) {
  std::string lines;
  for (int i = 0; i < 200'000; ++i)
    lines += "{\"id\":" + std::to_string(i % 150'000) + ",\"v\":\"" + std::to_string(i) + "\"}\n";
  const Load load = load_of(lines);
  EXPECT_EQ(counts(load), "200000 150000 0 50000 0");
  EXPECT_EQ(counts(load), "200000 0 0 200000 0");
  EXPECT_THAT(
      rows("SELECT count(*), count(DISTINCT _uuid_pk), max(v::BIGINT) FROM \"Shop:Orders\""),
      ElementsAre("150000|150000|199999"));
  EXPECT_THAT(rows("SELECT v FROM \"Shop:Orders\" WHERE id = 7"), ElementsAre("\"150007\""));
}

}  // namespace
}  // namespace weir::engine::duckdb
