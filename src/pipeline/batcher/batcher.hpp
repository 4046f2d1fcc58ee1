#pragma once

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"
#include "pipeline/batcher/batch_catalog.hpp"
#include "pipeline/batcher/hour_sealer.hpp"
#include "pipeline/batcher/key_window.hpp"
#include "pipeline/batcher/open_batch.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/batcher/record_encoder.hpp"
#include "pipeline/batcher/roll_policy.hpp"
#include "pipeline/log/log.hpp"
#include "pipeline/store/object_store.hpp"

/// The third stage: records of the log become files that couriers find. Each accepted record is in
/// exactly one file or in the quarantine, at whatever moment the process dies
/// (docs/formats/manifest.md).
namespace weir::batcher {

struct BatcherSettings {
  PartitionNo partition{};
  RollPolicy roll{};
  std::uint32_t open_batches_max = limits::open_batches_max;
  KeySettings keys{};
  /// Bound on the memory that all open batches together hold for the catalog: payloads for the
  /// quarantine, duplicates, keys.
  std::uint64_t held_bytes_max = limits::open_held_bytes_max;
  QuarantineBounds quarantine{};
  /// The most that one step reads.
  std::uint32_t step_records = limits::batcher_step_records_max;
  std::uint64_t step_bytes = limits::batcher_step_bytes_max;
};

/// What a step did.
struct Progress {
  std::uint64_t records = 0;  // read, including those dropped as already accounted for
  std::uint64_t batches = 0;  // made visible
  bool more = false;          // there is more to read now: step again at once
};

/// For metrics. Counts start when the batcher is made.
struct BatcherGauges {
  std::uint64_t batches = 0;
  std::uint64_t records = 0;  // in files
  std::uint64_t bytes = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t replayed = 0;  // read again and dropped
  std::uint64_t repeated = 0;  // stood in the log twice, and were taken once
  std::uint64_t hours_sealed = 0;
  std::uint64_t keys = 0;  // remembered now
  std::uint64_t keys_max = 0;
  std::uint64_t keys_forgotten_early = 0;       // before their window closed, for lack of room
  std::chrono::microseconds key_window{0};      // the configured window
  std::chrono::microseconds oldest_key_age{0};  // of the remembered keys
  std::uint64_t open_batches = 0;
  std::chrono::microseconds oldest_unbatched_age{0};  // of the records in open batches
  std::uint64_t lag_bytes = 0;  // log bytes in no committed batch: a restart reads them
};

/// Reads one partition and forms its batches. Content goes to the store while it is read; the
/// settings bound the memory. All calls come from one thread (in the server, BatcherThread's).
///
/// A failure of the store or the catalog loses nothing: open batches are abandoned, and the next
/// call starts again from the catalog's checkpoint. A record that cannot be taken ends the reading:
/// corrupt (a gap in a stream's sequences, or damage) or not_found (its stream is gone). The
/// records before it are still filed, every call returns the error, and reading starts again from
/// the checkpoint once no batch is open. The log keeps that record and all later ones.
///
/// In a partition that is not gapless, places may be left out: what is missing is found by the
/// numbers of the lanes (conservation.hpp). A number that comes again is a record that the log has
/// twice; it is taken once.
class Batcher {
 public:
  /// All references outlive the batcher.
  Batcher(log::Log& log, store::ObjectStore& store, BatchCatalog& manifest,
          const BatcherSettings& settings);

  /// Reads and files a bounded amount and closes the batches that are due. Batches closed together
  /// are committed together.
  Result<Progress> step(Time now);

  /// On return, every record of the stream that was durable in the log at the time of the call is
  /// in a visible file or the quarantine. Returns the stream's batches that this call closed.
  Result<std::vector<catalog::Batch>> flush(StreamNo stream, Time now);

  BatcherGauges gauges(Time now) const;

 private:
  struct StreamState {
    Sequence replayed_below;  // records below it were accounted for before reading began
    Sequence next;            // expected next from the log
    Sequence committed;       // next_sequence as the manifest has it
    std::optional<PayloadType> type;
    /// The next number that each lane can have here; only where the partition is not gapless.
    std::unordered_map<LaneNo, std::uint64_t> next_numbers{};
  };
  /// Why reading stopped, and where it would continue.
  struct Stopped {
    Error error;
    Lsn at;
  };
  using OpenBatches = std::list<OpenBatch>;  // in the order of their first records

  Result<Progress> advance(Time now);
  Result<std::vector<catalog::Batch>> advance_to(Lsn end, StreamNo stream, Time now);
  Failure abandon(Error error);
  void start_over();
  Result<void> resume(Time now);

  Result<void> read_some(Time now, Progress& progress);
  void yield_unless_behind() const;
  std::optional<log::Record> next_record();
  Result<void> take(const log::Record& record, Time now);
  bool follows(const log::Record& record, StreamState& stream);
  Result<void> put(const log::Record& record, StreamState& stream, Time now);
  Result<void> decide_and_take(const log::Record& record, OpenBatch& batch);
  Result<OpenBatches::iterator> batch_for(const log::Record& record, StreamState& stream, Time now);
  void stop(Error error, Lsn at);

  RollMoment moment(Time now) const;
  QuarantineBounds quarantine_room() const;
  Result<void> close(OpenBatches::iterator batch);
  Result<void> close_due(Time now);
  Result<void> close_holding();

  Lsn watermark() const;
  std::optional<Time> forget_keys_before() const;
  catalog::BatchCommit pending_commit() const;
  Result<std::vector<catalog::Batch>> commit();
  std::vector<catalog::Batch> account(const catalog::BatchCommit& commit);

  Time complete_before(Time promised) const;
  Result<void> seal_due(Time complete, Progress& progress);

  log::Log& log_;
  store::ObjectStore& store_;
  BatchCatalog& batch_catalog_;
  const BatcherSettings settings_;
  OpenBatch::Tools tools_;
  HourSealer sealer_;

  // start_over() clears all of this; resume() reads it again.
  std::unique_ptr<log::Reader> reader_;
  catalog::Checkpoint checkpoint_;
  Claim claim_;
  std::unordered_map<StreamNo, StreamState> streams_;
  OpenBatches open_;
  std::unordered_map<StreamNo, OpenBatches::iterator> open_by_stream_;
  std::vector<ClosedBatch> closed_;  // visible in the store, not yet committed
  KeyWindow keys_;
  std::uint64_t held_bytes_ = 0;
  Time sealed_before_;  // every hour that ends by then is sealed
  std::optional<Stopped> stopped_;
  Lsn last_lsn_;  // of the record read last
  Time last_received_at_;
  bool caught_up_ = false;

  BatcherGauges counted_;
};

}  // namespace weir::batcher
