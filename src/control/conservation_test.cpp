#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Receipts to the byte, the quarantine settled, hours, and the doctor.
namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConservationTest : public ControlTest {
 protected:
  ConservationTest() : stream_(add_stream(acme_, PayloadType::xml)) {
    catalog::BatchCommit file = one_file(stream_, 1, 5, Lsn{4096});
    file.batches[0].records = 3;
    file.batches[0].quarantined = 1;
    file.batches[0].duplicates = 1;
    file.quarantined = {quarantined(stream_, 2)};
    file.duplicates = {{.stream = stream_.no,
                        .first_received_at = *parse_time("2027-03-02T08:10:00Z"),
                        .last_received_at = *parse_time("2027-03-02T08:10:00Z"),
                        .pairs = {{Sequence{4}, Sequence{1}}}}};
    EXPECT_TRUE(commit(file));
  }
  std::string receipt(std::uint64_t sequence) {
    return std::string(view(encode_receipt({stream_.no, PartitionNo{0}, Sequence{sequence}})));
  }
  std::string path(std::uint64_t sequence, const std::string& act = "") {
    return "/api/v0/quarantine/" + receipt(sequence) + act;
  }

  const catalog::Stream stream_;
};

TEST_F(ConservationTest, AReceiptTellsTheBytesOfItsRecord) {
  located_ = batcher::ByteRange{4711, 42};
  const auto found = get("/api/v0/receipts/" + receipt(3));
  EXPECT_EQ(text(found, "state"), "in_file");
  EXPECT_EQ(found.at("byte_range"), (json::object{{"offset", 4711}, {"bytes", 42}}));
}

TEST_F(ConservationTest, InAFileWithoutAnIndexTheReceiptStillNamesTheFile) {
  located_ = fail(Errc::not_found, "no index");
  const auto found = get("/api/v0/receipts/" + receipt(3));
  EXPECT_TRUE(found.at("byte_range").is_null());
  EXPECT_THAT(text(found.at("batch").as_object(), "path"), HasSubstr(stream_.id));
}

TEST_F(ConservationTest, ARecordThatIsNotInItsFileIsAnAlarmNotASilence) {
  located_ = fail(Errc::corrupt, "a/08.ndjson: it holds fewer lines than it should");
  const auto response = send("GET", "/api/v0/receipts/" + receipt(3));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("fewer lines"));
}

TEST_F(ConservationTest, ADuplicatesReceiptNamesTheOneItRepeats) {
  const auto found = get("/api/v0/receipts/" + receipt(4));
  EXPECT_EQ(text(found, "state"), "duplicate");
  EXPECT_EQ(text(found, "duplicate_of"), receipt(1));
  EXPECT_FALSE(found.contains("batch"));
}

TEST_F(ConservationTest, AReceiptNobodyWasGivenIsNotFound) {
  next_sequence_ = Sequence{7};
  EXPECT_EQ(text(get("/api/v0/receipts/" + receipt(6)), "state"), "in_log");
  EXPECT_THAT(refusal(404, send("GET", "/api/v0/receipts/" + receipt(7))), HasSubstr(receipt(7)));
}

TEST_F(ConservationTest, ARecordThatStandsNowhereIsAnAlarmNotASilence) {
  catalog::BatchCommit hole;
  hole.checkpoint = Lsn{8192};
  hole.positions = {{stream_.no, Sequence{6}, Sequence{8}, PayloadType::xml}};
  ASSERT_TRUE(commit(hole));
  const auto response = send("GET", "/api/v0/receipts/" + receipt(6));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("weir doctor"));
}

