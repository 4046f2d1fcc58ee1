#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"

/// Many small records in one column, little-endian (docs/formats/idempotency.md): a row a record
/// would cost more than the records do.
namespace weir::catalog {

inline constexpr std::size_t duplicates_a_row = 4096;

std::string encode_duplicates(std::span<const Duplicate> pairs);
Result<std::vector<Duplicate>> decode_duplicates(std::string_view bytes);

/// All are of one stream, which the row says.
std::string encode_prints(std::span<const KeyPrint> prints);
/// Appends them to `out`.
Result<void> decode_prints(std::string_view bytes, StreamNo stream, std::vector<KeyPrint>& out);

}  // namespace weir::catalog
