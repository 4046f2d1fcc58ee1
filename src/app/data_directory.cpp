#include "app/data_directory.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

// The lock is an flock on its own file: the kernel releases it with the process, however that dies.
// A file that only names a process id would have to be removed after a crash, and the id could be
// another process's by then. The id in the file is for the error message only.
namespace weir::app {
namespace {

namespace fs = std::filesystem;

constexpr int format_version = 1;

std::string words_of(int error) {
  return std::error_code(error, std::generic_category()).message();
}

/// Takes the lock and writes our process id into it, for the error message of the next process.
Result<int> lock(const std::string& path) {
  const std::string file = path + "/weir.lock";
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return fail(Errc::io, fmt::format("{}: {}.", file, words_of(errno)));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const auto size = ::pread(fd, holder, sizeof holder - 1, 0);
    ::close(fd);
    return fail(Errc::locked,
                fmt::format("{} is in use by another weir{}. Stop it first, or give this one "
                            "another --data directory.",
                            path, size > 0 ? fmt::format(" (process {})", holder) : ""));
  }
  const std::string own = std::to_string(::getpid());
  if (::ftruncate(fd, 0) != 0 ||
      ::pwrite(fd, own.data(), own.size(), 0) != static_cast<ssize_t>(own.size())) {
    const std::string words = words_of(errno);
    ::close(fd);
    return fail(Errc::io, fmt::format("{}: {}.", file, words));
  }
  return fd;
}

Result<void> check_version(const std::string& path) {
  std::ifstream in(path + "/VERSION");
  int version = 0;
  if (!(in >> version))
    return fail(Errc::not_found, fmt::format("{} is no weir data directory. Make one with "
                                             "`weir init --data {} --tenant NAME`.",
                                             path, path));
  if (version > format_version)
    return fail(Errc::newer_version,
                fmt::format("{} was written by a newer weir (format {}; this one knows up to {}). "
                            "Run that version or a later one.",
                            path, version, format_version));
  return {};
}

}  // namespace

Result<DataDirectory> DataDirectory::create(const std::string& path) {
  std::error_code error;
  if (fs::exists(path + "/VERSION", error))
    return fail(Errc::conflict,
                fmt::format("{} is a weir data directory already; nothing was changed.", path));
  fs::create_directories(path, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}.", path, error.message()));
  fs::permissions(path, fs::perms::owner_all, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}.", path, error.message()));
  WEIR_TRY(const int fd, lock(path));
  DataDirectory directory(path, fd);
  for (const std::string& part : {directory.log(), directory.store(), directory.tables()}) {
    fs::create_directories(part, error);
    if (error) return fail(Errc::io, fmt::format("{}: {}.", part, error.message()));
  }
  std::ofstream out(path + "/VERSION");
  out << format_version << "\n";
  out.close();
  if (!out) return fail(Errc::io, fmt::format("{}/VERSION could not be written.", path));
  return directory;
}

Result<DataDirectory> DataDirectory::open(const std::string& path) {
  WEIR_CHECK(check_version(path));
  WEIR_TRY(const int fd, lock(path));
  return DataDirectory(path, fd);
}

Result<DataDirectory> DataDirectory::open_or_create(const std::string& path) {
  std::error_code error;
  return fs::exists(path + "/VERSION", error) ? open(path) : create(path);
}

/// Random, since process ids are 1 in containers.
Result<DataDirectory::Instance> DataDirectory::begin_instance(Random& random) const {
  Instance instance{.own = random_id(random, "instance ", 16), .previous = {}};
  const std::string file = path_ + "/instance";
  std::getline(std::ifstream(file), instance.previous);
  std::ofstream out(file + ".new");
  out << instance.own << "\n";
  out.close();
  std::error_code error;
  if (out) fs::rename(file + ".new", file, error);
  if (!out || error) return fail(Errc::io, fmt::format("{} could not be written.", file));
  return instance;
}

DataDirectory::DataDirectory(const std::string& path, int lock)
    : path_((fs::absolute(path) / "").lexically_normal().parent_path().string()), lock_(lock) {}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

Result<std::uint64_t> DataDirectory::bytes_free() const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}.", path_, error.message()));
  return space.available;
}

Result<std::uint64_t> DataDirectory::bytes_in_all() const {
  std::error_code error;
  const fs::space_info space = fs::space(path_, error);
  if (error) return fail(Errc::io, fmt::format("{}: {}.", path_, error.message()));
  return space.capacity;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

}  // namespace weir::app
