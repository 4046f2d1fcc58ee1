#pragma once

#include "catalog/catalog.hpp"
#include "pipeline/batcher/batcher.hpp"

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

 private:
  catalog::Catalog& catalog_;
};

}  // namespace weir::app
