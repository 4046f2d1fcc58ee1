#pragma once

#include "env/aligned_buffer.hpp"
#include "env/disk.hpp"
#include "pipeline/log/segment_format.hpp"

namespace weir::log {

/// Reads the commits of one segment in order, in large aligned reads, and verifies each checksum. A
/// returned view is valid until the next call. Used by one thread. Keeps the file open.
class CommitScanner {
 public:
  struct Commit {
    Lsn lsn;
    Lsn end;
    std::uint32_t count = 0;
    std::string_view records;
    std::string_view blocks;  // the commit as it stands in the file
  };

  CommitScanner(std::shared_ptr<File> file, const SegmentHeader& header)
      : file_(std::move(file)), header_(header), position_(header.base) {}

  const SegmentHeader& header() const { return header_; }
  Lsn position() const { return position_; }
  std::uint64_t offset() const { return header_.offset_of(position_); }
  /// `position` is where a commit begins or may begin.
  void seek(Lsn position) { position_ = position; }

  /// Returns the commit at position() and moves behind it. nullopt, without moving, where there is
  /// no whole commit of this segment that ends by `limit`. Never reads at or past `limit`.
  Result<std::optional<Commit>> next(Lsn limit);
  /// Whether position() has the header of a commit of this segment, complete or not.
  Result<bool> begun_here(Lsn limit);
  /// The first place behind position() that has the header of a commit of this segment.
  Result<std::optional<Lsn>> begun_later(Lsn limit);

 private:
  Result<std::string_view> fetch(Lsn from, std::uint64_t bytes, Lsn limit);

  std::shared_ptr<File> file_;
  SegmentHeader header_;
  Lsn position_;
  AlignedBuffer buffer_;
  Lsn held_from_;
  Lsn held_end_;
};

}  // namespace weir::log
