#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Streams, their batches and quarantine, and receipts.
namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class StreamsTest : public ControlTest {
 protected:
  std::string receipt(const catalog::Stream& stream, std::uint64_t sequence) {
    return std::string(view(encode_receipt({stream.no, PartitionNo{0}, Sequence{sequence}})));
  }
  /// Three records in a file, the second of them in the quarantine.
  catalog::Stream stream_with_a_file(const std::string& body = "<a></b>") {
    const catalog::Stream stream = add_stream(acme_, PayloadType::xml);
    catalog::BatchCommit file = one_file(stream, 1, 3, Lsn{next_lsn_ += 4096});
    file.batches[0].records = 2;
    file.batches[0].quarantined = 1;
    file.quarantined = {quarantined(stream, 2)};
    file.quarantined[0].body = body;
    EXPECT_TRUE(commit(file));
    return stream;
  }
  std::uint64_t next_lsn_ = 0;
};

TEST_F(StreamsTest, AStreamSaysWherePayloadsGo) {
  const auto stream = created("/api/v0/streams", R"({"name":"Sales","description":"Tills"})");
  const auto id = text(stream, "id");
  EXPECT_THAT(id, MatchesRegex("is-[0-9A-Za-z]{9}"));
  EXPECT_EQ(text(stream, "name"), "Sales");
  EXPECT_EQ(text(stream, "description"), "Tills");
  EXPECT_EQ(text(stream, "ingest_path"), "/stream/v0/data/" + id);
  EXPECT_EQ(text(stream, "ingest_url"), "http://127.0.0.1:8080/stream/v0/data/" + id);
  EXPECT_TRUE(stream.at("payload_type").is_null());
  EXPECT_EQ(text(stream, "xml_check"), "async");
}

TEST_F(StreamsTest, NameAndDescriptionCanBeChanged) {
  const std::string path =
      "/api/v0/streams/" +
      text(created("/api/v0/streams", R"({"name":"S","description":"D","rate_limit":7})"), "id");
  const auto edited = expect(200, send("PUT", path, R"({"name":"Sales","description":"Tills"})"));
  EXPECT_EQ(text(edited, "name"), "Sales");
  EXPECT_EQ(text(edited, "description"), "Tills");
  EXPECT_EQ(edited.at("rate_limit"), 7);
  EXPECT_EQ(send("PUT", path, R"({"name":" "})").status, 400);
  EXPECT_EQ(send("PUT", path, R"({"description":"no name"})").status, 400);
}

TEST_F(StreamsTest, AStreamThatNoCourierNamesIsDeletedAndItsFilesStay) {
  const catalog::Stream stream = stream_with_a_file();
  const std::string path = "/api/v0/streams/" + stream.id;
  const std::string courier = R"({"name":"Nightly","stream_id":")" + stream.id +
                              R"(","file_format":"CBOR","file_tag":"t","load_operations":{}})";
  const auto named = created("/api/v0/couriers", courier);
  EXPECT_THAT(expect(409, send("DELETE", path)).at("message").as_string().c_str(),
              HasSubstr("The courier \"Nightly\" loads from the stream"));
  EXPECT_EQ(send("DELETE", "/api/v0/couriers/" + text(named, "id")).status, 204);
  EXPECT_EQ(send("DELETE", path).status, 204);
  EXPECT_FALSE(expect(200, send("GET", path)).at("deleted_at").is_null());
  const auto files = expect(200, send("GET", "/api/v0/batches?stream_id=" + stream.id));
  EXPECT_EQ(files.at("items").as_array().size(), 1U);
  EXPECT_EQ(send("GET", "/api/v0/receipts/" + receipt(stream, 1)).status, 200);
  EXPECT_EQ(send("DELETE", path).status, 404);
  EXPECT_EQ(send("POST", "/api/v0/couriers", courier).status, 400);
}

TEST_F(StreamsTest, APayloadTypeAndCheckCanBeDeclared) {
  const auto stream =
      created("/api/v0/streams", R"({"name":"S","payload_type":"xml","xml_check":"sync"})");
  EXPECT_EQ(text(stream, "payload_type"), "xml");
  EXPECT_EQ(text(stream, "xml_check"), "sync");
  for (const char* body :
       {R"({"name":"S","payload_type":"csv"})", R"({"name":"S","xml_check":"maybe"})",
        R"({"name":"S","payload_type":1})", R"({"name":"  "})"})
    EXPECT_EQ(send("POST", "/api/v0/streams", body).status, 400) << body;
}

