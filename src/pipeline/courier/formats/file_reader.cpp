// The checksum is of the bytes that the records were made of: it is taken while they are read, and
// a file is done only once its last byte was seen, also where what is in it ends before.
#include "pipeline/courier/formats/file_reader.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/sha256.hpp"
#include "pipeline/courier/formats/archive_members.hpp"
#include "pipeline/courier/formats/convert.hpp"
#include "pipeline/courier/formats/format_limits.hpp"

namespace weir::courier {
namespace {

Failure changed(const FoundFile& file, const FileStatus& now) {
  return fail(Errc::conflict,
              "The file '" + file.path +
                  "' changed while it was read: " + std::to_string(file.status.bytes) +
                  " bytes of " + weir::to_string(file.status.modified) + ", then " +
                  std::to_string(now.bytes) + " bytes of " + weir::to_string(now.modified) +
                  ". Run again once it is whole; rename files into the folder "
                  "when they are written.");
}

/// The bytes of a file, as long as it is the one that was found.
class FileBytes final : public ByteSource {
 public:
  FileBytes(const FoundFile& file, std::unique_ptr<ForeignFile> open, std::stop_token stop)
      : file_(file),
        open_(std::move(open)),
        stop_(std::move(stop)),
        buffer_(limits::piece_bytes, '\0') {}

  static Result<FileBytes> open(const Folder& folder, const FoundFile& file,
                                const std::stop_token& stop) {
    WEIR_TRY(auto open, folder.open(file.path));
    WEIR_TRY(const FileStatus before, open->status());
    if (before != file.status) return changed(file, before);
    return FileBytes(file, std::move(open), stop);
  }

  Result<std::string_view> next() override {
    if (stop_.stop_requested())
      return fail(Errc::unavailable, "Reading '" + file_.path + "' was stopped.");
    // One who writes without end holds nobody up.
    if (at_ > file_.status.bytes) return std::string_view();
    WEIR_TRY(const std::size_t got, open_->read_at(at_, buffer_.data(), buffer_.size()));
    at_ += got;
    const std::string_view piece(buffer_.data(), got);
    sum_.update(piece);
    return piece;
  }

  /// Reads the rest.
  Result<std::string> finish() {
    while (true) {
      WEIR_TRY(const std::string_view piece, next());
      if (piece.empty()) break;
    }
    WEIR_TRY(const FileStatus after, open_->status());
    if (after != file_.status || at_ != file_.status.bytes) return changed(file_, after);
    return sum_.hex();
  }

 private:
  const FoundFile& file_;
  std::unique_ptr<ForeignFile> open_;
  std::stop_token stop_;
  std::string buffer_;
  std::uint64_t at_ = 0;
  Sha256 sum_;
};

Result<void> tell(const std::string& member, const LandAs& land_as, ByteSource& bytes,
                  UnpackBudget& budget, FileSink& sink) {
  WEIR_TRY(RecordSink* const records, sink.begin(member, land_as));
  WEIR_CHECK(convert(land_as, bytes, budget, *records));
  return sink.end();
}

Result<void> tell_members(const FileEntry& entry, ByteSource& bytes, UnpackBudget& budget,
                          FileSink& sink) {
  std::vector<const LandAs*> found;
  WEIR_CHECK(
      read_archive(bytes, budget, [&](const std::string& path, ByteSource& member) -> Result<void> {
        const LandAs* const land_as = entry.of_member(path);
        if (land_as == nullptr) return {};
        found.push_back(land_as);
        auto told = tell(path, *land_as, member, budget, sink);
        if (!told) return fail_while("In '" + path + "'", std::move(told).error());
        return {};
      }));
  if (entry.skip_missing_members) return {};
  std::string missing;
  for (const ArchiveMembers& named : entry.members)
    if (std::find(found.begin(), found.end(), &named.land_as) == found.end())
      missing += (missing.empty() ? "'" : ", '") + named.name + "'";
  if (missing.empty() && !found.empty()) return {};
  return fail(Errc::not_found,
              missing.empty()
                  ? std::string("The archive has no file in it.")
                  : "The archive has no member " + missing +
                        "; set \"archive/skip-missing-contents\" if it may be missing.");
}

Result<std::string> read_all(FileBytes& bytes, const FoundFile& file, const FileEntry& entry,
                             FileSink& sink) {
  UnpackBudget budget(file.status.bytes);
  auto told = entry.archive ? tell_members(entry, bytes, budget, sink)
                            : tell("", *entry.land_as, bytes, budget, sink);
  // A file that is being written looks damaged: that it changes is the better reason.
  auto sum = bytes.finish();
  if (!told && sum) return fail(std::move(told).error());
  return sum;
}

}  // namespace

Result<std::string> read_file(const Folder& folder, const FoundFile& file, const FileEntry& entry,
                              FileSink& sink, const std::stop_token& stop) {
  WEIR_TRY(FileBytes bytes, FileBytes::open(folder, file, stop));
  auto sum = read_all(bytes, file, entry, sink);
  if (!sum && sum.error().message.find("'" + file.path + "'") == std::string::npos)
    return fail_while("Reading '" + file.path + "'", std::move(sum).error());
  return sum;
}

Result<std::string> sha256_of(const Folder& folder, const FoundFile& file,
                              const std::stop_token& stop) {
  WEIR_TRY(FileBytes bytes, FileBytes::open(folder, file, stop));
  return bytes.finish();
}

}  // namespace weir::courier
