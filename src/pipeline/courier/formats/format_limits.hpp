#pragma once

#include <cstddef>
#include <cstdint>

/// The bounds of what is unpacked and read from the files of file couriers.
namespace weir::courier::limits {

/// A record, and what is kept in memory of a file.
inline constexpr std::size_t record_bytes_max = std::size_t{16} << 20;
inline constexpr std::size_t piece_bytes = std::size_t{256} << 10;
/// A CBOR file is read whole; batch files have 64 MiB.
inline constexpr std::size_t cbor_bytes_max = std::size_t{128} << 20;
inline constexpr std::size_t columns_max = 20'480;  // of a delimited file

// Against bombs: of all that is unpacked from one file, whatever it is nested in.
inline constexpr std::uint64_t unpacked_bytes_max = std::uint64_t{1} << 40;
inline constexpr std::uint64_t unpacked_ratio_max = 250;  // bytes out for each byte of the file ...
inline constexpr std::uint64_t unpacked_bytes_free = std::uint64_t{64} << 20;  // ... beyond these
inline constexpr std::uint64_t members_max = 100'000;                          // of an archive
inline constexpr std::size_t member_name_bytes_max = 4096;

}  // namespace weir::courier::limits