TEST_F(StreamsTest, ARateLimitIsDeclaredChangedAndTakenOff) {
  const auto stream = created("/api/v0/streams", R"({"name":"S","rate_limit":100})");
  const std::string path = "/api/v0/streams/" + text(stream, "id");
  EXPECT_EQ(stream.at("rate_limit"), 100);
  EXPECT_EQ(stream.at("rate_burst"), 100);
  const auto changed =
      expect(200, send("PUT", path + "/rate-limit", R"({"rate_limit":5,"rate_burst":50})"));
  EXPECT_EQ(changed.at("rate_limit"), 5);
  EXPECT_EQ(changed.at("rate_burst"), 50);
  EXPECT_EQ(get(path).at("rate_burst"), 50);
  for (const char* body :
       {R"({"rate_limit":-1})", R"({"rate_limit":1000001})", R"({"rate_burst":5})",
        R"({"rate_limit":5,"rate_burst":0})", R"({"rate_limit":"5"})", R"({"rate":5})"})
    EXPECT_EQ(send("PUT", path + "/rate-limit", body).status, 400) << body;
  expect(200, send("PUT", path + "/rate-limit", R"({"rate_limit":null})"));
  EXPECT_TRUE(get(path).at("rate_limit").is_null());
  EXPECT_TRUE(get(path).at("rate_burst").is_null());
}

TEST_F(StreamsTest, AStreamMayHaveYoungerBatchesThanTheServersSetting) {
  const auto path = "/api/v0/streams/" + new_stream();
  EXPECT_TRUE(get(path).at("batch_age_s").is_null());
  const auto live = expect(200, send("PUT", path + "/batch-age", R"({"batch_age_s":1})"));
  EXPECT_EQ(live.at("batch_age_s"), 1);
  for (const auto* body : {R"({"batch_age_s":0})", R"({"batch_age_s":3601})"})
    EXPECT_EQ(send("PUT", path + "/batch-age", body).status, 400) << body;
  expect(200, send("PUT", path + "/batch-age", R"({"batch_age_s":null})"));
  EXPECT_TRUE(get(path).at("batch_age_s").is_null());
}

TEST_F(StreamsTest, AStreamTellsItsTypeAndCountsOnceItHasData) {
  const auto id = new_stream();
  EXPECT_EQ(get("/api/v0/streams/" + id).at("counts").at("files"), 0);
  const auto stream = stream_with_a_file();
  const auto body = get("/api/v0/streams/" + stream.id);
  EXPECT_EQ(text(body, "payload_type"), "xml");
  EXPECT_EQ(
      body.at("counts"),
      (json::object{
          {"in_files", 2}, {"quarantined", 1}, {"duplicates", 0}, {"files", 1}, {"bytes", 30}}));
}

TEST_F(StreamsTest, AFlushAnswersWithTheBatchesThatAreVisible) {
  const catalog::Stream stream = add_stream(acme_);
  flush_ = [&](StreamNo no) -> Result<std::vector<catalog::Batch>> {
    EXPECT_EQ(no, stream.no);
    return one_file(stream, 1, 3, Lsn{4096}).batches;
  };
  const auto body = expect(200, send("POST", "/api/v0/streams/" + stream.id + "/flush"));
  ASSERT_EQ(body.at("batches").as_array().size(), 1u);
  const auto& batch = body.at("batches").as_array()[0].as_object();
  EXPECT_EQ(text(batch, "stream_id"), stream.id);
  EXPECT_EQ(batch.at("records"), 3);
}

TEST_F(StreamsTest, AFlushThatCannotBeDoneNowSaysSo) {
  const auto id = new_stream();
  flush_ = [](StreamNo) -> Result<std::vector<catalog::Batch>> {
    return fail(Errc::unavailable, "The batcher is shutting down. Send the request again.");
  };
  const auto response = send("POST", "/api/v0/streams/" + id + "/flush");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(header(response, "Retry-After"), "1");
  EXPECT_EQ(send("POST", "/api/v0/streams/is-none/flush").status, 404);
}

