#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"
#include "pipeline/batcher/record_encoder.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/batcher/roll_policy.hpp"
#include "pipeline/log/log.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::batcher {

/// A closed batch, to be committed: its file is visible in the store, its row not yet in the
/// manifest.
struct ClosedBatch {
  StreamNo stream;
  PayloadType type = PayloadType::json;
  Sequence last_sequence;
  std::optional<catalog::Batch> file;  // none when no record of it is to stand in one
  std::vector<catalog::Quarantined> quarantined;
  catalog::Duplicates duplicates;
  catalog::KeyPrints keys;
};

/// Consecutive records of one stream and hour on their way into a file. Its content goes to the
/// store's writer as it comes; what is for the quarantine is held here. After an error it is of no
/// more use: its records are read from the log again.
class OpenBatch {
 public:
  struct Opening {
    StreamNo stream;
    PayloadType type = PayloadType::json;  // what the stream carries
    Time now;
  };
  /// As `first` is what the file is named after, it must be the first to be taken.
  static Result<OpenBatch> open(store::ObjectStore& store, const catalog::StreamView& view,
                                const Opening& opening, const log::Record& first);

  /// Writes it, or keeps it for the quarantine when it cannot be converted. Errors are the store's.
  Result<void> take(const log::Record& record, RecordEncoder& encoder);
  /// Instead of take(): it repeats an earlier record of the stream.
  void take_duplicate(const log::Record& record, Sequence of);
  /// Instead of take(): it is kept for the quarantine.
  void quarantine(const log::Record& record, std::string reason);
  /// A key that came with a record it takes, to be committed with it.
  void remember(const catalog::KeyPrint& print);

  /// Makes the file durable and visible.
  Result<ClosedBatch> close();

  StreamNo stream() const { return row_.stream; }
  Lsn first_lsn() const { return first_lsn_; }
  BatchShape shape() const;
  bool is_of_hour(Time received_at) const;
  Time first_received_at() const { return first_received_at_; }
  /// In memory, for the catalog: payloads for the quarantine, duplicates, keys.
  std::uint64_t held_bytes() const;

 private:
  OpenBatch() = default;
  void account(const log::Record& record);
  Result<void> publish();

  store::ObjectStore* store_ = nullptr;
  std::unique_ptr<store::ObjectWriter> writer_;
  RecordIndex index_;
  Sha256 sha256_;
  catalog::Batch row_;
  PayloadType type_ = PayloadType::json;
  std::vector<catalog::Quarantined> quarantined_;
  catalog::Duplicates duplicates_;
  catalog::KeyPrints keys_;
  std::uint64_t quarantined_bytes_ = 0;
  Lsn first_lsn_;
  Time first_received_at_;  // also of one for the quarantine
  Time opened_at_;
};

}  // namespace weir::batcher
