#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"

namespace weir::engine {

/// Files that are on no disk of this machine, by their URIs. Thread-safe; calls block.
class RemoteFiles {
 public:
  virtual ~RemoteFiles() = default;
  /// What every URI begins with, up to and with a '/'.
  virtual std::string root() const = 0;
  /// In bytes. not_found: there is no such file.
  virtual Result<std::uint64_t> size(const std::string& uri) = 0;
  /// Up to `bytes` bytes from there on; fewer only at the end.
  virtual Result<std::string> read(const std::string& uri, std::uint64_t offset,
                                   std::uint64_t bytes) = 0;
};

}  // namespace weir::engine
