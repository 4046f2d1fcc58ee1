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

using LoadTest = EngineFixture;

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
  load.operations[0].sources = {source({file("{\"id\":1,\"GRÖSSE\":\"no\",\"Größe\":\"c\"}\n")})};
  EXPECT_EQ(counts(load), "1 0 1 0 0");
  EXPECT_THAT(rows("SELECT * EXCLUDE (_pk, _uuid_pk, _updated) FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1|\"c\"", "2|\"b\""));
  load.operations[0].sources = {source({file("{\"id\":4,\"größe\":\"d\",\"GRÖßE\":\"e\"}\n")})};
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  EXPECT_THAT(last_.row_errors[0].reason, HasSubstr("holds one field twice"));
  load.operations[0].query = "SELECT id, `größe` FROM streaming";
  load.operations[0].sources = {source({file("{\"id\":5,\"größe\":\"f\"}\n")})};
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
  load.operations[0].sources[0].schema_json =
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
  load.operations[0].sources[0].files.clear();
  EXPECT_EQ(counts(load), "0 0 0 0 0");
}

TEST_F(LoadTest, RowErrorsSayWhereAndWhy) {
  Load load =
      load_of_files({file("{\"id\":1}\n"), file("{\"id\":\"x\",\"v\":\"a\"}\n{\"id\":2}\n"
                                                "{\"id\":null}\n{\"id\":3,\"v\":\"b\"}\n")});
  load.fields[1].required = true;
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "5 1 0 0 4");
  ASSERT_EQ(last_.row_errors.size(), 5u) << "the last row lacks both fields";
  EXPECT_EQ(last_.row_errors[0].reason, "a required field is null");
  EXPECT_EQ(last_.row_errors[1].file, key_of(load.operations[0].sources[0].files[1]));
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
            "the record holds one field twice: as \"id\" and as \"Id\"");
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

TEST_F(LoadTest, TheOperationsOfALoadStandOrFallTogether) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2}\n{\"id\":3}\n");
  load.operations[0].query = "SELECT id, 'A' AS v FROM streaming";
  load.operations.push_back({{source({file("{\"id\":\"x\"}\n{\"id\":3}\n")})}});
  load.operations[1].query = "SELECT id, 'B' AS v FROM streaming";
  load.truncate = true;
  load.error_threshold = 24;
  EXPECT_EQ(counts(load), "4 0 0 3 1 over");
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  load.error_threshold = 25;  // of the sum: the second operation alone is above it
  Progress progress;
  load.progress = &progress;
  EXPECT_EQ(counts(load), "4 2 0 1 1");
  EXPECT_THAT(orders(), ElementsAre("2|\"A\"", "3|\"B\""));
  EXPECT_EQ(progress.stage, Progress::Stage::done);
  EXPECT_EQ(progress.rows_read, 4u);
  EXPECT_EQ(counts(load), "4 2 0 1 1");
}

TEST_F(LoadTest, CountsAreThereByFile) {
  Load load = load_of_files({file("{\"id\":1}\n{\"id\":2}\n"), file(""),
                             file("{\"id\":\"x\"}\n{\"id\":3}\n{\"id\":3}\n")});
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "5 3 0 1 1");
  ASSERT_EQ(last_.files.size(), 3u);
  std::string all;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(last_.files[i].file, key_of(load.operations[0].sources[0].files[i]));
    all += std::to_string(last_.files[i].read) + " " + std::to_string(last_.files[i].errors) + ", ";
  }
  EXPECT_EQ(all, "2 0, 0 0, 3 1, ");
}

TEST_F(LoadTest, ATableCanBeThereBeforeItsFirstLoad) {
  Load load = load_of("{\"id\":1,\"v\":\"a\"}\n");
  Load draft = load;
  draft.operations.clear();
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
  EXPECT_EQ(engine_->create_table(draft).error().code, Errc::conflict);
  ASSERT_TRUE(engine_->create_table(load));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
  draft.table = "SHOP:orders";
  EXPECT_THAT(engine_->create_table(draft).error().message, HasSubstr("cannot be told from"));
  draft.fields.clear();
  EXPECT_THAT(engine_->create_table(draft).error().message, HasSubstr("at least one field"));
}

TEST_F(LoadTest, ATruncateWithoutDataEmptiesTheTable) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("");
  load.operations.clear();
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

