#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace weir::log::kafka {

/// Of one lane: what was acknowledged of a stream in a partition since the lane began.
struct Acknowledged {
  PartitionNo partition;
  StreamNo stream;
  std::uint64_t records = 0;
};

/// Where lanes are written down: the catalog. Called on the log's own thread.
class LaneBook {
 public:
  virtual ~LaneBook() = default;
  /// A number that no lane ever had.
  virtual Result<LaneNo> open_lane() = 0;
  virtual Result<void> acknowledge(LaneNo lane, std::span<const Acknowledged> counts) = 0;
};

/// Gives the records of one lane their numbers, and counts which of them were acknowledged
/// (docs/decisions/0021-what-an-address-is.md). Any thread.
class Lane {
 public:
  explicit Lane(LaneNo no) : no_(no) {}
  LaneNo no() const { return no_; }

  void acknowledged(PartitionNo partition, StreamNo stream);
  /// The counts that have changed since the last call. Those that could not be written are given
  /// back with put_back().
  std::vector<Acknowledged> take_changed();
  void put_back(const std::vector<Acknowledged>& counts);

 private:
  struct Count {
    std::uint64_t records = 0;
    bool is_changed = false;
  };
  const LaneNo no_;
  std::mutex mutex_;
  std::map<std::pair<PartitionNo, StreamNo>, Count> counts_;
  std::vector<std::pair<PartitionNo, StreamNo>> changed_;
};

}  // namespace weir::log::kafka
