#pragma once

#include <cstdint>

/// Bounds of the audit log; they belong to no other part.
namespace weir::limits {

inline constexpr std::uint64_t audit_events_exported_max = 100'000;  // in one CSV

}  // namespace weir::limits
