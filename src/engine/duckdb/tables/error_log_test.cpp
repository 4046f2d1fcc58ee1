#include <cstdlib>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/receipt.hpp"
#include "base/record_index.hpp"
#include "engine/duckdb/tables/error_log_fixture.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(ErrorLogTest, EveryBadFieldOfEveryBadRowIsKept) {
  Load load = typed(
      "{\"id\":1,\"n\":\"a\",\"d\":\"b\"}\n{\"id\":2,\"n\":3,\"d\":4}\n"
      "{\"id\":\"c\",\"n\":\"d\",\"d\":null}\n{\"id\":5,\"Id\":6}\n");
  SourceFile& source = load.operations[0].sources[0].files[0];
  source.stream = StreamNo{3};
  source.partition = PartitionNo{1};
  source.first_sequence = 7;
  source.last_sequence = 10;
  source.records = 4;
  EXPECT_EQ(counts(load), "4 1 0 0 3");
  EXPECT_EQ(last_.bad_fields, 6u);
  EXPECT_EQ(last_.row_errors.size(), 6u);
  EXPECT_THAT(places(), ElementsAre("1 n a", "1 d b", "3 id c", "3 n d", "3 d ", "4  "));
  const auto errors = logged();
  ASSERT_EQ(errors.size(), 6u);
  EXPECT_EQ(errors[0].error.file, key_of(source));
  EXPECT_EQ(errors[0].error.reason, "\"a\" is no whole number of 64 bits");
  EXPECT_EQ(errors[0].kind, "is no whole number of 64 bits");
  EXPECT_EQ(errors[0].receipt, view(encode_receipt({{3}, {1}, {7}})));
  EXPECT_EQ(errors[4].receipt, view(encode_receipt({{3}, {1}, {9}})));
  EXPECT_EQ(errors[4].error.reason, "a required field is null");
  EXPECT_THAT(errors[5].error.reason, HasSubstr("the record "));
  EXPECT_EQ(errors[0].load, last_.load);
  EXPECT_EQ(errors[0].run, "wr-1");
  EXPECT_EQ(errors[0].feed, "df-1");
  EXPECT_EQ(errors[0].table, "Shop:Orders");
  // What was not asked for, and pages.
  EXPECT_THAT(places({.run = "wr-2"}), IsEmpty());
  EXPECT_THAT(places({.table = "Shop:Others"}), IsEmpty());
  EXPECT_THAT(places({.run = "wr-1", .most = 2}), ElementsAre("1 n a", "1 d b"));
  EXPECT_THAT(places({.after_load = last_.load, .after_number = 4, .most = 1}),
              ElementsAre("3 d "));
  // The same load again is not done, logs nothing, and tells of its errors again.
  counts(load);
  EXPECT_TRUE(last_.repeated);
  ASSERT_EQ(last_.row_errors.size(), 6u);
  EXPECT_EQ(last_.row_errors[1].reason, errors[1].error.reason);
  EXPECT_EQ(logged().size(), 6u);
  EXPECT_EQ(last_.bad_fields, 6u);
}

TEST_F(ErrorLogTest, ALoadOverItsThresholdKeepsItsErrors) {
  Load load = typed("{\"id\":1,\"n\":\"a\",\"d\":\"b\"}\n");
  load.error_threshold = 0;
  EXPECT_EQ(counts(load), "1 0 0 0 1 over");
  reopen();
  EXPECT_THAT(places({.run = "wr-1"}), ElementsAre("1 n a", "1 d b"));
}

