#include <gmock/gmock.h>

#include "control/control_fixture.hpp"
#include "pipeline/feed/draft.hpp"

/// Feeds: drafted from samples, changed, copied, deleted; their tables made, filled and emptied.
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class FeedsTest : public ControlTest {
 protected:
  static constexpr const char* orders =
      R"({"source":"Shop","name":"Orders","fields":[{"name":"id","type":"integer"},)"
      R"({"name":"total","type":"decimal"}],"primary_key":["id"])";

  std::string new_feed(const std::string& more = "") {
    return "/api/v0/feeds/" + text(created("/api/v0/feeds", orders + more + "}"), "id");
  }
  std::string active_feed(std::uint64_t rows) {
    const std::string path = new_feed();
    EXPECT_EQ(send("POST", path + "/activate").status, 200);
    engine_.domain_tables["acme"] = {{"Shop:Orders", rows, {{"id", "BIGINT"}}}};
    return path;
  }
  /// A file of a new stream with this content; the stream's id.
  std::string new_file(const std::string& content, const std::string& ending = ".ndjson") {
    const catalog::Stream stream = add_stream(acme_);
    catalog::BatchCommit commit_one = one_file(stream, 1, 2, Lsn{4096});
    path_ = "ingest/" + stream.id + ending;
    commit_one.batches[0].path = path_;
    commit_one.batches[0].bytes = content.size();
    EXPECT_TRUE(commit(commit_one));
    files_[path_] = content;
    return stream.id;
  }
  json::object drafted(const json::object& body) {
    return expect(200, send("POST", "/api/v0/feeds/draft", json::serialize(body)));
  }
  std::string not_drafted(int status, const json::object& body) {
    return refusal(status, send("POST", "/api/v0/feeds/draft", json::serialize(body)));
  }

  std::string path_;
};

TEST_F(FeedsTest, AnUploadedSampleBecomesADraftThatCanBeSaved) {
  auto draft = drafted({{"sample", "{\"order-id\":1,\"email\":\"a@b\"}\n{\"order-id\":2}"}});
  EXPECT_EQ(draft.at("records"), 2);
  EXPECT_EQ(draft.at("whole"), true);
  EXPECT_EQ(draft.at("found").at(1).at("share"), 0.5);
  EXPECT_EQ(draft.at("primary_key_candidates"), (json::array{json::array{"order_id"}}));
  EXPECT_EQ(draft.at("rows").at("rows").at(1), (json::array{2, nullptr}));
  auto feed = draft.at("feed").as_object();
  EXPECT_EQ(feed.at("fields").at(0),
            (json::object{{"name", "order-id"}, {"type", "integer"}, {"rename_to", "order_id"}}));
  EXPECT_EQ(feed.at("fields").at(1).at("semantic"), "email");
  EXPECT_EQ(feed.at("primary_key"), json::array{"order_id"});
  feed["source"] = "Shop";
  feed["name"] = "Orders";
  created("/api/v0/feeds", json::serialize(feed));
}

TEST_F(FeedsTest, AnExistingFileIsASampleTheNewestFirst) {
  const std::string stream = new_file("{\"id\":1}\n{\"id\":2}\n");
  const auto files = get("/api/v0/feeds/samples?stream_id=" + stream);
  ASSERT_THAT(files.at("items").as_array(), SizeIs(1));
  const std::string path(files.at("items").at(0).at("path").as_string());
  EXPECT_EQ(path, path_);
  for (const json::object& asked : {json::object{{"file", path}}, {{"stream_id", stream}}}) {
    const auto draft = drafted(asked);
    EXPECT_EQ(draft.at("records"), 2);
    EXPECT_EQ(draft.at("feed").at("sample").as_string(), path);
  }
  EXPECT_THAT(not_drafted(400, {{"file", "elsewhere.ndjson"}}), HasSubstr("feeds/samples"));
  EXPECT_EQ(send("GET", "/api/v0/feeds/samples").status, 400);
  const auto rivals =
      send(request("POST", "/api/v0/feeds/draft", R"({"file":")" + path + "\"}", rival_admin_));
  EXPECT_EQ(rivals.status, 400) << "another tenant's file";
}

