// The hash is taken of the bytes that are loaded, as they are read, so that no other process can
// put something else in their place between a check and the load; the size is looked at first,
// because a file that was emptied, or grew tenfold, is not worth reading.

#include "engine/duckdb/reader/batch_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
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

Failure remote_error(const std::string& name, Error error) {
  if (error.code == Errc::not_found) error.message += "; the store has lost a batch file";
  return fail_while("cannot read " + name, std::move(error));
}

}  // namespace

Result<BatchFile> BatchFile::open(const FilePlace& place, const std::optional<FileClaim>& claim) {
  const bool is_local = place.remote == nullptr;
  const int file = is_local ? ::open(place.path.c_str(), O_RDONLY | O_CLOEXEC) : -1;
  if (is_local && file < 0) return file_error("open", claim ? claim->key : place.path, errno);
  BatchFile out(place, claim, file);
  WEIR_CHECK(out.check_size());
  return out;
}

BatchFile::BatchFile(FilePlace place, std::optional<FileClaim> claim, int file)
    : place_(std::move(place)), claim_(std::move(claim)), file_(file) {
  if (claim_) sha256_.emplace();
}

BatchFile::BatchFile(BatchFile&& other) noexcept
    : place_(std::move(other.place_)),
      claim_(std::move(other.claim_)),
      sha256_(std::move(other.sha256_)),
      file_(std::exchange(other.file_, -1)),
      ahead_(std::move(other.ahead_)),
      taken_(std::exchange(other.taken_, 0)),
      offset_(other.offset_) {}

BatchFile& BatchFile::operator=(BatchFile&& other) noexcept {
  std::swap(place_, other.place_);
  std::swap(claim_, other.claim_);
  std::swap(sha256_, other.sha256_);
  std::swap(file_, other.file_);
  std::swap(ahead_, other.ahead_);
  std::swap(taken_, other.taken_);
  std::swap(offset_, other.offset_);
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

Result<std::uint64_t> BatchFile::size() const {
  if (place_.remote != nullptr) {
    auto size = place_.remote->size(place_.path);
    if (!size) return remote_error(name(), std::move(size).error());
    return size;
  }
  struct stat status {};
  if (::fstat(file_, &status) != 0) return file_error("look at", name(), errno);
  return static_cast<std::uint64_t>(status.st_size);
}

Result<void> BatchFile::check_size() const {
  if (!claim_) return {};
  WEIR_TRY(const std::uint64_t bytes, size());
  if (bytes == claim_->bytes) return {};
  return differs("it has " + std::to_string(bytes) + " bytes instead of " +
                 std::to_string(claim_->bytes));
}

Result<void> BatchFile::check_end() {
  if (!sha256_) return {};
  const std::string found = sha256_->hex();
  sha256_.reset();
  if (found == claim_->sha256) return {};
  return differs("its SHA-256 is " + found + " instead of " + claim_->sha256);
}

Result<std::size_t> BatchFile::read_local(char* out, std::size_t size) const {
  ssize_t got = 0;
  do {
    got = ::read(file_, out, size);
  } while (got < 0 && errno == EINTR);
  if (got < 0) return file_error("read", name(), errno);
  return static_cast<std::size_t>(got);
}

Result<std::size_t> BatchFile::read_remote(char* out, std::size_t size) {
  if (taken_ == ahead_.size()) {
    auto more = place_.remote->read(place_.path, offset_, limits::remote_read_bytes);
    if (!more) return remote_error(name(), std::move(more).error());
    ahead_ = *std::move(more);
    offset_ += ahead_.size();
    taken_ = 0;
  }
  const std::size_t bytes = std::min(size, ahead_.size() - taken_);
  std::memcpy(out, ahead_.data() + taken_, bytes);
  taken_ += bytes;
  return bytes;
}

Result<std::size_t> BatchFile::read(char* out, std::size_t size) {
  WEIR_TRY(const std::size_t bytes,
           place_.remote != nullptr ? read_remote(out, size) : read_local(out, size));
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

Result<std::string> read_whole(const FilePlace& place, const std::optional<FileClaim>& claim) {
  WEIR_TRY(BatchFile file, BatchFile::open(place, claim));
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
