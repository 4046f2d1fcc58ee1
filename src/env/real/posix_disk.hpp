#pragma once

#include "env/disk.hpp"

namespace weir {

/// The machine's file systems. Errors carry the path and the operating system's words: ENOENT is
/// not_found, EEXIST conflict, ENOSPC and EDQUOT disk_full, EMFILE, ENFILE and ENOMEM unavailable,
/// all else io.
class PosixDisk final : public Disk {
 public:
  /// How Durability::on_write is kept. `direct`: past the page cache where the file system can;
  /// where it cannot, and always with `through_cache`, a plain write and an fdatasync.
  enum class OnWrite { direct, through_cache };

  explicit PosixDisk(OnWrite on_write = OnWrite::direct) : on_write_(on_write) {}

  Result<std::unique_ptr<File>> open(const std::string& path, Durability durability) override;
  Result<std::unique_ptr<File>> create(const std::string& path, Durability durability) override;
  Result<void> rename(const std::string& from, const std::string& to) override;
  Result<void> rename_to_new(const std::string& from, const std::string& to) override;
  Result<void> remove(const std::string& path) override;
  Result<void> make_directories(const std::string& path) override;
  Result<void> sync_directory(const std::string& path) override;
  Result<std::unique_ptr<Directory>> open_directory(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& path) override;
  Result<bool> exists(const std::string& path) override;

 private:
  OnWrite on_write_;
};

}  // namespace weir
