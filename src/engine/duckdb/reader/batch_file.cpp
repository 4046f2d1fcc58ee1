// The hash is taken of the bytes that are loaded, as they are read, so that no other process can
// put something else in their place between a check and the load; the size is looked at first,
// because a file that was emptied, or grew tenfold, is not worth reading.

#include "engine/duckdb/reader/batch_file.hpp"

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

namespace {

Failure file_error(const std::string& what, const std::string& name, int code) {
  const std::string message =
      "cannot " + what + " " + name + ": " + std::generic_category().message(code);
  return fail(code == ENOENT ? Errc::not_found : Errc::io,
              message + (code == ENOENT ? "; the store has lost a batch file" : ""));
}

}  // namespace

Result<BatchFile> BatchFile::open(const std::string& path, const std::optional<FileClaim>& claim) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_error("open", claim ? claim->key : path, errno);
  BatchFile out(path, claim, file);
  WEIR_CHECK(out.check_size());
  return out;
}

BatchFile::BatchFile(std::string path, std::optional<FileClaim> claim, int file)
    : path_(std::move(path)), claim_(std::move(claim)), file_(file) {
  if (claim_) sha256_.emplace();
}

BatchFile::BatchFile(BatchFile&& other) noexcept
    : path_(std::move(other.path_)),
      claim_(std::move(other.claim_)),
      sha256_(std::move(other.sha256_)),
      file_(std::exchange(other.file_, -1)) {}

BatchFile& BatchFile::operator=(BatchFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(claim_, other.claim_);
  std::swap(sha256_, other.sha256_);
  std::swap(file_, other.file_);
  return *this;
}

BatchFile::~BatchFile() {
  if (file_ >= 0) ::close(file_);
}

Failure BatchFile::differs(const std::string& how) const {
  return fail(Errc::corrupt, "batch file " + name() + " is not what the manifest says: " + how +
                                 "; nothing was loaded. Put the file back as it was; weir verify "
                                 "names all that differ");
}

Result<void> BatchFile::check_size() const {
  if (!claim_) return {};
  struct stat status {};
  if (::fstat(file_, &status) != 0) return file_error("look at", name(), errno);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size == claim_->bytes) return {};
  return differs("it has " + std::to_string(size) + " bytes instead of " +
                 std::to_string(claim_->bytes));
}

Result<void> BatchFile::check_end() {
  if (!sha256_) return {};
  const std::string found = sha256_->hex();
  sha256_.reset();
  if (found == claim_->sha256) return {};
  return differs("its SHA-256 is " + found + " instead of " + claim_->sha256);
}

Result<std::size_t> BatchFile::read(char* out, std::size_t size) {
  ssize_t got = 0;
  do {
    got = ::read(file_, out, size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return file_error("read", name(), errno);
  const auto bytes = static_cast<std::size_t>(got);
  if (bytes == 0) {
    WEIR_CHECK(check_end());
  } else if (sha256_) {
    sha256_->update({out, bytes});
  }
  return bytes;
}

Result<void> BatchFile::read_to_end() {
  std::vector<char> buffer(limits::read_buffer_bytes);
  while (true) {
    WEIR_TRY(const std::size_t got, read(buffer.data(), buffer.size()));
    if (got == 0) return {};
  }
}

Result<std::string> read_whole(const std::string& path, const std::optional<FileClaim>& claim) {
  WEIR_TRY(BatchFile file, BatchFile::open(path, claim));
  std::string content;
  if (claim) content.reserve(claim->bytes + limits::read_buffer_bytes);  // the file has that size
  std::size_t size = 0;
  while (true) {
    content.resize(size + limits::read_buffer_bytes);
    WEIR_TRY(const std::size_t got, file.read(content.data() + size, limits::read_buffer_bytes));
    if (got == 0) {
      content.resize(size);
      return content;
    }
    size += got;
  }
}

}  // namespace weir::engine::duckdb
