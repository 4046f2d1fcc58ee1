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
/// file before it is published.
///
/// Several processes may share the directory if each has an owner's name of its own, which it keeps
/// when it starts again: files in `.partial/` carry it, and sweep() takes away those alone. Without
/// a name there is one process at a time (the data directory's lock).
class LocalDirectoryStore final : public ObjectStore {
 public:
  /// A writer's largest buffer. Times limits::open_batches_max it is 256 MiB.
  static constexpr std::size_t write_bytes = std::size_t{64} << 10;

  /// Creates the directory, durably, where it does not exist. `disk` outlives the store. `owner` is
  /// of letters, digits and '_'.
  static Result<std::unique_ptr<LocalDirectoryStore>> open(Disk& disk, std::string root,
                                                           const std::string& owner = "");
  /// Changes nothing; for reading. not_found where there is no such directory.
  static Result<std::unique_ptr<LocalDirectoryStore>> open_existing(Disk& disk, std::string root);

  /// Refuses a key that points outside the directory: bad_request. The store outlives its writers.
  Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) override;
  Result<std::string> read(const std::string& key) override;
  Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                 std::uint64_t bytes) override;
  Result<std::uint64_t> size(const std::string& key) override;
  std::string uri(const std::string& key) const override;
  Result<void> remove(const std::string& key) override;
  Result<void> for_each_name(const std::string& folder, const EachName& each) override;
  /// Call it at start-up only, while no writer of this owner exists.
  Result<void> sweep() override;

 private:
  class Writer;

  LocalDirectoryStore(Disk& disk, std::string root, const std::string& owner)
      : disk_(disk), root_(std::move(root)), partial_prefix_(owner.empty() ? "" : owner + "-") {}
  std::string partial_directory() const { return root_ + "/.partial"; }
  Result<std::string> create_partial(std::unique_ptr<File>& file, Durability durability);
  Result<void> publish(const std::string& partial, const std::string& key, IfThere if_there);
  Result<void> make_durable_parent(const std::string& key);
  void forget_directories();

  Disk& disk_;
  const std::string root_;
  const std::string partial_prefix_;
  std::atomic<std::uint64_t> partials_{0};
  std::mutex mutex_;
  std::set<std::string> durable_;  // directories below the root that were synced
};

}  // namespace weir::store
