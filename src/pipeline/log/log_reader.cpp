#include "pipeline/log/log_reader.hpp"

#include <algorithm>

namespace weir::log {
namespace {

Failure nothing_at(Lsn from, const std::string& why) {
  return fail(Errc::not_found,
              "the log cannot be read from position " + std::to_string(from.value) + ": " + why);
}

}  // namespace

Result<std::unique_ptr<Reader>> SegmentedLogReader::open(const SegmentedLog& log, Lsn from) {
  std::unique_ptr<SegmentedLogReader> reader(new SegmentedLogReader(log));
  WEIR_CHECK(reader->locate(from));
  return reader;
}

Result<std::unique_ptr<Reader>> SegmentedLogReader::open_near(const SegmentedLog& log, Lsn from) {
  std::unique_ptr<SegmentedLogReader> reader(new SegmentedLogReader(log));
  WEIR_CHECK(reader->locate_near(from));
  return reader;
}

/// Commits begin at blocks, and the head of one tells itself from what payloads hold.
Result<void> SegmentedLogReader::locate_near(Lsn from) {
  from.value -= from.value % block_bytes;
  SegmentedLog::Window window = log_.window(from);
  if (!window.segment) return nothing_at(from, "what stood there has been released");
  position_ = commit_end_ = std::min(from, window.limit);
  if (position_ == window.limit) return {};
  WEIR_CHECK(enter(std::move(window)));
  auto begins = scanner_->begun_here(limit_);
  if (!begins) return fail(at(from, std::move(begins).error()));
  if (*begins) return {};
  auto later = scanner_->begun_later(limit_);
  if (!later) return fail(at(from, std::move(later).error()));
  position_ = commit_end_ = later->value_or(limit_);
  scanner_->seek(position_);
  return {};
}

Result<void> SegmentedLogReader::locate(Lsn from) {
  position_ = commit_end_ = from;
  SegmentedLog::Window window = log_.window(from);
  if (!window.segment) return nothing_at(from, "what stood there has been released");
  if (from == window.limit) return {};
  if (from > window.limit) return nothing_at(from, "it lies behind the durable end");
  WEIR_CHECK(enter(std::move(window)));
  if (from.value % block_bytes == 0) {
    auto begins = scanner_->begun_here(limit_);
    if (!begins) return fail(at(from, std::move(begins).error()));
    if (*begins) return {};
  }
  return locate_inside(from);
}

/// Commits have no index: the one around `from` is found by reading the segment from its start.
Result<void> SegmentedLogReader::locate_inside(Lsn from) {
  position_ = commit_end_ = segment_->header.base;
  scanner_->seek(position_);
  while (commit_end_ <= from)
    WEIR_CHECK(next_commit());
  while (position_ < from) {
    WEIR_TRY(const auto record, next_record());
    if (!record) break;
  }
  if (position_ == from) return {};
  return nothing_at(from, "no record begins there");
}

Result<void> SegmentedLogReader::enter(SegmentedLog::Window window) {
  if (segment_ != window.segment) {
    WEIR_TRY(std::shared_ptr<File> file, log_.files_.open_segment(window.segment->path));
    segment_ = std::move(window.segment);
    scanner_.emplace(std::move(file), segment_->header);
  }
  scanner_->seek(position_);
  limit_ = window.limit;
  return {};
}

Result<std::optional<Record>> SegmentedLogReader::next() {
  for (;;) {
    WEIR_TRY(const std::optional<Record> record, next_record());
    if (record) return record;
    WEIR_TRY(const bool is_there, next_commit());
    if (!is_there) return std::nullopt;
  }
}

Result<std::optional<Record>> SegmentedLogReader::next_record() {
  auto record = cursor_.next();
  if (!record) return fail(at(commit_, std::move(record).error()));
  if (*record) position_ = cursor_.at_end() ? commit_end_ : cursor_.position();
  return *record;
}

Result<bool> SegmentedLogReader::next_commit() {
  position_ = commit_end_;
  if (position_ >= limit_) {
    SegmentedLog::Window window = log_.window(position_);
    if (position_ >= window.limit) return false;
    WEIR_CHECK(enter(std::move(window)));
  }
  auto commit = scanner_->next(limit_);
  if (!commit) return fail(at(position_, std::move(commit).error()));
  if (!*commit)
    return fail(damage(segment_->path, segment_->header.offset_of(position_),
                       "no whole commit stands here, though it was written"));
  commit_ = (*commit)->lsn;
  commit_end_ = (*commit)->end;
  cursor_ = RecordCursor({.partition = segment_->header.partition,
                          .lsn = commit_,
                          .count = (*commit)->count,
                          .records = (*commit)->records});
  position_ = cursor_.position();
  return true;
}

Error SegmentedLogReader::at(Lsn commit, Error error) const {
  const std::uint64_t offset = segment_->header.offset_of(commit);
  if (error.code == Errc::corrupt) return damage(segment_->path, offset, error.message);
  error.message =
      "'" + segment_->path + "' at offset " + std::to_string(offset) + ": " + error.message;
  return error;
}

Result<std::unique_ptr<Reader>> SegmentedLog::read_from(PartitionNo partition, Lsn from) {
  if (partition != options_.partition)
    return fail(Errc::not_found, "this log has no partition " + std::to_string(partition.value));
  return SegmentedLogReader::open(*this, from);
}

Result<std::unique_ptr<Reader>> SegmentedLog::read_newest(PartitionNo partition,
                                                          std::uint64_t bytes, Lsn checkpoint) {
  if (partition != options_.partition) return read_from(partition, checkpoint);  // refuses it
  const Lsn end = durable_end(partition);
  const Lsn from{end.value - std::min(end.value, bytes)};
  if (from <= checkpoint) return read_from(partition, checkpoint);
  return SegmentedLogReader::open_near(*this, from);
}

SegmentedLog::Window SegmentedLog::window(Lsn position) const {
  const std::lock_guard lock(mutex_);
  const auto begins_after = [&](const auto& segment) { return segment->header.base > position; };
  const auto after = std::find_if(segments_.begin(), segments_.end(), begins_after);
  if (after == segments_.begin()) return {};
  const Lsn durable{durable_end_.load()};
  const Lsn limit = after == segments_.end() ? durable : std::min(durable, (*after)->header.base);
  return {*std::prev(after), limit};
}

}  // namespace weir::log
