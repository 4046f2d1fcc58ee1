#include "engine/duckdb/file_lines.hpp"

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine {

namespace {

Failure file_error(const std::string& what, const std::string& path, int code) {
  const std::string message =
      "cannot " + what + " " + path + ": " + std::generic_category().message(code);
  return fail(code == ENOENT ? Errc::not_found : Errc::io,
              message + (code == ENOENT ? "; the store has lost a batch file" : ""));
}

Result<int> open_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_error("open", path, errno);
  return file;
}

Result<std::size_t> read_some(int file, char* out, std::size_t size, const std::string& path) {
  while (true) {
    const ssize_t got = ::read(file, out, size);
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return file_error("read", path, errno);
  }
}

}  // namespace

Result<FileLines> FileLines::open(const std::string& path) {
  WEIR_TRY(const int file, open_file(path));
  return FileLines(path, file);
}

FileLines::FileLines(std::string path, int file)
    : path_(std::move(path)),
      file_(file),
      buffer_(std::make_unique<char[]>(limits::read_buffer_bytes + line_padding_bytes)),
      capacity_(limits::read_buffer_bytes) {}

FileLines::FileLines(FileLines&& other) noexcept
    : path_(std::move(other.path_)),
      file_(std::exchange(other.file_, -1)),
      buffer_(std::move(other.buffer_)),
      capacity_(other.capacity_),
      begin_(other.begin_),
      seen_(other.seen_),
      end_(other.end_),
      number_(other.number_),
      ended_(other.ended_) {}

FileLines& FileLines::operator=(FileLines&& other) noexcept {
  FileLines taken(std::move(other));
  std::swap(path_, taken.path_);
  std::swap(file_, taken.file_);
  std::swap(buffer_, taken.buffer_);
  std::swap(capacity_, taken.capacity_);
  std::swap(begin_, taken.begin_);
  std::swap(seen_, taken.seen_);
  std::swap(end_, taken.end_);
  std::swap(number_, taken.number_);
  std::swap(ended_, taken.ended_);
  return *this;
}

FileLines::~FileLines() {
  if (file_ >= 0) ::close(file_);
}

Result<std::optional<FileLines::Line>> FileLines::next() {
  while (true) {
    const char* start = buffer_.get() + begin_;
    const void* found = std::memchr(buffer_.get() + seen_, '\n', end_ - seen_);
    std::size_t length = end_ - begin_;
    if (found != nullptr)
      length = static_cast<std::size_t>(static_cast<const char*>(found) - start);
    if (found == nullptr && !ended_) {
      seen_ = end_;
      WEIR_TRY(ended_, fill());
      ended_ = !ended_;
      continue;
    }
    if (found == nullptr && length == 0) return std::optional<Line>();
    begin_ = found == nullptr ? end_ : begin_ + length + 1;
    seen_ = begin_;
    ++number_;
    std::string_view text(start, length);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!text.empty()) return std::optional<Line>({text, number_});
  }
}

/// False at the end of the file.
Result<bool> FileLines::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    seen_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    if (capacity_ * 2 > limits::line_bytes_max)
      return fail(Errc::corrupt, path_ + " line " + std::to_string(number_ + 1) +
                                     " is longer than " + std::to_string(limits::line_bytes_max) +
                                     " bytes; this is no batch file");
    auto larger = std::make_unique<char[]>(capacity_ * 2 + line_padding_bytes);
    std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
  WEIR_TRY(const std::size_t got, read_some(file_, buffer_.get() + end_, capacity_ - end_, path_));
  end_ += got;
  return got > 0;
}

Result<std::string> read_whole(const std::string& path) {
  WEIR_TRY(const int file, open_file(path));
  std::string content;
  std::size_t size = 0;
  while (true) {
    content.resize(size + limits::read_buffer_bytes);
    auto got = read_some(file, content.data() + size, limits::read_buffer_bytes, path);
    if (!got || *got == 0) {
      ::close(file);
      if (!got) return fail(std::move(got).error());
      content.resize(size);
      return content;
    }
    size += *got;
  }
}

}  // namespace weir::engine
