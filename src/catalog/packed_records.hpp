#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"

/// Packs many small records into one column, little-endian (docs/formats/idempotency.md): one row
/// per record would take more space than the record.
namespace weir::catalog {

inline constexpr std::size_t duplicates_a_row = 4096;

std::string encode_duplicates(std::span<const Duplicate> pairs);
Result<std::vector<Duplicate>> decode_duplicates(std::string_view bytes);

/// All records are of one stream, which the row names.
std::string encode_prints(std::span<const KeyPrint> prints);
/// Appends them to `out`.
Result<void> decode_prints(std::string_view bytes, StreamNo stream, std::vector<KeyPrint>& out);

}  // namespace weir::catalog
