#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "env/random.hpp"

namespace weir::app {

/// The data directory of an embedded server: `catalog.db`, `log/`, `store/`, `tables/`, `VERSION`,
/// `weir.lock`, and `spool/` where the store is another one. One process at a time holds it, from
/// open to destruction.
class DataDirectory {
 public:
  /// Creates and opens a new one; conflict where one exists.
  static Result<DataDirectory> create(const std::string& path);
  /// Errors: not_found when `weir init` has not created it; newer_version when a newer weir has;
  /// locked when another server uses it (the error names that process).
  static Result<DataDirectory> open(const std::string& path);

  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;
  ~DataDirectory();

  /// Creates it where nothing is there yet, for a process that keeps nothing of its own in it.
  static Result<DataDirectory> open_or_create(const std::string& path);

  struct Instance {
    std::string own;       // differs from that of every other start, on all machines
    std::string previous;  // of the start before, whose process is dead; empty: there was none
  };
  /// Called once, at the start.
  Result<Instance> begin_instance(Random& random) const;

  /// Absolute: whatever is said about a file in it, answers to others can leave it out.
  const std::string& path() const { return path_; }
  /// The space of the file system that holds it.
  Result<std::uint64_t> bytes_free() const;
  Result<std::uint64_t> bytes_in_all() const;

  std::string catalog() const { return path_ + "/catalog.db"; }
  std::string log() const { return path_ + "/log"; }
  std::string store() const { return path_ + "/store"; }
  std::string tables() const { return path_ + "/tables"; }
  std::string spool() const { return path_ + "/spool"; }

 private:
  DataDirectory(const std::string& path, int lock);
  std::string path_;
  int lock_;  // file descriptor that holds the flock
};

}  // namespace weir::app