TEST_F(FeedsTest, AFileBeyondTheBoundIsReadToIt) {
  std::string content;
  while (content.size() <= limits::sample_bytes_max)
    content += "{\"id\":1,\"text\":\"" + std::string(100'000, 'x') + "\"}\n";
  new_file(content);
  const auto draft = drafted({{"file", path_}});
  EXPECT_EQ(draft.at("whole"), false);
  EXPECT_GT(draft.at("records").as_int64(), 10);
  EXPECT_THAT(not_drafted(400, {{"sample", content}}), HasSubstr("4 MiB"));
}

TEST_F(FeedsTest, NestedJsonAndXmlAreDraftedThroughAnIngestQuery) {
  const std::string stream = new_file("{\"id\":1,\"customer\":{}}\n");
  EXPECT_THAT(not_drafted(400, {{"stream_id", stream}}),
              AllOf(HasSubstr("Nested JSON cannot be a sample"), HasSubstr("ingest query")));
  const auto query = created("/api/v0/ingest-queries", R"({"name":"Flat","sql":"SELECT 1"})");
  engine_.answer = engine::Table{{{"id", "BIGINT"}}, {{"1"}, {"2"}}, false};
  const auto draft =
      drafted({{"stream_id", stream}, {"ingest_query_id", text(query, "id")}, {"file_tag", "s"}});
  EXPECT_EQ(draft.at("feed").at("fields").at(0).at("type"), "integer");
  EXPECT_FALSE(draft.at("feed").as_object().contains("sample"));
  EXPECT_EQ(engine_.asked.sql, "SELECT 1");
  EXPECT_EQ(engine_.sources.at(0).tag, "s");
  new_file("", ".cbor");
  EXPECT_THAT(not_drafted(400, {{"file", path_}}), HasSubstr("XML"));
  EXPECT_THAT(not_drafted(400, {}), HasSubstr("in one way"));
  EXPECT_THAT(not_drafted(400, {{"sample", "{}"}, {"file", "x"}}), HasSubstr("in one way"));
}

TEST_F(FeedsTest, TheSampleIsLoadedWhenTheFeedIsActivated) {
  new_file("{\"id\":1}\n");
  const std::string feed = new_feed(R"(,"sample":")" + path_ + "\"");
  EXPECT_EQ(text(get(feed), "sample"), path_);
  engine_.load_answer = engine::LoadCounts{};
  engine_.load_answer->read = engine_.load_answer->inserted = 1;
  const auto active = expect(200, send("POST", feed + "/activate", R"({"load_sample":true})"));
  EXPECT_EQ(active.at("active"), true);
  EXPECT_EQ(active.at("loaded").at("inserted"), 1);
  ASSERT_THAT(engine_.loaded, SizeIs(1));
  EXPECT_EQ(engine_.loaded[0].table, "Shop:Orders");
  EXPECT_EQ(engine_.loaded[0].operations.at(0).sources.at(0).files.at(0).key, path_);
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/feeds",
                                orders + std::string(R"(,"sample":"none.ndjson"})"))),
              HasSubstr("no batch file"));
}

TEST_F(FeedsTest, ASampleThatCannotBeLoadedLeavesADraft) {
  new_file("{\"id\":\"x\"}\n");
  const std::string feed = new_feed(R"(,"sample":")" + path_ + "\"");
  engine_.load_answer = engine::LoadCounts{};
  engine_.load_answer->over_threshold = true;
  engine_.load_answer->read = engine_.load_answer->errors = 1;
  EXPECT_THAT(refusal(400, send("POST", feed + "/activate", R"({"load_sample":true})")),
              HasSubstr("1 of 1 rows"));
  EXPECT_EQ(get(feed).at("active"), false);
  EXPECT_EQ(send("DELETE", feed).status, 204);
  EXPECT_THAT(refusal(409, send("POST", new_feed() + "/activate", R"({"load_sample":true})")),
              HasSubstr("never accepted"));
}

