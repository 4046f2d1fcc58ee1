#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The second stage: a checked payload becomes a durable record. Everything a 202 promises rests
/// here. One implementation owns its disk (segmented_log.hpp, docs/formats/log-segment.md); a Kafka
/// topic is the other.
namespace weir::log {

/// What the gateway hands over. The views need to live only for the call.
struct Entry {
  StreamNo stream;
  PayloadType type = PayloadType::json;
  std::string_view idempotency_key;  // empty: none
  std::string_view body;             // JSON: already one line; XML: as sent
};

/// The result of one entry: `error` is empty once it is on stable storage. With log_failed nobody
/// knows: the record may be found after the restart or not, and must not be answered as accepted.
struct AppendResult {
  std::uint64_t cookie = 0;  // the caller's own, from append()
  Address address;
  std::optional<Errc> error;
};

/// Where results are told. on_appended is called on the log's thread, once for all entries of a
/// commit that this sink waits for: it must only hand them to the sink's own thread.
class AppendSink {
 public:
  virtual ~AppendSink() = default;
  virtual void on_appended(std::span<const AppendResult> results) noexcept = 0;
};

/// A record as it is read back. The views are good until the reader is asked again.
struct Record {
  Lsn lsn;  // of the commit that holds it: where a checkpoint before this record would stand
  Address address;
  Time received_at;  // stamped at append; never goes back within a partition
  PayloadType type = PayloadType::json;
  std::string_view idempotency_key;
  std::string_view body;
};

/// Reads one partition from a checkpoint on, in order, only what is durable. One thread.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The next record; nullopt when all that is durable now has been read. Damage found on the way
  /// is Errc::corrupt, naming segment and offset.
  virtual Result<std::optional<Record>> next() = 0;
  /// Where to resume so that nothing read so far comes again: where the next record begins, or the
  /// durable end. A good checkpoint, also in the middle of a commit.
  virtual Lsn position() const = 0;
};

/// What a partition has taken, at one moment.
struct PartitionState {
  /// The number after the last one given out, by stream.
  std::unordered_map<StreamNo, Sequence> next_sequences;
  Lsn end;
  /// Nothing was on its way to the disk: all those numbers stand before `end`.
  bool idle = false;
};

class Log {
 public:
  virtual ~Log() = default;

  /// Takes an entry into the next commit; its result goes to `sink` with `cookie`, after this
  /// returns. The commit is not written before somebody calls commit_soon(). Any thread. Never
  /// blocks on the disk. Refuses at once, and then no result follows, with overloaded (too much is
  /// waiting for the disk), disk_full (no room for a segment), log_failed (poisoned), unavailable
  /// (closing, or no segment can be made), too_large (for any commit) or bad_request (the key is
  /// longer than a header may be).
  virtual Result<void> append(const Entry& entry, AppendSink& sink, std::uint64_t cookie) = 0;

  /// What was appended is written now or, while another commit is, right after it. Once for all
  /// that came together: a commit costs the same for one record as for a hundred. Any thread.
  virtual void commit_soon() = 0;

  /// `from` is a checkpoint: 0, a Record's lsn, or what a Reader's position() said. not_found: what
  /// stood there was released, or nothing begins there. The reader must not outlive the log.
  virtual Result<std::unique_ptr<Reader>> read_from(PartitionNo partition, Lsn from) = 0;

  /// All that was acknowledged before the call is before this position.
  virtual Lsn durable_end(PartitionNo partition) const = 0;

  /// Waits until durable_end passes `after`, the time is up or the log closes. The disk may
  /// complete thousands of commits a second: wake at a pace of your own.
  virtual void wait_durable(PartitionNo partition, Lsn after,
                            std::chrono::milliseconds at_most) = 0;

  /// The catalog's checkpoint has moved to `checkpoint`, at most durable_end: what is wholly before
  /// it may be forgotten, but for what a Reader still reads.
  virtual void release(PartitionNo partition, Lsn checkpoint) = 0;

  /// Every record that is not durable at the time of the call is, or will be, stamped at or after
  /// the moment returned: once all that is durable has been read, an hour that ends at or before it
  /// is complete. A log that cannot tell says 1970.
  virtual Time complete_until(PartitionNo) { return Time{}; }

  /// For the check of conservation (spec/files.md 9); allocates, so not for the hot path.
  virtual PartitionState partition_state(PartitionNo) const { return {}; }

  /// Ok, or why append refuses: for /readyz.
  virtual Result<void> health() const = 0;
};

}  // namespace weir::log
