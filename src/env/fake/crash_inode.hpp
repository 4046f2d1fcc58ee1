#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "env/fake/seeded_random.hpp"

namespace weir {

/// One file of a CrashDisk: what readers see now, and what a power cut would leave, sector by
/// sector. Not thread-safe: used under the disk's lock.
class CrashInode {
 public:
  static constexpr std::size_t sector_bytes = 512;

  /// Which part of a write reaches the file.
  enum class Reach { whole, some_sectors, nothing };

  const std::string& visible() const { return visible_; }

  void write(std::uint64_t offset, std::string_view bytes, Reach reach, SeededRandom& random);
  /// Readers no longer see what is cut off, and a sync makes that permanent; a power cut before may
  /// bring it back. Unsynced writes to the part that is cut off are dropped.
  void truncate(std::uint64_t bytes);
  /// Everything written since the last sync is now durable, except what a failed sync lost.
  void sync();
  /// The same for one range only: what O_DSYNC promises.
  void sync_range(std::uint64_t offset, std::uint64_t bytes);
  /// As in the kernel: unsynced bytes stay readable, and no later sync makes them durable.
  void give_up_unsynced();
  /// Every write that is not durable survives wholly, in some sectors or not at all, in any order.
  void lose_power(SeededRandom& random);
  void flip_bit(std::uint64_t offset, unsigned bit);
  /// For setting up tests: the file has these bytes, and they are durable.
  void replace(std::string bytes);

 private:
  struct Unsafe {
    std::uint64_t write = 0;  // the sectors of one write survive or fail together
    std::string bytes;
    bool given_up = false;
  };
  using Unsafes = std::map<std::uint64_t, std::vector<Unsafe>>;  // by sector

  Unsafes::iterator make_safe(Unsafes::iterator sector);
  void put_safe(std::uint64_t sector, std::string_view bytes);

  std::string visible_;
  std::string safe_;
  std::optional<std::uint64_t> cut_to_;  // not synced yet; kept by the smallest
  Unsafes unsafe_;
  std::uint64_t writes_ = 0;
};

}  // namespace weir
