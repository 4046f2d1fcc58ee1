// A mark for every 64 KiB and every gap, and not one for each record: most look-ups are of one
// record, and reading 64 KiB of its file costs nothing beside opening it.

#include "base/record_index.hpp"

#include "base/bytes.hpp"
#include "base/crc32c.hpp"
#include "base/limits.hpp"

namespace weir {
namespace {

constexpr std::string_view magic = "WEIRIDX1";
constexpr std::size_t mark_bytes = 16;
constexpr std::uint64_t stride = limits::index_stride_bytes;

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

}  // namespace weir
