// The half of SegmentedLog that makes segments in advance and recycles those before the checkpoint.
#include "base/assert.hpp"
#include "base/thread.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::log {
namespace {

constexpr std::chrono::milliseconds segment_retry_every{1000};

}  // namespace

void SegmentedLog::release(PartitionNo partition, Lsn checkpoint) {
  WEIR_ASSERT(partition == options_.partition);
  WEIR_ASSERT(checkpoint.value <= durable_end_.load());
  {
    const std::lock_guard lock(mutex_);
    checkpoint_ = std::max(checkpoint_, checkpoint);
  }
  segment_work_.notify_one();
}

/// The lock is held, or no other thread exists yet.
bool SegmentedLog::may_keep_spare() const {
  return spares_.size() < options_.spares_ahead ||
         (spares_.size() + 1) * options_.segment_bytes <= options_.spare_bytes_max;
}

/// The lock is held. A reader that holds the segment has its own reference.
bool SegmentedLog::first_is_done() const {
  return segments_.size() > 1 && segments_[1]->header.base <= checkpoint_ &&
         segments_.front().use_count() == 1;
}

bool SegmentedLog::segment_step() {
  std::shared_ptr<const Segment> done;
  bool keep = false;
  {
    const std::lock_guard lock(mutex_);
    if (poison_) return false;
    if (first_is_done()) {
      done = std::move(segments_.front());
      segments_.pop_front();
      keep = may_keep_spare() && done->header.segment_bytes == options_.segment_bytes;
    } else if (spares_.size() >= options_.spares_ahead) {
      return false;
    }
  }
  if (!done) return make_spare();
  return keep ? recycle(done) : forget(done);
}

bool SegmentedLog::make_spare() {
  const auto is_wanted = [this] {
    const std::lock_guard lock(mutex_);
    return !stopping_;
  };
  auto spare = files_.make_spare(options_.segment_bytes, is_wanted);
  if (!spare) return note_segment_failure(spare.error());
  const std::lock_guard lock(mutex_);
  spares_.push_back(*std::move(spare));
  segment_failure_.reset();
  return true;
}

bool SegmentedLog::recycle(const std::shared_ptr<const Segment>& done) {
  auto spare = files_.recycle(*done);
  if (!spare) return keep_after_all(done, spare.error());
  if (!sync_names()) return false;
  const std::lock_guard lock(mutex_);
  spares_.push_back(*std::move(spare));
  segment_failure_.reset();
  return true;
}

bool SegmentedLog::forget(const std::shared_ptr<const Segment>& done) {
  const auto removed = files_.remove(*done);
  if (!removed) return keep_after_all(done, removed.error());
  return sync_names();
}

/// If the next segment were removed but not this one, the next start would find a gap.
bool SegmentedLog::keep_after_all(const std::shared_ptr<const Segment>& done, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    segments_.push_front(done);
  }
  return note_segment_failure(error);
}

bool SegmentedLog::sync_names() {
  const auto synced = files_.sync_names();
  if (synced) return true;
  const std::lock_guard lock(mutex_);
  poison(synced.error());
  return false;
}

bool SegmentedLog::note_segment_failure(const Error& error) {
  const std::lock_guard lock(mutex_);
  const bool is_full = error.code == Errc::disk_full;
  segment_failure_ = Error{is_full ? Errc::disk_full : Errc::unavailable, error.message};
  return false;
}

void SegmentedLog::run_segments() noexcept {
  name_this_thread("weir-segments");
  const auto may_succeed = [this] {
    if (stopping_) return true;
    if (segment_failure_ || poison_) return false;
    return first_is_done() || spares_.size() < options_.spares_ahead;
  };
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    const bool did_something = segment_step();
    lock.lock();
    // Also from time to time: the disk may have room again, or a reader released a segment.
    if (!did_something) segment_work_.wait_for(lock, segment_retry_every, may_succeed);
  }
}

}  // namespace weir::log