TEST_F(ErrorLogTest, TheThresholdIsExactAtItsBorder) {
  const auto over = [this](int rows, int bad, int percent) {
    Load load = load_of(lines(rows, bad));
    load.error_threshold = percent;
    counts(load);
    EXPECT_EQ(last_.errors, static_cast<std::uint64_t>(bad));
    EXPECT_EQ(last_.files.at(0).read, static_cast<std::uint64_t>(rows));
    EXPECT_EQ(last_.files.at(0).errors, static_cast<std::uint64_t>(bad));
    return last_.over_threshold;
  };
  EXPECT_FALSE(over(100, 1, 1));
  EXPECT_TRUE(over(100, 2, 1));
  EXPECT_TRUE(over(99, 1, 1));
  EXPECT_FALSE(over(100, 0, 0));
  EXPECT_TRUE(over(100, 1, 0));
  EXPECT_FALSE(over(10, 10, 100));
}

std::uint64_t seed() {
  const char* set = std::getenv("WEIR_SEED");
  return set != nullptr ? std::strtoull(set, nullptr, 10) : 1;
}

TEST_F(ErrorLogTest, AnyCountsKeepTheThresholdAndAddUp) {
  const std::uint64_t number = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(number));
  std::mt19937_64 random(number);
  const auto up_to = [&random](int most) {
    return static_cast<int>(random() % static_cast<unsigned>(most + 1));
  };
  for (int i = 0; i < 40; ++i) {
    Load load = load_of_files({});
    load.table += std::to_string(i);
    const bool by_query = i % 2 == 1;
    if (by_query) load.operations[0].query = "SELECT id FROM streaming WHERE true";
    std::uint64_t rows = 0;
    std::uint64_t bad = 0;
    const int most_bad = up_to(3);  // of 100: near the thresholds
    for (int part = up_to(2); part >= 0; --part) {
      const int count = 1 + up_to(120);
      const int wrong = std::min(count, up_to(most_bad));
      load.operations[0].sources[0].files.push_back(file(lines(count, wrong)));
      rows += static_cast<std::uint64_t>(count);
      bad += static_cast<std::uint64_t>(wrong);
    }
    load.error_threshold = up_to(4);
    const bool over = bad * 100 > rows * static_cast<std::uint64_t>(load.error_threshold);
    counts(load);
    EXPECT_EQ(last_.over_threshold, over) << bad << " of " << rows;
    EXPECT_EQ(last_.read, rows);
    EXPECT_EQ(last_.errors, bad);
    EXPECT_EQ(last_.inserted > 0, !over && bad < rows);
    std::uint64_t read_of_files = 0;
    std::uint64_t errors_of_files = 0;
    for (const FileCounts& each : last_.files) {
      read_of_files += each.read;
      errors_of_files += each.errors;
    }
    if (!by_query) {
      EXPECT_EQ(read_of_files, rows);
      EXPECT_EQ(errors_of_files, bad);
    }
    std::set<std::pair<std::string, std::uint64_t>> logged_rows;
    for (const LoggedError& each : logged({.load = last_.load, .most = 1000}))
      logged_rows.emplace(each.error.file, each.error.row);
    EXPECT_EQ(logged_rows.size(), bad) << "each row with its file, behind a query too";
  }
}

TEST_F(ErrorLogTest, ReceiptsOfAFileWithGapsAreThoseOfItsIndex) {
  Load load = typed("{\"id\":1}\n{\"id\":2,\"d\":1}\n{\"id\":3}\n{\"id\":4}\n");
  SourceFile& source = load.operations[0].sources[0].files[0];
  source.stream = StreamNo{3};
  source.partition = PartitionNo{1};
  source.first_sequence = 7;
  source.last_sequence = 20;
  source.records = 4;
  RecordIndex index;  // 8 to 17 are not in the file
  index.add({7}, 0);
  index.add({18}, 9);
  index.add({19}, 24);
  index.add({20}, 33);
  folder_.write("store/" + index_key(key_of(source)), index.encode());
  EXPECT_EQ(counts(load), "4 1 0 0 3");
  std::vector<std::string> receipts;
  for (const LoggedError& each : logged())
    receipts.push_back(each.receipt);
  const auto receipt = [](std::uint64_t sequence) {
    return std::string(view(encode_receipt({{3}, {1}, {sequence}})));
  };
  EXPECT_THAT(receipts, ElementsAre(receipt(7), receipt(19), receipt(20)));
}

