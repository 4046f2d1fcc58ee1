#include "pipeline/log/segment_files.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/bytes.hpp"
#include "env/aligned_buffer.hpp"

namespace weir::log {
namespace {

constexpr std::string_view segment_suffix = ".segment";
constexpr std::string_view spare_suffix = ".spare";
constexpr std::string_view unfinished_suffix = ".unfinished.spare";
constexpr std::size_t number_digits = 16;
constexpr std::uint64_t zeros_at_once_bytes = limits::mib;

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string hex(std::uint64_t number) {
  std::string text(number_digits, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4)
    *digit = "0123456789abcdef"[number & 0xF];
  return text;
}

/// The number in "<16 hex digits>.segment"; 0, which no segment has, for any other name.
std::uint64_t number_in(std::string_view name) {
  name.remove_suffix(segment_suffix.size());
  std::uint64_t number = 0;
  std::from_chars(name.data(), name.data() + name.size(), number, 16);
  return name == hex(number) ? number : 0;
}

}  // namespace

Error damage(const std::string& path, std::uint64_t offset, const std::string& what) {
  return {Errc::corrupt, "'" + path + "' at offset " + std::to_string(offset) + ": " + what +
                             "; records that were acknowledged may be lost, so the log is left "
                             "as it is: restore this file, or move the log directory aside"};
}

SegmentFiles::SegmentFiles(Disk& disk, Random& random, std::string directory, PartitionNo partition)
    : disk_(disk),
      random_(random),
      log_directory_(std::move(directory)),
      partition_(partition),
      directory_(log_directory_ + "/" + std::to_string(partition.value)) {}

Result<SegmentFiles::Listing> SegmentFiles::list() const {
  WEIR_TRY(const std::vector<std::string> names, disk_.list(directory_));
  Listing listing;
  for (const std::string& name : names) {
    if (name.ends_with(spare_suffix)) listing.spares.push_back(directory_ + "/" + name);
    if (!name.ends_with(segment_suffix)) continue;
    const std::uint64_t number = number_in(name);
    if (number == 0)
      return fail(damage(directory_ + "/" + name, 0, "this is no name a segment can have"));
    listing.segments.push_back(number);
  }
  std::sort(listing.segments.begin(), listing.segments.end());
  return listing;
}

Result<void> SegmentFiles::make_directory() {
  WEIR_CHECK(disk_.make_directories(directory_));
  WEIR_TRY(names_, disk_.open_directory(directory_));
  WEIR_CHECK(sync_names());
  WEIR_CHECK(disk_.sync_directory(log_directory_));
  return disk_.sync_directory(parent_of(log_directory_));
}

std::string SegmentFiles::segment_path(std::uint64_t number) const {
  return directory_ + "/" + hex(number) + std::string(segment_suffix);
}

std::string SegmentFiles::new_spare_path() const {
  return directory_ + "/" + random_id(random_, "", number_digits) + std::string(spare_suffix);
}

Result<void> SegmentFiles::fill_with_zeros(const std::string& path, std::uint64_t segment_bytes,
                                           const std::function<bool()>& is_wanted) const {
  WEIR_TRY(const std::unique_ptr<File> file, disk_.create(path, Durability::streamed));
  const AlignedBuffer zeros(std::min(zeros_at_once_bytes, segment_bytes));
  std::memset(zeros.data(), 0, zeros.size());
  for (std::uint64_t at = 0; at < segment_bytes; at += zeros.size()) {
    if (!is_wanted()) return fail(Errc::unavailable, "the log is closing");
    WEIR_CHECK(file->write_at(at, {zeros.data(), std::min(zeros.size(), segment_bytes - at)}));
  }
  return file->sync();
}

Result<Spare> SegmentFiles::make_spare(std::uint64_t segment_bytes,
                                       const std::function<bool()>& is_wanted) const {
  // A file of the right size whose sync failed or never happened may lose its end in a power cut.
  // Its size does not show that, so only a synced file gets the name of a spare.
  std::string path = new_spare_path();
  const std::string unfinished = path + std::string(unfinished_suffix);
  auto filled = fill_with_zeros(unfinished, segment_bytes, is_wanted);
  auto file = filled ? open_segment(unfinished) : fail(std::move(filled).error());
  if (file)
    if (auto named = disk_.rename(unfinished, path); !named) file = fail(std::move(named).error());
  if (!file) {
    // If even this fails, the next start removes the file.
    (void)disk_.remove(unfinished).has_value();
    return fail_while("cannot prepare a segment", std::move(file).error());
  }
  return Spare{std::move(path), *std::move(file)};
}

Result<std::optional<Spare>> SegmentFiles::adopt_spare(const std::string& path,
                                                       std::uint64_t segment_bytes) const {
  if (path.ends_with(unfinished_suffix)) return std::optional<Spare>();
  WEIR_TRY(std::shared_ptr<File> file, open_segment(path));
  WEIR_TRY(const std::uint64_t size, file->size());
  if (size != segment_bytes) return std::optional<Spare>();
  return std::optional<Spare>(Spare{path, std::move(file)});
}

Result<void> SegmentFiles::remove_spare(const std::string& path) const {
  return disk_.remove(path);
}

Result<SegmentFiles::Begun> SegmentFiles::begin_segment(const Spare& spare, std::uint64_t number,
                                                        Lsn base,
                                                        std::uint64_t segment_bytes) const {
  SegmentHeader header{.partition = partition_,
                       .number = number,
                       .base = base,
                       .salt = 0,
                       .segment_bytes = segment_bytes};
  char salt[sizeof header.salt];
  random_.fill(salt);
  header.salt = get<std::uint64_t>(salt);
  const AlignedBuffer block(block_bytes);
  encode_segment_header(header, block.data());

  WEIR_CHECK(spare.file->write_at(0, {block.data(), block.size()}));
  const std::string path = segment_path(number);
  WEIR_CHECK(disk_.rename(spare.path, path));
  WEIR_CHECK(sync_names());
  return Begun{std::make_shared<const Segment>(Segment{header, path}), spare.file};
}

Result<Spare> SegmentFiles::recycle(const Segment& segment) const {
  WEIR_TRY(std::shared_ptr<File> file, open_segment(segment.path));
  std::string path = new_spare_path();
  WEIR_CHECK(disk_.rename(segment.path, path));
  return Spare{std::move(path), std::move(file)};
}

Result<void> SegmentFiles::remove(const Segment& segment) const {
  return disk_.remove(segment.path);
}

Result<void> SegmentFiles::sync_names() const {
  return names_->sync();
}

Result<std::shared_ptr<File>> SegmentFiles::open_segment(const std::string& path) const {
  WEIR_TRY(std::unique_ptr<File> file, disk_.open(path, Durability::on_write));
  return std::shared_ptr<File>(std::move(file));
}

}  // namespace weir::log
