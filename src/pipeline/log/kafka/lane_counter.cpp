// Counts since the lane's beginning, not differences: written twice, they are the same.
#include "pipeline/log/kafka/lane_counter.hpp"

namespace weir::log::kafka {

void Lane::acknowledged(PartitionNo partition, StreamNo stream) {
  const std::lock_guard lock(mutex_);
  const std::pair key(partition, stream);
  Count& count = counts_[key];
  ++count.records;
  if (!count.is_changed) changed_.push_back(key);
  count.is_changed = true;
}

std::vector<Acknowledged> Lane::take_changed() {
  const std::lock_guard lock(mutex_);
  std::vector<Acknowledged> out;
  out.reserve(changed_.size());
  for (const auto& key : changed_) {
    Count& count = counts_[key];
    count.is_changed = false;
    out.push_back({key.first, key.second, count.records});
  }
  changed_.clear();
  return out;
}

void Lane::put_back(const std::vector<Acknowledged>& counts) {
  const std::lock_guard lock(mutex_);
  for (const Acknowledged& one : counts) {
    const std::pair key(one.partition, one.stream);
    Count& count = counts_[key];
    if (!count.is_changed) changed_.push_back(key);
    count.is_changed = true;
  }
}

}  // namespace weir::log::kafka
