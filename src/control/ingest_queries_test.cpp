#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Ingest queries, their previews, and queries of tables.
namespace weir::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class IngestQueriesTest : public ControlTest {
 protected:
  json::object new_query() {
    return created("/api/v0/ingest-queries",
                   R"({"name":"Flatten","description":"By tender","sql":"SELECT 1"})");
  }
};

TEST_F(IngestQueriesTest, AnIngestQueryIsAddedChangedAndDeleted) {
  const auto query = new_query();
  const auto path = "/api/v0/ingest-queries/" + text(query, "id");
  EXPECT_EQ(get(path), query);
  const auto changed = expect(200, send("PUT", path, R"({"name":"Flatten","sql":"SELECT 2"})"));
  EXPECT_EQ(text(changed, "sql"), "SELECT 2");
  EXPECT_EQ(text(changed, "description"), "");
  EXPECT_THAT(refusal(400, send("PUT", path, R"({"name":"Other","sql":"SELECT 2"})")),
              HasSubstr("Other"));
  EXPECT_EQ(send("PUT", path, "{}").status, 400);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_EQ(send("GET", path).status, 404);
}

TEST_F(IngestQueriesTest, AnIngestQuerysNameIsTakenOnce) {
  const auto query = new_query();
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/ingest-queries",
                                R"({"name":"Flatten","sql":"SELECT 2"})")),
              HasSubstr(text(query, "id")));
  EXPECT_EQ(send("POST", "/api/v0/ingest-queries", R"({"name":"Q","sql":" \n"})").status, 400);
}

TEST_F(IngestQueriesTest, AnIngestQueryThatCannotBeReadIsRefusedWithItsPlace) {
  const std::string unreadable = R"({"name":"R","sql":"SELECT a\nb FRM c"})";
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/ingest-queries", unreadable)),
              HasSubstr("line 2, column 3"));
}

TEST_F(IngestQueriesTest, VersionsAreListedComparedAndTakenBack) {
  const auto path = "/api/v0/ingest-queries/" + text(new_query(), "id");
  expect(200, send("PUT", path, R"({"description":"Two","sql":"SELECT 1,\n2"})"));
  const auto all = get(path + "/versions").at("items").as_array();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].at("version"), 2);
  EXPECT_EQ(all[0].at("description"), "Two");
  EXPECT_NE(all[0].at("saved_by_name"), "");
  EXPECT_EQ(get(path + "/versions?version=1").at("items").at(0).at("sql"), "SELECT 1");
  EXPECT_EQ(send("GET", path + "/versions?version=3").status, 404);

  const auto diff = get(path + "/diff");
  EXPECT_EQ(diff.at("from").at("version"), 1);
  EXPECT_EQ(diff.at("to").at("version"), 2);
  EXPECT_EQ(diff.at("lines"), (json::array{{{"change", "removed"}, {"text", "SELECT 1"}},
                                           {{"change", "added"}, {"text", "SELECT 1,"}},
                                           {{"change", "added"}, {"text", "2"}}}));
  EXPECT_EQ(get(path + "/diff?from=2&to=1").at("lines").at(0).at("text"), "SELECT 1,");
  EXPECT_THAT(refusal(400, send("GET", path + "/diff?to=1")), HasSubstr("from"));

  EXPECT_THAT(refusal(400, send("PUT", path + "/version", "{}")), HasSubstr("version"));
  const auto again = expect(200, send("PUT", path + "/version", R"({"version":1})"));
  EXPECT_EQ(again.at("version"), 3);
  EXPECT_EQ(again.at("sql"), "SELECT 1");
  EXPECT_EQ(get(path), again);
  EXPECT_EQ(get(path + "/versions").at("items").at(0).at("restored"), 1);
}

TEST_F(IngestQueriesTest, AVersionIsTakenBackOnlyIfTheQueryIsAsItWasSeen) {
  const auto path = "/api/v0/ingest-queries/" + text(new_query(), "id");
  const std::string seen = header(send("GET", path), "ETag");
  expect(200, send("PUT", path, R"({"sql":"SELECT 2"})"));
  auto restore = request("PUT", path + "/version", R"({"version":1})", acme_admin_);
  restore.headers["if-match"] = seen;
  EXPECT_EQ(send(restore).status, 412);
  EXPECT_EQ(text(get(path), "sql"), "SELECT 2");
  restore.headers["if-match"] = header(send("GET", path), "ETag");
  const auto done = send(restore);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(header(done, "ETag"), header(send("GET", path), "ETag"));
}

