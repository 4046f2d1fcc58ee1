#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "env/disk.hpp"

namespace weir::store {

/// Where objects wait until they are sent: files in one folder of this machine, which one process
/// uses at a time. What they hold need not survive a crash. Thread-safe; outlives its spools.
class SpoolFolder {
 public:
  /// Makes the folder, and removes what a dead process left there. `disk` outlives it.
  static Result<std::unique_ptr<SpoolFolder>> open(Disk& disk, std::string path);

 private:
  friend class Spool;
  SpoolFolder(Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}
  Result<std::unique_ptr<File>> make_file();

  Disk& disk_;
  const std::string path_;
  std::mutex mutex_;
  std::uint64_t files_ = 0;
};

/// The bytes of one object on their way. Up to `memory_bytes` of them are in memory; from there on
/// they are in a file without a name. Used by one thread.
class Spool {
 public:
  static constexpr std::size_t memory_bytes = std::size_t{64} << 10;

  explicit Spool(SpoolFolder& folder) : folder_(folder) {}
  Result<void> write(std::string_view bytes);
  std::uint64_t size() const { return in_file_ + memory_.size(); }
  /// Up to `count` bytes from there on; fewer only at the end.
  Result<std::string> read(std::uint64_t offset, std::uint64_t count);

 private:
  Result<void> spill();

  SpoolFolder& folder_;
  std::string memory_;  // what comes after the file's
  std::unique_ptr<File> file_;
  std::uint64_t in_file_ = 0;
};

}  // namespace weir::store
