#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "env/disk.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::store {

/// Objects as files below one directory. A writer buffers `write_bytes` in memory and then writes
/// to a file in `<root>/.partial/`. Publishing syncs and renames that file, so a reader sees an
/// object whole or not at all, and a published object survives a power cut. A small object opens no
/// file before it is published. Used by one process at a time (the data directory's lock).
class LocalDirectoryStore final : public ObjectStore {
 public:
  /// A writer's largest buffer. Times limits::open_batches_max it is 256 MiB.
  static constexpr std::size_t write_bytes = std::size_t{64} << 10;

  /// Creates the directory, durably, where it does not exist. `disk` outlives the store.
  static Result<std::unique_ptr<LocalDirectoryStore>> open(Disk& disk, std::string root);

  /// Refuses a key that points outside the directory: bad_request. The store outlives its writers.
  Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) override;
  Result<std::string> read(const std::string& key) override;
  Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                 std::uint64_t bytes) override;
  std::string uri(const std::string& key) const override;
  Result<void> remove(const std::string& key) override;
  Result<std::vector<std::string>> list(const std::string& folder) override;
  /// Call it at start-up only, while no writer exists.
  Result<void> sweep() override;

 private:
  class Writer;

  LocalDirectoryStore(Disk& disk, std::string root) : disk_(disk), root_(std::move(root)) {}
  std::string partial_directory() const { return root_ + "/.partial"; }
  Result<std::string> create_partial(std::unique_ptr<File>& file, Durability durability);
  Result<void> publish(const std::string& partial, const std::string& key);
  Result<void> make_durable_parent(const std::string& key);
  void forget_directories();

  Disk& disk_;
  const std::string root_;
  std::atomic<std::uint64_t> partials_{0};
  std::mutex mutex_;
  std::set<std::string> durable_;  // directories below the root that were synced
};

}  // namespace weir::store
