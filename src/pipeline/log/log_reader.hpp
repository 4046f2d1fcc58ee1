#pragma once

#include "pipeline/log/commit_scanner.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::log {

/// Reads a SegmentedLog while it is appended to. The reader opens its own file of the segment it
/// reads, and holds the segment, so that it is not recycled. Must not outlive the log.
class SegmentedLogReader final : public Reader {
 public:
  /// `from` is the start of a commit or record, or the durable end; anything else is not_found.
  static Result<std::unique_ptr<Reader>> open(const SegmentedLog& log, Lsn from);

  /// The first commit that begins at or behind `from` within its segment, or the segment's end.
  static Result<std::unique_ptr<Reader>> open_near(const SegmentedLog& log, Lsn from);

  Result<std::optional<Record>> next() override;
  Lsn position() const override { return position_; }

 private:
  explicit SegmentedLogReader(const SegmentedLog& log) : log_(log) {}

  Result<void> locate(Lsn from);
  Result<void> locate_near(Lsn from);
  Result<void> locate_inside(Lsn from);
  Result<void> enter(SegmentedLog::Window window);
  Result<bool> next_commit();
  Result<std::optional<Record>> next_record();
  Error at(Lsn commit, Error error) const;

  const SegmentedLog& log_;
  std::shared_ptr<const Segment> segment_;
  std::optional<CommitScanner> scanner_;
  Lsn limit_;
  RecordCursor cursor_;
  Lsn commit_;
  Lsn commit_end_;
  Lsn position_;
};

}  // namespace weir::log
