#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace weir {

/// What tells whether a file is still the one that was seen.
struct FileStatus {
  std::uint64_t bytes = 0;
  Time modified;
  friend bool operator==(const FileStatus&, const FileStatus&) = default;
};

/// A file that someone else wrote, and may still write, open for reading.
class ForeignFile {
 public:
  virtual ~ForeignFile() = default;
  /// Reads up to `size` bytes at `offset` into `out`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) = 0;
  /// As it is now.
  virtual Result<FileStatus> status() = 0;
};

/// A folder into which others put files for Weir. Paths are relative to it, their parts separated
/// by
/// `/`; the empty path is the folder itself. Nothing outside is reached: a path with an empty part,
/// `.` or `..` is refused, and a symbolic link on the way, or at its end, counts as missing.
/// Only folders and regular files are seen. Thread-safe. Errors name the path below the folder.
class Folder {
 public:
  struct Entry {
    std::string name;
    bool folder = false;
    FileStatus status;  // of files
  };

  virtual ~Folder() = default;
  /// What lies in `path` itself, by name. not_found where there is no such folder; too_large where
  /// more than `entries_max` names lie there.
  virtual Result<std::vector<Entry>> list(const std::string& path,
                                          std::size_t entries_max) const = 0;
  /// not_found where there is no such regular file.
  virtual Result<std::unique_ptr<ForeignFile>> open(const std::string& path) const = 0;
};

}  // namespace weir
