#pragma once

#include <functional>

#include "env/disk.hpp"
#include "env/random.hpp"
#include "pipeline/log/segment_format.hpp"

namespace weir::log {

/// A segment in use. A holder of this object keeps its file from being recycled.
struct Segment {
  SegmentHeader header;
  std::string path;
};

/// The files of one partition: their names, and how a file turns from a spare into a segment and
/// back. Keeps no list; as thread-safe as the disk.
class SegmentFiles {
 public:
  SegmentFiles(Disk& disk, Random& random, std::string directory, PartitionNo partition);

  /// The files that exist, by name.
  struct Listing {
    std::vector<std::uint64_t> segments;  // numbers, ascending
    std::vector<std::string> spares;      // paths
  };
  Result<Listing> list() const;

  /// Creates the partition's directory, and syncs it with all names in it, including those that an
  /// earlier run could not sync.
  Result<void> make_directory() const;
  const std::string& directory() const { return directory_; }
  PartitionNo partition() const { return partition_; }
  std::string segment_path(std::uint64_t number) const;

  /// Makes a new spare, full of zeros and synced; returns its path. Stops with `unavailable` once
  /// `is_wanted` returns false. Leaves no file behind on failure.
  Result<std::string> make_spare(std::uint64_t segment_bytes,
                                 const std::function<bool()>& is_wanted) const;
  /// Whether a spare left by an earlier run is complete.
  Result<bool> is_spare_of(const std::string& path, std::uint64_t segment_bytes) const;
  Result<void> remove_spare(const std::string& path) const;

  /// Turns a spare into a segment; its name is durable when this returns ok.
  struct Begun {
    std::shared_ptr<const Segment> segment;
    std::unique_ptr<File> file;
  };
  Result<Begun> begin_segment(const std::string& spare, std::uint64_t number, Lsn base,
                              std::uint64_t segment_bytes) const;

  /// Turns a segment into a spare, whose path it returns, or removes it. The spare may be used, and
  /// the next segment recycled, only after sync_names() returned ok: otherwise a crash could bring
  /// back the old name over new bytes, or leave a gap.
  Result<std::string> recycle(const Segment& segment) const;
  Result<void> remove(const Segment& segment) const;
  Result<void> sync_names() const;

  Result<std::shared_ptr<File>> open_segment(const std::string& path) const;

 private:
  std::string new_spare_path() const;
  Result<void> fill_with_zeros(const std::string& path, std::uint64_t segment_bytes,
                               const std::function<bool()>& is_wanted) const;

  Disk& disk_;
  Random& random_;
  std::string log_directory_;
  PartitionNo partition_;
  std::string directory_;
};

/// "'<path>' at offset <offset>: <what>", followed by what to do.
Error damage(const std::string& path, std::uint64_t offset, const std::string& what);

}  // namespace weir::log
