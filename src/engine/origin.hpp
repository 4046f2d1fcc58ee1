#pragma once

#include <compare>
#include <cstdint>

#include "base/time.hpp"

namespace weir::engine {

struct SourceFile;

/// A record's place in the order in which all records were received: 128 bits, compared as one
/// unsigned number (docs/formats/row-columns.md). It depends on the record alone, so that loads in
/// any order agree on which of two rows is the later one.
struct Origin {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Origin&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// Of a file, before its first row.
Origin origin_of(const SourceFile& file);
/// Of a row in it: 1, 2, 3, ...
Origin origin_of(Origin file, std::uint64_t row);

/// The other way round: the place of a record's file, its time to the millisecond, and its row.
Origin file_of(Origin record);
Time received_at(Origin record);
std::uint64_t row_of(Origin record);

}  // namespace weir::engine
