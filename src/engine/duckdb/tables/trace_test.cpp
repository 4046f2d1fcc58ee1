#include "engine/trace.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "base/receipt.hpp"
#include "engine/duckdb/engine_fixture.hpp"
#include "xml/ingest_pack.hpp"
#include "xml/xml_to_cbor.hpp"

namespace weir::engine::duckdb {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr StreamNo stream{7};

std::string receipt(std::uint64_t sequence) {
  return std::string(view(encode_receipt({stream, PartitionNo{0}, Sequence{sequence}})));
}

class TraceTest : public EngineFixture {
 protected:
  /// A file of lines whose records have the next sequences: 1, 2, 3, ...
  SourceFile accepted(const std::string& lines) {
    SourceFile out = file(lines);
    out.key = key_of(out);
    out.records = static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
    out.stream = stream;
    out.first_sequence = next_;
    next_ += out.records;
    out.last_sequence = next_ - 1;
    return out;
  }
  static Load query(std::vector<SourceFile> files, const std::string& text) {
    Load load = load_of_files(std::move(files));
    load.operations[0].query = text;
    return load;
  }

  /// "fate", then a text for each row: "fate key" with "< receipt file" of the row that stands, or
  /// "field: reason" of errors.
  std::vector<std::string> fates(const Load& load, const SourceFile& in, std::uint64_t sequence) {
    const auto traced =
        engine_->trace(load, {load.operations[0].sources[0].format, in, receipt(sequence)});
    if (!traced) return {traced.error().message};
    why_ = traced->why;
    std::vector<std::string> out{std::string(to_string(traced->fate))};
    for (const TracedRow& row : traced->rows) {
      std::string line = std::string(to_string(row.fate));
      if (!row.pk.empty()) line += " " + row.pk;
      if (row.standing) line += " < " + std::to_string(row_of(row.standing->origin));
      for (const RowError& error : row.errors)
        line += " " + error.field + ": " + error.reason;
      out.push_back(line);
    }
    return out;
  }

  std::uint64_t next_ = 1;
  std::string why_;
};

/// A receipt used to say that the record's file was loaded, whatever became of the record.
TEST_F(TraceTest, ARecordThatCountsAsAnErrorIsNotToldAsLoaded) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":\"x\",\"v\":\"b\"}\n");
  Load load = load_of_files({one});
  load.error_threshold = 100;
  load.id = {"wr-1", "df-1", 1};
  EXPECT_THAT(fates(load, one, 1), ElementsAre("not_loaded"));
  ASSERT_EQ(counts(load), "2 1 0 0 1");
  EXPECT_THAT(fates(load, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_THAT(fates(load, one, 2), ElementsAre("error", HasSubstr("error id: \"x\" ")));
  const auto traced = engine_->trace(load, {FileFormat::ndjson, one, receipt(2)});
  EXPECT_EQ(traced->load->id.run, "wr-1");
  EXPECT_EQ(traced->load->counts.load, last_.load);
  EXPECT_EQ(traced->rows.at(0).errors.at(0).value, "x");
  EXPECT_EQ(traced->rows.at(0).errors.at(0).file, one.key);
  EXPECT_EQ(traced->rows.at(0).errors.at(0).row, 2u);
}

TEST_F(TraceTest, ALostRecordNamesTheOneItLostTo) {
  const SourceFile one =
      accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":1,\"v\":\"b\"}\n{\"id\":2,\"v\":\"c\"}\n");
  const SourceFile two = accepted("{\"id\":2,\"v\":\"d\"}\n{\"id\":2,\"v\":\"e\"}\n");
  const Load first = load_of_files({one});
  Load second = load_of_files({two});
  second.id = {"wr-2", "df-1", 1};
  counts(first);
  EXPECT_THAT(fates(first, one, 1), ElementsAre("rejected", "rejected 1 < 2"));
  EXPECT_THAT(fates(first, one, 3), ElementsAre("loaded", "loaded 2 < 3"));
  counts(second);
  // What stood may be replaced; what never stood stays rejected.
  EXPECT_THAT(fates(first, one, 3), ElementsAre("replaced", "replaced 2 < 2"));
  EXPECT_THAT(fates(first, one, 1), ElementsAre("rejected", "rejected 1 < 2"));
  EXPECT_THAT(fates(second, two, 4), ElementsAre("rejected", "rejected 2 < 2"));
  EXPECT_THAT(fates(second, two, 5), ElementsAre("loaded", "loaded 2 < 2"));
  const auto traced = engine_->trace(first, {FileFormat::ndjson, one, receipt(3)});
  const RowRecord& winner = *traced->rows.at(0).standing;
  EXPECT_EQ(winner.file, two.key);
  EXPECT_EQ(winner.id.run, "wr-2");
  EXPECT_EQ(winner.load, last_.load);
  Source of_winner = source({two});
  EXPECT_EQ(*engine_->receipt_of("acme", of_winner, row_of(winner.origin)), receipt(5));
  // A day that is loaded late loses to what stands.
  const SourceFile old = accepted("{\"id\":2,\"v\":\"x\"}\n");
  SourceFile late = old;
  late.first_received_at = first_time() - std::chrono::hours(1);
  const Load third = load_of_files({late});
  EXPECT_EQ(counts(third), "1 0 0 1 0");
  EXPECT_THAT(fates(third, late, 6), ElementsAre("rejected", "rejected 2 < 2"));
}