TEST_F(StreamsTest, BatchesAreListedWithTheirStreams) {
  const auto stream = stream_with_a_file();
  stream_with_a_file();
  const auto page = get("/api/v0/batches?stream_id=" + stream.id);
  ASSERT_EQ(page.at("items").as_array().size(), 1u);
  const auto& batch = page.at("items").as_array()[0].as_object();
  EXPECT_THAT(text(batch, "path"), HasSubstr(stream.id));
  EXPECT_EQ(text(batch, "stream_id"), stream.id);
  EXPECT_EQ(batch.at("records"), 2);
  EXPECT_EQ(batch.at("quarantined"), 1);
  EXPECT_EQ(batch.at("bytes"), 30);
  EXPECT_EQ(text(batch, "first_received_at"), "2027-03-02T08:00:00.000001Z");
  EXPECT_TRUE(page.at("next_token").is_null());
  EXPECT_EQ(get("/api/v0/batches").at("items").as_array().size(), 2u);
  const auto count = [&](const std::string& query) {
    return get("/api/v0/batches?" + query).at("items").as_array().size();
  };
  EXPECT_EQ(count("from=2027-03-02&to=2027-03-03&hour=8"), 2u);
  EXPECT_EQ(count("from=2027-03-03"), 0u);
  EXPECT_EQ(count("to=2027-03-02"), 0u);
  EXPECT_EQ(count("hour=9"), 0u);
  EXPECT_THAT(refusal(404, send("GET", "/api/v0/batches?stream_id=is-none")), HasSubstr("is-none"));
}

TEST_F(StreamsTest, AReceiptTellsWhereThePayloadIs) {
  const auto stream = stream_with_a_file();
  const auto in_file = get("/api/v0/receipts/" + receipt(stream, 1));
  EXPECT_EQ(text(in_file, "state"), "in_file");
  EXPECT_EQ(text(in_file, "stream_id"), stream.id);
  EXPECT_THAT(text(in_file.at("batch").as_object(), "path"), HasSubstr(stream.id));
  const auto aside = get("/api/v0/receipts/" + receipt(stream, 2));
  EXPECT_EQ(text(aside, "state"), "quarantined");
  EXPECT_THAT(text(aside, "reason"), HasSubstr("line 1"));
  EXPECT_FALSE(aside.contains("batch"));
  const auto in_log = get("/api/v0/receipts/" + receipt(stream, 4));
  EXPECT_EQ(text(in_log, "state"), "in_log");
  EXPECT_FALSE(in_log.contains("batch"));
}

TEST_F(StreamsTest, WhatIsNoReceiptIsNotFound) {
  const auto stream = stream_with_a_file();
  std::string mistyped = receipt(stream, 1);
  mistyped[10] = mistyped[10] == '0' ? '1' : '0';
  for (const std::string& id :
       {mistyped, std::string("x"), std::string(26, '0'), receipt(add_stream(rival_), 1)})
    EXPECT_THAT(refusal(404, send("GET", "/api/v0/receipts/" + id)), HasSubstr(id));
}

TEST_F(StreamsTest, TheQuarantineIsListedWithoutBodies) {
  const auto stream = stream_with_a_file();
  const auto page = get("/api/v0/quarantine?stream_id=" + stream.id);
  ASSERT_EQ(page.at("items").as_array().size(), 1u);
  const auto& record = page.at("items").as_array()[0].as_object();
  EXPECT_EQ(text(record, "receipt"), receipt(stream, 2));
  EXPECT_EQ(record.at("body_bytes"), 7);
  EXPECT_FALSE(record.contains("body"));
  const auto whole = get("/api/v0/quarantine/" + receipt(stream, 2));
  EXPECT_EQ(text(whole, "body"), "<a></b>");
  EXPECT_EQ(send("GET", "/api/v0/quarantine/" + receipt(stream, 1)).status, 404);
  EXPECT_EQ(send("GET", "/api/v0/quarantine/none").status, 404);
}

TEST_F(StreamsTest, AQuarantinedPayloadThatIsNoTextComesAsBase64) {
  const auto stream = stream_with_a_file(std::string("\xFF\0<a>", 5));
  const auto whole = get("/api/v0/quarantine/" + receipt(stream, 2));
  EXPECT_EQ(text(whole, "body_base64"), "/wA8YT4=");
  EXPECT_FALSE(whole.contains("body"));
}

}  // namespace
}  // namespace weir::control
