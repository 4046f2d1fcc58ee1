#pragma once

#include <functional>
#include <utility>

#include "base/histogram.hpp"
#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "pipeline/batcher/batch_catalog.hpp"

namespace weir::app {

/// Implements the batcher's catalog interface on the catalog; measures how long commits take, and
/// tells of new batches.
class BatchCatalogAdapter final : public batcher::BatchCatalog {
 public:
  /// `on_batches` is called on the batcher's thread, after a commit with batches.
  BatchCatalogAdapter(catalog::Catalog& catalog, const Clock& clock,
                      std::function<void()> on_batches = {})
      : catalog_(catalog), clock_(clock), on_batches_(std::move(on_batches)) {}
  Result<catalog::Checkpoint> claim(PartitionNo partition) override {
    return catalog_.batches().claim(partition);
  }
  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo partition) override {
    return catalog_.batches().positions(partition);
  }
  Result<std::vector<catalog::LaneCount>> lane_counts(PartitionNo partition) override {
    return catalog_.lanes().counts(partition);
  }
  Result<Time> sealed_until(PartitionNo partition) override {
    return catalog_.hours().sealed_until(partition);
  }
  Result<catalog::Checkpoint> commit(const catalog::BatchCommit& commit) override {
    const Time begun = clock_.now();
    auto committed = catalog_.batches().commit(commit);
    if (committed)
      commit_seconds_.record(std::chrono::duration<double>(clock_.now() - begun).count());
    if (committed && !commit.batches.empty() && on_batches_) on_batches_();
    return committed;
  }
  std::uint64_t quarantine_bytes() override {
    return catalog_.batches().quarantine_held().bytes_in_catalog;
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

  /// Any thread.
  void add_commit_seconds(HistogramCounts& counts) const { commit_seconds_.add_to(counts); }

 private:
  catalog::Catalog& catalog_;
  const Clock& clock_;
  const std::function<void()> on_batches_;
  Histogram commit_seconds_;
};

}  // namespace weir::app
