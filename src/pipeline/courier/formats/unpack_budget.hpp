#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace weir::courier {

/// How much may be unpacked from one file, however it is nested. A small file that unpacks without
/// end is refused before it costs more than the bounds of format_limits.hpp.
class UnpackBudget {
 public:
  explicit UnpackBudget(std::uint64_t file_bytes) : file_bytes_(file_bytes) {}

  /// Counts bytes that were unpacked. too_large over the bounds.
  Result<void> unpacked(std::uint64_t bytes);
  /// Counts a member of an archive.
  Result<void> member();

 private:
  std::uint64_t file_bytes_;
  std::uint64_t bytes_ = 0;
  std::uint64_t members_ = 0;
};

}  // namespace weir::courier