TEST_F(LoadTest, AFieldThatTheFeedLostKeepsItsColumnOutOfSight) {
  const Load before = load_of("{\"id\":1,\"v\":\"a\"}\n");
  counts(before);
  Load load = load_of("{\"id\":2}\n");
  load.fields.pop_back();
  EXPECT_EQ(counts(load), "1 1 0 0 0");
  EXPECT_THAT(rows("SELECT * EXCLUDE (_pk, _uuid_pk, _updated) FROM \"Shop:Orders\" ORDER BY id"),
              ElementsAre("1", "2"));
  EXPECT_EQ(counts(before), "1 0 0 1 0");
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
  load.operations[0].sources[0].tag = nasty;
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
  EXPECT_THAT(error([](Load& l) { l.operations[0].sources.clear(); }),
              HasSubstr("exactly one file"));
  EXPECT_THAT(error([](Load& l) { l.operations.clear(); }), HasSubstr("has no operation"));
  EXPECT_THAT(error([](Load& l) { l.error_threshold = 101; }), HasSubstr("0 to 100"));
  EXPECT_THAT(error([](Load& l) { l.fields[1].scale = 38; }), HasSubstr("0 to 37"));
  EXPECT_THAT(error([](Load& l) { l.table = ""; }), HasSubstr("no table"));
  EXPECT_THAT(error([](Load& l) { l.tenant = "../acme"; }), HasSubstr("tenant's name"));
  EXPECT_THAT(error([](Load& l) { l.operations[0].sources[0].format = FileFormat::cbor; }),
              HasSubstr("CBOR batch, byte 0"));
  EXPECT_THAT(error([](Load& l) { l.operations[0].sources[0].schema_json = "{"; }),
              HasSubstr("file \"streaming\": the schema is not valid"));
  counts(good);
  EXPECT_THAT(error([](Load& l) { l.table = "shop:orders"; }), HasSubstr("cannot be told from"));
}

TEST_F(LoadTest, AFailedLoadLeavesTheTableAsItWas) {
  counts(load_of("{\"id\":1,\"v\":\"a\"}\n"));
  Load load = load_of("{\"id\":2}\n");
  SourceFile& damaged = load.operations[0].sources[0].files[0];
  damaged.key = key_of(damaged);
  damaged.bytes = 9;
  damaged.sha256 = std::string(64, '0');
  load.truncate = true;
  const auto result = engine_->load(load);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::corrupt);
  EXPECT_THAT(result.error().message, HasSubstr(damaged.key));
  EXPECT_THAT(orders(), ElementsAre("1|\"a\""));
}

TEST_F(LoadTest, AMissingFileIsNotFound) {
  Load load = load_of("{\"id\":2}\n");
  std::filesystem::remove(load.operations[0].sources[0].files[0].uri);
  const auto result = engine_->load(load);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::not_found);
  EXPECT_THAT(result.error().message,
              HasSubstr("cannot open " + key_of(load.operations[0].sources[0].files[0])));
}

TEST_F(LoadTest, ADeclaredSchemaIsReadBySparksRulesFirst) {
  Load load = load_of(
      "{\"id\":1,\"v\":5,\"t\":\"2024-01-31 10:00:00\",\"d\":7.5,\"s\":{\"x\":1}}\n"
      "{\"id\":\"2\",\"v\":\"x\"}\n");
  load.operations[0].sources[0].schema_json = R"({"type":"struct","fields":[
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

TEST_F(LoadTest, FilesThatAreReadSideBySideLoseAndDoubleNothing) {
  constexpr int files_count = 8;
  constexpr int rows_count = 5000;
  std::vector<SourceFile> files;
  for (int number = 0; number < files_count; ++number) {
    std::string lines;
    for (int row = 0; row < rows_count; ++row)
      lines += "{\"id\":" + std::to_string(number * rows_count + row) + ",\"v\":\"" +
               std::to_string(number) + "\"}\n";
    files.push_back(file(lines + "{\"id\":\"none\"}\n"));
  }
  Load load = load_of_files(files);
  load.error_threshold = 1;
  EXPECT_EQ(counts(load), "40008 40000 0 0 8");
  ASSERT_EQ(last_.files.size(), files.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_TRUE(files[i].uri.ends_with(last_.files[i].file)) << last_.files[i].file;
    EXPECT_EQ(last_.files[i].read, rows_count + 1u);
    EXPECT_EQ(last_.files[i].errors, 1u);
    EXPECT_EQ(last_.row_errors.at(i).row, rows_count + 1u) << "errors in the order of the files";
  }
  EXPECT_THAT(rows("SELECT count(*), count(DISTINCT id), count(DISTINCT v), count(DISTINCT "
                   "_updated) FROM \"Shop:Orders\" WHERE id // 5000 = v::BIGINT"),
              ElementsAre("40000|40000|8|40000"));
  EXPECT_EQ(counts(load), "40008 0 0 40000 8");
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
