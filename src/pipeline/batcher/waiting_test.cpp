#include "pipeline/batcher/waiting.hpp"

#include <gmock/gmock.h>

#include "pipeline/log/fake_log.hpp"

namespace weir::batcher {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr StreamNo orders{7};
constexpr StreamNo sales{8};
constexpr PartitionNo only{0};
constexpr std::uint64_t plenty = 64 * 1024 * 1024;

class WaitingTest : public testing::Test {
 protected:
  Time at(int second) const { return start + std::chrono::seconds(second); }
  std::vector<std::string> newest(Lsn checkpoint, Sequence first, std::size_t count = 50,
                                  std::uint64_t bytes_max = plenty) {
    const auto state = log.partition_state(only);
    const auto known = state.next_sequences.find(orders);
    const Sequence next = known == state.next_sequences.end() ? Sequence{1} : known->second;
    const auto found = newest_waiting(log, only, checkpoint, orders, first, next, count, bytes_max);
    EXPECT_TRUE(found) << found.error().message;
    std::vector<std::string> bodies;
    for (const WaitingRecord& record : found->newest)
      bodies.push_back(record.body);
    whole = found->whole;
    EXPECT_EQ(found->total, next.value - first.value);
    return bodies;
  }

  const Time start = *parse_time("2027-03-02T08:00:00Z");
  log::FakeLog log;
  bool whole = false;
};

TEST_F(WaitingTest, TheNewestOfOneStreamComeFirst) {
  EXPECT_THAT(newest({}, Sequence{1}), IsEmpty());
  log.commit({{orders, PayloadType::json, "a"}, {sales, PayloadType::json, "x"}}, at(0));
  log.commit({{orders, PayloadType::json, "b"}, {orders, PayloadType::json, "c"}}, at(1));
  EXPECT_THAT(newest({}, Sequence{1}), ElementsAre("c", "b", "a"));
  EXPECT_TRUE(whole);
  EXPECT_THAT(newest({}, Sequence{1}, 2), ElementsAre("c", "b"));
  EXPECT_THAT(newest({}, Sequence{2}), ElementsAre("c", "b")) << "the first is in a file";
  log.release(only, Lsn{4096});
  EXPECT_THAT(newest(Lsn{4096}, Sequence{1}), ElementsAre("c", "b"));
}

TEST_F(WaitingTest, NoMoreOfTheLogIsReadThanMayBe) {
  for (int i = 0; i < 2000; ++i)
    log.commit({{i == 0 ? orders : sales, PayloadType::json, std::to_string(i)}}, at(i));
  EXPECT_THAT(newest({}, Sequence{1}), ElementsAre("0")) << "however far behind it is";
  EXPECT_THAT(newest({}, Sequence{1}, 50, 1024 * 1024), IsEmpty());
  EXPECT_FALSE(whole) << "and it is said";
}

TEST_F(WaitingTest, OneIsFoundByItsAddress) {
  log.commit({{orders, PayloadType::json, "a"}, {orders, PayloadType::xml, "<b/>"}}, at(0));
  const auto found = find_waiting(log, {}, {orders, only, Sequence{2}}, plenty);
  ASSERT_TRUE(found && *found);
  EXPECT_EQ((*found)->body, "<b/>");
  EXPECT_EQ((*found)->type, PayloadType::xml);
  EXPECT_EQ((*found)->received_at, at(0));
  EXPECT_EQ(find_waiting(log, {}, {orders, only, Sequence{3}}, plenty).value(), std::nullopt);
}

TEST_F(WaitingTest, EachStreamHasItsNewestTime) {
  log.commit({{orders, PayloadType::json, "a"}, {sales, PayloadType::json, "x"}}, at(0));
  log.commit({{orders, PayloadType::json, "b"}}, at(9));
  EXPECT_THAT(newest_times(log, only, {}, plenty).value(),
              UnorderedElementsAre(Pair(orders, at(9)), Pair(sales, at(0))));
}

}  // namespace
}  // namespace weir::batcher