TEST_F(ConservationTest, AReplaySendsTheMendedBytesAndKeepsTheCount) {
  const auto record = expect(200, send("POST", path(2, "/replay"), R"({"body":"<a>mended</a>"})"));
  ASSERT_EQ(replayed_.size(), 1u);
  EXPECT_EQ(replayed_[0].body, "<a>mended</a>");
  EXPECT_EQ(replayed_[0].type, PayloadType::xml);
  EXPECT_THAT(replayed_[0].key, HasSubstr(receipt(2)));
  EXPECT_EQ(replayed_[0].key[0], '\x01') << "no header may carry the same key";
  EXPECT_EQ(text(record, "state"), "replayed");
  EXPECT_EQ(text(record, "replayed_as"), receipt(77));
  EXPECT_EQ(record.at("body_bytes"), 0);
  const auto found = get("/api/v0/receipts/" + receipt(2));
  EXPECT_EQ(text(found, "state"), "quarantined");
  EXPECT_EQ(text(found, "quarantine"), "replayed");
  EXPECT_EQ(text(found, "replayed_as"), receipt(77));
  EXPECT_EQ(get("/api/v0/streams/" + stream_.id).at("counts").at("quarantined"), 1);
  EXPECT_EQ(send("POST", path(2, "/replay")).status, 409);
  EXPECT_EQ(replayed_.size(), 1u);
}

TEST_F(ConservationTest, AReplayTakesBase64AndWithoutABodyTheBytesAsTheyAre) {
  expect(200, send("POST", path(2, "/replay"), R"({"body_base64":"/wA8YT4="})"));
  EXPECT_EQ(replayed_[0].body, std::string("\xFF\0<a>", 5));
  EXPECT_EQ(send("POST", path(3, "/replay"), R"({"body_base64":"?"})").status, 404);
}

TEST_F(ConservationTest, AReplayThatIsRefusedLeavesThePayloadWhereItIs) {
  replay_refusal_ = Error{Errc::bad_request, "The payload still does not parse: line 1."};
  EXPECT_EQ(send("POST", path(2, "/replay")).status, 400);
  EXPECT_EQ(replayed_[0].body, "<a></b>");
  EXPECT_EQ(text(get(path(2)), "state"), "held");
  EXPECT_EQ(send("POST", path(2, "/replay"), R"({"body":"a","body_base64":"YQ=="})").status, 400);
  EXPECT_EQ(send("POST", path(2, "/replay"), R"({"body_base64":"???"})").status, 400);
  EXPECT_EQ(replayed_.size(), 1u);
}

TEST_F(ConservationTest, WhatIsDroppedIsGoneAndStaysCounted) {
  const auto record = expect(200, send("POST", path(2, "/drop")));
  EXPECT_EQ(text(record, "state"), "dropped");
  EXPECT_FALSE(record.at("settled_at").is_null());
  EXPECT_EQ(text(get(path(2)), "body"), "");
  EXPECT_EQ(get("/api/v0/quarantine?state=held").at("items").as_array().size(), 0u);
  EXPECT_EQ(get("/api/v0/quarantine?state=dropped").at("items").as_array().size(), 1u);
  EXPECT_EQ(send("GET", "/api/v0/quarantine?state=lost").status, 400);
  const auto hours = get("/api/v0/hours?stream_id=" + stream_.id);
  EXPECT_EQ(hours.at("items").as_array()[0].at("quarantined"), 1);
  EXPECT_EQ(send("POST", path(2, "/drop")).status, 409);
}

TEST_F(ConservationTest, ABodyInAFileIsShownReplayedAndErasedLikeOneInTheCatalog) {
  catalog::BatchCommit more;
  more.checkpoint = Lsn{8192};
  more.positions = {{stream_.no, Sequence{6}, Sequence{8}, PayloadType::xml}};
  more.quarantined = {quarantined(stream_, 6), quarantined(stream_, 7)};
  more.quarantined[0].body = "<first>";
  const store::BatchName name{.tenant = "acme", .stream_id = stream_.id};
  ASSERT_TRUE(batcher::put_bodies(*quarantine_.store, name, 1000, more.quarantined));
  ASSERT_TRUE(commit(more));
  const std::string file = more.quarantined[0].stored.path;
  EXPECT_EQ(text(get(path(6)), "body"), "<first>");
  EXPECT_EQ(get(path(6)).at("body_bytes"), 7);
  expect(200, send("POST", path(6, "/replay")));
  EXPECT_EQ(replayed_.at(0).body, "<first>");
  EXPECT_EQ(text(get(path(6)), "body"), "");
  EXPECT_EQ(quarantine_.store->read(file).value(), std::string(7, '\0') + "<a></b>");
  expect(200, send("POST", path(7, "/drop")));
  EXPECT_FALSE(quarantine_.store->read(file));
  EXPECT_EQ(get("/api/v0/quarantine?state=held").at("items").as_array().size(), 1u);
}

