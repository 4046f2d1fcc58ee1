#include "pipeline/batcher/record_index.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "xml/cbor_items.hpp"

namespace weir::batcher {
namespace {

constexpr std::string_view magic = "WEIRIDX1";
constexpr std::size_t mark_bytes = 16;
constexpr std::uint64_t stride = limits::index_stride_bytes;

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

void RecordIndex::add(Sequence sequence, std::uint64_t offset) {
  const bool gap = marks_.empty() || sequence.value != last_.value + 1;
  if (gap || offset - marks_.back().offset >= stride) marks_.push_back({sequence, offset});
  last_ = sequence;
}

bool RecordIndex::is_needed(Sequence first, Sequence last) const {
  if (marks_.empty()) return false;
  return marks_.size() > 1 || marks_.front().sequence != first || last_ != last;
}

std::string RecordIndex::encode() const {
  std::string out(magic);
  append(out, std::uint64_t{marks_.size()});
  for (const Mark& mark : marks_) {
    append(out, mark.sequence.value);
    append(out, mark.offset);
  }
  append(out, crc32c(out));
  return out;
}

Result<std::vector<RecordIndex::Mark>> RecordIndex::decode(std::string_view bytes) {
  constexpr std::size_t head = magic.size() + 8;
  constexpr std::size_t tail = 4;
  if (bytes.size() < head + mark_bytes + tail || !bytes.starts_with(magic))
    return fail(Errc::corrupt, "this is no index of a batch file");
  const auto count = get<std::uint64_t>(bytes.data() + magic.size());
  const std::string_view covered = bytes.substr(0, bytes.size() - tail);
  if (count != (covered.size() - head) / mark_bytes || (covered.size() - head) % mark_bytes != 0 ||
      crc32c(covered) != get<std::uint32_t>(bytes.data() + covered.size()))
    return fail(Errc::corrupt, "the index of a batch file is damaged");
  std::vector<Mark> marks;
  marks.reserve(count);
  for (std::size_t at = head; at < covered.size(); at += mark_bytes)
    marks.push_back({Sequence{get<std::uint64_t>(bytes.data() + at)},
                     get<std::uint64_t>(bytes.data() + at + 8)});
  return marks;
}

std::string index_key(const std::string& batch_path) {
  return batch_path.substr(0, batch_path.rfind('.')) + ".index";
}

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