TEST_F(TraceTest, ALineThatIsNoRecordIsAnErrorOfItsReceiptAlone) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\n{\"id\":3}\n{]\n");
  Load load = load_of_files({one});
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "4 2 0 0 2");
  EXPECT_THAT(fates(load, one, 2), ElementsAre("error", HasSubstr("error : the record")));
  EXPECT_THAT(fates(load, one, 3), ElementsAre("loaded", "loaded 3 < 3"));
  load.table = "Shop:Later";
  load.error_threshold = 0;
  ASSERT_TRUE(engine_->create_table(load));
  counts(load);
  EXPECT_THAT(fates(load, one, 4), ElementsAre("error", HasSubstr("error : the record")));
  EXPECT_THAT(fates(load, one, 1), ElementsAre("over_threshold", "over_threshold 1"));
}

/// The log of errors is what the load found, whatever the feed can take now.
TEST_F(TraceTest, AnErrorIsToldAsItWasUntilTheRecordIsLoadedAgain) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\",\"n\":\"x\",\"m\":\"y\"}\n");
  Load load = load_of_files({one});
  load.fields.push_back(field("n", FieldType::integer));
  load.fields.push_back(field("m", FieldType::integer));
  load.error_threshold = 100;
  EXPECT_EQ(counts(load), "1 0 0 0 1");
  const auto error = fates(load, one, 1);
  EXPECT_THAT(error, ElementsAre("error", AllOf(HasSubstr("n: \"x\""), HasSubstr("m: \"y\""))));
  Load mended = load;
  mended.fields.resize(2);
  EXPECT_EQ(fates(mended, one, 1), error);
  EXPECT_EQ(counts(mended), "1 1 0 0 0");
  EXPECT_THAT(fates(mended, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
}

TEST_F(TraceTest, AnEqualRecordThatCameLaterHasTheRow) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n");
  const SourceFile two = accepted("{\"id\":1,\"v\":\"a\"}\n");
  counts(load_of_files({one}));
  counts(load_of_files({two}));
  EXPECT_THAT(fates(load_of_files({two}), two, 2), ElementsAre("loaded", "loaded 1 < 1"));
  const auto traced = engine_->trace(load_of_files({one}), {FileFormat::ndjson, one, receipt(1)});
  EXPECT_EQ(traced->rows.at(0).standing->file, two.key);
}

TEST_F(TraceTest, WhatAQueryDropsOrMakesOfARecordIsFoundOut) {
  const SourceFile one = accepted(
      "{\"id\":1,\"l\":[\"a\",\"b\"]}\n{\"id\":5,\"l\":[]}\n{\"id\":9,\"l\":[\"z\"]}\n"
      "{\"id\":2,\"l\":[\"c\"]}\n");
  Load load = query({one},
                    "SELECT id + pos AS id, e AS v FROM streaming LATERAL VIEW posexplode(l) t AS "
                    "pos, e WHERE id < 9");
  EXPECT_EQ(counts(load), "3 2 0 1 0");
  EXPECT_THAT(fates(load, one, 1), ElementsAre("several", "loaded 1 < 1", "rejected 2 < 4"));
  EXPECT_THAT(fates(load, one, 2), ElementsAre("dropped"));
  EXPECT_THAT(fates(load, one, 3), ElementsAre("dropped"));
  EXPECT_THAT(fates(load, one, 4), ElementsAre("loaded", "loaded 2 < 4"));
  EXPECT_THAT(rows("SELECT count(*) FROM \"Shop:Orders\""), ElementsAre("2"));
}

