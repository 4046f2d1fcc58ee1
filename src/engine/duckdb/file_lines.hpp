#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/duckdb/batch_file.hpp"

namespace weir::engine {

/// Bytes that may be read behind a line, though they are not part of it: what simdjson asks for.
inline constexpr std::size_t line_padding_bytes = 64;

/// Reads a text file line by line through one buffer, which is as large as the longest line.
/// Empty lines are passed over, but counted. One thread.
class FileLines {
 public:
  struct Line {
    std::string_view text;     // without its end; good until next() is called again
    std::uint64_t number = 0;  // 1, 2, 3, ...
  };

  /// Errors are those of BatchFile; the claim is held against the file when all of it was read.
  static Result<FileLines> open(const std::string& path,
                                const std::optional<FileClaim>& claim = std::nullopt);

  /// nullopt at the end of the file.
  Result<std::optional<Line>> next();
  const std::string& name() const { return file_.name(); }

 private:
  explicit FileLines(BatchFile file);
  Result<bool> fill();

  BatchFile file_;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what was not handed out yet
  std::size_t seen_ = 0;   // no line end before it
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

}  // namespace weir::engine
