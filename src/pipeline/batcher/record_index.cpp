#include "pipeline/batcher/record_index.hpp"

#include <algorithm>

#include "xml/cbor_items.hpp"

namespace weir::batcher {
namespace {

Failure damaged(const std::string& path, const std::string& what) {
  return fail(Errc::corrupt,
              path + ": " + what + "; `weir doctor` and `weir verify` say what else is wrong");
}

/// Moves past one item with its contents; we write definite lengths only.
Result<void> skip_item(xml::CborItems& items) {
  using Kind = xml::CborItem::Kind;
  for (std::uint64_t to_come = 1; to_come > 0; --to_come) {
    WEIR_TRY(const xml::CborItem item, items.next());
    switch (item.kind) {
      case Kind::null:
      case Kind::text:
        break;
      case Kind::tag:
        to_come += 1;
        break;
      case Kind::array:
        to_come += item.count;
        break;
      case Kind::map:
        to_come += 2 * item.count;
        break;
      default:
        return xml::corrupt_at(item.offset, "an item that no batch file holds");
    }
  }
  return {};
}

/// The nth record in a piece of a file that begins with a record.
Result<ByteRange> nth_item(std::string_view piece, std::uint64_t nth) {
  xml::CborItems items(piece);
  for (; nth > 0; --nth)
    WEIR_CHECK(skip_item(items));
  const std::uint64_t begin = items.offset();
  WEIR_CHECK(skip_item(items));
  return ByteRange{begin, items.offset() - begin};
}

Result<ByteRange> nth_line(std::string_view piece, std::uint64_t nth) {
  std::size_t begin = 0;
  for (; nth > 0 && begin < piece.size(); --nth)
    begin = std::min(piece.find('\n', begin), piece.size() - 1) + 1;
  const std::size_t end = piece.find('\n', begin);
  if (begin >= piece.size() || end == std::string_view::npos)
    return fail(Errc::corrupt, "it holds fewer lines than it should");
  return ByteRange{begin, end + 1 - begin};
}

Result<std::vector<RecordIndex::Mark>> read_marks(store::ObjectStore& store,
                                                  const catalog::Batch& batch) {
  const bool whole = batch.records == batch.last_sequence.value - batch.first_sequence.value + 1;
  auto bytes = store.read(index_key(batch.path));
  if (bytes) return RecordIndex::decode(*bytes);
  // A small file without gaps has no index; a large file with a lost index is read from its start.
  if (whole && bytes.error().code == Errc::not_found)
    return std::vector<RecordIndex::Mark>{{batch.first_sequence, 0}};
  return fail(std::move(bytes).error());
}

}  // namespace

Result<ByteRange> locate(store::ObjectStore& store, const catalog::Batch& batch,
                         Sequence sequence) {
  WEIR_TRY(const auto marks, read_marks(store, batch));
  const auto after = std::upper_bound(
      marks.begin(), marks.end(), sequence,
      [](Sequence at, const RecordIndex::Mark& mark) { return at < mark.sequence; });
  if (after == marks.begin()) return damaged(batch.path, "its index begins behind the record");
  const RecordIndex::Mark mark = *std::prev(after);
  const std::uint64_t end = after == marks.end() ? batch.bytes : after->offset;
  if (end < mark.offset) return damaged(batch.path, "its index goes back");
  auto read = store.read_range(batch.path, mark.offset, end - mark.offset);
  if (!read && read.error().code == Errc::not_found) return damaged(batch.path, "it is gone");
  WEIR_TRY(const std::string piece, std::move(read));
  const std::uint64_t nth = sequence.value - mark.sequence.value;
  auto range = batch.path.ends_with(".cbor") ? nth_item(piece, nth) : nth_line(piece, nth);
  if (!range) return damaged(batch.path, range.error().message);
  range->offset += mark.offset;
  return range;
}

}  // namespace weir::batcher
