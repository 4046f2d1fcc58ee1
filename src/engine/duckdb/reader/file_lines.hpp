#pragma once

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

/// Reads a text file line by line through one buffer, as large as the longest line. Empty lines are
/// skipped but counted. Used by one thread.
class FileLines {
 public:
  struct Line {
    std::string_view text;     // without its line end; valid until the next call of next()
    std::uint64_t number = 0;  // 1, 2, 3, ...
    std::uint64_t offset = 0;  // of its first byte in the file
  };

  using Mended = std::map<std::uint64_t, std::string>;  // by the line's number

  /// Errors are those of BatchFile. The claim is checked once the whole file was read. `mended` may
  /// be null; its texts stand for the lines of the file, and it outlives the reader.
  static Result<FileLines> open(const std::string& path,
                                const std::optional<FileClaim>& claim = std::nullopt,
                                const Mended* mended = nullptr);

  /// nullopt at the end of the file.
  Result<std::optional<Line>> next();
  const std::string& name() const { return file_.name(); }

 private:
  FileLines(BatchFile file, const Mended* mended);
  Result<bool> fill();
  std::string_view mended(std::uint64_t number, std::string_view text);

  BatchFile file_;
  const Mended* mended_;
  std::string in_place_;  // the last mended line, with its padding
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::uint64_t offset_ = 0;  // in the file, of the buffer's first byte
  std::size_t begin_ = 0;     // start of the bytes not returned yet
  std::size_t seen_ = 0;      // no line end before it
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace weir::engine::duckdb