/// A file of XML records, and its load behind a query or without one.
class PackErrorsTest : public ErrorLogTest {
 protected:
  static std::string record(const std::string& receipt, const std::string& xml) {
    xml::Converter converter;
    std::string pack;
    xml::append_record_head(pack, {receipt, first_time(), "application/xml"});
    EXPECT_TRUE(converter.convert(xml, pack));
    return pack;
  }
  Load load_of_pack(const std::string& content, const std::string& query) {
    Load load = load_of(content);
    Source& source = load.operations[0].sources[0];
    source.format = FileFormat::cbor;
    source.row_tag = "o";
    source.schema_json =
        R"({"type":"struct","fields":[{"name":"id","type":"string"},{"name":"v","type":"string"}]})";
    load.operations[0].query = query;
    load.error_threshold = 100;
    return load;
  }
  std::vector<std::string> found() {
    std::vector<std::string> out;
    for (const LoggedError& each : logged({.load = last_.load}))
      out.push_back(std::to_string(each.error.row) + " " + std::to_string(each.record) + " " +
                    each.receipt + " " + each.kind);
    return out;
  }
};

TEST_F(PackErrorsTest, RowsOfCborHaveTheirRecordsReceipts) {
  const std::string pack = record("r1", "<l><o><id>1</id></o><o><id>x</id></o></l>") +
                           record("r2", "<l/>") + record("r3", "<o><id>y</id></o>");
  for (const char* query : {"", "SELECT * FROM streaming"}) {
    EXPECT_EQ(counts(load_of_pack(pack, query)).substr(0, 2), "3 ");
    EXPECT_THAT(found(), ElementsAre("2 1 r1 is no whole number of 64 bits",
                                     "3 3 r3 is no whole number of 64 bits"));
  }
}

TEST_F(PackErrorsTest, AnItemThatIsNoRecordCostsItself) {
  std::string bad = record("r2", "<o><id>2</id></o>");
  bad[bad.find("<") == std::string::npos ? bad.find("id") : 0] = '\xff';  // no UTF-8
  const std::string pack = record("r1", "<o><id>1</id></o>") + bad + std::string("\x81\x01") +
                           record("r3", "<o><id>3</id></o>");
  for (const char* query : {"", "SELECT * FROM streaming"}) {
    EXPECT_EQ(counts(load_of_pack(pack, query)).substr(0, 2), "4 ");
    EXPECT_EQ(last_.errors, 2u);
    EXPECT_THAT(found(),
                ElementsAre("2 2  the record cannot be read", "3 3  the record cannot be read"));
  }
  EXPECT_THAT(orders(), ElementsAre("1|null", "3|null"));
  EXPECT_THAT(counts(load_of_pack(pack.substr(0, pack.size() - 3), "")),
              HasSubstr("nothing from there on can be read"));
}

