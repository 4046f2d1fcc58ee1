// Murmur3_x86_32 as Spark has it: the bytes behind the last four are mixed one by one, as signed
// numbers, which is not what MurmurHash3 does. XXH64 is the standard one, over little-endian bytes.

#include "engine/spark/hash.hpp"

#include <bit>
#include <cstring>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir::spark {

namespace {

std::uint32_t mixed(std::uint32_t hash, std::uint32_t word) {
  word *= 0xcc9e2d51U;
  word = std::rotl(word, 15) * 0x1b873593U;
  hash ^= word;
  return std::rotl(hash, 13) * 5 + 0xe6546b64U;
}

std::int32_t finished(std::uint32_t hash, std::uint32_t length) {
  hash ^= length;
  hash ^= hash >> 16U;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13U;
  hash *= 0xc2b2ae35U;
  return static_cast<std::int32_t>(hash ^ hash >> 16U);
}

}  // namespace

std::int32_t murmur3(std::int32_t value, std::int32_t seed) {
  return finished(mixed(static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(value)), 4);
}

std::int32_t murmur3(std::int64_t value, std::int32_t seed) {
  const auto bits = static_cast<std::uint64_t>(value);
  const std::uint32_t low =
      mixed(static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(bits));
  return finished(mixed(low, static_cast<std::uint32_t>(bits >> 32U)), 8);
}

std::int32_t murmur3(std::string_view bytes, std::int32_t seed) {
  auto hash = static_cast<std::uint32_t>(seed);
  std::size_t at = 0;
  for (; at + 4 <= bytes.size(); at += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, bytes.data() + at, 4);
    hash = mixed(hash, word);
  }
  for (; at < bytes.size(); ++at)
    hash = mixed(hash, static_cast<std::uint32_t>(static_cast<signed char>(bytes[at])));
  return finished(hash, static_cast<std::uint32_t>(bytes.size()));
}

std::int64_t xxhash64(std::int32_t value, std::int64_t seed) {
  return static_cast<std::int64_t>(XXH64(&value, sizeof value, static_cast<std::uint64_t>(seed)));
}

std::int64_t xxhash64(std::int64_t value, std::int64_t seed) {
  return static_cast<std::int64_t>(XXH64(&value, sizeof value, static_cast<std::uint64_t>(seed)));
}

std::int64_t xxhash64(std::string_view bytes, std::int64_t seed) {
  return static_cast<std::int64_t>(
      XXH64(bytes.data(), bytes.size(), static_cast<std::uint64_t>(seed)));
}

}  // namespace weir::spark