TEST_F(IngestQueriesTest, APreviewReadsTheNewestFiles) {
  const catalog::Stream stream = add_stream(acme_);
  for (std::uint64_t i = 1; i <= 7; ++i)
    ASSERT_TRUE(commit(one_file(stream, i, i, Lsn{4096 * i})));
  engine_.answer = engine::Table{{{"id", "BIGINT"}}, {{"1"}, {"null"}}, false};
  const auto table =
      expect(200, send("POST", "/api/v0/ingest-queries/" + text(new_query(), "id") + "/preview",
                       R"({"stream_id":")" + stream.id +
                           R"(","file_tag":"PosXml","schema":{"type":"struct","fields":[]},)"
                           R"("row_tag":"sale","trim":true,"limit":7})"));
  EXPECT_EQ(table.at("rows"), (json::array{json::array{1}, json::array{nullptr}}));
  EXPECT_EQ(engine_.asked.sql, "SELECT 1");
  EXPECT_EQ(engine_.asked.tenant, "acme");
  EXPECT_EQ(engine_.asked.rows_max, 7u);
  ASSERT_EQ(engine_.sources.size(), 1u);
  const auto& source = engine_.sources[0];
  EXPECT_EQ(source.tag, "PosXml");
  EXPECT_EQ(source.row_tag, "sale");
  EXPECT_TRUE(source.trim);
  EXPECT_EQ(source.schema_json, R"({"type":"struct","fields":[]})");
  EXPECT_EQ(source.format, engine::FileFormat::ndjson);
  ASSERT_EQ(source.files.size(), 5u);
  EXPECT_THAT(source.files[0].uri, AllOf(HasSubstr("/data/ingest/"), HasSubstr("-3.ndjson")));
  EXPECT_THAT(source.files[4].uri, HasSubstr("-7.ndjson"));
}

TEST_F(IngestQueriesTest, APreviewOfSqlThatIsNotSaved) {
  const catalog::Stream stream = add_stream(acme_);
  const std::string body = R"({"sql":"SELECT id FROM streaming","stream_id":")" + stream.id;
  EXPECT_THAT(refusal(409, send("POST", "/api/v0/ingest-queries/preview", body + "\"}")),
              HasSubstr("flush"));
  catalog::BatchCommit file = one_file(stream, 1, 1, Lsn{4096});
  file.batches[0].path = "x.cbor";
  ASSERT_TRUE(commit(file));
  expect(200, send("POST", "/api/v0/ingest-queries/preview", body + "\"}"));
  EXPECT_EQ(engine_.asked.sql, "SELECT id FROM streaming");
  EXPECT_EQ(engine_.asked.rows_max, 20u);
  EXPECT_EQ(engine_.sources[0].tag, "streaming");
  EXPECT_EQ(engine_.sources[0].format, engine::FileFormat::cbor);
  EXPECT_EQ(send("POST", "/api/v0/ingest-queries/preview", body + R"(","limit":201})").status, 400);
  engine_.answer = fail(Errc::bad_request, "line 1, column 8: unknown function FOO");
  EXPECT_THAT(refusal(400, send("POST", "/api/v0/ingest-queries/preview", body + "\"}")),
              HasSubstr("column 8"));
}

TEST_F(IngestQueriesTest, APreviewReadsAPayloadThatIsSentAlong) {
  const std::string path = "/api/v0/ingest-queries/preview";
  engine_.answer = engine::Table{{{"id", "BIGINT"}}, {{"1"}}, false};
  expect(200, send("POST", path, R"({"sql":"SELECT 1","payload":"{\"id\":1}"})"));
  ASSERT_EQ(engine_.sources.size(), 1u);
  ASSERT_EQ(engine_.sources[0].files.size(), 1u);
  EXPECT_EQ(*engine_.sources[0].files[0].content, "{\"id\":1}\n");
  EXPECT_EQ(engine_.sources[0].format, engine::FileFormat::ndjson);
  EXPECT_EQ(tried_.back().content_type, "application/json");

  expect(200, send("POST", path, R"({"sql":"SELECT 1","payload":" <a/>","row_tag":"a"})"));
  EXPECT_EQ(tried_.back().content_type, "application/xml");

  tried_answer_ = [](const std::string&) {
    return TriedPayload{PayloadType::json, Error{Errc::bad_request, "line 2: bad"}, "", ""};
  };
  EXPECT_THAT(refusal(400, send("POST", path, R"({"sql":"SELECT 1","payload":"{\"id\":"})")),
              HasSubstr("line 2"));
  expect(200, send("POST", path, R"({"sql":"SELECT 1","payload":"{\"id\":1}\nnone"})"));
  EXPECT_EQ(*engine_.sources[0].files[0].content, "{\"id\":1}\nnone\n") << "of lines, each is told";
  tried_answer_ = [](const std::string&) {
    return TriedPayload{PayloadType::xml, {}, "line 1: no end", ""};
  };
  EXPECT_THAT(refusal(400, send("POST", path, R"({"sql":"SELECT 1","payload":"<a>"})")),
              HasSubstr("quarantined: line 1"));

  EXPECT_THAT(refusal(400, send("POST", path, R"({"sql":"SELECT 1"})")), HasSubstr("one way"));
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","payload":"{}","file":"x"})").status, 400);
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","payload":"{}","payloads":1})").status, 400);
}

