#pragma once

#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/record_index.hpp"
#include "base/result.hpp"
#include "base/sha256.hpp"
#include "catalog/catalog.hpp"
#include "fields/collector.hpp"
#include "pipeline/courier/formats/file_reader.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::courier {

/// Writes the records of one file into batches, as the batcher writes those of a stream
/// (docs/formats/batch-file.md). Their objects are in the store once a part is full or over, and
/// count once they are committed. Used by one thread.
class LandedBatches final : public FileSink, private RecordSink {
 public:
  struct Subject {
    const catalog::Courier& courier;
    const std::string& tenant;
    Day day;
    std::string fingerprint;
    std::stop_token stop;  // ends it as unavailable
  };
  /// All outlive it.
  LandedBatches(catalog::Catalog& catalog, store::ObjectStore& store, Subject subject);

  Result<RecordSink*> begin(const std::string& member, const LandAs& land_as) override;
  Result<void> end() override;

  const std::vector<catalog::LandedBatch>& batches() const { return batches_; }
  std::uint64_t unreadable() const { return unreadable_; }

 private:
  Result<void> record(std::string_view bytes) override;
  Result<void> unreadable(std::string_view why) override;
  Result<void> open_part();
  Result<void> write(std::string_view bytes);
  Result<void> publish();

  catalog::Catalog& catalog_;
  store::ObjectStore& store_;
  const Subject subject_;
  std::vector<catalog::LandedBatch> batches_;
  std::uint64_t unreadable_ = 0;

  // Of the file or member.
  std::string member_;
  std::string tag_;
  catalog::Stream stream_;
  bool cbor_ = false;
  std::uint64_t next_record_ = 1;
  std::map<StreamNo, Sequence> next_;  // sequences

  // Of the part that is open.
  std::unique_ptr<store::ObjectWriter> writer_;
  catalog::LandedBatch part_;
  RecordIndex index_;
  Sha256 sum_;
  fields::Sample sample_;
  std::string bytes_;  // of a record
  fields::Collector collector_;
};

}  // namespace weir::courier
