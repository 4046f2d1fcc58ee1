#include "pipeline/log/segmented_log.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "base/thread.hpp"
#include "env/watched_clock.hpp"

namespace weir::log {
namespace {

Result<void> check(const SegmentedLog::Options& options) {
  const bool possible =
      options.segment_bytes % block_bytes == 0 && options.commit_bytes_max % block_bytes == 0 &&
      options.commit_bytes_max > 0 && 2 * options.commit_bytes_max <= options.segment_bytes &&
      options.spares_ahead >= 1;
  if (possible) return {};
  return fail(Errc::bad_request,
              "segment_bytes and commit_bytes_max must be multiples of 4096, a commit at most half "
              "a segment, and at least 1 spare kept ahead");
}

/// A stamp holds for good, and all later ones with it: time never goes back within a partition.
Error clock_jumped() {
  return {
      Errc::unavailable,
      "the machine's clock has jumped ahead, and what comes now could be filed under a wrong "
      "day; nothing is taken until the clock is set right, has stood there for clock.jump_wait_s "
      "or the server is restarted"};
}

}  // namespace

SegmentedLog::SegmentedLog(Disk& disk, Clock& clock, Random& random, Options options)
    : clock_(clock),
      watched_(options.watched_clock),
      options_(std::move(options)),
      files_(disk, random, options_.directory, options_.partition),
      buffers_{CommitBuffer(options_.commit_bytes_max), CommitBuffer(options_.commit_bytes_max)} {}

Result<std::unique_ptr<SegmentedLog>> SegmentedLog::open(Disk& disk, Clock& clock, Random& random,
                                                         Options options) {
  WEIR_CHECK(check(options));
  std::unique_ptr<SegmentedLog> log(new SegmentedLog(disk, clock, random, std::move(options)));
  if (auto started = log->start(); !started)
    return fail_while("cannot open the log", std::move(started).error());
  return log;
}

Result<void> SegmentedLog::start() {
  WEIR_CHECK(files_.make_directory());
  WEIR_TRY(RecoveredLog recovered, recover(files_, options_.catalog));
  found_ = std::move(recovered.found);
  next_sequences_ = std::move(recovered.next_sequences);
  last_received_at_ = std::max(recovered.last_received_at, options_.catalog.complete_until);
  checkpoint_ = options_.catalog.checkpoint;
  segments_.assign(recovered.segments.begin(), recovered.segments.end());
  WEIR_CHECK(adopt_spares(recovered.spares));
  if (segments_.empty()) {
    WEIR_CHECK(begin_first_segment());
  } else {
    current_ = segments_.back();
    current_file_ = std::move(recovered.last_file);
    end_ = recovered.end;
    room_ = current_->header.end().value - end_.value;
  }
  durable_end_ = end_.value;
  if (options_.drive == Drive::by_hand) return {};
  committer_ = std::thread([this] { run_committer(); });
  segment_maker_ = std::thread([this] { run_segments(); });
  return {};
}

Result<void> SegmentedLog::adopt_spares(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    WEIR_TRY(auto spare, files_.adopt_spare(path, options_.segment_bytes));
    if (spare && may_keep_spare())
      spares_.push_back(*std::move(spare));
    else
      WEIR_CHECK(files_.remove_spare(path));
  }
  return {};
}

Result<void> SegmentedLog::begin_first_segment() {
  if (spares_.empty()) {
    WEIR_TRY(Spare spare, files_.make_spare(options_.segment_bytes, [] { return true; }));
    spares_.push_back(std::move(spare));
  }
  WEIR_TRY(SegmentFiles::Begun begun,
           files_.begin_segment(spares_.back(), 1, Lsn{0}, options_.segment_bytes));
  spares_.pop_back();
  current_ = begun.segment;
  current_file_ = std::move(begun.file);
  segments_.push_back(current_);
  room_ = current_->header.end().value;
  return {};
}

SegmentedLog::~SegmentedLog() {
  close();
}

void SegmentedLog::close() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    stopping_ = true;
  }
  work_.notify_all();
  segment_work_.notify_all();
  durable_moved_.notify_all();
  if (committer_.joinable()) committer_.join();
  if (segment_maker_.joinable()) segment_maker_.join();
  while (commit_step()) {
  }
}

