#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::Each;
using ::testing::SizeIs;

class VolumeTest : public ControlTest {
 protected:
  static Time at(const char* time) { return *parse_time(time); }
  void batch(const catalog::Stream& stream, const char* first, const char* last,
             std::uint64_t count) {
    auto one = one_file(stream, next_, next_ + count - 1, Lsn{4096 * next_});
    one.batches[0].first_received_at = at(first);
    one.batches[0].last_received_at = at(last);
    one.batches[0].hour = hour_of(at(first));
    ASSERT_TRUE(commit(one));
    next_ += count;
  }
  std::vector<std::int64_t> volume(const catalog::Stream& stream, const std::string& query) {
    volume_ = get("/api/v0/streams/" + stream.id + "/volume" + query);
    std::vector<std::int64_t> counts;
    for (const auto& each : volume_.at("accepted").as_array())
      counts.push_back(each.to_number<std::int64_t>());
    return counts;
  }

  boost::json::object volume_;
  std::uint64_t next_ = 1;
};

TEST_F(VolumeTest, EachBatchCountsInTheMinutesItsPayloadsCameIn) {
  const catalog::Stream stream = add_stream(acme_);
  batch(stream, "2027-03-02T08:57:10Z", "2027-03-02T08:57:50Z", 7);
  batch(stream, "2027-03-02T09:00:00Z", "2027-03-02T09:02:00Z", 21);
  clock_.turn(at("2027-03-02T09:02:30Z") - clock_.now());
  EXPECT_EQ(volume(stream, "?last=6"), (std::vector<std::int64_t>{7, 0, 0, 10, 11, 0}));
  EXPECT_EQ(text(volume_, "from"), "2027-03-02T08:57:00.000000Z");
  EXPECT_EQ(text(volume_, "to"), "2027-03-02T09:03:00.000000Z");
  EXPECT_EQ(volume(stream, "?last=2"), (std::vector<std::int64_t>{11, 0}));
  EXPECT_THAT(volume(stream, ""), SizeIs(60));
}

TEST_F(VolumeTest, HoursAreThoseOfConservation) {
  const catalog::Stream stream = add_stream(acme_);
  batch(stream, "2027-03-02T08:00:00Z", "2027-03-02T08:59:00Z", 9);
  clock_.turn(at("2027-03-02T10:30:00Z") - clock_.now());
  EXPECT_EQ(volume(stream, "?by=hour&last=3"), (std::vector<std::int64_t>{9, 0, 0}));
  EXPECT_EQ(text(volume_, "from"), "2027-03-02T08:00:00.000000Z");
}

TEST_F(VolumeTest, WhatIsNoVolumeIsSaid) {
  const catalog::Stream stream = add_stream(acme_);
  const std::string path = "/api/v0/streams/" + stream.id + "/volume";
  expect(400, send("GET", path + "?by=day"));
  expect(400, send("GET", path + "?last=181"));
  expect(404, send("GET", "/api/v0/streams/is-none/volume"));
  EXPECT_THAT(volume(stream, "?by=hour"), Each(0));
}

}  // namespace
}  // namespace weir::control
