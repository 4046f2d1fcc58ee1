#include "catalog/usage.hpp"

#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

/// Usage by stream and day.
namespace weir::control {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class UsageTest : public ControlTest {
 protected:
  UsageTest() : orders_(add_stream(acme_)), sales_(add_stream(acme_)) {
    catalog::BatchCommit mixed = one_file(orders_, 1, 5, Lsn{4096});
    mixed.batches[0].records = 3;
    mixed.batches[0].quarantined = mixed.batches[0].duplicates = 1;
    mixed.quarantined = {quarantined(orders_, 2)};
    mixed.duplicates = {{.stream = orders_.no,
                         .first_received_at = mixed.batches[0].first_received_at,
                         .last_received_at = mixed.batches[0].last_received_at,
                         .pairs = {{Sequence{4}, Sequence{1}}}}};
    EXPECT_TRUE(commit(mixed));
    catalog::BatchCommit aside;
    aside.positions = {{sales_.no, Sequence{1}, Sequence{3}, PayloadType::xml}};
    aside.quarantined = {quarantined(sales_, 1), quarantined(sales_, 2)};
    aside.checkpoint = Lsn{8192};
    EXPECT_TRUE(commit(aside));
    EXPECT_TRUE(catalog_->usage().add_refused({{orders_.no, 7}}, today()));
    EXPECT_TRUE(catalog_->usage().add_refused({{orders_.no, 2}}, today()));
  }
  Day today() const { return day_of(clock_.now()); }
  json::object day(const json::object& answer, std::size_t at) {
    return answer.at("days").at(at).as_object();
  }

  const catalog::Stream orders_;
  const catalog::Stream sales_;
};

TEST_F(UsageTest, TheLastThirtyDaysAreToldEachAndByStream) {
  const auto answer = get("/api/v0/usage");
  ASSERT_THAT(answer.at("days").as_array(), SizeIs(30));
  const auto last = day(answer, 29);
  EXPECT_EQ(text(last, "day"), to_string(today()));
  EXPECT_EQ(last.at("payloads"), 7);
  EXPECT_EQ(last.at("quarantined"), 3);
  EXPECT_EQ(last.at("duplicates"), 1);
  EXPECT_EQ(last.at("refused"), 9);
  EXPECT_EQ(last.at("files"), 1);
  EXPECT_GT(last.at("bytes").as_int64(), 0);
  EXPECT_EQ(day(answer, 28).at("payloads"), 0);
  ASSERT_THAT(answer.at("streams").as_array(), SizeIs(2));
  EXPECT_EQ(text(answer.at("streams").at(0).as_object(), "stream_id"), orders_.id);
  EXPECT_EQ(answer.at("streams").at(0).at("payloads"), 5);
  EXPECT_EQ(answer.at("tables_loaded"), 0);
}

TEST_F(UsageTest, OneStreamHasItsOwnDays) {
  const auto answer = get("/api/v0/usage?stream_id=" + sales_.id + "&from=" + to_string(today()) +
                          "&to=" + to_string(today() + std::chrono::days(1)));
  ASSERT_THAT(answer.at("days").as_array(), SizeIs(1));
  EXPECT_EQ(day(answer, 0).at("payloads"), 2);
  EXPECT_FALSE(answer.contains("streams"));
}

TEST_F(UsageTest, ThePeriodIsBounded) {
  EXPECT_THAT(refusal(400, send("GET", "/api/v0/usage?from=2027-03-02&to=2027-03-02")),
              HasSubstr("before"));
  refusal(400, send("GET", "/api/v0/usage?from=2020-01-01&to=2027-01-01"));
}

TEST_F(UsageTest, AnotherTenantsUsageIsItsOwn) {
  const auto rivals = expect(200, send(request("GET", "/api/v0/usage", "", rival_admin_)));
  EXPECT_EQ(day(rivals, 29).at("payloads"), 0);
  EXPECT_THAT(rivals.at("streams").as_array(), SizeIs(0));
  refusal(404, send(request("GET", "/api/v0/usage?stream_id=" + orders_.id, "", rival_admin_)));
}

TEST_F(UsageTest, OldDaysAreForgotten) {
  EXPECT_TRUE(catalog_->usage().forget_before(today()));
  EXPECT_EQ(day(get("/api/v0/usage"), 29).at("payloads"), 7);
  EXPECT_TRUE(catalog_->usage().forget_before(today() + std::chrono::days(1)));
  EXPECT_EQ(day(get("/api/v0/usage"), 29).at("payloads"), 0);
}

}  // namespace
}  // namespace weir::control
