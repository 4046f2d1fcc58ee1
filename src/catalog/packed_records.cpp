#include "catalog/packed_records.hpp"

#include "base/bytes.hpp"

// Duplicates and keys come by the thousand a commit. In a row each they cost SQLite an index
// entry of forty bytes and a seek; packed into one value they cost what they are long. Receipts
// still find one quickly, because a row says from where to where its pairs go.
namespace weir::catalog {
namespace {

constexpr std::size_t duplicate_bytes = 16;
constexpr std::size_t print_bytes = 40;

}  // namespace

std::string encode_duplicates(std::span<const Duplicate> pairs) {
  std::string out;
  out.reserve(pairs.size() * duplicate_bytes);
  for (const Duplicate& pair : pairs) {
    append(out, pair.sequence.value);
    append(out, pair.of.value);
  }
  return out;
}

Result<std::vector<Duplicate>> decode_duplicates(std::string_view bytes) {
  if (bytes.size() % duplicate_bytes != 0)
    return fail(Errc::corrupt, "A row of duplicates in the catalog does not hold whole pairs.");
  std::vector<Duplicate> pairs;
  pairs.reserve(bytes.size() / duplicate_bytes);
  for (std::size_t at = 0; at < bytes.size(); at += duplicate_bytes)
    pairs.push_back({Sequence{get<std::uint64_t>(bytes.data() + at)},
                     Sequence{get<std::uint64_t>(bytes.data() + at + 8)}});
  return pairs;
}

std::string encode_prints(std::span<const KeyPrint> prints) {
  std::string out;
  out.reserve(prints.size() * print_bytes);
  for (const KeyPrint& print : prints) {
    append(out, print.key[0]);
    append(out, print.key[1]);
    append(out, print.body);
    append(out, print.sequence.value);
    append(out, static_cast<std::uint64_t>(print.received_at.time_since_epoch().count()));
  }
  return out;
}

Result<void> decode_prints(std::string_view bytes, StreamNo stream, std::vector<KeyPrint>& out) {
  if (bytes.size() % print_bytes != 0)
    return fail(Errc::corrupt, "A row of idempotency keys in the catalog holds half a print.");
  for (std::size_t at = 0; at < bytes.size(); at += print_bytes) {
    const char* from = bytes.data() + at;
    const auto received_us = static_cast<std::int64_t>(get<std::uint64_t>(from + 32));
    out.push_back({.key = {get<std::uint64_t>(from), get<std::uint64_t>(from + 8)},
                   .body = get<std::uint64_t>(from + 16),
                   .stream = stream,
                   .sequence = Sequence{get<std::uint64_t>(from + 24)},
                   .received_at = Time{std::chrono::microseconds{received_us}}});
  }
  return {};
}

}  // namespace weir::catalog
