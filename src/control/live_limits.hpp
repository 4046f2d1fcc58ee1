#pragma once

#include <cstdint>

#include "base/limits.hpp"

/// The bounds of live events (spec/live.md).
namespace weir::limits {

inline constexpr std::uint32_t live_connections_max = 4096;
inline constexpr std::uint32_t live_tails_max = 8;                      // topics of one connection
inline constexpr std::uint32_t live_payloads_per_second = 50;           // shown of one topic
inline constexpr std::uint32_t live_payload_bytes_max = 4 * kib;        // of each
inline constexpr std::uint64_t live_tail_unsent_bytes_max = 256 * kib;  // above it: left out
inline constexpr std::uint64_t live_unsent_bytes_max = 1 * mib;         // above it: dropped
inline constexpr std::uint64_t live_read_bytes_max = 8 * mib;  // of the log at once, then it skips
inline constexpr std::uint64_t waiting_read_bytes_max = 16 * mib;  // to show what is in no file yet

}  // namespace weir::limits
