#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"
#include "fields/collector.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/batcher/record_encoder.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/batcher/roll_policy.hpp"
#include "pipeline/log/log.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::batcher {

/// A closed batch that is not committed yet: its file is visible in the store, its row is not yet
/// in the manifest.
struct ClosedBatch {
  StreamNo stream;
  PayloadType type = PayloadType::json;
  Sequence last_sequence;
  std::optional<catalog::Batch> file;  // none when all its records are duplicates or quarantined
  std::vector<catalog::Quarantined> quarantined;
  std::uint64_t bytes_for_catalog = 0;  // of quarantined bodies, unless they are in files
  catalog::Duplicates duplicates;
  catalog::KeyPrints keys;
  std::shared_ptr<const fields::Sketch> fields;  // of the payloads in the file
  std::vector<catalog::TakenOfLane> taken;
};

/// Records of one stream and hour that follow one another, on their way into a file. The content
/// goes to the store's writer as it arrives; payloads for the quarantine are held in memory. After
/// an error the object must be discarded: its records are read from the log again.
class OpenBatch {
 public:
  struct Opening {
    StreamNo stream;
    PayloadType type = PayloadType::json;  // what the stream carries
    std::uint64_t claim = 0;               // the batcher's, on the partition
    Time now;
  };
  /// The file is named after `first`, so `first` must be the first record taken.
  static Result<OpenBatch> open(store::ObjectStore& store, const catalog::StreamView& view,
                                const Opening& opening, const log::Record& first);

  /// What all batches share.
  struct Tools {
    RecordEncoder encoder;
    fields::Collector collector;
    std::uint64_t sketch_bytes = 0;  // of the open batches
  };
  /// Writes the record, or quarantines it if it cannot be converted. Errors are the store's.
  Result<void> take(const log::Record& record, Tools& tools);
  /// Called instead of take() for a record that repeats an earlier one of the stream.
  void take_duplicate(const log::Record& record, Sequence of);
  /// Called instead of take() for a record that goes to the quarantine.
  void quarantine(const log::Record& record, std::string reason);
  /// Adds the key of a record that this batch takes, to be committed with the record.
  void remember(const catalog::KeyPrint& print);

  /// Makes the file durable and visible. Quarantined bodies beyond `bounds` are in files then.
  Result<ClosedBatch> close(const QuarantineBounds& bounds);

  StreamNo stream() const { return row_.stream; }
  Lsn first_lsn() const { return first_lsn_; }
  BatchShape shape() const;
  bool is_of_hour(Time received_at) const;
  Time first_received_at() const { return first_received_at_; }
  /// Bytes held in memory for the catalog: payloads for the quarantine, duplicates, keys.
  std::uint64_t held_bytes() const;
  std::uint64_t sketch_bytes() const { return sketch_ ? sketch_->bytes() : 0; }

 private:
  OpenBatch() = default;
  void account(const log::Record& record);
  void count_of_lane(const log::Record& record);
  void look_at(const log::Record& record, std::string_view encoded, Tools& tools);
  Result<void> publish();

  store::ObjectStore* store_ = nullptr;
  store::BatchName name_;
  std::unique_ptr<store::ObjectWriter> writer_;
  RecordIndex index_;
  Sha256 sha256_;
  fields::Sample sample_;
  std::shared_ptr<fields::Sketch> sketch_;
  catalog::Batch row_;
  PayloadType type_ = PayloadType::json;
  std::vector<catalog::Quarantined> quarantined_;
  catalog::Duplicates duplicates_;
  catalog::KeyPrints keys_;
  std::vector<catalog::TakenOfLane> taken_;
  std::uint64_t quarantined_bytes_ = 0;
  Lsn first_lsn_;
  Time first_received_at_;  // of the first record, be it quarantined
  Time opened_at_;
  std::chrono::microseconds age_max_ = std::chrono::microseconds::max();
};

}  // namespace weir::batcher