TEST_F(PackErrorsTest, ARecordThatCameAsXmlIsMendedInItsPlace) {
  const std::string pack = record("r1", "<l><o><id>1</id></o><o><id>x</id></o></l>") +
                           std::string("\x81\x01") + record("r2", "<o><id>4</id><v>d</v></o>");
  Load load = load_of_pack(pack, "");
  const std::string key = "ingest/stream/acme/is-1/2027-03-02/one.cbor";
  load.operations[0].sources[0].files[0].key = key;
  const auto mend = [&](std::uint64_t number, const std::string& text) {
    const auto done = engine_->mend("acme", key, number, {text, "ak-1", {}});
    return done ? "" : done.error().message;
  };
  EXPECT_EQ(counts(load), "4 2 0 0 2");
  EXPECT_THAT(mend(1, R"({"id":2})"), HasSubstr("is an XML document"));
  EXPECT_EQ(mend(1, "<l><o><id>1</id></o><o><id>2</id><v>b</v></o></l>"), "");
  EXPECT_EQ(mend(2, "<?xml version='1.0'?><o><id>3</id><v>\u00fc</v></o>"), "");
  Load errors = load;
  errors.only_errors = true;
  errors.id = {"wr-2", "df-1", 1};
  EXPECT_EQ(counts(errors), "2 2 0 0 0");
  EXPECT_THAT(logged({.state = ErrorState::open}), IsEmpty());
  const auto placed = [this] {
    return rows("SELECT id, v, _updated % 1048576 FROM \"Shop:Orders\" ORDER BY id");
  };
  EXPECT_THAT(placed(), ElementsAre("1|null|1", "2|\"b\"|2", "3|\"\u00fc\"|3", "4|\"d\"|4"));
  // Rows behind it stay in their places, whatever the number of its own.
  EXPECT_EQ(mend(1, "<l><o><id>1</id></o></l>"), "");
  load.truncate = true;
  EXPECT_EQ(counts(load), "3 3 0 0 0");
  EXPECT_THAT(placed(), ElementsAre("1|null|1", "3|\"\u00fc\"|3", "4|\"d\"|4"));
  EXPECT_EQ(mend(1, "<l><o><id>1</id></o><o><id>2</id></o><o><id>9</id></o></l>"), "");
  EXPECT_EQ(counts(load), "5 4 0 0 1");
  EXPECT_THAT(placed(), ElementsAre("1|null|1", "2|null|2", "3|\"\u00fc\"|3", "4|\"d\"|4"));
  EXPECT_THAT(logged({.load = last_.load}).at(0).error.reason, HasSubstr("more rows than it had"));
  // Taken back, the stored record counts again.
  EXPECT_EQ(mend(1, ""), "");
  EXPECT_EQ(counts(load), "4 3 0 0 1");
}

TEST_F(ErrorLogTest, AnyMalformedLinesCostThemselves) {
  const std::uint64_t number = seed();
  SCOPED_TRACE("WEIR_SEED=" + std::to_string(number));
  std::mt19937_64 random(number);
  for (int round = 0; round < 30; ++round) {
    std::string content;
    std::set<std::uint64_t> broken;
    for (std::uint64_t line = 1; line <= 40; ++line) {
      std::string text =
          "{\"id\":" + std::to_string(line) + ",\"v\":\"a\\u00e9\",\"w\":[1,{\"x\":2}]}";
      if (random() % 8 == 0) {
        broken.insert(line);
        text.resize(1 + random() % (text.size() - 1));  // its end is lost, so it is no object
      }
      content += text + "\n";
    }
    Load load = load_of(content);
    load.table += std::to_string(round);
    load.error_threshold = 100;
    if (round % 3 == 1) load.operations[0].query = "SELECT * FROM streaming";
    if (round % 3 == 2)
      load.operations[0].query =
          "SELECT a.id, b.v FROM streaming a JOIN streaming b ON a.id = b.id";
    const std::uint64_t good = 40 - broken.size();
    EXPECT_EQ(counts(load), "40 " + std::to_string(good) + " 0 0 " + std::to_string(broken.size()));
    std::set<std::uint64_t> found;
    for (const LoggedError& each : logged({.load = last_.load})) {
      found.insert(each.error.row);
      EXPECT_THAT(each.kind, "the record is not a JSON object");
      EXPECT_EQ(each.error.file, key_of(load.operations[0].sources[0].files[0]));
    }
    EXPECT_EQ(found, broken);
  }
}

TEST_F(ErrorLogTest, AMalformedLineChangesNoInferredType) {
  Load load =
      load_of("{\"id\":1,\"v\":[1]}\n{\"id\":\"text\",\"v\":2,\"u\":\n{\"id\":2,\"v\":[3]}\n");
  load.operations[0].query = "SELECT id + 1 AS id, v[0] AS v FROM streaming";
  load.error_threshold = 50;
  EXPECT_EQ(counts(load), "3 2 0 0 1");
  EXPECT_THAT(orders(), ElementsAre("2|\"1\"", "3|\"3\""));
}

