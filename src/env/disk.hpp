#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace weir {

/// When a file's writes are on stable storage.
enum class Durability {
  on_sync,   // after sync(); writes go through the page cache
  streamed,  // after sync(), for large files written once from front to back: past the page cache,
             // where the file system can and offset, size and address are multiples of 4096
  on_write,  // when write_at returns (O_DIRECT|O_DSYNC where the file system has it, otherwise a
             // sync per write): offsets, sizes and addresses are multiples of 4096
};

/// An open file. Reads are thread-safe; one thread writes at a time. After an error of write_at or
/// sync the contents on disk are unknown: never retry a sync.
class File {
 public:
  virtual ~File() = default;
  /// Reads up to `size` bytes at `offset` into `out`; fewer only at the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) = 0;
  virtual Result<void> write_at(std::uint64_t offset, std::string_view bytes) = 0;
  /// Ok: the data, and the metadata needed to read it back, are on stable storage.
  virtual Result<void> sync() = 0;
  virtual Result<std::uint64_t> size() = 0;
};

/// A directory held open.
class Directory {
 public:
  virtual ~Directory() = default;
  /// As Disk::sync_directory, without a file descriptor that might not be had then.
  virtual Result<void> sync() = 0;
};

/// A file system. Relative paths start at the process's working directory. Thread-safe. A created,
/// renamed or removed name survives a power cut only after sync_directory of its parent. Where the
/// operating system has no descriptor or memory for it, opening and creating fail with unavailable:
/// nothing has happened yet, and it may succeed later.
class Disk {
 public:
  virtual ~Disk() = default;
  /// Fails with not_found where the file does not exist.
  virtual Result<std::unique_ptr<File>> open(const std::string& path, Durability durability) = 0;
  /// Fails with conflict where the file exists.
  virtual Result<std::unique_ptr<File>> create(const std::string& path, Durability durability) = 0;
  /// Replaces `to` atomically: a reader sees the old file or the new one.
  virtual Result<void> rename(const std::string& from, const std::string& to) = 0;
  /// The same, and conflict where `to` exists: of any number that do it at once, one succeeds.
  virtual Result<void> rename_to_new(const std::string& from, const std::string& to) = 0;
  virtual Result<void> remove(const std::string& path) = 0;
  virtual Result<void> make_directories(const std::string& path) = 0;
  virtual Result<void> sync_directory(const std::string& path) = 0;
  /// For one whose names are synced time and again. The disk outlives it.
  virtual Result<std::unique_ptr<Directory>> open_directory(const std::string& path) = 0;
  /// The names in a directory, sorted, without "." and "..".
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Result<bool> exists(const std::string& path) = 0;
};

}  // namespace weir
