#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace weir::engine::duckdb {

/// A file that is only in memory, for readers that open files by their path; gone with this object.
/// Readers on any thread may open it meanwhile.
class MemoryFile {
 public:
  /// Errors: io.
  static Result<MemoryFile> of(std::string_view content);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  ~MemoryFile();

  std::string path() const;

 private:
  explicit MemoryFile(int file) : file_(file) {}
  int file_ = -1;
};

}  // namespace weir::engine::duckdb
