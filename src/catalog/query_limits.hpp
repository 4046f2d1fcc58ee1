#pragma once

#include <cstdint>

/// Bounds on ingest queries: their versions, and what they are tried on.
namespace weir::limits {

inline constexpr std::uint32_t query_versions_kept = 100;  // of each
inline constexpr int previewed_payloads_max = 10'000;      // of a stream's last ones

}  // namespace weir::limits