TEST_F(IngestQueriesTest, APreviewReadsOneFileOrTheLastPayloads) {
  const std::string path = "/api/v0/ingest-queries/preview";
  const catalog::Stream stream = add_stream(acme_);
  const catalog::BatchCommit first = one_file(stream, 1, 4, Lsn{4096});
  const catalog::BatchCommit second = one_file(stream, 5, 6, Lsn{8192});
  ASSERT_TRUE(commit(first));
  ASSERT_TRUE(commit(second));
  const std::string file = first.batches[0].path;
  expect(200, send("POST", path, R"({"sql":"SELECT 1","file":")" + file + "\"}"));
  ASSERT_EQ(engine_.sources[0].files.size(), 1u);
  EXPECT_EQ(engine_.sources[0].files[0].key, file);
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","file":"ingest/none"})").status, 404);
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","stream_id":"is-none"})").status, 404);

  files_[file] = "{1}\n{2}\n{3}\n{4}\n";
  located_ = batcher::ByteRange{12, 4};
  expect(200,
         send("POST", path, R"({"sql":"SELECT 1","payloads":3,"stream_id":")" + stream.id + "\"}"));
  const auto& files = engine_.sources[0].files;
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(*files[0].content, "{4}\n");
  EXPECT_EQ(files[0].first_sequence, 4u);
  EXPECT_EQ(files[1].key, second.batches[0].path);
  EXPECT_EQ(files[1].content, nullptr) << "all of it";
}

TEST_F(IngestQueriesTest, APreviewJoinsSeveralFiles) {
  const std::string path = "/api/v0/ingest-queries/preview";
  expect(200, send("POST", path,
                   R"({"sql":"SELECT 1","files":[{"file_tag":"a","payload":"{}"},)"
                   R"({"file_tag":"b","payload":"<x/>","row_tag":"x"}]})"));
  ASSERT_EQ(engine_.sources.size(), 2u);
  EXPECT_EQ(engine_.sources[0].tag, "a");
  EXPECT_EQ(engine_.sources[1].row_tag, "x");
  EXPECT_EQ(engine_.sources[1].format, engine::FileFormat::cbor);
  EXPECT_THAT(refusal(400, send("POST", path,
                                R"({"sql":"SELECT 1","payload":"{}","files":[{"payload":"{}"}]})")),
              HasSubstr("leave out \"payload\""));
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","files":[]})").status, 400);
  EXPECT_EQ(send("POST", path, R"({"sql":"SELECT 1","files":[{"file_tag":"a"}]})").status, 400);
}

