#pragma once

#include "pipeline/log/commit_scanner.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::log {

/// Reads a SegmentedLog while it is appended to. Holds the segment it stands in, which is not
/// recycled meanwhile, through a file of its own. Must not outlive the log.
class SegmentedLogReader final : public Reader {
 public:
  /// `from` is where a commit or a record begins, or the durable end; elsewhere not_found.
  static Result<std::unique_ptr<Reader>> open(const SegmentedLog& log, Lsn from);

  Result<std::optional<Record>> next() override;
  Lsn position() const override { return position_; }

 private:
  explicit SegmentedLogReader(const SegmentedLog& log) : log_(log) {}

  Result<void> locate(Lsn from);
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