TEST_F(FeedsTest, AFeedIsChangedInPart) {
  const std::string feed = new_feed();
  const auto changed =
      expect(200, send("PATCH", feed,
                       R"({"error_threshold":7,"format":"dd.MM.yyyy","scale":4,)"
                       R"("identity_resolution":true,"fields":[{"name":"ID","type":)"
                       R"("integer"},{"name":"note","type":"string"}]})"));
  EXPECT_EQ(get(feed), changed);
  EXPECT_EQ(changed.at("error_threshold"), 7);
  EXPECT_EQ(text(changed, "format"), "dd.MM.yyyy");
  EXPECT_EQ(changed.at("scale"), 4);
  EXPECT_EQ(changed.at("identity_resolution"), true);
  EXPECT_EQ(text(changed, "name"), "Orders");
  EXPECT_EQ(changed.at("fields").at(1).at("name"), "note");
  EXPECT_THAT(refusal(400, send("PATCH", feed, R"({"fields":[{"name":"n","type":"string"}]})")),
              HasSubstr("\"id\" is part of the primary key and cannot be deleted"));
  EXPECT_THAT(refusal(400, send("PATCH", feed, R"({"filds":[]})")), HasSubstr("filds"));
}

TEST_F(FeedsTest, AGeneratedFieldIsKept) {
  const auto feed = expect(200, send("PATCH", new_feed(),
                                     R"({"fields":[{"name":"id","type":"integer"},)"
                                     R"({"name":"k","type":"string","combines":["id","id"],)"
                                     R"("uuid":true}]})"));
  EXPECT_EQ(feed.at("fields").at(0).at("combines"), json::array());
  EXPECT_EQ(feed.at("fields").at(1).at("combines"), (json::array{"id", "id"}));
  EXPECT_EQ(feed.at("fields").at(1).at("uuid"), true);
}

TEST_F(FeedsTest, AChangedKeyAsksWhetherToPurge) {
  const std::string feed = active_feed(1204);
  const std::string change = R"({"primary_key":["total"])";
  EXPECT_THAT(refusal(409, send("PATCH", feed, change + "}")),
              AllOf(HasSubstr("has 1204 rows"), HasSubstr("\"purge\": true")));
  EXPECT_THAT(engine_.created, SizeIs(1));
  EXPECT_EQ(get(feed).at("primary_key"), json::array{"id"});
  expect(200, send("PATCH", feed, change + R"(,"purge":true})"));
  ASSERT_THAT(engine_.created, SizeIs(2));
  EXPECT_TRUE(engine_.created[1].truncate) << "made anew";
  EXPECT_EQ(engine_.created[1].primary_key, std::vector<std::string>{"total"});
  EXPECT_EQ(get(feed).at("primary_key"), json::array{"total"});
}

TEST_F(FeedsTest, AnEmptyTableIsMadeAnewUnasked) {
  const std::string feed = active_feed(0);
  expect(200, send("PATCH", feed, R"({"primary_key":["total"]})"));
  EXPECT_TRUE(engine_.created.back().truncate);
}

TEST_F(FeedsTest, ATableThatCannotBeEmptiedLeavesTheFeedAsItWas) {
  const std::string feed = active_feed(3);
  engine_.create_answer = fail(Errc::disk_full, "No space left on device");
  EXPECT_EQ(send("PATCH", feed, R"({"primary_key":["total"],"purge":true})").status, 503);
  EXPECT_EQ(get(feed).at("primary_key"), json::array{"id"});
}

TEST_F(FeedsTest, AnotherNameIsAnotherTable) {
  const std::string feed = active_feed(3);
  const auto changed = expect(200, send("PATCH", feed, R"({"name":"Sales"})"));
  EXPECT_EQ(text(changed, "table"), "Shop:Sales");
  EXPECT_THAT(engine_.loaded, SizeIs(0)) << "the old one keeps its rows";
  EXPECT_EQ(engine_.created.back().table, "Shop:Sales");
  new_feed();
  EXPECT_EQ(send("PATCH", feed, R"({"name":"orders"})").status, 409);
}

