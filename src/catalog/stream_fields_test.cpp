#include "catalog/stream_fields.hpp"

#include <gmock/gmock.h>

#include "catalog/batch_fixture.hpp"
#include "catalog/database.hpp"
#include "fields/collector.hpp"

namespace weir::catalog {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class StreamFieldsTest : public BatchTest {
 protected:
  StreamFields& fields_of_streams() { return catalog_->stream_fields(); }

  /// Files `count` times the payload, on that day.
  void file(const Stream& stream, const char* day, int count, const std::string& payload) {
    const std::uint64_t first = next_;
    BatchCommit one = one_file(stream, first, first + 9, Lsn{4096 * ++commits_});
    next_ += 10;
    one.batches[0].day = *parse_day(day);
    one.batches[0].first_received_at = one.batches[0].last_received_at = one.batches[0].day;
    one.batches[0].hour = 0;
    one.batches[0].path += day;
    auto sketch = std::make_shared<fields::Sketch>();
    for (int i = 0; i < count; ++i) {
      ++sketch->payloads;
      collector_.collect(PayloadType::json, payload, one.batches[0].day, true, *sketch);
    }
    one.fields = {{stream.no, one.batches[0].day, sketch}};
    const auto done = commit(one);
    ASSERT_TRUE(done) << done.error().message;
  }
  StreamFields::Known known(const Stream& stream, const char* day) {
    auto found = fields_of_streams().find(acme_, stream.id, *parse_day(day));
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or(StreamFields::Known());
  }

  fields::Collector collector_;
  std::uint64_t next_ = 1;
  std::uint64_t commits_ = 0;
};

TEST_F(StreamFieldsTest, BatchesAddUpByDayAndInAll) {
  const Stream stream = add_stream(acme_);
  file(stream, "2027-03-01", 4, R"({"id":1})");
  file(stream, "2027-03-02", 5, R"({"id":1,"b":2})");
  file(stream, "2027-03-02", 6, R"({"id":1})");
  const auto found = known(stream, "2027-03-02");
  EXPECT_EQ(found.all.payloads, 15U);
  EXPECT_EQ(found.day.payloads, 11U);
  EXPECT_EQ(found.week.payloads, 4U);
  EXPECT_EQ(found.all.fields()[1].payloads, 15U);
  EXPECT_EQ(found.all.fields()[1].first_seen, Time(*parse_day("2027-03-01")));
  EXPECT_EQ(code_of(fields_of_streams().find(rival_, stream.id, *parse_day("2027-03-02"))),
            Errc::not_found);
}

TEST_F(StreamFieldsTest, ACommitThatFailsCountsNothing) {
  const Stream stream = add_stream(acme_);
  file(stream, "2027-03-02", 5, R"({"id":1})");
  BatchCommit again = one_file(stream, 1, 10, Lsn{4096});
  auto sketch = std::make_shared<fields::Sketch>();
  sketch->payloads = 10;
  again.fields = {{stream.no, *parse_day("2027-03-02"), sketch}};
  EXPECT_EQ(code_of(commit(again)), Errc::conflict);
  EXPECT_EQ(known(stream, "2027-03-02").all.payloads, 5U);
}

TEST_F(StreamFieldsTest, ADayIsComparedWithTheWeekBeforeIt) {
  const Stream stream = add_stream(acme_);
  file(stream, "2027-02-20", 50, R"({"id":1,"old":1})");  // before that week
  for (const char* day : {"2027-02-24", "2027-02-28", "2027-03-02"})
    file(stream, day, 20, R"({"id":1,"email":"a","total":"2"})");
  file(stream, "2027-03-03", 30, R"({"id":1,"total":2,"coupon":"x"})");
  std::vector<std::string> told;
  for (const auto& each : known(stream, "2027-03-03").changes)
    told.push_back(std::string(to_string(each.kind)) + " " + each.path);
  EXPECT_THAT(told, ElementsAre("gone email", "type_changed total", "new coupon"));
  EXPECT_THAT(known(stream, "2027-03-02").changes, IsEmpty());
}

TEST_F(StreamFieldsTest, ChangesAreKeptOfStreamsThatHaveSome) {
  const Day today = *parse_day("2027-03-03");
  const Stream changed = add_stream(acme_);
  const Stream same = add_stream(acme_);
  next_ = 1;
  for (const char* day : {"2027-03-01", "2027-03-03"})
    file(same, day, 20, R"({"id":1})");
  next_ = 1;
  file(changed, "2027-03-01", 40, R"({"id":1,"a b":1})");
  file(changed, "2027-03-03", 40, R"({"id":1})");
  EXPECT_THAT(*fields_of_streams().changes(acme_, today, 10), IsEmpty());
  ASSERT_TRUE(fields_of_streams().compare(today));
  const auto found = fields_of_streams().changes(acme_, today, 10);
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ(found->front().stream_id, changed.id);
  EXPECT_THAT(found->front().counts, ElementsAre(1U, 0U, 0U, 0U));
  EXPECT_THAT(found->front().paths, ElementsAre("`a b`"));
  EXPECT_THAT(*fields_of_streams().changes(rival_, today, 10), IsEmpty());
  EXPECT_THAT(*fields_of_streams().change_totals(today), ElementsAre(1U, 0U, 0U, 0U));
  // It comes back: what was said is taken back at the next comparison.
  file(changed, "2027-03-03", 40, R"({"id":1,"a b":1})");
  ASSERT_TRUE(fields_of_streams().compare(today));
  EXPECT_THAT(fields_of_streams().changes(acme_, today, 10)->front().counts,
              ElementsAre(0U, 0U, 0U, 1U));
  EXPECT_THAT(*fields_of_streams().changes(acme_, today + std::chrono::days(1), 10), IsEmpty());
}

TEST_F(StreamFieldsTest, OldDaysAreForgottenAndTheirFieldsAreNot) {
  const Stream stream = add_stream(acme_);
  file(stream, "2027-01-01", 5, R"({"old":1})");
  file(stream, "2027-03-02", 5, R"({"id":1})");
  EXPECT_EQ(known(stream, "2027-01-01").day.payloads, 0U);
  EXPECT_EQ(known(stream, "2027-01-01").all.payloads, 10U);
  EXPECT_THAT(*fields_of_streams().schema(stream.no), HasSubstr(R"("name":"old","type":"long")"));
}

}  // namespace
}  // namespace weir::catalog
