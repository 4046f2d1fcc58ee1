#pragma once

#include <memory>
#include <string>

#include "env/clock.hpp"
#include "env/fake/crash_disk.hpp"
#include "env/fake/seeded_random.hpp"

struct sqlite3_vfs;

namespace weir::torture {

/// Puts SQLite's files on a CrashDisk: the real SQLite, with its own locking, log and recovery, on
/// a disk that fails and loses writes. Acts on a file as SQLite's Unix VFS does, including the
/// syncs of directories. A database has one connection at a time; all are closed before this object
/// is destroyed. The disk and the clock outlive it.
class DiskVfs {
 public:
  DiskVfs(CrashDisk& disk, const Clock& clock, std::uint64_t seed);
  ~DiskVfs();
  DiskVfs(const DiskVfs&) = delete;
  DiskVfs& operator=(const DiskVfs&) = delete;

  /// What Catalog::open takes: "file:/data/catalog.db?vfs=...".
  std::string uri(const std::string& path) const;

  CrashDisk& disk() { return disk_; }
  const Clock& clock() const { return clock_; }
  SeededRandom& random() { return random_; }
  std::string temporary_name() { return "/sqlite-temporary-" + std::to_string(++temporaries_); }

 private:
  CrashDisk& disk_;
  const Clock& clock_;
  SeededRandom random_;
  std::uint64_t temporaries_ = 0;
  std::string name_;
  std::unique_ptr<sqlite3_vfs> vfs_;
};

}  // namespace weir::torture