TEST_F(FeedsTest, ATableIsRenamedWithItsFeedWhereItIsAskedFor) {
  const std::string feed = active_feed(3);
  const auto changed = expect(200, send("PATCH", feed, R"({"name":"Sales","rename_table":true})"));
  EXPECT_EQ(text(changed, "table"), "Shop:Sales");
  EXPECT_THAT(engine_.renamed, ElementsAre("acme Shop:Orders -> Shop:Sales"));
  EXPECT_EQ(engine_.created.back().table, "Shop:Sales");
  EXPECT_FALSE(engine_.created.back().truncate);
  engine_.domain_tables["acme"] = {{"Shop:Sales", 3, {}}};
  // In its case alone it is no other table.
  EXPECT_THAT(refusal(409, send("PATCH", feed, R"({"name":"SALES"})")),
              HasSubstr("differs in case alone"));
  expect(200, send("PATCH", feed, R"({"name":"SALES","rename_table":true})"));
  EXPECT_EQ(engine_.renamed.back(), "acme Shop:Sales -> Shop:SALES");
  // A key that changes with the name still asks.
  engine_.domain_tables["acme"] = {{"Shop:SALES", 3, {}}};
  const std::string both = R"({"name":"Orders","rename_table":true,"primary_key":["total"])";
  EXPECT_THAT(refusal(409, send("PATCH", feed, both + "}")), HasSubstr("has 3 rows"));
  expect(200, send("PATCH", feed, both + R"(,"purge":true})"));
  EXPECT_TRUE(engine_.created.back().truncate);
}

TEST_F(FeedsTest, ARenamingThatFailsLeavesFeedAndTableAsTheyWere) {
  const std::string feed = active_feed(3);
  const std::string change = R"({"name":"Sales","rename_table":true})";
  engine_.rename_answer = fail(Errc::conflict, "there is a table \"Shop:Sales\" already");
  EXPECT_EQ(send("PATCH", feed, change).status, 409);
  EXPECT_EQ(text(get(feed), "table"), "Shop:Orders");
  engine_.rename_answer = {};
  engine_.create_answer = fail(Errc::disk_full, "No space left on device");
  EXPECT_EQ(send("PATCH", feed, change).status, 503);
  EXPECT_EQ(text(get(feed), "table"), "Shop:Orders");
  EXPECT_THAT(engine_.renamed,
              ElementsAre("acme Shop:Orders -> Shop:Sales", "acme Shop:Sales -> Shop:Orders"));
}

TEST_F(FeedsTest, ATableThatAnEarlierFeedLeftIsTakenUpOnlyIfAsked) {
  const std::string earlier = active_feed(1204);
  EXPECT_EQ(send("POST", earlier + "/activate").status, 200) << "its own table";
  EXPECT_EQ(send("DELETE", earlier).status, 204);
  const std::string feed = new_feed();
  EXPECT_THAT(refusal(409, send("POST", feed + "/activate")),
              AllOf(HasSubstr("1204 rows"), HasSubstr("take_table")));
  EXPECT_EQ(get(feed).at("active"), false);
  expect(200, send("POST", feed + "/activate", R"({"take_table":true})"));
  const std::string other =
      text(created("/api/v0/feeds", R"({"source":"Shop","name":"Sales","fields":[{"name":"id",)"
                                    R"("type":"integer"}],"primary_key":["id"]})"),
           "id");
  EXPECT_EQ(send("POST", "/api/v0/feeds/" + other + "/activate").status, 200);
  EXPECT_EQ(send("DELETE", feed).status, 204);
  const std::string change = R"({"name":"Orders")";
  EXPECT_THAT(refusal(409, send("PATCH", "/api/v0/feeds/" + other, change + "}")),
              HasSubstr("take_table"));
  EXPECT_EQ(text(get("/api/v0/feeds/" + other), "name"), "Sales");
  expect(200, send("PATCH", "/api/v0/feeds/" + other, change + R"(,"take_table":true})"));
}

