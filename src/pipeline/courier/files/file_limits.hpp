#pragma once

#include <cstddef>

/// The bounds of file couriers.
namespace weir::courier::limits {

inline constexpr std::size_t pattern_bytes_max = 1024;
inline constexpr std::size_t settings_bytes_max = std::size_t{1} << 20;
inline constexpr std::size_t settings_files_max = 200;  // entries, and members of archives
inline constexpr std::size_t tag_bytes_max = 255;
inline constexpr std::size_t names_in_folder_max = 100'000;
inline constexpr std::size_t names_listed_max = 1'000'000;  // of one search
inline constexpr std::size_t files_of_run_max = 100'000;

}  // namespace weir::courier::limits
