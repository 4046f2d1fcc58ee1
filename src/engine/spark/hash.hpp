#pragma once

#include <cstdint>
#include <string_view>

#include "engine/spark/decimal_text.hpp"

/// Spark's HASH (Murmur3, seed 42) and XXHASH64 (seed 42) of one value, from a seed: the hash of
/// several values is a chain. A NULL leaves the seed as it is. No state; any thread.
namespace weir::spark {

[[nodiscard]] std::int32_t murmur3(std::int32_t value, std::int32_t seed);
[[nodiscard]] std::int32_t murmur3(std::int64_t value, std::int32_t seed);
[[nodiscard]] std::int32_t murmur3(std::string_view bytes, std::int32_t seed);

[[nodiscard]] std::int64_t xxhash64(std::int32_t value, std::int64_t seed);
[[nodiscard]] std::int64_t xxhash64(std::int64_t value, std::int64_t seed);
[[nodiscard]] std::int64_t xxhash64(std::string_view bytes, std::int64_t seed);

}  // namespace weir::spark
