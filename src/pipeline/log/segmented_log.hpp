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

namespace weir::log {

/// The log's counts since it was opened, and what it holds now.
struct LogStats {
  HistogramCounts commit_seconds;  // written and synced
  HistogramCounts commit_bytes;    // whole blocks
  std::uint64_t segments = 0;      // in use
  std::uint64_t disk_bytes = 0;    // of segments and spares
  std::uint64_t kept_bytes = 0;    // after the checkpoint: a restart reads them
};

/// The log of one partition in its own files (docs/formats/log-segment.md).
///
/// append() serialises into the buffer of the next commit. One thread writes commits, one at a
/// time; entries that arrive meanwhile form the next one (group commit). Another thread makes and
/// recycles segments in advance. An entry is accepted only if its space on disk is already
/// allocated, so a full disk refuses new entries and never loses an accepted one. The first failed
/// write or sync poisons the log: waiting and later entries all get log_failed, until the log is
/// opened again.
///
/// The caller holds the data directory's lock. Disk, Clock, Random, every sink, and what a Reader
/// needs of the log must outlive their use.
class SegmentedLog final : public Log {
 public:
  enum class Drive {
    threads,  // in the server
    by_hand   // for tests: the log acts only in commit_step() and segment_step()
  };
  struct Options {
    std::string directory;  // of all partitions; this one's files are in <directory>/<partition>
    PartitionNo partition;
    std::uint64_t segment_bytes = limits::segment_bytes_default;  // of segments made from now on
    std::uint64_t commit_bytes_max = limits::commit_bytes_max;
    std::uint32_t spares_ahead = 2;
    std::uint64_t spare_bytes_max = limits::spare_bytes_max;  // kept beyond those
    CatalogPosition catalog;
    Drive drive = Drive::threads;
  };

  /// Recovers, creates the first segment where there is none, and starts. Errors: corrupt and
  /// newer_version name segment and offset; disk_full, io; bad_request for invalid options.
  static Result<std::unique_ptr<SegmentedLog>> open(Disk& disk, Clock& clock, Random& random,
                                                    Options options);
  ~SegmentedLog() override;

  const Recovered& recovered() const { return found_; }

  /// Refuses new entries with `unavailable`, commits what was appended, reports the results and
  /// joins the threads. Durable records stay readable. Called once, from one thread; the destructor
  /// calls it too.
  void close();

  Result<void> append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) override;
  void commit_soon() override;
  Result<std::unique_ptr<Reader>> read_from(PartitionNo partition, Lsn from) override;
  Lsn durable_end(PartitionNo partition) const override;
  void wait_durable(PartitionNo partition, Lsn after, std::chrono::milliseconds at_most) override;
  void release(PartitionNo partition, Lsn checkpoint) override;
  Time complete_until(PartitionNo partition) override;
  PartitionState partition_state(PartitionNo partition) const override;
  /// The number that the stream's next record will get; 1 for a stream without records.
  Sequence next_sequence(const Address& address) const;
  Result<void> health() const override;

  /// Any thread.
  LogStats stats() const;

  /// by_hand: commits what was appended and reports the results; false: nothing was appended.
  bool commit_step();
  /// by_hand: recycles one segment or makes one spare; false: nothing to do, or it failed.
  bool segment_step();

 private:
  friend class SegmentedLogReader;
  struct Commit {
    CommitBuffer* buffer = nullptr;
    Lsn lsn;
    std::uint64_t bytes = 0;
    std::string spare;  // empty: the entry fits the current segment
    bool poisoned = false;
  };
  /// The range that a reader may read now, and the segment it is in.
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
  const Options options_;
  const SegmentFiles files_;
  Recovered found_;

  mutable std::mutex mutex_;  // guards all members below, up to the next comment
  std::condition_variable work_;
  std::condition_variable segment_work_;
  std::condition_variable durable_moved_;
  CommitBuffer buffers_[2];
  CommitBuffer* filling_ = &buffers_[0];
  std::unordered_map<StreamNo, Sequence> next_sequences_;
  Time last_received_at_;
  std::optional<Time> in_flight_since_;  // the stamp of the first record of the commit in flight
  std::deque<std::shared_ptr<const Segment>> segments_;
  std::vector<std::string> spares_;
  std::optional<Error> segment_failure_;  // why the last spare could not be made
  std::optional<Error> poison_;
  Lsn end_;                 // behind the commit in flight
  std::uint64_t room_ = 0;  // bytes behind it in its segment
  Lsn checkpoint_;
  bool commit_asked_ = false;
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
