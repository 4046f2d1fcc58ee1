#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/histogram.hpp"
#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The second stage: a checked payload becomes a durable record, which is what a 202 promises. One
/// implementation owns its disk (segmented_log.hpp, docs/formats/log-segment.md); a Kafka topic
/// could be another.
namespace weir::log {

/// What the gateway appends. The views need to live only for the call.
struct Entry {
  StreamNo stream;
  PayloadType type = PayloadType::json;
  std::string_view idempotency_key;  // empty: none
  std::string_view body;             // JSON: already one line; XML: as sent
  /// Where it should go. Unset, or where nothing is appended there any more: the log chooses.
  std::optional<PartitionNo> partition{};
};

/// The result of one entry: without `error` it is on stable storage. log_failed: it is unknown
/// whether a restart will find the record, so it must not be answered as accepted.
struct AppendResult {
  std::uint64_t cookie = 0;  // the caller's own value, from append()
  Address address;
  std::optional<Errc> error;
};

/// Receives results. on_appended is called on the log's thread, once for all of the sink's entries
/// in a commit. It must only pass them to the sink's own thread.
class AppendSink {
 public:
  virtual ~AppendSink() = default;
  virtual void on_appended(std::span<const AppendResult> results) noexcept = 0;
};

/// A record as it is read back. The views are valid until the reader's next call.
struct Record {
  Lsn lsn;  // of the record's commit; a checkpoint before the record
  Address address;
  Time received_at;  // stamped at append; never goes back within a partition
  PayloadType type = PayloadType::json;
  std::string_view idempotency_key;
  std::string_view body;
  /// Who accepted it, and as which of its records of that stream and partition, from 1.
  LaneNo lane{};
  std::uint64_t number = 0;
};

/// Reads one partition from a checkpoint on, in order, only durable records. Used by one thread.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The next record; nullopt when all records that are durable now have been read. Damage is
  /// Errc::corrupt, naming segment and offset.
  virtual Result<std::optional<Record>> next() = 0;
  /// Where to resume without reading a record twice: the start of the next record, or the durable
  /// end. A valid checkpoint, also in the middle of a commit.
  virtual Lsn position() const = 0;
};

/// What the log has done since it was opened, and holds now.
struct LogStats {
  HistogramCounts commit_seconds;  // until a record was durable: written and synced, or replicated
  HistogramCounts commit_bytes;    // whole blocks; none of a log that does not form commits
  std::uint64_t segments = 0;      // in use
  std::uint64_t disk_bytes = 0;    // theirs and of the spares
  std::uint64_t kept_bytes = 0;    // behind the checkpoint: a restart would read them
  /// What comes now is stamped so much later than the clock says: it was ahead once.
  std::chrono::microseconds stamps_ahead{0};
};

/// What a partition has accepted, at one moment.
struct PartitionState {
  /// For each stream, the number after the last one assigned; empty where the partition is not
  /// gapless.
  std::unordered_map<StreamNo, Sequence> next_sequences;
  Lsn end;
  /// No commit was being written: all of those numbers' records are before `end`.
  bool idle = false;
};

class Log {
 public:
  virtual ~Log() = default;

  /// Adds an entry to the next commit; its result goes to `sink` with `cookie`, after this call
  /// returns. The commit is written only after a call of commit_soon(). Any thread. Never waits
  /// for the disk. A refusal comes at once, and no result follows it: overloaded (too much waits
  /// for the disk), disk_full (no room for a segment), log_failed (poisoned), unavailable
  /// (closing, or no segment can be made), too_large (for any commit) or bad_request (the key is
  /// too long).
  virtual Result<void> append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) = 0;

  /// Writes what was appended now or, while another commit is being written, right after it. Call
  /// it once for many appends: a commit costs the same for one record as for a hundred. Any thread.
  virtual void commit_soon() = 0;

  /// The partitions that records are appended to, in ascending order.
  virtual std::vector<PartitionNo> partitions() const = 0;

  /// `from` is a checkpoint: 0, a Record's lsn, or a Reader's position(). not_found: that place was
  /// released, or nothing begins there. The reader must not outlive the log.
  virtual Result<std::unique_ptr<Reader>> read_from(PartitionNo partition, Lsn from) = 0;

  /// From a commit about `bytes` before the durable end, or from `checkpoint` where that is later:
  /// to look at what is newest, not to read all. not_found: that place was released.
  virtual Result<std::unique_ptr<Reader>> read_newest(PartitionNo partition, std::uint64_t bytes,
                                                      Lsn checkpoint) {
    static_cast<void>(bytes);
    return read_from(partition, checkpoint);
  }

  /// Every record acknowledged before the call is before this position.
  virtual Lsn durable_end(PartitionNo partition) const = 0;

  /// About how many bytes of durable records stand behind the checkpoint. Cheap, and may be a
  /// moment old.
  virtual std::uint64_t bytes_behind(PartitionNo partition, Lsn checkpoint) const = 0;

  /// The place after the last one that the address's stream may have been given in its partition.
  virtual Sequence next_sequence(const Address& address) const = 0;

  /// Waits until durable_end passes `after`, the time is up or the log closes. A disk may complete
  /// thousands of commits a second: callers should limit how often they wake.
  virtual void wait_durable(PartitionNo partition, Lsn after,
                            std::chrono::milliseconds at_most) = 0;

  /// The catalog's checkpoint is now `checkpoint`, at most durable_end: the log may delete what is
  /// wholly before it, except what a Reader still reads.
  virtual void release(PartitionNo partition, Lsn checkpoint) = 0;

  /// Every record that is not durable at the time of the call is or will be stamped at or after the
  /// returned time. So once all durable records have been read, every hour that ends at or before
  /// it is complete. A log that cannot tell returns 1970.
  virtual Time complete_until(PartitionNo) { return Time{}; }

  /// For the check of conservation (spec/files.md 9); allocates, so not for the hot path.
  virtual PartitionState partition_state(PartitionNo) const { return {}; }

  /// Ok, or why append refuses; for /readyz.
  virtual Result<void> health() const = 0;

  /// Any thread.
  virtual LogStats stats() const { return {}; }

  /// Refuses new entries with `unavailable`, and tells the results of those appended before. What
  /// is durable can still be read. Once, from one thread; the destructor does it too.
  virtual void close() {}
};

}  // namespace weir::log
