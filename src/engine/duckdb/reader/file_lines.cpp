// Large reads into one buffer, and a line handed out where it stands in it. Mapping the file would
// turn a read error into a signal.

#include "engine/duckdb/reader/file_lines.hpp"

#include <cstring>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

Result<FileLines> FileLines::open(const std::string& path, const std::optional<FileClaim>& claim,
                                  const Mended* mended) {
  WEIR_TRY(BatchFile file, BatchFile::open(path, claim));
  return FileLines(std::move(file), mended);
}

FileLines::FileLines(BatchFile file, const Mended* mended)
    : file_(std::move(file)),
      mended_(mended),
      buffer_(std::make_unique<char[]>(limits::read_buffer_bytes + line_padding_bytes)),
      capacity_(limits::read_buffer_bytes) {}

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
    const std::uint64_t offset = offset_ + begin_;
    begin_ = found == nullptr ? end_ : begin_ + length + 1;
    seen_ = begin_;
    ++number_;
    std::string_view text(start, length);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (mended_ != nullptr) text = mended(number_, text);
    if (!text.empty()) return std::optional<Line>({text, number_, offset});
  }
}

std::string_view FileLines::mended(std::uint64_t number, std::string_view text) {
  const auto found = mended_->find(number);
  if (found == mended_->end()) return text;
  in_place_.assign(found->second).append(line_padding_bytes, ' ');
  return std::string_view(in_place_).substr(0, found->second.size());
}

/// False at the end of the file.
Result<bool> FileLines::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
    offset_ += begin_;
    end_ -= begin_;
    seen_ -= begin_;
    begin_ = 0;
  }
  if (end_ == capacity_) {
    if (capacity_ * 2 > limits::line_bytes_max)
      return fail(Errc::corrupt, name() + " line " + std::to_string(number_ + 1) +
                                     " is longer than " + std::to_string(limits::line_bytes_max) +
                                     " bytes; this is no batch file");
    auto larger = std::make_unique<char[]>(capacity_ * 2 + line_padding_bytes);
    std::memcpy(larger.get(), buffer_.get(), end_);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  }
  WEIR_TRY(const std::size_t got, file_.read(buffer_.get() + end_, capacity_ - end_));
  end_ += got;
  return got > 0;
}

}  // namespace weir::engine::duckdb
