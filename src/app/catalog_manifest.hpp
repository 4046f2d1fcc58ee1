#pragma once

#include "catalog/catalog.hpp"
#include "pipeline/batcher/manifest.hpp"

namespace weir::app {

/// The catalog, as the batcher asks for it.
class CatalogManifest final : public batcher::Manifest {
 public:
  explicit CatalogManifest(catalog::Catalog& catalog) : catalog_(catalog) {}
  Result<catalog::Checkpoint> checkpoint(PartitionNo partition) override {
    return catalog_.batches().checkpoint(partition);
  }
  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo partition) override {
    return catalog_.batches().positions(partition);
  }
  Result<catalog::Checkpoint> commit(const catalog::BatchCommit& commit) override {
    return catalog_.batches().commit(commit);
  }
  Result<std::optional<catalog::StreamView>> stream(StreamNo stream) override {
    return catalog_.streams().view(stream);
  }
  Result<std::vector<catalog::KeyPrint>> key_prints(PartitionNo partition,
                                                    std::uint64_t count) override {
    return catalog_.batches().key_prints(partition, count);
  }
  Result<std::vector<catalog::Hour>> hours_to_seal(PartitionNo partition, Time end,
                                                   std::uint32_t count) override {
    return catalog_.hours().to_seal(partition, end, count);
  }
  Result<std::vector<catalog::Batch>> files(const catalog::Hour& hour) override {
    return catalog_.hours().files(hour);
  }
  Result<std::optional<catalog::Hour>> newest_sealed(StreamNo stream,
                                                     PartitionNo partition) override {
    return catalog_.hours().newest_sealed(stream, partition);
  }
  Result<void> seal(const std::vector<catalog::Hour>& hours) override {
    return catalog_.hours().seal(hours);
  }

 private:
  catalog::Catalog& catalog_;
};

}  // namespace weir::app
