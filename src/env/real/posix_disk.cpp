#include "env/real/posix_disk.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weir {
namespace {

constexpr std::size_t direct_block_bytes = 4096;
constexpr std::size_t write_back_bytes = std::size_t{64} << 10;

Errc code_of(int error) {
  switch (error) {
    case ENOENT:
      return Errc::not_found;
    case EEXIST:
      return Errc::conflict;
    case ENOSPC:
    case EDQUOT:
      return Errc::disk_full;
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return Errc::unavailable;
    default:
      return Errc::io;
  }
}

Failure refused(std::string_view doing, const std::string& path, int error) {
  const Errc code = code_of(error);
  std::string message =
      "cannot " + std::string(doing) + " '" + path + "': " + std::generic_category().message(error);
  if (code == Errc::disk_full) message += "; free space on its file system or move it to another";
  if (error == EMFILE)
    message +=
        "; too many files and connections are open at once: raise the limit (LimitNOFILE, ulimit "
        "-n) "
        "or lower http.connections";
  if (error == EACCES || error == EPERM) message += "; the server's user needs access to it";
  if (error == EIO) message += "; the disk is failing, see the kernel's log";
  return fail(code, std::move(message));
}

/// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

Descriptor open_retrying(const std::string& path, int flags) {
  constexpr mode_t owner_writes_group_reads = 0640;
  for (;;) {
    Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC, owner_writes_group_reads));
    if (fd.is_open() || errno != EINTR) return fd;
  }
}

class PosixFile final : public File {
 public:
  /// `direct`: O_DIRECT is set, and for Durability::on_write O_DSYNC too.
  PosixFile(std::string path, Descriptor fd, Durability durability, bool direct)
      : path_(std::move(path)),
        fd_(std::move(fd)),
        on_write_(durability == Durability::on_write),
        direct_(direct) {}

  Result<std::size_t> read_at(std::uint64_t offset, char* out, std::size_t size) override {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t got =
          ::pread(fd_.get(), out + done, size - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EINVAL && leave_direct()) continue;
      if (got < 0) return refused("read", path_, errno);
      done += static_cast<std::size_t>(got);
      const bool at_end = got == 0 || (direct_ && done % direct_block_bytes != 0);
      if (at_end) break;
    }
    return done;
  }

  Result<void> write_at(std::uint64_t offset, std::string_view bytes) override {
    const auto whole_offset = static_cast<off_t>(offset);
    const std::size_t whole_bytes = bytes.size();
    while (!bytes.empty()) {
      const ssize_t got =
          ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EINVAL && leave_direct()) continue;
      if (got < 0) return refused("write", path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(got));
      offset += static_cast<std::size_t>(got);
    }
    if (direct_) return {};
    if (on_write_) return sync();
    // Starts the write-back in small steps. If it were left to sync(), it would all be written at
    // once, and everything else that waits for the disk would wait for it.
    if (whole_bytes >= write_back_bytes)
      ::sync_file_range(fd_.get(), whole_offset, static_cast<off_t>(whole_bytes),
                        SYNC_FILE_RANGE_WRITE);
    return {};
  }

  Result<void> sync() override {
    if (::fdatasync(fd_.get()) != 0) return refused("sync", path_, errno);
    return {};
  }

  Result<std::uint64_t> size() override {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) return refused("measure", path_, errno);
    return static_cast<std::uint64_t>(status.st_size);
  }

 private:
  /// Some file systems accept O_DIRECT at open and refuse it at read or write, and all refuse it
  /// for an unaligned end of a stream.
  bool leave_direct() {
    if (!direct_.exchange(false)) return false;
    const int flags = ::fcntl(fd_.get(), F_GETFL);
    return flags >= 0 && ::fcntl(fd_.get(), F_SETFL, flags & ~O_DIRECT) == 0;
  }

  const std::string path_;
  Descriptor fd_;
  const bool on_write_;
  std::atomic<bool> direct_;  // reads come from any thread
};

Result<void> sync_names(const Descriptor& directory, const std::string& path) {
  // EINVAL: this file system keeps names safe by itself and has nothing to wait for.
  if (::fsync(directory.get()) != 0 && errno != EINVAL)
    return refused("sync the directory", path, errno);
  return {};
}

class PosixDirectory final : public Directory {
 public:
  PosixDirectory(std::string path, Descriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  Result<void> sync() override { return sync_names(fd_, path_); }

 private:
  const std::string path_;
  const Descriptor fd_;
};

}  // namespace

Result<std::unique_ptr<File>> PosixDisk::open(const std::string& path, Durability durability) {
  if (durability != Durability::on_sync && on_write_ == OnWrite::direct) {
    const int dsync = durability == Durability::on_write ? O_DSYNC : 0;
    Descriptor fd = open_retrying(path, O_RDWR | O_DIRECT | dsync);
    if (fd.is_open()) return std::make_unique<PosixFile>(path, std::move(fd), durability, true);
    if (errno != EINVAL) return refused("open", path, errno);
  }
  Descriptor fd = open_retrying(path, O_RDWR);
  if (!fd.is_open()) return refused("open", path, errno);
  return std::make_unique<PosixFile>(path, std::move(fd), durability, false);
}

Result<std::unique_ptr<File>> PosixDisk::create(const std::string& path, Durability durability) {
  {  // Apart from open(): with O_DIRECT refused, the file would be left behind and be in the way.
    const Descriptor fd = open_retrying(path, O_RDWR | O_CREAT | O_EXCL);
    if (!fd.is_open()) return refused("create", path, errno);
  }
  return open(path, durability);
}

Result<void> PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0)
    return refused("rename to '" + to + "' the file", from, errno);
  return {};
}

/// A hard link where the file system knows no such rename: the link is refused where the name is
/// taken, too.
Result<void> PosixDisk::rename_to_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  if (errno == EINVAL || errno == ENOSYS) {
    if (::link(from.c_str(), to.c_str()) == 0) return remove(from);
  }
  return refused("rename to '" + to + "', which must be new, the file", from, errno);
}

Result<void> PosixDisk::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) return refused("remove", path, errno);
  return {};
}

Result<void> PosixDisk::make_directories(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) return refused("make the directory", path, error.value());
  return {};
}

Result<void> PosixDisk::sync_directory(const std::string& path) {
  const Descriptor fd = open_retrying(path, O_RDONLY | O_DIRECTORY);
  if (!fd.is_open()) return refused("open the directory", path, errno);
  return sync_names(fd, path);
}

Result<std::unique_ptr<Directory>> PosixDisk::open_directory(const std::string& path) {
  Descriptor fd = open_retrying(path, O_RDONLY | O_DIRECTORY);
  if (!fd.is_open()) return refused("open the directory", path, errno);
  return std::make_unique<PosixDirectory>(path, std::move(fd));
}

Result<std::vector<std::string>> PosixDisk::list(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error))
    names.push_back(entry->path().filename().string());
  if (error) return refused("list the directory", path, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

Result<bool> PosixDisk::exists(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return refused("look for", path, errno);
}

}  // namespace weir