TEST_F(FeedsTest, AFeedMayKeepWhatIsLoadedLast) {
  const std::string feed = active_feed(0);
  EXPECT_EQ(text(get(feed), "keep"), "latest");
  EXPECT_EQ(text(expect(200, send("PATCH", feed, R"({"keep":"loaded_last"})")), "keep"),
            "loaded_last");
  EXPECT_EQ(text(expect(200, send("PATCH", feed, R"({"scale":3})")), "keep"), "loaded_last");
  expect(200, send("POST", feed + "/truncate"));
  EXPECT_EQ(engine_.loaded.back().keep, engine::Keep::loaded_last);
  EXPECT_THAT(refusal(400, send("PATCH", feed, R"({"keep":"newest"})")),
              AllOf(HasSubstr("latest"), HasSubstr("loaded_last")));
}

TEST_F(FeedsTest, AFeedMayMergeFieldsAndTakeRecordsAsRemovals) {
  const std::string feed = active_feed(0);
  EXPECT_EQ(get(feed).at("merge"), false);
  EXPECT_EQ(get(feed).at("delete_marker"), nullptr);
  const auto changed = expect(
      200, send("PATCH", feed, R"({"merge":true,"delete_marker":{"field":"total","value":"0"}})"));
  EXPECT_EQ(changed.at("merge"), true);
  EXPECT_EQ(changed.at("delete_marker"), (json::object{{"field", "total"}, {"value", "0"}}));
  EXPECT_TRUE(engine_.created.back().merge);
  EXPECT_EQ(engine_.created.back().delete_marker.field, "total");
  EXPECT_EQ(engine_.created.back().delete_marker.value, "0");
  EXPECT_EQ(get(feed), changed);
  EXPECT_EQ(
      expect(200, send("PATCH", feed, R"({"delete_marker":{"field":""}})")).at("delete_marker"),
      nullptr);
  EXPECT_THAT(refusal(400, send("PATCH", feed, R"({"delete_marker":{"filed":"x"}})")),
              HasSubstr("delete_marker.filed"));
  EXPECT_EQ(send("PATCH", feed, R"({"delete_marker":"total"})").status, 400);
}

TEST_F(FeedsTest, ATableIsPurgedThroughItsFeed) {
  const std::string feed = active_feed(5);
  EXPECT_THAT(refusal(409, send("DELETE", "/api/v0/tables/Shop:Orders")),
              HasSubstr("weir feed purge"));
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/tables/Shop:Orders/rename", R"({"name":"x"})")),
              HasSubstr("rename_table"));
  expect(200, send("POST", feed + "/purge"));
  EXPECT_TRUE(engine_.created.back().truncate);
  EXPECT_EQ(engine_.created.back().table, "Shop:Orders");
}

TEST_F(FeedsTest, ATableThatNoFeedFillsIsRenamedAndPurged) {
  const std::string feed = active_feed(5);
  EXPECT_EQ(send("DELETE", feed).status, 204);
  EXPECT_EQ(send("DELETE", "/api/v0/tables/Shop:None").status, 404);
  expect(200, send("POST", "/api/v0/tables/Shop:Orders/rename", R"({"name":"Old:Orders"})"));
  EXPECT_THAT(engine_.renamed, ElementsAre("acme Shop:Orders -> Old:Orders"));
  EXPECT_EQ(send("DELETE", "/api/v0/tables/Shop:Orders").status, 204);
  EXPECT_THAT(engine_.purged, ElementsAre("acme Shop:Orders"));
}

