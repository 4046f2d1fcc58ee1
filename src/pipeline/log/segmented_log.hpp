#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "base/histogram.hpp"
#include "env/clock.hpp"
#include "pipeline/log/commit_buffer.hpp"
#include "pipeline/log/recovery.hpp"

namespace weir {
class WatchedClock;
}

namespace weir::log {

/// The log of one partition in files of its own (docs/formats/log-segment.md).
///
/// append() serialises into the buffer of the next commit; one thread writes commits, one at a
/// time, and whatever arrives meanwhile is the next one; another thread makes and recycles
/// segments ahead of need. An entry is accepted only when its place on the disk exists already, so
/// a full disk refuses new entries and never loses an accepted one, and it is open already, so that
/// neither does a process that is out of file descriptors. The first write or sync that
/// fails poisons the log: everything waiting is told log_failed, everything later refused with it,
/// until the log is opened again.
///
/// The caller holds the data directory's lock. Disk, Clock, Random, every sink and what a Reader
/// needs of the log must outlive their use of it.
class SegmentedLog final : public Log {
 public:
  enum class Drive {
    threads,  // the product
    by_hand   // no threads: nothing happens but in commit_step() and segment_step()
  };
  struct Options {
    std::string directory;  // of all partitions; this one's files are in <directory>/<partition>
    PartitionNo partition;
    std::uint64_t segment_bytes = limits::segment_bytes_default;  // of segments yet to be made
    std::uint64_t commit_bytes_max = limits::commit_bytes_max;
    std::uint32_t spares_ahead = 2;
    std::uint64_t spare_bytes_max = limits::spare_bytes_max;  // kept beyond those
    CatalogPosition catalog;
    Drive drive = Drive::threads;
    /// The clock it is opened with, where that is one: nothing is taken while it is not trusted.
    const WatchedClock* watched_clock = nullptr;
  };

  /// Recovers, makes the first segment where there is none, and starts. Errors: corrupt and
  /// newer_version name segment and offset; disk_full, io; bad_request for impossible options.
  static Result<std::unique_ptr<SegmentedLog>> open(Disk& disk, Clock& clock, Random& random,
                                                    Options options);
  ~SegmentedLog() override;

  const Recovered& recovered() const { return found_; }

  /// Commits what was appended, and joins the threads.
  void close() override;

  Result<void> append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) override;
  void commit_soon() override;
  std::vector<PartitionNo> partitions() const override { return {options_.partition}; }
  Result<std::unique_ptr<Reader>> read_from(PartitionNo partition, Lsn from) override;
  Result<std::unique_ptr<Reader>> read_newest(PartitionNo partition, std::uint64_t bytes,
                                              Lsn checkpoint) override;
  Lsn durable_end(PartitionNo partition) const override;
  std::uint64_t bytes_behind(PartitionNo partition, Lsn checkpoint) const override;
  void wait_durable(PartitionNo partition, Lsn after, std::chrono::milliseconds at_most) override;
  void release(PartitionNo partition, Lsn checkpoint) override;
  Time complete_until(PartitionNo partition) override;
  PartitionState partition_state(PartitionNo partition) const override;
  Sequence next_sequence(const Address& address) const override;
  Result<void> health() const override;

  LogStats stats() const override;

  /// By hand: writes what was appended as one commit and tells the results; false: nothing was.
  bool commit_step();
  /// By hand: recycles one segment or makes one spare; false: nothing to do, or it failed.
  bool segment_step();

 private:
  friend class SegmentedLogReader;
  struct Commit {
    CommitBuffer* buffer = nullptr;
    Lsn lsn;
    std::uint64_t bytes = 0;
    std::optional<Spare> spare;  // unset: it fits the current segment
    bool poisoned = false;
  };
  /// What a reader may read now, and the segment it stands in.
  struct Window {
    std::shared_ptr<const Segment> segment;
    Lsn limit;
  };

  SegmentedLog(Disk& disk, Clock& clock, Random& random, Options options);
  Result<void> start();
  Result<void> begin_first_segment();
  Result<void> adopt_spares(const std::vector<std::string>& paths);

  Result<void> admit(std::uint64_t bytes) const;
  std::uint64_t room_for_next_commit() const;
  std::optional<Commit> begin_commit();
  Result<void> write(const Commit& commit);
  Result<void> roll(const Commit& commit);
  void finish(const Commit& commit, const Result<void>& written);
  void poison(const Error& cause);

  bool may_keep_spare() const;
  bool first_is_done() const;
  bool make_spare();
  bool recycle(const std::shared_ptr<const Segment>& done);
  bool forget(const std::shared_ptr<const Segment>& done);
  bool keep_after_all(const std::shared_ptr<const Segment>& done, const Error& error);
  bool sync_names();
  bool note_segment_failure(const Error& error);

  Window window(Lsn position) const;

  void run_committer() noexcept;
  void run_segments() noexcept;

  Clock& clock_;
  const WatchedClock* const watched_;
  const Options options_;
  SegmentFiles files_;
  Recovered found_;

  mutable std::mutex mutex_;  // of all below, up to the next remark
  std::condition_variable work_;
  std::condition_variable segment_work_;
  std::condition_variable durable_moved_;
  CommitBuffer buffers_[2];
  CommitBuffer* filling_ = &buffers_[0];
  std::unordered_map<StreamNo, Sequence> next_sequences_;
  Time last_received_at_;
  std::optional<Time> in_flight_since_;  // the stamp of the first record of the commit in flight
  std::deque<std::shared_ptr<const Segment>> segments_;
  std::vector<Spare> spares_;
  std::optional<Error> segment_failure_;  // why the last spare could not be made
  std::optional<Error> poison_;
  Lsn end_;                 // behind the commit in flight
  std::uint64_t room_ = 0;  // bytes behind it in its segment
  Lsn checkpoint_;
  bool commit_requested_ = false;
  bool stopping_ = false;
  bool closed_ = false;

  std::atomic<std::uint64_t> durable_end_{0};  // written under the lock

  // Of whoever commits.
  std::shared_ptr<const Segment> current_;
  std::shared_ptr<File> current_file_;
  Histogram commit_seconds_;
  Histogram commit_bytes_{byte_bounds};

  std::thread committer_;
  std::thread segment_maker_;
};

}  // namespace weir::log
