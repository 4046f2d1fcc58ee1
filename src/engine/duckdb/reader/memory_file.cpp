// Linux's memfd, opened again by its path under /proc. A temporary file would put a payload that
// somebody only tries out on the disk, and a second kind of input would be a branch in each reader.
#include "engine/duckdb/reader/memory_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/mman.h>
#include <unistd.h>

namespace weir::engine::duckdb {
namespace {

Failure cannot(const char* what) {
  return fail(Errc::io, std::string("cannot ") + what +
                            " a file in memory: " + std::generic_category().message(errno));
}

}  // namespace

Result<MemoryFile> MemoryFile::of(std::string_view content) {
  MemoryFile out(::memfd_create("payload", MFD_CLOEXEC));
  if (out.file_ < 0) return cannot("make");
  while (!content.empty()) {
    const ssize_t written = ::write(out.file_, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return cannot("write");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return out;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(file_, other.file_);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (file_ >= 0) ::close(file_);
}

std::string MemoryFile::path() const {
  return "/proc/self/fd/" + std::to_string(file_);
}

}  // namespace weir::engine::duckdb