TEST_F(ErrorLogTest, WhiteSpaceIsNoValueAndIsShown) {
  Load load = typed(
      "{\"id\":1,\"n\":\"\\t\",\"d\":1}\n{\"id\":2,\"n\":3,\"d\":\"\\t\"}\n"
      "{\"id\":\" \\n\",\"n\":3,\"d\":1}\n{\"id\":4,\"n\":\"a\\tb\",\"d\":1}\n");
  EXPECT_EQ(counts(load), "4 1 0 0 3") << "as blanks, a tab is no value where none is required";
  std::vector<std::string> reasons;
  for (const LoggedError& each : logged())
    reasons.push_back(each.error.reason);
  EXPECT_THAT(reasons, ElementsAre("a required field has only white space: \"\\t\"",
                                   "a field of the primary key has only white space: \" \\n\"",
                                   "\"a\\tb\" is no whole number of 64 bits"));
}

TEST_F(ErrorLogTest, LoadsBeforeTheDaysOfTheLogLoseTheirErrors) {
  counts(typed("{\"id\":1,\"n\":\"old\",\"d\":1}\n"));
  clock_.advance(std::chrono::days(limits::row_errors_logged_days + 1));
  Load load = typed("{\"id\":1,\"n\":\"new\",\"d\":1}\n");
  load.id.run = "wr-2";
  counts(load);
  EXPECT_THAT(places(), ElementsAre("1 n new"));
}

TEST_F(ErrorLogTest, ALiveTableHasItsErrorsBesideIt) {
  Load load = load_of(lines(3, 1));
  load.error_threshold = 100;
  counts(load);
  EXPECT_THAT(rows("SELECT * FROM \"Shop:Orders_failed\"")[0], HasSubstr("no table"));
  load = load_of(lines(3, 1));
  load.error_threshold = 100;
  load.id = {"wr-1", "df-1", 1, 5};
  EXPECT_EQ(counts(load), "3 0 0 2 1");
  EXPECT_THAT(rows("SELECT _received_at, _request_id, _row, field, value, state FROM "
                   "\"shop:orders_FAILED\" ORDER BY 1"),
              ElementsAre("\"2027-03-02T08:00:00Z\"|null|1|\"id\"|\"x\"|\"open\"",
                          "\"2027-03-02T09:00:00Z\"|null|1|\"id\"|\"x\"|\"open\""));
  EXPECT_THAT(rows("SELECT record FROM \"Shop:Orders_failed\" WHERE _received_at > '2027-03-02 "
                   "08:30'"),
              ElementsAre("\"{\\\"id\\\":\\\"x\\\"}\""));
  EXPECT_THAT(rows("SELECT * FROM \"weir stored\".row_errors, \"Shop:Orders_failed\"")[0],
              HasSubstr("no table"));
  EXPECT_EQ(engine_->tables("acme")->size(), 1u);
  // A feed may take the name; its table is then what is read.
  load.table = "Shop:Orders_failed";
  load.id = {"wr-2", "df-1", 1, 0};
  EXPECT_EQ(counts(load), "3 2 0 0 1");
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders_failed\""), ElementsAre("2"));
  EXPECT_TRUE(engine_->purge("acme", "Shop:Orders"));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders_failed\""), ElementsAre("2"));
}