Result<void> SegmentedLog::append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) {
  const Time now = clock_.now();
  const std::uint64_t bytes = record_bytes(entry);
  const std::lock_guard lock(mutex_);
  if (entry.idempotency_key.size() > limits::header_bytes_max)
    return fail(Errc::bad_request, "the idempotency key is longer than any header may be");
  WEIR_CHECK(admit(bytes));
  Sequence& next = next_sequences_[entry.stream];
  const Sequence sequence{std::max<std::uint64_t>(next.value, 1)};
  next = {sequence.value + 1};
  last_received_at_ = std::max(last_received_at_, now);
  filling_->add(entry, {entry.stream, options_.partition, sequence}, last_received_at_, sink,
                cookie);
  return {};
}

void SegmentedLog::commit_soon() {
  {
    const std::lock_guard lock(mutex_);
    commit_requested_ = true;
  }
  work_.notify_one();
}

/// Whether an entry of that size fits the next commit, and that commit has space on the disk.
Result<void> SegmentedLog::admit(std::uint64_t bytes) const {
  if (poison_) return fail(*poison_);
  if (stopping_) return fail(Errc::unavailable, "the log is closing; send it again");
  if (watched_ && !watched_->is_trusted()) return fail(clock_jumped());
  if (commit_header_bytes + bytes > options_.commit_bytes_max)
    return fail(Errc::too_large, "the payload and its key are larger than a commit of the log, " +
                                     std::to_string(options_.commit_bytes_max) + " bytes");
  if (!filling_->has_room(bytes))
    return fail(Errc::overloaded, "too much waits for the disk; send it again in a second");
  if (filling_->blocks_bytes_with(bytes) <= room_for_next_commit()) return {};
  if (segment_failure_) return fail(*segment_failure_);
  return fail(Errc::overloaded, "the next log segment is being made; send it again in a second");
}

std::uint64_t SegmentedLog::room_for_next_commit() const {
  return spares_.empty() ? room_ : options_.commit_bytes_max;
}

std::optional<SegmentedLog::Commit> SegmentedLog::begin_commit() {
  const std::lock_guard lock(mutex_);
  commit_requested_ = false;
  if (filling_->empty()) return std::nullopt;
  Commit commit{.buffer = filling_,
                .lsn = end_,
                .bytes = filling_->blocks_bytes(),
                .spare = {},
                .poisoned = poison_.has_value()};
  // Kept after a failed write: the next start may find the records that were in flight.
  if (!in_flight_since_) in_flight_since_ = filling_->first_received_at();
  filling_ = filling_ == &buffers_[0] ? &buffers_[1] : &buffers_[0];
  if (commit.poisoned) return commit;
  if (commit.bytes > room_) {
    WEIR_ASSERT(!spares_.empty());  // admit() saw it, and only commits take spares
    commit.spare = std::move(spares_.back());
    spares_.pop_back();
    room_ = options_.segment_bytes - block_bytes;
    segment_work_.notify_one();
  }
  room_ -= commit.bytes;
  end_.value += commit.bytes;
  return commit;
}

bool SegmentedLog::commit_step() {
  const std::optional<Commit> commit = begin_commit();
  if (!commit) return false;
  const Time begun = clock_.now();
  const auto written = write(*commit);
  if (written) {
    commit_seconds_.record(std::chrono::duration<double>(clock_.now() - begun).count());
    commit_bytes_.record(static_cast<double>(commit->bytes));
  }
  finish(*commit, written);
  return true;
}

Result<void> SegmentedLog::write(const Commit& commit) {
  if (commit.poisoned) return fail(Errc::log_failed, {});
  if (commit.spare) WEIR_CHECK(roll(commit));
  const std::string_view blocks = commit.buffer->seal(current_->header.salt, commit.lsn);
  WEIR_ASSERT(blocks.size() == commit.bytes);
  return current_file_->write_at(current_->header.offset_of(commit.lsn), blocks);
}

Result<void> SegmentedLog::roll(const Commit& commit) {
  WEIR_TRY(SegmentFiles::Begun begun,
           files_.begin_segment(*commit.spare, current_->header.number + 1, commit.lsn,
                                options_.segment_bytes));
  current_ = begun.segment;
  current_file_ = std::move(begun.file);
  const std::lock_guard lock(mutex_);
  segments_.push_back(current_);
  return {};
}

