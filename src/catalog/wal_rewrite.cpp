#include "catalog/wal_rewrite.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>

#include <sqlite3.h>

#include "base/limits.hpp"

// Uses SQLite's own VFS, not open() and write(), so that it also works on the simulated disk of
// weir torture. A checkpoint would not do: it copies pages from a log that may not be on disk, and
// by then SQLite has read them as committed.
namespace weir::catalog {
namespace {

// SQLite writes a page at a time; of a write of 128 KiB or more its VFS drops the high bits.
constexpr sqlite3_int64 chunk_bytes = 64 * limits::kib;

/// A file as SQLite itself opens it.
class VfsFile {
 public:
  explicit VfsFile(sqlite3_vfs& vfs)
      : vfs_(vfs),
        memory_(std::make_unique<std::max_align_t[]>(
            static_cast<std::size_t>(vfs.szOsFile) / sizeof(std::max_align_t) + 1)),
        file_(reinterpret_cast<sqlite3_file*>(memory_.get())) {}
  ~VfsFile() {
    if (file_->pMethods != nullptr) file_->pMethods->xClose(file_);
  }
  VfsFile(const VfsFile&) = delete;
  VfsFile& operator=(const VfsFile&) = delete;

  int open(const std::string& path) {
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_WAL;
    return vfs_.xOpen(&vfs_, path.c_str(), file_, flags, &flags);
  }

  int rewrite() {
    sqlite3_int64 size = 0;
    int code = file_->pMethods->xFileSize(file_, &size);
    std::string chunk;
    for (sqlite3_int64 at = 0; code == SQLITE_OK && at < size; at += chunk_bytes) {
      const int bytes = static_cast<int>(std::min(chunk_bytes, size - at));
      chunk.resize(static_cast<std::size_t>(bytes));
      code = file_->pMethods->xRead(file_, chunk.data(), bytes, at);
      if (code == SQLITE_OK) code = file_->pMethods->xWrite(file_, chunk.data(), bytes, at);
    }
    return code == SQLITE_OK ? file_->pMethods->xSync(file_, SQLITE_SYNC_NORMAL) : code;
  }

 private:
  sqlite3_vfs& vfs_;
  std::unique_ptr<std::max_align_t[]> memory_;
  sqlite3_file* file_;
};

}  // namespace

Result<void> rewrite_wal(const std::string& database_path, const std::string& vfs) {
  const std::string path = database_path + "-wal";
  const auto check = [&](int code) -> Result<void> {
    if (code == SQLITE_OK) return {};
    return fail((code & 0xFF) == SQLITE_FULL ? Errc::disk_full : Errc::io,
                "The catalog's write-ahead log \"" + path + "\" cannot be made safe: " +
                    sqlite3_errstr(code) + ". Check the disk, then start again.");
  };
  sqlite3_vfs* found = sqlite3_vfs_find(vfs.empty() ? nullptr : vfs.c_str());
  if (found == nullptr) return fail(Errc::internal, "There is no sqlite3_vfs \"" + vfs + "\".");
  int there = 0;
  WEIR_CHECK(check(found->xAccess(found, path.c_str(), SQLITE_ACCESS_EXISTS, &there)));
  if (there == 0) return {};
  VfsFile file(*found);
  WEIR_CHECK(check(file.open(path)));
  return check(file.rewrite());
}

}  // namespace weir::catalog
