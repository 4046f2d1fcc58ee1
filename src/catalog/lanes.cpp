#include "catalog/lanes.hpp"

#include <array>

#include "base/bytes.hpp"
#include "catalog/database.hpp"
#include "catalog/lane_rows.hpp"

// A lane's rows are few: one for each stream and partition that its gateway wrote to. They stay, as
// the rows of hours do: together they say what was ever accepted.
namespace weir::catalog {

Result<std::vector<LaneCount>> lane_counts(soci::session& session, PartitionNo partition) {
  Statement statement(session,
                      "SELECT lane_no, stream_no, acknowledged, taken, next_number"
                      " FROM lane_counts WHERE partition_no = :partition"
                      " ORDER BY stream_no, lane_no");
  LaneCount row;
  statement.bind(partition).into(row.lane).into(row.stream).into(row.acknowledged);
  statement.into(row.taken).into(row.next_number);
  return collect(statement, row);
}

Result<void> add_taken(soci::session& session, PartitionNo partition, const TakenOfLane& taken) {
  Statement upsert(session,
                   "INSERT INTO lane_counts (partition_no, stream_no, lane_no, taken, next_number)"
                   " VALUES (:partition, :stream, :lane, :taken, :next)"
                   " ON CONFLICT (partition_no, stream_no, lane_no) DO UPDATE"
                   " SET taken = lane_counts.taken + excluded.taken,"
                   " next_number = excluded.next_number");
  upsert.bind(partition).bind(taken.stream).bind(taken.lane);
  upsert.bind(taken.records).bind(taken.next_number);
  WEIR_CHECK(upsert.run());
  return {};
}

/// At random, since a catalog that was restored from a backup would count on from numbers that
/// records in the topic have already.
Result<LaneNo> Lanes::open(const std::string& owner) {
  return database_.write([&](soci::session& session) -> Result<LaneNo> {
    constexpr int tries = 8;
    for (int i = 0; i < tries; ++i) {
      std::array<char, 4> bytes{};
      database_.random().fill(bytes);
      const LaneNo lane{get<std::uint32_t>(bytes.data())};
      if (lane.value == 0) continue;
      Statement insert(session,
                       "INSERT INTO lanes (no, owner, opened_at) VALUES (:no, :owner, :at)"
                       " ON CONFLICT DO NOTHING");
      WEIR_TRY(const auto made, insert.bind(lane).bind(owner).bind(database_.now()).run());
      if (made == 1) return lane;
    }
    return fail(Errc::internal, "No number was found for a lane.");
  });
}

Result<void> Lanes::acknowledge(LaneNo lane, std::span<const Acknowledged> counts) {
  if (counts.empty()) return {};
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const Acknowledged& count : counts) {
      Statement upsert(session,
                       "INSERT INTO lane_counts (partition_no, stream_no, lane_no, acknowledged)"
                       " VALUES (:partition, :stream, :lane, :records)"
                       " ON CONFLICT (partition_no, stream_no, lane_no) DO UPDATE"
                       " SET acknowledged = excluded.acknowledged");
      upsert.bind(count.partition).bind(count.stream).bind(lane).bind(count.records);
      WEIR_CHECK(upsert.run());
    }
    return {};
  });
}

Result<std::vector<LaneCount>> Lanes::counts(PartitionNo partition) {
  return database_.read([&](soci::session& session) { return lane_counts(session, partition); });
}

}  // namespace weir::catalog