void SegmentedLog::finish(const Commit& commit, const Result<void>& written) {
  {
    const std::lock_guard lock(mutex_);
    if (written) {
      durable_end_ = commit.lsn.value + commit.bytes;
      in_flight_since_.reset();
    } else {
      poison(written.error());
    }
  }
  durable_moved_.notify_all();
  // Before the next write begins. A sink only passes the results on, which costs less than waking a
  // separate thread for that. The answers, the long part, are sent during the next write.
  commit.buffer->resolve_and_clear(written ? std::nullopt : std::optional(Errc::log_failed));
}

/// The lock is held. Only the first cause is reported.
void SegmentedLog::poison(const Error& cause) {
  if (poison_) return;
  poison_ = Error{Errc::log_failed,
                  "the log stopped after a failed write and takes no more until "
                  "the server is restarted: " +
                      cause.message};
}

Lsn SegmentedLog::durable_end(PartitionNo partition) const {
  WEIR_ASSERT(partition == options_.partition);
  return {durable_end_.load()};
}

void SegmentedLog::wait_durable(PartitionNo partition, Lsn after,
                                std::chrono::milliseconds at_most) {
  WEIR_ASSERT(partition == options_.partition);
  std::unique_lock lock(mutex_);
  durable_moved_.wait_for(lock, at_most,
                          [&] { return durable_end_.load() > after.value || stopping_; });
}

Time SegmentedLog::complete_until(PartitionNo partition) {
  WEIR_ASSERT(partition == options_.partition);
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  if (in_flight_since_) return *in_flight_since_;
  if (!filling_->empty()) return filling_->first_received_at();
  last_received_at_ = std::max(last_received_at_, now);  // never goes back, even if the clock does
  return last_received_at_;
}

PartitionState SegmentedLog::partition_state(PartitionNo partition) const {
  WEIR_ASSERT(partition == options_.partition);
  const std::lock_guard lock(mutex_);
  PartitionState state;
  state.next_sequences = next_sequences_;
  state.end = {durable_end_.load()};
  state.idle = !in_flight_since_ && filling_->empty();
  return state;
}

std::uint64_t SegmentedLog::bytes_behind(PartitionNo partition, Lsn checkpoint) const {
  const Lsn end = durable_end(partition);
  return end > checkpoint ? end.value - checkpoint.value : 0;
}

Sequence SegmentedLog::next_sequence(const Address& address) const {
  const std::lock_guard lock(mutex_);
  const auto found = next_sequences_.find(address.stream);
  if (address.partition != options_.partition || found == next_sequences_.end()) return {1};
  return std::max(found->second, Sequence{1});
}

Result<void> SegmentedLog::health() const {
  static_cast<void>(clock_.now());  // whether it is trusted is known from looking at it
  const std::lock_guard lock(mutex_);
  if (poison_) return fail(*poison_);
  if (stopping_) return fail(Errc::unavailable, "the log is closing");
  if (watched_ && !watched_->is_trusted()) return fail(clock_jumped());
  const std::uint64_t ordinary = whole_blocks(limits::payload_bytes_default);
  const std::uint64_t wanted =
      std::min(filling_->blocks_bytes_with(ordinary), options_.commit_bytes_max);
  if (segment_failure_ && room_for_next_commit() < wanted) return fail(*segment_failure_);
  return {};
}

LogStats SegmentedLog::stats() const {
  LogStats stats;
  commit_seconds_.add_to(stats.commit_seconds);
  commit_bytes_.add_to(stats.commit_bytes);
  const Time now = clock_.now();
  const std::lock_guard lock(mutex_);
  stats.segments = segments_.size();
  for (const auto& segment : segments_)
    stats.disk_bytes += segment->header.segment_bytes;
  stats.disk_bytes += spares_.size() * options_.segment_bytes;
  stats.kept_bytes = durable_end_.load() - checkpoint_.value;
  stats.stamps_ahead = std::max(last_received_at_ - now, std::chrono::microseconds(0));
  return stats;
}

void SegmentedLog::run_committer() noexcept {
  name_this_thread("weir-log");
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      work_.wait(lock, [this] { return stopping_ || commit_requested_; });
      if (stopping_ && filling_->empty()) return;
    }
    commit_step();
  }
}

}  // namespace weir::log