TEST_F(IngestQueriesTest, TwoVersionsAreComparedOverTheSamePayload) {
  const auto path = "/api/v0/ingest-queries/" + text(new_query(), "id");
  expect(200, send("PUT", path, R"({"sql":"SELECT 2"})"));
  engine_.preview_answers = {
      {"SELECT 1", engine::Table{{{"id", "INTEGER"}, {"old", "VARCHAR"}},
                                 {{"1", "\"a\""}, {"2", "\"b\""}, {"2", "\"c\""}},
                                 false}},
      {"SELECT 2", engine::Table{{{"new", "VARCHAR"}, {"ID", "BIGINT"}},
                                 {{"null", "3"}, {"null", "2"}, {"null", "1"}},
                                 false}}};
  const auto differs = expect(200, send("POST", path + "/compare", R"({"payload":"{\"id\":1}"})"));
  EXPECT_EQ(differs.at("columns"),
            (json::object{{"removed", json::array{{{"name", "old"}, {"type", "VARCHAR"}}}},
                          {"added", json::array{{{"name", "new"}, {"type", "VARCHAR"}}}},
                          {"changed",
                           json::array{{{"name", "ID"}, {"from", "INTEGER"}, {"to", "BIGINT"}}}}}));
  EXPECT_EQ(differs.at("same_rows"), 2);
  EXPECT_EQ(differs.at("only_from").at("rows"), (json::array{json::array{2, "c"}}));
  EXPECT_EQ(differs.at("only_to").at("rows"), (json::array{json::array{nullptr, 3}}));
  const auto with_text =
      expect(200, send("POST", path + "/compare", R"({"payload":"{}","sql":"SELECT 1","from":1})"));
  EXPECT_EQ(with_text.at("same_rows"), 3);
  EXPECT_EQ(with_text.at("only_from_rows"), 0);
  engine_.preview_answers.erase("SELECT 2");
  engine_.answer = fail(Errc::bad_request, "line 1, column 8: no column x");
  EXPECT_THAT(refusal(400, send("POST", path + "/compare", R"({"payload":"{}"})")),
              AllOf(HasSubstr("Version 2"), HasSubstr("column 8")));
  EXPECT_EQ(send("POST", path + "/compare", R"({"payload":"{}","from":9})").status, 404);
  EXPECT_EQ(send("POST", path + "/compare", R"({"payload":"{}","sql":"S","to":1})").status, 400);
}

TEST_F(IngestQueriesTest, AnEditorIsToldTheFunctions) {
  const auto items = get("/api/v0/ingest-queries/functions").at("items").as_array();
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(items[0].at("signatures").at(0), "left(string, int) -> string");
}

TEST_F(IngestQueriesTest, APreviewSaysWhatTheSchemaCouldNotTake) {
  const catalog::Stream stream = add_stream(acme_);
  ASSERT_TRUE(commit(one_file(stream, 1, 1, Lsn{4096})));
  const std::string body = R"({"sql":"SELECT 1","stream_id":")" + stream.id + "\"}";
  EXPECT_FALSE(
      expect(200, send("POST", "/api/v0/ingest-queries/preview", body)).contains("misfits"));
  engine_.answer->misfits = {2, {{"file:a", 7, "id", "x \"y\"", "does not fit BIGINT"}}};
  const auto table = expect(200, send("POST", "/api/v0/ingest-queries/preview", body));
  EXPECT_EQ(table.at("misfits"), 2);
  EXPECT_EQ(table.at("first_misfits"), (json::array{{{"file", "file:a"},
                                                     {"row", 7},
                                                     {"field", "id"},
                                                     {"value", "x \"y\""},
                                                     {"reason", "does not fit BIGINT"}}}));
}

TEST_F(IngestQueriesTest, TablesAreListedAndRead) {
  engine_.domain_tables["acme"] = {{"S:C", 3, {}}, {"S:A", 1, {{"id", "VARCHAR"}}}, {"S:B", 2, {}}};
  const auto first = get("/api/v0/tables?limit=2");
  ASSERT_EQ(first.at("items").as_array().size(), 2u);
  EXPECT_EQ(first.at("items").at(0).at("name"), "S:A");
  const auto second = get("/api/v0/tables?limit=2&next_token=" + text(first, "next_token"));
  ASSERT_EQ(second.at("items").as_array().size(), 1u);
  EXPECT_EQ(second.at("items").at(0).at("name"), "S:C");
  EXPECT_TRUE(second.at("next_token").is_null());
  EXPECT_EQ(get("/api/v0/tables/S:A").at("columns").at(0).at("name"), "id");
  EXPECT_THAT(refusal(404, send("GET", "/api/v0/tables/S:D")), HasSubstr("S:D"));
}

TEST_F(IngestQueriesTest, AQueryPassesEveryDigitOn) {
  engine_.answer = engine::Table{
      {{"total", "DECIMAL"}, {"name", "VARCHAR"}},
      {{"123456789012345678901234567890.10", "\"a\\\"b\""}, {"null", "{\"x\":[1,2]}"}},
      true};
  const auto response = send("POST", "/api/v0/query", R"({"sql":"SELECT * FROM \"S:F\""})");
  const std::string expected =
      R"({"columns":[{"name":"total","type":"DECIMAL"},{"name":"name","type":"VARCHAR"}],)"
      R"("rows":[["123456789012345678901234567890.10","a\"b"],[null,{"x":[1,2]}]],)"
      R"("truncated":true})";
  EXPECT_EQ(response.body, expected);
  EXPECT_EQ(engine_.asked.sql, "SELECT * FROM \"S:F\"");
  EXPECT_EQ(engine_.asked.rows_max, 10'000u);
  send("POST", "/api/v0/query", R"({"sql":"SELECT 1","limit":5})");
  EXPECT_EQ(engine_.asked.rows_max, 5u);
  engine_.answer = fail(Errc::bad_request, "line 1, column 1: not a SELECT");
  EXPECT_EQ(send("POST", "/api/v0/query", R"({"sql":"DROP TABLE x"})").status, 400);
}

}  // namespace
}  // namespace weir::control
