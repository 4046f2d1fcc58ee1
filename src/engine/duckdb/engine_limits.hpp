#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

/// The bounds of the embedded engine.
namespace weir::limits {

// Reading batch files.
inline constexpr std::size_t read_buffer_bytes = 1 * mib;
inline constexpr std::size_t line_bytes_max = 64 * mib;      // a payload is at most 5 MiB
inline constexpr std::uint64_t chunk_input_bytes = 8 * mib;  // input bytes of one chunk of rows
// Bounds on an inferred schema: keys that are data (ids, dates) would grow it without end.
inline constexpr std::uint32_t inferred_fields_max = 20'000;
inline constexpr std::uint32_t inferred_depth_max = 48;  // deeper values are text
inline constexpr std::uint32_t names_reported_max = 200;
inline constexpr std::uint32_t misfits_shown_max = 20;  // of one source

}  // namespace weir::limits
