#include "torture/disk_vfs.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include "base/assert.hpp"

namespace weir::torture {
namespace {

constexpr int path_bytes_max = 512;
constexpr int sector_bytes = 4096;
constexpr std::int64_t unix_epoch_julian_ms = 210'866'760'000'000;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

/// The index of the write-ahead log, shared by connections: memory that ends with the process.
using SharedMemory = std::vector<std::unique_ptr<char[]>>;

struct Opened {
  DiskVfs& vfs;
  std::string path;
  std::unique_ptr<weir::File> file;
  bool sync_name = false;  // with its first sync, as SQLite does for journals it made
  bool delete_on_close = false;
  SharedMemory shared{};
};

/// What SQLite allocates for an open file.
struct Handle {
  sqlite3_file base;
  Opened* opened;
};

Opened& opened_of(sqlite3_file* file) {
  return *reinterpret_cast<Handle*>(file)->opened;
}

DiskVfs& owner_of(sqlite3_vfs* vfs) {
  return *static_cast<DiskVfs*>(vfs->pAppData);
}

int code_of(const Error& error, int otherwise) {
  return error.code == Errc::disk_full ? SQLITE_FULL : otherwise;
}

// -- A file

int close(sqlite3_file* file) {
  auto* handle = reinterpret_cast<Handle*>(file);
  const std::unique_ptr<Opened> opened(std::exchange(handle->opened, nullptr));
  opened->file.reset();
  if (opened->delete_on_close) (void)opened->vfs.disk().remove(opened->path);
  return SQLITE_OK;
}

int read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  const auto wanted = static_cast<std::size_t>(size);
  auto* bytes = static_cast<char*>(out);
  const auto got = opened_of(file).file->read_at(static_cast<std::uint64_t>(offset), bytes, wanted);
  if (!got) return SQLITE_IOERR_READ;
  if (*got == wanted) return SQLITE_OK;
  std::memset(bytes + *got, 0, wanted - *got);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const std::string_view view(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
  const auto done = opened_of(file).file->write_at(static_cast<std::uint64_t>(offset), view);
  return done ? SQLITE_OK : code_of(done.error(), SQLITE_IOERR_WRITE);
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  Opened& opened = opened_of(file);
  const auto done = opened.vfs.disk().truncate(opened.path, static_cast<std::uint64_t>(size));
  return done ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

int sync(sqlite3_file* file, int) {
  Opened& opened = opened_of(file);
  if (!opened.file->sync()) return SQLITE_IOERR_FSYNC;
  // SQLite's own VFS ignores a failed sync of the directory; this one does not.
  if (opened.sync_name && !opened.vfs.disk().sync_directory(parent_of(opened.path)))
    return SQLITE_IOERR_DIR_FSYNC;
  opened.sync_name = false;
  return SQLITE_OK;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  const auto bytes = opened_of(file).file->size();
  if (!bytes) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(*bytes);
  return SQLITE_OK;
}

int lock(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_reserved_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int file_control(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return sector_bytes;
}

/// As on Unix: a write does not harm the bytes beside it in its sector.
int device_characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* file, int region, int bytes, int extend, void volatile** out) {
  SharedMemory& shared = opened_of(file).shared;
  const auto index = static_cast<std::size_t>(region);
  *out = nullptr;
  if (index >= shared.size()) {
    if (extend == 0) return SQLITE_OK;
    while (shared.size() <= index)
      shared.push_back(std::make_unique<char[]>(static_cast<std::size_t>(bytes)));
  }
  *out = shared[index].get();
  return SQLITE_OK;
}

int lock_shared(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}

void barrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int unmap_shared(sqlite3_file* file, int) {
  opened_of(file).shared.clear();
  return SQLITE_OK;
}

constexpr sqlite3_io_methods methods = {.iVersion = 2,
                                        .xClose = close,
                                        .xRead = read,
                                        .xWrite = write,
                                        .xTruncate = truncate,
                                        .xSync = sync,
                                        .xFileSize = file_size,
                                        .xLock = lock,
                                        .xUnlock = lock,
                                        .xCheckReservedLock = check_reserved_lock,
                                        .xFileControl = file_control,
                                        .xSectorSize = sector_size,
                                        .xDeviceCharacteristics = device_characteristics,
                                        .xShmMap = map_shared,
                                        .xShmLock = lock_shared,
                                        .xShmBarrier = barrier,
                                        .xShmUnmap = unmap_shared,
                                        .xFetch = nullptr,
                                        .xUnfetch = nullptr};

// -- The file system

int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* handle = reinterpret_cast<Handle*>(file);
  handle->base.pMethods = nullptr;  // no close() when this fails
  DiskVfs& owner = owner_of(vfs);
  const std::string path = name != nullptr ? name : owner.temporary_name();
  const bool may_create = (flags & SQLITE_OPEN_CREATE) != 0;
  auto opened = owner.disk().open(path, Durability::on_sync);
  bool is_new = false;
  if (!opened && opened.error().code == Errc::not_found && may_create) {
    opened = owner.disk().create(path, Durability::on_sync);
    is_new = true;
  }
  if (!opened) return SQLITE_CANTOPEN;
  const int journals = SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_SUPER_JOURNAL | SQLITE_OPEN_WAL;
  handle->opened = new Opened{owner, path, std::move(*opened), is_new && (flags & journals) != 0,
                              (flags & SQLITE_OPEN_DELETEONCLOSE) != 0};
  handle->base.pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
  CrashDisk& disk = owner_of(vfs).disk();
  const auto removed = disk.remove(name);
  if (!removed)
    return removed.error().code == Errc::not_found ? SQLITE_IOERR_DELETE_NOENT
                                                   : SQLITE_IOERR_DELETE;
  if (sync_directory != 0 && !disk.sync_directory(parent_of(name))) return SQLITE_IOERR_DIR_FSYNC;
  return SQLITE_OK;
}

int access(sqlite3_vfs* vfs, const char* name, int, int* there) {
  const auto exists = owner_of(vfs).disk().exists(name);
  if (!exists) return SQLITE_IOERR_ACCESS;
  *there = *exists ? 1 : 0;
  return SQLITE_OK;
}

int full_pathname(sqlite3_vfs*, const char* name, int size, char* out) {
  const std::string_view path(name);
  if (path.size() >= static_cast<std::size_t>(size)) return SQLITE_CANTOPEN;
  out[path.copy(out, path.size())] = '\0';
  return SQLITE_OK;
}

int randomness(sqlite3_vfs* vfs, int size, char* out) {
  owner_of(vfs).random().fill({out, static_cast<std::size_t>(size)});
  return size;
}

int sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int now(sqlite3_vfs* vfs, sqlite3_int64* julian_ms) {
  const auto since = owner_of(vfs).clock().now().time_since_epoch();
  *julian_ms =
      unix_epoch_julian_ms + std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
  return SQLITE_OK;
}

int now_as_days(sqlite3_vfs* vfs, double* julian_days) {
  sqlite3_int64 julian_ms = 0;
  now(vfs, &julian_ms);
  *julian_days = static_cast<double>(julian_ms) / 86'400'000.0;
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) {
  return 0;
}

std::mutex registration;

/// The first free name, so that successive machines have the same one in messages. The lock is
/// held.
std::string free_name() {
  for (std::uint64_t number = 1;; ++number) {
    std::string name = "weir-torture-" + std::to_string(number);
    if (sqlite3_vfs_find(name.c_str()) == nullptr) return name;
  }
}

}  // namespace

DiskVfs::DiskVfs(CrashDisk& disk, const Clock& clock, std::uint64_t seed)
    : disk_(disk), clock_(clock), random_(seed), vfs_(std::make_unique<sqlite3_vfs>()) {
  const std::lock_guard lock(registration);
  name_ = free_name();
  vfs_->iVersion = 2;
  vfs_->szOsFile = sizeof(Handle);
  vfs_->mxPathname = path_bytes_max;
  vfs_->zName = name_.c_str();
  vfs_->pAppData = this;
  vfs_->xOpen = open;
  vfs_->xDelete = remove;
  vfs_->xAccess = access;
  vfs_->xFullPathname = full_pathname;
  vfs_->xRandomness = randomness;
  vfs_->xSleep = sleep;
  vfs_->xCurrentTime = now_as_days;
  vfs_->xGetLastError = last_error;
  vfs_->xCurrentTimeInt64 = now;
  const int registered = sqlite3_vfs_register(vfs_.get(), 0);
  WEIR_ASSERT(registered == SQLITE_OK);
}

DiskVfs::~DiskVfs() {
  const std::lock_guard lock(registration);
  sqlite3_vfs_unregister(vfs_.get());
}

std::string DiskVfs::uri(const std::string& path) const {
  return "file:" + path + "?vfs=" + name_;
}

}  // namespace weir::torture
