#include "env/fake/crash_inode.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace weir {

void CrashInode::write(std::uint64_t offset, std::string_view bytes, Reach reach,
                       SeededRandom& random) {
  if (reach == Reach::nothing || bytes.empty()) return;
  const std::uint64_t end = offset + bytes.size();
  if (visible_.size() < end) visible_.resize(end, '\0');
  ++writes_;
  for (std::uint64_t sector = offset / sector_bytes; sector * sector_bytes < end; ++sector) {
    if (reach == Reach::some_sectors && random.one_in(2)) continue;
    const std::uint64_t from = std::max(offset, sector * sector_bytes);
    const std::uint64_t to = std::min(end, (sector + 1) * sector_bytes);
    visible_.replace(from, to - from, bytes.substr(from - offset, to - from));
    unsafe_[sector].push_back({writes_, visible_.substr(sector * sector_bytes, sector_bytes)});
  }
}

void CrashInode::put_safe(std::uint64_t sector, std::string_view bytes) {
  const std::uint64_t offset = sector * sector_bytes;
  if (safe_.size() < offset + bytes.size()) safe_.resize(offset + bytes.size(), '\0');
  safe_.replace(offset, bytes.size(), bytes);
}

CrashInode::Unsafes::iterator CrashInode::make_safe(Unsafes::iterator sector) {
  const Unsafe& last = sector->second.back();
  if (last.given_up) return std::next(sector);
  put_safe(sector->first, last.bytes);
  return unsafe_.erase(sector);
}

void CrashInode::truncate(std::uint64_t bytes) {
  if (bytes >= visible_.size()) return;
  visible_.resize(bytes);
  cut_to_ = std::min(bytes, cut_to_.value_or(bytes));
  const std::uint64_t first_gone = (bytes + sector_bytes - 1) / sector_bytes;
  unsafe_.erase(unsafe_.lower_bound(first_gone), unsafe_.end());
  const auto torn = unsafe_.find(bytes / sector_bytes);
  if (torn == unsafe_.end()) return;
  for (Unsafe& version : torn->second)
    version.bytes.resize(std::min<std::size_t>(version.bytes.size(), bytes % sector_bytes));
}

void CrashInode::sync() {
  if (cut_to_ && *cut_to_ < safe_.size()) safe_.resize(*cut_to_);
  cut_to_.reset();
  for (auto sector = unsafe_.begin(); sector != unsafe_.end();)
    sector = make_safe(sector);
}

void CrashInode::sync_range(std::uint64_t offset, std::uint64_t bytes) {
  auto sector = unsafe_.lower_bound(offset / sector_bytes);
  while (sector != unsafe_.end() && sector->first * sector_bytes < offset + bytes)
    sector = make_safe(sector);
}

void CrashInode::give_up_unsynced() {
  for (auto& [sector, versions] : unsafe_)
    for (Unsafe& version : versions)
      version.given_up = true;
}

void CrashInode::lose_power(SeededRandom& random) {
  if (cut_to_ && *cut_to_ < safe_.size() && random.one_in(2)) safe_.resize(*cut_to_);
  cut_to_.reset();
  std::unordered_map<std::uint64_t, Reach> reaches;
  const auto reach_of = [&](std::uint64_t write) {
    const auto [found, is_new] = reaches.try_emplace(write, Reach::nothing);
    if (is_new) found->second = static_cast<Reach>(random.below(3));
    return found->second;
  };
  for (auto& [sector, versions] : unsafe_) {
    std::vector<std::string_view> survivors;
    for (const Unsafe& version : versions) {
      const Reach reach = reach_of(version.write);
      if (reach == Reach::whole || (reach == Reach::some_sectors && random.one_in(2)))
        survivors.push_back(version.bytes);
    }
    if (!survivors.empty()) put_safe(sector, survivors[random.below(survivors.size())]);
  }
  unsafe_.clear();
  visible_ = safe_;
}

void CrashInode::flip_bit(std::uint64_t offset, unsigned bit) {
  const auto flip = [&](std::string& bytes) {
    if (offset < bytes.size()) bytes[offset] = static_cast<char>(bytes[offset] ^ (1 << bit));
  };
  flip(visible_);
  flip(safe_);
}

void CrashInode::replace(std::string bytes) {
  unsafe_.clear();
  cut_to_.reset();
  safe_ = bytes;
  visible_ = std::move(bytes);
}

}  // namespace weir
