#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"
#include "pipeline/batcher/record_encoder.hpp"
#include "pipeline/batcher/roll_policy.hpp"
#include "pipeline/batcher/sha256.hpp"
#include "pipeline/log/log.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::batcher {

/// A closed batch, to be committed: its file is visible in the store, its row not yet in the
/// manifest.
struct ClosedBatch {
  StreamNo stream;
  PayloadType type = PayloadType::json;
  Sequence last_sequence;
  std::optional<catalog::Batch> file;  // none when every record went to the quarantine
  std::vector<catalog::Quarantined> quarantined;
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

  /// Makes the file durable and visible.
  Result<ClosedBatch> close();

  StreamNo stream() const { return row_.stream; }
  Lsn first_lsn() const { return first_lsn_; }
  BatchShape shape() const;
  bool is_of_hour(Time received_at) const;
  std::uint64_t quarantined_bytes() const { return quarantined_bytes_; }

 private:
  OpenBatch() = default;
  void quarantine(const log::Record& record, std::string reason);

  std::unique_ptr<store::ObjectWriter> writer_;
  Sha256 sha256_;
  catalog::Batch row_;
  PayloadType type_ = PayloadType::json;
  std::vector<catalog::Quarantined> quarantined_;
  std::uint64_t quarantined_bytes_ = 0;
  Lsn first_lsn_;
  Time first_received_at_;  // also of one for the quarantine
  Time opened_at_;
};

}  // namespace weir::batcher