TEST_F(ConservationTest, ABodyWhoseFileIsGoneIsAnErrorThatSaysWhatToDo) {
  catalog::BatchCommit more;
  more.checkpoint = Lsn{8192};
  more.positions = {{stream_.no, Sequence{6}, Sequence{7}, PayloadType::xml}};
  more.quarantined = {quarantined(stream_, 6)};
  more.quarantined[0].body = "";
  more.quarantined[0].stored = {.path = "quarantine/acme/x/y", .bytes = 7};
  ASSERT_TRUE(commit(more));
  const auto response = send("GET", path(6));
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("drop it"));
  EXPECT_EQ(send("POST", path(6, "/replay")).status, 500);
  EXPECT_TRUE(replayed_.empty());
  expect(200, send("POST", path(6, "/replay"), R"({"body":"<a/>"})"));
  EXPECT_EQ(replayed_.size(), 1u);
}

TEST_F(ConservationTest, AnotherTenantCanNeitherReplayNorDrop) {
  for (const char* act : {"/replay", "/drop"})
    EXPECT_EQ(send(request("POST", path(2, act), "", rival_admin_)).status, 404);
  EXPECT_TRUE(replayed_.empty());
  EXPECT_EQ(text(get(path(2)), "state"), "held");
}

TEST_F(ConservationTest, AnHourAddsUp) {
  const auto page = get("/api/v0/hours?stream_id=" + stream_.id);
  ASSERT_EQ(page.at("items").as_array().size(), 1u);
  const auto& hour = page.at("items").as_array()[0].as_object();
  EXPECT_EQ(text(hour, "day"), "2027-03-02");
  EXPECT_EQ(hour.at("hour"), 8);
  EXPECT_EQ(hour.at("accepted"), 5);
  EXPECT_EQ(hour.at("in_files"), 3);
  EXPECT_EQ(hour.at("duplicates"), 1);
  EXPECT_EQ(text(hour, "first_receipt"), receipt(1));
  EXPECT_EQ(text(hour, "last_receipt"), receipt(5));
  EXPECT_EQ(hour.at("sealed"), false);
  EXPECT_EQ(send("GET", "/api/v0/hours").status, 400);
  EXPECT_EQ(send("GET", "/api/v0/hours?stream_id=is-none").status, 404);
}

TEST_F(ConservationTest, TheDoctorIsContentWhileTheLawHolds) {
  batcher::ConservationReport report;
  report.streams = {{stream_.no, 7, 5}};
  conservation_ = report;
  health_checks_ = {{"disk", HealthCheck::State::warning, "5 GiB free"}};
  const auto found = get("/api/v0/doctor");
  EXPECT_EQ(found.at("healthy"), true);
  EXPECT_EQ(found.at("checks").as_array().size(), 2u);
  EXPECT_EQ(found.at("streams").as_array()[0].at("in_log"), 2);
}

TEST_F(ConservationTest, ADifferenceIsAnAlarmAndNamedToItsTenantOnly) {
  batcher::ConservationReport report;
  report.differences = {{stream_.no, "3 records accepted, 2 accounted for"}};
  conservation_ = report;
  const auto found = get("/api/v0/doctor");
  EXPECT_EQ(found.at("healthy"), false);
  EXPECT_EQ(found.at("checks").as_array()[0].at("state"), "alarm");
  EXPECT_EQ(text(found.at("differences").as_array()[0].as_object(), "stream_id"), stream_.id);
  const auto seen = send(request("GET", "/api/v0/doctor", "", rival_admin_));
  EXPECT_THAT(seen.body, HasSubstr(R"("healthy":false)"));
  EXPECT_THAT(seen.body, Not(HasSubstr(stream_.id)));
}

TEST_F(ConservationTest, ALawThatCannotBeCheckedIsAnAlarm) {
  conservation_ = fail(Errc::io, "the catalog cannot be read");
  const auto found = get("/api/v0/doctor");
  EXPECT_EQ(found.at("healthy"), false);
  EXPECT_THAT(json::serialize(found), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace weir::control
