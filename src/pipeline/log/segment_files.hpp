#pragma once

#include <functional>

#include "env/disk.hpp"
#include "env/random.hpp"
#include "pipeline/log/segment_format.hpp"

namespace weir::log {

/// A segment in use. Whoever holds one keeps its file from being recycled.
struct Segment {
  SegmentHeader header;
  std::string path;
};

/// A file of zeros, or of what nobody needs any more, that becomes the next segment. Open already:
/// when it is needed, there may be no descriptor to be had.
struct Spare {
  std::string path;
  std::shared_ptr<File> file;
};

/// The files of one partition: their names, and how a file becomes a spare, a segment and a spare
/// again. Keeps no list; thread-safe as the disk is.
class SegmentFiles {
 public:
  SegmentFiles(Disk& disk, Random& random, std::string directory, PartitionNo partition);

  /// What is there, by name.
  struct Listing {
    std::vector<std::uint64_t> segments;  // numbers, ascending
    std::vector<std::string> spares;      // paths
  };
  Result<Listing> list() const;

  /// The partition's directory: there, held open, and safe with all names in it, also those that an
  /// earlier run could not sync any more.
  Result<void> make_directory();
  const std::string& directory() const { return directory_; }
  PartitionNo partition() const { return partition_; }
  std::string segment_path(std::uint64_t number) const;

  /// A new spare, written full of zeros and synced. Gives up, with `unavailable`, when
  /// `is_wanted` says no. Leaves nothing behind when it fails.
  Result<Spare> make_spare(std::uint64_t segment_bytes,
                           const std::function<bool()>& is_wanted) const;
  /// The spare an earlier run left; nullopt where it is not whole.
  Result<std::optional<Spare>> adopt_spare(const std::string& path,
                                           std::uint64_t segment_bytes) const;
  Result<void> remove_spare(const std::string& path) const;

  /// Turns a spare into a segment; the name is safe when this returns ok.
  struct Begun {
    std::shared_ptr<const Segment> segment;
    std::shared_ptr<File> file;
  };
  Result<Begun> begin_segment(const Spare& spare, std::uint64_t number, Lsn base,
                              std::uint64_t segment_bytes) const;

  /// Turns a segment into a spare, or removes it. Only once sync_names()
  /// returned ok may the spare be used and the next segment go: a crash could otherwise bring back
  /// the old name over new bytes, or leave a gap.
  Result<Spare> recycle(const Segment& segment) const;
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
  std::unique_ptr<Directory> names_;
};

/// "'<path>' at offset <offset>: <what>", and what to do about it.
Error damage(const std::string& path, std::uint64_t offset, const std::string& what);

}  // namespace weir::log
