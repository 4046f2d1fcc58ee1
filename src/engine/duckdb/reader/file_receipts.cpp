// Lines are counted from the index's marks on, as a look-up by receipt counts them: both give a
// record the same line.

#include "engine/duckdb/reader/file_receipts.hpp"

#include "engine/duckdb/reader/batch_file.hpp"

namespace weir::engine::duckdb {

Result<FileReceipts> FileReceipts::open(const ReadPlan& plan, std::size_t file) {
  FileReceipts out;
  const FileRecords records = plan.records_of(file);
  if (records.first.stream == StreamNo()) return out;
  out.first_ = records.first;
  if (records.last.value - records.first.sequence.value + 1 == records.count) {
    out.marks_ = std::make_shared<const std::vector<RecordIndex::Mark>>(
        std::vector<RecordIndex::Mark>{{records.first.sequence, 0}});
    return out;
  }
  auto bytes = read_whole(plan.place_of(index_key(plan.paths[file])), std::nullopt);
  if (!bytes && bytes.error().code == Errc::not_found) return out;
  if (!bytes) return fail(std::move(bytes).error());
  auto marks = RecordIndex::decode(*bytes);
  if (!marks) return fail_while(plan.name(file), std::move(marks).error());
  out.marks_ = std::make_shared<const std::vector<RecordIndex::Mark>>(*std::move(marks));
  return out;
}

std::string_view FileReceipts::of(const FileLine& line) {
  if (marks_ == nullptr || marks_->empty()) return {};
  const auto& marks = *marks_;
  while (mark_ + 1 < marks.size() && marks[mark_ + 1].offset <= line.offset) {
    ++mark_;
    marked_ = line.number;
  }
  Address address = first_;
  address.sequence.value = marks[mark_].sequence.value + line.number - marked_;
  receipt_ = encode_receipt(address);
  return view(receipt_);
}

void FileReceipts::pass(const LineBlock& block) {
  if (!needs_every_line()) return;
  const auto& marks = *marks_;
  std::uint64_t offset = block.offset;
  std::uint64_t line = block.number;
  while (mark_ + 1 < marks.size() && marks[mark_ + 1].offset < block.offset + block.size) {
    ++mark_;
    line += block.lines_between(offset, marks[mark_].offset);
    offset = marks[mark_].offset;
    marked_ = line;
  }
}

}  // namespace weir::engine::duckdb