/// Rows in error that are loaded again, mended or under a changed feed.
class MendTest : public ErrorLogTest {
 protected:
  static Load again(Load load, const std::string& run) {
    load.id.run = run;
    load.only_errors = true;
    load.error_threshold = 0;
    return load;
  }
  /// "row state settled_by" of each.
  std::vector<std::string> states() {
    std::vector<std::string> out;
    for (const LoggedError& each : logged())
      out.push_back(std::to_string(each.error.row) + " " + std::string(name_of(each.state)) + " " +
                    std::to_string(each.settled_by));
    return out;
  }
  std::string mend(const Load& load, std::uint64_t line, const std::string& text) {
    const auto done = engine_->mend("acme", key_of(load.operations[0].sources[0].files[0]), line,
                                    {text, "tak-1", {}});
    return done ? "" : done.error().message;
  }
  RecordText record(const Load& load, std::uint64_t line) {
    SourceFile source = load.operations[0].sources[0].files[0];
    source.key = key_of(source);
    const auto found = engine_->record("acme", source, line);
    EXPECT_TRUE(found) << found.error().message;
    return found ? *found : RecordText();
  }
};

TEST_F(MendTest, AMendedRecordIsLoadedInPlaceOfTheStoredOne) {
  Load load =
      load_of("{\"id\":1,\"v\":\"a\"}\n{\"id\":\"x\",\"v\":\"b\"}\n{\"id\":3,\n{\"id\":\"y\"}\n");
  load.operations[0].sources[0].files[0].key = key_of(load.operations[0].sources[0].files[0]);
  load.id = {"wr-1", "df-1", 1};
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "4 1 0 0 3");
  const auto first = std::to_string(last_.load);
  EXPECT_EQ(record(load, 3).stored, "{\"id\":3,");
  EXPECT_EQ(mend(load, 2, "{\"id\":2,\n\"v\":\"mended\"}"), "");
  EXPECT_EQ(mend(load, 3, "{\"id\":3}"), "");
  EXPECT_THAT(mend(load, 3, "[3]"), HasSubstr("no JSON object"));
  EXPECT_EQ(record(load, 3).stored, "{\"id\":3,") << "the file stays as it is";
  EXPECT_EQ(record(load, 3).mended->text, "{\"id\":3}");
  EXPECT_EQ(record(load, 3).mended->by, "tak-1");
  // Only the three rows in error are read, whatever their share of errors.
  EXPECT_EQ(counts(again(load, "wr-2")), "3 2 0 0 1");
  const std::string second = std::to_string(last_.load);
  EXPECT_THAT(orders(), ElementsAre("1|\"a\"", "2|\"mended\"", "3|null"));
  EXPECT_THAT(states(), ElementsAre("2 mended " + second, "3 mended " + second,
                                    "4 repeated " + second, "4 open 0"));
  EXPECT_EQ(logged({.state = ErrorState::open}).size(), 1u);
  const auto kinds = engine_->error_kinds("acme", {});
  ASSERT_TRUE(kinds);
  ASSERT_EQ(kinds->size(), 2u);
  EXPECT_EQ(kinds->at(0).kind, "is no whole number of 64 bits");
  EXPECT_EQ(kinds->at(0).count, 3u);
  EXPECT_EQ(kinds->at(0).open, 1u);
  // The whole day again takes the mended records too, and changes nothing.
  load.id.run = "wr-3";
  EXPECT_EQ(counts(load), "4 0 0 3 1");
  load.operations[0].query = "SELECT * FROM streaming";
  load.id.run = "wr-4";
  EXPECT_EQ(counts(load), "4 0 0 3 1") << "behind a query too, whose columns are inferred";
  // Taken back, the stored record counts again.
  EXPECT_EQ(mend(load, 2, ""), "");
  EXPECT_FALSE(record(load, 2).mended);
}

