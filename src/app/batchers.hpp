#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "app/batch_catalog_adapter.hpp"
#include "pipeline/batcher/batcher_thread.hpp"

namespace weir::app {

/// A batcher with its thread for each partition of the log that is this process's. Any thread.
///
/// Where several processes share a log, each takes its part of the partitions by leases: as many as
/// there are partitions for each process that batches. A process that is gone loses its partitions
/// within ten seconds, one that comes gets its part. Leases spare work; that two batchers of one
/// partition never both commit, the claim of the partition sees to (docs/formats/manifest.md).
class Batchers {
 public:
  struct Dependencies {
    log::Log& log;
    store::ObjectStore* store;  // null: this process batches nothing, and asks others
    catalog::Catalog& catalog;
    Clock& clock;
    /// This process among those that share the log; unset: nobody else does.
    std::optional<catalog::Leases::Holder> holder;
    std::function<void()> on_batches;            // on a batcher's thread
    std::function<void(const Error&)> on_error;  // likewise
  };
  /// Starts. `settings` are those of all partitions together: what they bound is shared out.
  Batchers(Dependencies dependencies, const batcher::BatcherSettings& settings);
  ~Batchers() { stop(); }
  Batchers(const Batchers&) = delete;
  Batchers& operator=(const Batchers&) = delete;

  /// Of all partitions, the batches that this call closed; those of other processes are not named.
  /// Waits for them, and is unavailable where they do not answer.
  Result<std::vector<catalog::Batch>> flush(StreamNo stream);
  void stop();
  batcher::BatcherGauges gauges() const;
  /// Ok, or the error of the first that has one. unavailable: a partition is nobody's.
  Result<void> health() const;
  HistogramCounts commit_seconds() const;

 private:
  struct Member {
    BatchCatalogAdapter catalog;
    batcher::Batcher batcher;
    batcher::BatcherThread thread;
    Member(const Dependencies& dependencies, const batcher::BatcherSettings& settings);
  };
  using Members = std::map<PartitionNo, std::shared_ptr<Member>>;

  Members members() const;
  void start(PartitionNo partition);
  void give_up(PartitionNo partition);
  Result<void> share_out();
  void answer_others();
  Result<void> ask_others(const Members& own, StreamNo stream);
  void run(const std::stop_token& stop);

  const Dependencies dependencies_;
  batcher::BatcherSettings settings_;
  const std::vector<PartitionNo> partitions_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  Members members_;
  batcher::BatcherGauges gone_;  // counts of those that were given up
  HistogramCounts gone_seconds_;
  std::optional<Error> trouble_;  // of the last look at the leases
  std::jthread keeper_;           // last: it uses all of the above
};

}  // namespace weir::app
