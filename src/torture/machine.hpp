#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/batch_catalog_adapter.hpp"
#include "catalog/catalog.hpp"
#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "env/watched_clock.hpp"
#include "pipeline/batcher/batcher.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/log/segmented_log.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "torture/disk_vfs.hpp"

namespace weir::torture {

inline constexpr PartitionNo only_partition{0};

/// The machine that servers run on; it outlives every server.
struct Machine {
  explicit Machine(std::uint64_t seed);

  CrashDisk disk;
  ManualClock clock;
  SeededRandom random;  // the server's: ids, salts
  DiskVfs vfs;

  const std::string catalog_path = "/data/catalog.db";
  const std::string log_path = "/data/log";
  const std::string store_path = "/data/store";
};

/// Sizes and limits, all small, so that a short story passes many boundaries.
struct ServerSizes {
  std::uint64_t segment_bytes = 0;
  std::uint64_t commit_bytes_max = 0;
  std::uint32_t spares_ahead = 1;
  batcher::BatcherSettings batcher;

  static ServerSizes by_chance(SeededRandom& random);
};

/// The stages between a checked payload and its file: the real code, wired as in
/// embedded_server.cpp but without threads. Log and batcher act only when they are
/// called.
class Server {
 public:
  static Result<std::unique_ptr<Server>> start(Machine& machine, const ServerSizes& sizes);

  const WatchedClock& clock() { return *clock_; }
  catalog::Catalog& catalog() { return *catalog_; }
  log::SegmentedLog& log() { return *log_; }
  store::LocalDirectoryStore& store() { return *store_; }
  batcher::Batcher& batcher() { return *batcher_; }
  batcher::Quarantine& quarantine() { return *quarantine_; }

  /// As on SIGTERM: commits what was appended and reports the results.
  void close() { log_->close(); }

 private:
  Server() = default;
  Result<void> open(Machine& machine, const ServerSizes& sizes);

  std::optional<WatchedClock> clock_;
  std::unique_ptr<catalog::Catalog> catalog_;
  std::unique_ptr<log::SegmentedLog> log_;
  std::unique_ptr<store::LocalDirectoryStore> store_;
  std::optional<batcher::Quarantine> quarantine_;
  std::optional<app::BatchCatalogAdapter> batch_catalog_;
  std::optional<batcher::Batcher> batcher_;
};

}  // namespace weir::torture