TEST_F(MendTest, AChangedFeedLoadsTheRowsInErrorAlone) {
  std::string days;
  for (int i = 0; i < 100; ++i)
    days += "{\"id\":" + std::to_string(i) + ",\"v\":\"" +
            (i % 50 == 7 ? "02.01.2027" : "2027-01-02") + "\"}\n";
  Load load = load_of(days);
  load.operations[0].sources[0].files[0].key = key_of(load.operations[0].sources[0].files[0]);
  load.fields[1] = with_format(field("v", FieldType::date), "yyyy-MM-dd");
  load.id = {"wr-1", "df-1", 1};
  load.error_threshold = 2;
  EXPECT_EQ(counts(load), "100 98 0 0 2");
  Load other = again(load, "wr-2");
  other.table = "Shop:Others";
  EXPECT_EQ(counts(other), "0 0 0 0 0") << "another table has no errors";
  EXPECT_EQ(counts(again(load, "wr-3")), "2 0 0 0 2") << "the feed did not change";
  EXPECT_EQ(logged({.state = ErrorState::open}).size(), 2u) << "not four: they are the same rows";
  load.fields[1] = with_format(field("v", FieldType::date), "dd.MM.yyyy");
  Load changed = again(load, "wr-4");
  changed.truncate = true;
  EXPECT_EQ(counts(changed), "2 2 0 0 0");
  EXPECT_TRUE(logged({.state = ErrorState::open}).empty());
  EXPECT_THAT(rows("SELECT v, count(*) FROM \"Shop:Orders\" GROUP BY v"),
              ElementsAre("\"2027-01-02\"|100"))
      << "nothing is truncated";
}

TEST_F(MendTest, AfterARefusedLoadAllRowsAreRead) {
  Load load = load_of(lines(10, 1));
  load.operations[0].sources[0].files[0].key = key_of(load.operations[0].sources[0].files[0]);
  load.id = {"wr-1", "df-1", 1};
  EXPECT_EQ(counts(load), "10 0 0 9 1 over");
  EXPECT_EQ(counts(again(load, "wr-2")), "10 0 0 9 1 over") << "the threshold still holds";
  EXPECT_EQ(mend(load, 1, "{\"id\":100}"), "");
  EXPECT_EQ(counts(again(load, "wr-3")), "10 10 0 0 0");
  EXPECT_TRUE(logged({.state = ErrorState::open}).empty());
}

TEST_F(MendTest, AnErrorCanBeGivenUpOnce) {
  Load load = load_of(lines(10, 1));
  load.error_threshold = 100;
  counts(load);
  EXPECT_TRUE(engine_->dismiss_error("acme", last_.load, 1));
  EXPECT_EQ(logged({.state = ErrorState::dismissed}).size(), 1u);
  EXPECT_EQ(engine_->dismiss_error("acme", last_.load, 1).error().code, Errc::conflict);
  EXPECT_EQ(engine_->dismiss_error("acme", last_.load, 2).error().code, Errc::conflict);
}

TEST_F(ErrorLogTest, TheErrorsBesideALiveTableHaveTheirRecordsWhateverTheirBytes) {
  const std::string broken = "{\"id\":\xff";
  const std::string nul("{\"id\":\0}", 8);
  const std::string long_one = "{\"id\":\"x\",\"v\":\"" + std::string(984, 'a') + "\u00e9\u00e9\"}";
  Load load = load_of("{\"id\":1,\"w\":null}\n" + broken + "\n" + nul + "\n" + long_one + "\n");
  load.fields.push_back(required(field("w")));
  load.fields.push_back(field("n", FieldType::integer));
  load.error_threshold = 100;
  load.id = {"wr-1", "df-1", 1, 5};
  EXPECT_EQ(counts(load), "4 0 0 0 4");
  const auto texts = rows("SELECT _row, field, record FROM \"Shop:Orders_failed\" ORDER BY 1, 2");
  ASSERT_EQ(texts.size(), 5u);
  EXPECT_EQ(texts[0], "1|\"w\"|\"{\\\"id\\\":1,\\\"w\\\":null}\"");
  EXPECT_EQ(texts[1], "2|null|\"{\\\"id\\\":\uFFFD\"");
  EXPECT_EQ(texts[2], "3|null|\"{\\\"id\\\": }\"");
  EXPECT_THAT(texts[3], HasSubstr("aaa\"")) << "cut before a character of two bytes";
  EXPECT_EQ(texts[4].substr(texts[4].rfind('|')), texts[3].substr(texts[3].rfind('|')));
}

}  // namespace
}  // namespace weir::engine::duckdb
