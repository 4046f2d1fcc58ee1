#include "pipeline/batcher/roll_policy.hpp"

#include <gtest/gtest.h>

namespace weir::batcher {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr Time eight = Day(std::chrono::year{2027} / 3 / 2) + std::chrono::hours(8);
constexpr Time nine = eight + minutes(60);
constexpr Time arrived = eight + minutes(5);
constexpr RollPolicy policy{.bytes_max = 1000, .records_max = 10, .age_max = seconds(60)};

constexpr BatchShape shape(std::uint64_t bytes, std::uint64_t records) {
  return {bytes, records, arrived, arrived, nine};
}
/// Old records that were read just now.
constexpr BatchShape read_late{10, 1, arrived, arrived + minutes(10), nine};

struct Row {
  const char* promise;
  BatchShape batch;
  RollMoment moment;
  Roll roll;
};

const Row table[] = {
    {"a young small batch waits", shape(10, 1), {arrived + seconds(1), arrived, true}, Roll::wait},
    {"one byte below waits", shape(999, 1), {arrived, arrived, true}, Roll::wait},
    {"bytes reached", shape(1000, 1), {arrived, arrived, true}, Roll::by_bytes},
    {"one record below waits", shape(10, 9), {arrived, arrived, true}, Roll::wait},
    {"records reached", shape(10, 10), {arrived, arrived, true}, Roll::by_records},
    {"just too young",
     shape(10, 1),
     {arrived + seconds(60) - Time::duration(1), arrived, true},
     Roll::wait},
    {"age reached", shape(10, 1), {arrived + seconds(60), arrived, true}, Roll::by_age},
    {"its stream wants younger batches",
     {10, 1, arrived, arrived, nine, seconds(1)},
     {arrived + seconds(1), arrived, true},
     Roll::by_age},
    {"its stream would have older ones than the server",
     {10, 1, arrived, arrived, nine, minutes(5)},
     {arrived + seconds(60), arrived, true},
     Roll::by_age},
    {"the hour is over by the clock",
     {10, 1, nine - seconds(1), nine - seconds(1), nine},
     {nine, nine - seconds(1), true},
     Roll::by_hour},
    {"just before the hour ends",
     {10, 1, nine - seconds(1), nine - seconds(1), nine},
     {nine - Time::duration(1), nine - seconds(1), true},
     Roll::wait},
    {"the hour is over by the log", read_late, {arrived + minutes(10), nine, false}, Roll::by_hour},
    {"behind, the clock does not end the hour",
     {10, 1, arrived, nine + seconds(5), nine},
     {nine + seconds(10), arrived, false},
     Roll::wait},
    {"behind, age counts from opening",
     read_late,
     {arrived + minutes(10), arrived, false},
     Roll::wait},
    {"behind for long, it closes all the same",
     read_late,
     {arrived + minutes(11), arrived, false},
     Roll::by_age},
    {"caught up, its records' age counts",
     read_late,
     {arrived + minutes(10), arrived, true},
     Roll::by_age},
    {"a clock put back closes it",
     shape(10, 1),
     {arrived - minutes(30), arrived, true},
     Roll::by_age},
};

TEST(RollPolicy, DecidesAsTheTableSays) {
  for (const Row& row : table) {
    EXPECT_EQ(decide(row.batch, row.moment, policy), row.roll) << row.promise;
  }
}

}  // namespace
}  // namespace weir::batcher
