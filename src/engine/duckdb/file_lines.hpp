#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

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

  /// not_found or io name the file.
  static Result<FileLines> open(const std::string& path);

  FileLines(FileLines&&) noexcept;
  FileLines& operator=(FileLines&&) noexcept;
  ~FileLines();

  /// nullopt at the end of the file.
  Result<std::optional<Line>> next();
  const std::string& path() const { return path_; }

 private:
  FileLines(std::string path, int file);
  Result<bool> fill();

  std::string path_;
  int file_ = -1;
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  // of what was not handed out yet
  std::size_t seen_ = 0;   // no line end before it
  std::size_t end_ = 0;
  std::uint64_t number_ = 0;
  bool ended_ = false;
};

/// A whole file; not_found or io name it.
Result<std::string> read_whole(const std::string& path);

}  // namespace weir::engine