TEST_F(TraceTest, RecordsThatAQueryPutsTogetherAreTracedEach) {
  const SourceFile one =
      accepted("{\"id\":1,\"n\":1}\n{\"id\":1,\"n\":2}\n{\"id\":2,\"n\":3}\n{\"id\":3,\"n\":4}\n");
  const SourceFile two = accepted("{\"id\":1,\"n\":7}\n{\"id\":4,\"n\":1}\n");
  Load group = query(
      {one, two},
      "SELECT id, concat_ws('-', sort_array(collect_list(CAST(n AS STRING)))) AS v FROM streaming "
      "WHERE n <> 4 GROUP BY id");
  EXPECT_EQ(counts(group), "3 3 0 0 0");
  for (const std::uint64_t sequence : {1u, 2u})
    EXPECT_THAT(fates(group, one, sequence), ElementsAre("loaded", "loaded 1 < 1")) << sequence;
  EXPECT_THAT(fates(group, one, 4), ElementsAre("dropped"));
  EXPECT_THAT(fates(group, two, 5), ElementsAre("loaded", "loaded 1 < 1"));
  // A record whose partners are in another file makes a row with them.
  Load join = query({one, two},
                    "SELECT a.id, CONCAT(a.n, '/', b.n) AS v FROM streaming a JOIN streaming b ON "
                    "a.id = b.id AND a.n + 5 = b.n");
  join.table = "Shop:Joined";
  EXPECT_EQ(counts(join), "1 1 0 0 0");
  EXPECT_THAT(fates(join, one, 2), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_THAT(fates(join, two, 5), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_THAT(fates(join, one, 1), ElementsAre("dropped"));
  Load distinct = query({one, two}, "SELECT DISTINCT id, 'x' AS v FROM streaming");
  distinct.table = "Shop:Distinct";
  EXPECT_EQ(counts(distinct), "4 4 0 0 0");
  EXPECT_THAT(fates(distinct, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_THAT(fates(distinct, two, 6), ElementsAre("loaded", "loaded 4 < 2"));
  // first() takes the earliest of equal rows: a mark must not make it another.
  Load window = query({one, two},
                      "SELECT id, CAST(n AS STRING) AS v FROM (SELECT id, n, row_number() OVER "
                      "(PARTITION BY id ORDER BY id) AS r FROM streaming) WHERE r = 1");
  window.table = "Shop:Window";
  EXPECT_EQ(counts(window), "4 4 0 0 0");
  EXPECT_THAT(fates(window, one, 3), ElementsAre("loaded", "loaded 2 < 3"));
}

TEST_F(TraceTest, AFateThatIsJudgedByAnotherFeedOrQueryThanTheLoadsSaysSo) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  Load load = query({one}, "SELECT * FROM streaming WHERE id = 1");
  counts(load);
  EXPECT_THAT(fates(load, one, 2), ElementsAre("dropped"));
  EXPECT_EQ(why_, "");
  load.error_threshold = 50;  // decides nothing of it
  EXPECT_THAT(fates(load, one, 2), ElementsAre("dropped"));
  EXPECT_EQ(why_, "");
  load.operations[0].query = "SELECT * FROM streaming WHERE id < 2";
  EXPECT_THAT(fates(load, one, 2), ElementsAre("dropped"));
  EXPECT_THAT(why_, HasSubstr("changed since load " + std::to_string(last_.load)));
  EXPECT_THAT(fates(load, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_EQ(why_, "") << "which the table itself tells";
  load.fields[0].type = FieldType::string;
  load.operations[0].query = "SELECT * FROM streaming WHERE id = 1";
  EXPECT_THAT(fates(load, one, 2)[0], AnyOf("dropped", "unknown"));
  EXPECT_NE(why_, "");
}

TEST_F(TraceTest, ALoadOverTheThresholdLoadedNothing) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":\"x\"}\n");
  Load load = load_of_files({one});
  ASSERT_TRUE(engine_->create_table(load));
  EXPECT_EQ(counts(load), "2 0 0 1 1 over");
  EXPECT_THAT(fates(load, one, 1), ElementsAre("over_threshold", "over_threshold 1"));
  EXPECT_THAT(fates(load, one, 2), ElementsAre("error", HasSubstr("error id: \"x\" ")));
  load.error_threshold = 100;
  counts(load);
  EXPECT_THAT(fates(load, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
}

TEST_F(TraceTest, WhatWasRemovedSinceIsSaid) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  const Load load = load_of_files({one});
  counts(load);
  ASSERT_TRUE(engine_->remove_rows({"acme", load.table, {.column = "id", .value = "1"}}));
  EXPECT_THAT(fates(load, one, 1), ElementsAre("removed", "removed 1"));
  EXPECT_THAT(why_, HasSubstr("Rows were removed since"));
  EXPECT_THAT(fates(load, one, 2), ElementsAre("loaded", "loaded 2 < 2"));
  Load other = load_of_files({accepted("{\"id\":3,\"v\":\"c\"}\n")});
  other.truncate = true;
  other.id = {"wr-9", "df-1", 1};
  counts(other);
  EXPECT_THAT(fates(load, one, 2), ElementsAre("removed", "removed 2"));
  EXPECT_THAT(why_, HasSubstr("of run wr-9"));
}

TEST_F(TraceTest, WhatAnUndoTookBackIsSaid) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n");
  const SourceFile two = accepted("{\"id\":1,\"v\":\"b\"}\n");
  counts(load_of_files({one}));
  counts(load_of_files({two}));
  EXPECT_THAT(fates(load_of_files({one}), one, 1), ElementsAre("replaced", "replaced 1 < 1"));
  const auto undone = engine_->undo("acme", last_.load, false);
  ASSERT_TRUE(undone) << undone.error().message;
  EXPECT_THAT(fates(load_of_files({two}), two, 2), ElementsAre("undone"));
  EXPECT_THAT(fates(load_of_files({one}), one, 1), ElementsAre("loaded", "loaded 1 < 1"));
}

/// The feed or its query is another now; what stands is true all the same.
TEST_F(TraceTest, ARowThatStandsIsToldWhateverTheFeedIsNow) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  counts(load_of_files({one}));
  const Load drops = query({one}, "SELECT id, v FROM streaming WHERE id = 2");
  EXPECT_THAT(fates(drops, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
  const Load broken = query({one}, "SELECT nothing FROM streaming");
  EXPECT_THAT(fates(broken, one, 1), ElementsAre("loaded", "loaded 1 < 1"));
  EXPECT_THAT(why_, HasSubstr("nothing"));
}

TEST_F(TraceTest, ARecordOfALostIndexIsUnknownAndNotDropped) {
  SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  one.last_sequence += 1;  // a gap, and no index that says where
  const Load load = load_of_files({one});
  counts(load);
  EXPECT_THAT(fates(load, one, 1), ElementsAre("unknown"));
  EXPECT_THAT(why_, HasSubstr("index"));
}

TEST_F(TraceTest, TheRowsOfADocumentAreTraced) {
  xml::Converter converter;
  std::string pack;
  const std::vector<std::string> documents{
      "<o><row><id>1</id><v>a</v></row><row><id>x</id></row><row><id>2</id><v>b</v></row></o>",
      "<o/>", "<o><row><id>2</id><v>c</v></row></o>"};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const std::string own = receipt(i + 1);
    xml::append_record_head(pack, {own, first_time(), "application/xml"});
    ASSERT_TRUE(converter.convert(documents[i], pack));
  }
  SourceFile one = accepted(pack);
  Load load = load_of_files({one});
  load.error_threshold = 100;
  Source& from = load.operations[0].sources[0];
  from.format = FileFormat::cbor;
  from.schema_json =
      R"({"type":"struct","fields":[{"name":"id","type":"string"},{"name":"v","type":"string"}]})";
  EXPECT_EQ(counts(load), "4 2 0 1 1");
  EXPECT_THAT(fates(load, one, 1), ElementsAre("several", HasSubstr("error id: \"x\" "),
                                               "loaded 1 < 1", "rejected 2 < 4"));
  EXPECT_THAT(fates(load, one, 2), ElementsAre("dropped"));
  EXPECT_THAT(fates(load, one, 3), ElementsAre("loaded", "loaded 2 < 4"));
  const auto row = engine_->record_of("acme", load.table, "2");
  ASSERT_TRUE(row);
  EXPECT_EQ(*engine_->receipt_of("acme", from, row_of(row->origin)), receipt(3));
}

TEST_F(TraceTest, ARowLeadsBackToItsRecord) {
  const SourceFile one = accepted("{\"id\":1,\"v\":\"a\"}\n{\"id\":2,\"v\":\"b\"}\n");
  Load load = load_of_files({one});
  load.id = {"wr-1", "df-1", 1};
  counts(load);
  const auto row = engine_->record_of("acme", load.table, "2");
  ASSERT_TRUE(row) << row.error().message;
  EXPECT_EQ(row->file, one.key);
  EXPECT_EQ(row_of(row->origin), 2u);
  EXPECT_EQ(file_of(row->origin), origin_of(one));
  EXPECT_EQ(received_at(row->origin), one.first_received_at);
  EXPECT_EQ(row->load, last_.load);
  EXPECT_EQ(row->id.run, "wr-1");
  EXPECT_EQ(row->at, clock_.now());
  EXPECT_EQ(*engine_->receipt_of("acme", source({one}), 2), receipt(2));
  EXPECT_EQ(*engine_->receipt_of("acme", source({one}), 3), "");
  std::string uuid = rows("SELECT _uuid_pk FROM \"Shop:Orders\" WHERE id = 1").at(0);
  uuid = uuid.substr(1, uuid.size() - 2);
  EXPECT_EQ(engine_->record_of("acme", load.table, uuid)->pk, "1");
  EXPECT_EQ(engine_->record_of("acme", load.table, "7").error().code, Errc::not_found);
  EXPECT_EQ(engine_->record_of("acme", "No:Table", "7").error().code, Errc::not_found);
  EXPECT_THAT(*engine_->files_of("acme", row->load, 10), ElementsAre(one.key));
  EXPECT_THAT(*engine_->files_of("acme", row->load + 1, 10), IsEmpty());
}

}  // namespace
}  // namespace weir::engine::duckdb
