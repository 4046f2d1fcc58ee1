// Large reads, and a line handed out where it stands in the bytes that were read. Mapping the file
// would turn a read error into a signal. A block knows the number of its first line, so that
// threads can share a file: one reads it and counts, all parse.

#include "engine/duckdb/reader/file_lines.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

namespace {

/// From one to the next: memchr looks at many bytes at once.
std::uint64_t line_ends(std::string_view text) {
  std::uint64_t count = 0;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    ++count;
  return count;
}

void reserve(LineBlock& block, std::size_t capacity) {
  if (block.capacity >= capacity) return;
  auto larger = std::make_unique<char[]>(capacity + line_padding_bytes);
  if (block.size > 0) std::memcpy(larger.get(), block.bytes.get(), block.size);
  block.bytes = std::move(larger);
  block.capacity = capacity;
}

}  // namespace

std::uint64_t LineBlock::lines_between(std::uint64_t from, std::uint64_t to) const {
  return line_ends(text().substr(from - offset, to - from));
}

Result<LineBlocks> LineBlocks::open(const FilePlace& place, const std::optional<FileClaim>& claim) {
  WEIR_TRY(BatchFile file, BatchFile::open(place, claim));
  return LineBlocks(std::move(file));
}

Result<bool> LineBlocks::next(LineBlock& block) {
  block.size = 0;
  block.number = lines_ + 1;
  block.offset = offset_;
  reserve(block, std::max<std::size_t>(limits::read_buffer_bytes, rest_.size()));
  std::memcpy(block.bytes.get(), rest_.data(), rest_.size());
  block.size = rest_.size();
  rest_.clear();
  std::size_t end = 0;  // of the last whole line
  while (end == 0 && !ended_) {
    const std::size_t seen = block.size;
    WEIR_CHECK(fill(block));
    const std::size_t found = block.text().substr(seen).rfind('\n');
    if (found != std::string_view::npos) end = seen + found + 1;
  }
  if (end == 0) end = block.size;  // the last line, which need not end
  rest_.assign(block.text().substr(end));
  block.size = end;
  offset_ += end;
  lines_ += line_ends(block.text());
  return end > 0;
}

/// Reads on, as far as there is room.
Result<void> LineBlocks::fill(LineBlock& block) {
  if (block.size == block.capacity) {
    if (block.capacity * 2 > limits::line_bytes_max)
      return fail(Errc::corrupt, name() + " line " + std::to_string(lines_ + 1) +
                                     " is longer than " + std::to_string(limits::line_bytes_max) +
                                     " bytes; this is no batch file");
    reserve(block, block.capacity * 2);
  }
  WEIR_TRY(const std::size_t got,
           file_.read(block.bytes.get() + block.size, block.capacity - block.size));
  block.size += got;
  ended_ = got == 0;
  return {};
}

void BlockLines::begin(const LineBlock& block, const Mended* mended) {
  rest_ = block.text();
  number_ = block.number;
  offset_ = block.offset;
  mended_ = mended;
}

std::optional<FileLine> BlockLines::next() {
  while (!rest_.empty()) {
    std::string_view text = rest_.substr(0, rest_.find('\n'));
    const std::size_t size = std::min(text.size() + 1, rest_.size());
    const FileLine place{{}, number_++, std::exchange(offset_, offset_ + size)};
    rest_.remove_prefix(size);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (mended_ != nullptr) text = mended(place.number, text);
    if (!text.empty()) return FileLine{text, place.number, place.offset};
  }
  return std::nullopt;
}

std::string_view BlockLines::mended(std::uint64_t number, std::string_view text) {
  const auto found = mended_->find(number);
  if (found == mended_->end()) return text;
  in_place_.assign(found->second).append(line_padding_bytes, ' ');
  return std::string_view(in_place_).substr(0, found->second.size());
}

Result<FileLines> FileLines::open(const FilePlace& place, const std::optional<FileClaim>& claim,
                                  const BlockLines::Mended* mended) {
  WEIR_TRY(LineBlocks blocks, LineBlocks::open(place, claim));
  return FileLines(std::move(blocks), mended);
}

Result<std::optional<FileLine>> FileLines::next() {
  while (true) {
    if (const auto line = lines_.next()) return line;
    WEIR_TRY(const bool more, blocks_.next(block_));
    if (!more) return std::optional<FileLine>();
    lines_.begin(block_, mended_);
  }
}

}  // namespace weir::engine::duckdb
