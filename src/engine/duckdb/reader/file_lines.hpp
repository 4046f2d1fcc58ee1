#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/duckdb/reader/batch_file.hpp"

namespace weir::engine::duckdb {

/// Readable bytes that simdjson requires behind a line; they are not part of the line.
inline constexpr std::size_t line_padding_bytes = 64;

/// Whole lines of a text file that stand one behind the other. Reused for the next ones.
struct LineBlock {
  std::unique_ptr<char[]> bytes;  // with line_padding_bytes behind them
  std::size_t capacity = 0;
  std::size_t size = 0;
  std::uint64_t number = 1;  // of its first line: 1, 2, 3, ...
  std::uint64_t offset = 0;  // in the file, of its first byte

  std::string_view text() const { return {bytes.get(), size}; }
  /// How many lines begin between two offsets of the file, at which lines begin.
  std::uint64_t lines_between(std::uint64_t from, std::uint64_t to) const;
};

/// Reads a text file from front to end, in blocks of about a mebibyte or one longer line. Used by
/// one thread at a time.
class LineBlocks {
 public:
  /// Errors are those of BatchFile. The claim is checked once the whole file was read.
  static Result<LineBlocks> open(const FilePlace& place, const std::optional<FileClaim>& claim);

  /// False at the end of the file.
  Result<bool> next(LineBlock& block);
  const std::string& name() const { return file_.name(); }

 private:
  explicit LineBlocks(BatchFile file) : file_(std::move(file)) {}
  Result<void> fill(LineBlock& block);

  BatchFile file_;
  std::string rest_;          // begins a line; goes in front of the next block
  std::uint64_t offset_ = 0;  // in the file, of `rest_`
  std::uint64_t lines_ = 0;   // before `rest_`
  bool ended_ = false;
};

/// A line of a file.
struct FileLine {
  std::string_view text;     // without its line end; line_padding_bytes can be read behind it
  std::uint64_t number = 0;  // 1, 2, 3, ...
  std::uint64_t offset = 0;  // of its first byte in the file
};

/// The lines of blocks. Empty lines are skipped but counted. Used by one thread.
class BlockLines {
 public:
  using Mended = std::map<std::uint64_t, std::string>;  // by the line's number

  /// The block, and `mended`, which may be null, outlive the use of their lines. Mended texts stand
  /// for the lines of the file.
  void begin(const LineBlock& block, const Mended* mended);
  /// Valid until the next call; nullopt at the end of the block.
  std::optional<FileLine> next();

 private:
  std::string_view mended(std::uint64_t number, std::string_view text);

  std::string_view rest_;  // of the block
  std::uint64_t number_ = 1;
  std::uint64_t offset_ = 0;
  const Mended* mended_ = nullptr;
  std::string in_place_;  // the last mended line, with its padding
};

/// Reads a text file line by line. Used by one thread.
class FileLines {
 public:
  /// Errors are those of LineBlocks; `mended` is that of BlockLines.
  static Result<FileLines> open(const FilePlace& place,
                                const std::optional<FileClaim>& claim = std::nullopt,
                                const BlockLines::Mended* mended = nullptr);

  /// Valid until the next call; nullopt at the end of the file.
  Result<std::optional<FileLine>> next();
  const std::string& name() const { return blocks_.name(); }

 private:
  FileLines(LineBlocks blocks, const BlockLines::Mended* mended)
      : blocks_(std::move(blocks)), mended_(mended) {}

  LineBlocks blocks_;
  const BlockLines::Mended* mended_;
  LineBlock block_;
  BlockLines lines_;
};

}  // namespace weir::engine::duckdb