TEST_F(FeedsTest, RowsAreDeletedAfterAPreview) {
  active_feed(5);
  engine_.removed = {2, {{{"id", "BIGINT"}}, {{"7"}, {"12345678901234567"}}, false, {}}};
  const std::string rows = "/api/v0/tables/Shop:Orders/delete-rows";
  const auto preview =
      expect(200, send("POST", rows, R"({"column":"at","older_than_days":90,"dry_run":true})"));
  EXPECT_EQ(preview.at("rows"), 2);
  EXPECT_EQ(preview.at("deleted"), false);
  EXPECT_EQ(preview.at("first").at("rows"),
            (json::array{json::array{7}, json::array{"12345678901234567"}}));
  const engine::Removal& asked = engine_.removals.back();
  EXPECT_TRUE(asked.dry_run);
  EXPECT_EQ(asked.which.column, "at");
  EXPECT_EQ(asked.which.to, to_string(day_of(clock_.now() - std::chrono::days(90))));
  EXPECT_EQ(asked.which.from, std::nullopt);
  const auto done = expect(
      200,
      send("POST", rows, R"({"column":"at","from":"2025-01-01","to":"2026-01-01","expected":2})"));
  EXPECT_EQ(done.at("deleted"), true);
  EXPECT_EQ(engine_.removals.back().which.from, "2025-01-01");
  EXPECT_EQ(engine_.removals.back().which.to, "2026-01-01");
  EXPECT_EQ(engine_.removals.back().expected, 2u);
  EXPECT_FALSE(engine_.removals.back().dry_run);
  expect(200, send("POST", rows, R"({"column":"id","value":""})"));
  EXPECT_EQ(engine_.removals.back().which.value, "");
  const std::size_t before = engine_.removals.size();
  for (const char* unclear : {R"({"column":"at"})", R"({"column":"at","to":"1","value":"2"})",
                              R"({"column":"at","older_than_days":1,"from":"2"})"})
    EXPECT_THAT(refusal(400, send("POST", rows, unclear)), HasSubstr("in one way")) << unclear;
  EXPECT_EQ(send("POST", rows, R"({"value":"x"})").status, 400);
  EXPECT_EQ(engine_.removals.size(), before);
}

TEST_F(FeedsTest, ACopyIsADraftUnderAnotherName) {
  const std::string feed = active_feed(3);
  const auto copy = expect(201, send("POST", feed + "/copy", R"({"name":"Returns"})"));
  EXPECT_EQ(text(copy, "table"), "Shop:Returns");
  EXPECT_EQ(copy.at("active"), false);
  EXPECT_EQ(copy.at("fields"), get(feed).at("fields"));
  EXPECT_EQ(send("POST", feed + "/copy").status, 409);
}

TEST_F(FeedsTest, ADeletedFeedIsGone) {
  const std::string feed = new_feed();
  EXPECT_EQ(send("DELETE", feed).status, 204);
  EXPECT_EQ(send("GET", feed).status, 404);
  EXPECT_EQ(send("DELETE", feed).status, 404);
  new_feed();
}

TEST_F(FeedsTest, ATableIsTruncated) {
  EXPECT_THAT(refusal(409, send("POST", new_feed() + "/truncate")), HasSubstr("activate"));
  const auto feeds = get("/api/v0/feeds");
  const std::string feed = "/api/v0/feeds/" + text(feeds.at("items").at(0).as_object(), "id");
  EXPECT_EQ(send("POST", feed + "/activate").status, 200);
  EXPECT_EQ(send("POST", feed + "/truncate").status, 200);
  ASSERT_THAT(engine_.loaded, SizeIs(1));
  EXPECT_TRUE(engine_.loaded[0].truncate);
}

TEST_F(FeedsTest, NewDataIsLoadedByTheFeedsCouriers) {
  const std::string feed = active_feed(0);
  EXPECT_THAT(refusal(409, send("POST", feed + "/load", R"({"all":true})")),
              HasSubstr("No courier loads into feed"));
  new_courier();
  const std::string id = feed.substr(feed.rfind('/') + 1);
  const auto courier =
      created("/api/v0/couriers", R"({"name":"C","stream_id":")" + new_stream() +
                                      R"(","file_format":"NDJSON","file_tag":"streaming",)"
                                      R"("load_operations":{")" +
                                      id + R"(":[{"type":"load","file":"streaming"}]}})");
  const auto started = expect(201, send("POST", feed + "/load", R"({"day":"2027-03-02"})"));
  ASSERT_THAT(started.at("runs").as_array(), SizeIs(1));
  EXPECT_EQ(started.at("runs").at(0).at("courier_id").as_string(), text(courier, "id"));
  EXPECT_EQ(started.at("runs").at(0).at("range_from"), "2027-03-02");
  EXPECT_EQ(wakes_, 1);
  EXPECT_THAT(refusal(400, send("POST", feed + "/load", "{}")), HasSubstr("Say what to load"));
}

}  // namespace
}  // namespace weir::control
