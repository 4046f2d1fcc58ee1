#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace weir::engine::duckdb {

/// Which keys were seen, by the lower half of each one's UUID, of which 62 bits are as good as
/// random. Used by one thread.
class KeySet {
 public:
  /// For at most `most` of them.
  explicit KeySet(std::uint64_t most);

  static std::uint64_t bytes_for(std::uint64_t most);

  /// False where one with that half was there, which does not tell that it is the same key.
  bool add(std::uint64_t half);

 private:
  std::vector<std::uint64_t> slots_;  // 0: free
  bool has_zero_ = false;
};

}  // namespace weir::engine::duckdb
