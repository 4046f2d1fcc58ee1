#pragma once

#include <memory>

#include "env/fake/crash_disk.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/store/local_directory_store.hpp"

namespace weir::batcher {

/// A quarantine with a store on a simulated disk, for the tests of those who use one.
struct QuarantineWorld {
  explicit QuarantineWorld(catalog::Batches& batches) : quarantine(batches, *store) {}

  CrashDisk disk{1};
  std::unique_ptr<store::LocalDirectoryStore> store =
      store::LocalDirectoryStore::open(disk, "/data/store").value();
  Quarantine quarantine;
};

}  // namespace weir::batcher
