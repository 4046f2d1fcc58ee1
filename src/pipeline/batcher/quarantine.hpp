#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "catalog/batches.hpp"
#include "pipeline/store/object_store.hpp"
#include "pipeline/store/store_check.hpp"

/// The bytes of quarantined payloads: in their rows up to a bound, beyond it in files of the store
/// (docs/formats/quarantine-file.md).
namespace weir::batcher {

/// How much of the quarantine stands where.
struct QuarantineBounds {
  /// Of bodies that the catalog holds, of all tenants. The bodies of a batch that would exceed it
  /// go to files.
  std::uint64_t catalog_bytes_max = limits::quarantine_bytes_default;
  /// Of one file, unless it holds one larger body.
  std::uint64_t file_bytes_max = limits::quarantine_file_bytes_max;
};

/// Moves the bodies of a batch into files, whole or not at all, and notes where they are. `name` is
/// the batch's. The same records give the same files.
Result<void> put_bodies(store::ObjectStore& store, store::BatchName name,
                        std::uint64_t file_bytes_max, std::vector<catalog::Quarantined>& records);

/// Reads and settles what is in the quarantine. Thread-safe.
class Quarantine {
 public:
  /// Both outlive this object.
  Quarantine(catalog::Batches& batches, store::ObjectStore& store)
      : batches_(batches), store_(store) {}

  /// The bytes of a record as the catalog returned it; empty once it is settled. corrupt: its file
  /// is gone or damaged.
  Result<std::string> body(const catalog::Quarantined& record);

  /// Records that the payload was dropped or replayed, and erases its bytes. Errors: as
  /// catalog::Batches::settle; another one when the payload is settled and its bytes could not be
  /// erased now: clean_up() does it.
  Result<void> settle(std::uint32_t tenant_no, const Address& address,
                      catalog::QuarantineState state, std::optional<Sequence> replayed_as);

  /// Erases what a dead process did not come to erase, and removes files that no commit names. Call
  /// it at start-up, before a batcher works.
  Result<void> clean_up();

 private:
  Result<void> erase(const std::string& path);
  Result<void> overwrite(const catalog::Batches::QuarantineFile& file);
  Result<void> remove_unnamed();

  catalog::Batches& batches_;
  store::ObjectStore& store_;
  std::mutex mutex_;  // one file is rewritten at a time
};

/// The files and the bodies that are held in them, for check_store.
Result<std::vector<store::BodiesFile>> held_in_files(catalog::Batches& batches);

}  // namespace weir::batcher
