#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.hpp"

/// Bounds on what is kept of a stream's fields (docs/formats/field-sketch.md).
namespace weir::limits {

inline constexpr std::size_t sketch_fields_max = 400;
inline constexpr std::size_t sketch_members_max = 150;  // of one object, but the payload itself
inline constexpr std::uint32_t sketch_depth_max = 10;
inline constexpr std::size_t sketch_name_bytes_max = 200;
inline constexpr std::uint32_t sketch_elements_max = 50;  // of an array, that are looked at
inline constexpr std::size_t example_characters_max = 48;
inline constexpr std::size_t examples_max = 4;          // of a field
inline constexpr std::size_t examples_of_type_max = 2;  // likewise
inline constexpr std::uint64_t example_tries_max = 8;   // payloads that may give one, in a batch

/// Of a batch, the first bytes of payloads are looked at, and then one in so many.
inline constexpr std::uint64_t sketch_whole_bytes = 256 * kib;
inline constexpr std::uint64_t sketch_one_in = 16;
/// What the sketches of all open batches hold together; beyond it they take no new fields.
inline constexpr std::uint64_t sketch_held_bytes_max = 32 * mib;

inline constexpr int sketch_days_kept = 35;

}  // namespace weir::limits
