#include "pipeline/log/recovery.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "pipeline/log/commit_scanner.hpp"

namespace weir::log {
namespace {

std::string text(Lsn lsn) {
  return std::to_string(lsn.value);
}

Result<SegmentHeader> read_header(File& file, const SegmentFiles& files, std::uint64_t number) {
  const AlignedBuffer block(block_bytes);
  WEIR_TRY(const std::size_t got, file.read_at(0, block.data(), block.size()));
  WEIR_TRY(const SegmentHeader header, decode_segment_header({block.data(), got}));
  WEIR_TRY(const std::uint64_t file_bytes, file.size());
  if (header.number != number)
    return fail(Errc::corrupt,
                "its header says it is segment number " + std::to_string(header.number));
  if (header.partition != files.partition())
    return fail(Errc::corrupt, "its header says it belongs to partition " +
                                   std::to_string(header.partition.value));
  if (header.segment_bytes != file_bytes)
    return fail(Errc::corrupt, "its header says it has " + std::to_string(header.segment_bytes) +
                                   " bytes, the file has " + std::to_string(file_bytes));
  return header;
}

class Recovery {
 public:
  Recovery(const SegmentFiles& files, const CatalogPosition& catalog)
      : files_(files), catalog_(catalog) {}

  Result<RecoveredLog> run() {
    WEIR_TRY(SegmentFiles::Listing listing, files_.list());
    log_.spares = std::move(listing.spares);
    if (listing.segments.empty()) {
      WEIR_CHECK(check_nothing_was_lost());
    } else {
      WEIR_CHECK(read_headers(listing.segments));
      WEIR_CHECK(check_checkpoint_is_held());
      WEIR_CHECK(read_segments());
      WEIR_CHECK(check_checkpoint_is_reached());
    }
    WEIR_CHECK(merge_sequences());
    WEIR_CHECK(make_safe());
    return std::move(log_);
  }

 private:
  Result<void> check_nothing_was_lost() const {
    const auto is_filed = [](const auto& next) { return next.second.value > 1; };
    if (catalog_.checkpoint.value == 0 &&
        std::none_of(catalog_.next_sequences.begin(), catalog_.next_sequences.end(), is_filed))
      return {};
    return fail(Errc::corrupt,
                "the log directory '" + files_.directory() +
                    "' holds no segment, but the catalog has read the log up to position " +
                    text(catalog_.checkpoint) +
                    "; what was acknowledged after it is missing: restore the directory");
  }

  Result<void> read_headers(const std::vector<std::uint64_t>& numbers) {
    std::uint64_t expected = numbers.front();
    for (const std::uint64_t number : numbers) {
      const std::string path = files_.segment_path(number);
      if (number != expected)
        return fail(damage(files_.segment_path(expected), 0,
                           "this segment is missing, the next one there is is '" + path + "'"));
      WEIR_TRY(const std::shared_ptr<File> file, files_.open_segment(path));
      auto header = read_header(*file, files_, number);
      if (!header) return fail(in(path, 0, std::move(header).error()));
      if (!log_.segments.empty()) WEIR_CHECK(check_follows(*header, path));
      log_.segments.push_back(std::make_shared<const Segment>(Segment{*header, path}));
      log_.last_file = file;
      ++expected;
    }
    return {};
  }

  Result<void> check_follows(const SegmentHeader& header, const std::string& path) const {
    const SegmentHeader& before = log_.segments.back()->header;
    if (header.base >= before.base && header.base <= before.end()) return {};
    return fail(damage(path, 0,
                       "its base " + text(header.base) +
                           " does not follow the segment before it, which spans " +
                           text(before.base) + " to " + text(before.end())));
  }

  Result<void> check_checkpoint_is_held() const {
    const Segment& first = *log_.segments.front();
    if (catalog_.checkpoint >= first.header.base) return {};
    return fail(damage(first.path, 0,
                       "the log begins at position " + text(first.header.base) +
                           ", but the catalog has read it only up to " + text(catalog_.checkpoint) +
                           "; the segments between are missing"));
  }

  Result<void> check_checkpoint_is_reached() const {
    if (catalog_.checkpoint <= log_.end) return {};
    const Segment& last = *log_.segments.back();
    return fail(damage(last.path, last.header.offset_of(log_.end),
                       "the log ends at position " + text(log_.end) +
                           ", but the catalog has read it up to " + text(catalog_.checkpoint) +
                           "; what stood between is missing"));
  }

  Result<void> read_segments() {
    log_.end = log_.segments.front()->header.base;
    for (std::size_t i = 0; i + 1 < log_.segments.size(); ++i)
      WEIR_CHECK(read_closed_segment(*log_.segments[i], log_.segments[i + 1]->header.base));
    WEIR_CHECK(read_last_segment(*log_.segments.back()));
    log_.found.bytes = log_.end.value - log_.segments.front()->header.base.value;
    return {};
  }

  Result<void> read_closed_segment(const Segment& segment, Lsn next_base) {
    WEIR_TRY(std::shared_ptr<File> file, files_.open_segment(segment.path));
    CommitScanner scanner(std::move(file), segment.header);
    WEIR_CHECK(read_commits(scanner, segment, next_base));
    if (scanner.position() == next_base) return {};
    return fail(damage(
        segment.path, scanner.offset(),
        "no whole commit stands here, and the next segment begins at position " + text(next_base)));
  }

  /// Only the last segment may have a torn end. If a later commit was begun, everything before it
  /// was written and acknowledged: then it is damage.
  Result<void> read_last_segment(const Segment& segment) {
    CommitScanner scanner(log_.last_file, segment.header);
    const Lsn limit = segment.header.end();
    WEIR_CHECK(read_commits(scanner, segment, limit));
    auto later = scanner.begun_later(limit);
    if (!later) return fail(in(segment.path, scanner.offset(), std::move(later).error()));
    if (*later)
      return fail(damage(segment.path, scanner.offset(),
                         "no whole commit stands here, but a later one was begun at offset " +
                             std::to_string(segment.header.offset_of(**later))));
    WEIR_TRY(log_.found.torn_tail, scanner.begun_here(limit));
    return {};
  }

  /// The bytes read may be in the page cache only, and after a failed sync a further sync would not
  /// write them. Only the last commit can be in that state, since the one before it was
  /// acknowledged first: so it is written again.
  Result<void> make_safe() {
    if (log_.segments.empty()) return {};
    WEIR_CHECK(log_.last_file->sync());
    const auto& [last, path] = *log_.segments.back();
    if (!any_commit_ || last_commit_ < last.base) return {};
    CommitScanner scanner(log_.last_file, last);
    scanner.seek(last_commit_);
    const std::uint64_t offset = scanner.offset();
    auto commit = scanner.next(log_.end);
    if (!commit) return fail(in(path, offset, std::move(commit).error()));
    if (!*commit) return fail(damage(path, offset, "the disk gives other bytes at each reading"));
    return log_.last_file->write_at(offset, (*commit)->blocks);
  }

  Result<void> read_commits(CommitScanner& scanner, const Segment& segment, Lsn limit) {
    for (;;) {
      const std::uint64_t offset = scanner.offset();
      auto commit = scanner.next(limit);
      if (!commit) return fail(in(segment.path, offset, std::move(commit).error()));
      log_.end = scanner.position();
      if (!*commit) return {};
      any_commit_ = true;
      last_commit_ = (*commit)->lsn;
      if (auto read = read_records(**commit); !read)
        return fail(in(segment.path, offset, std::move(read).error()));
    }
  }

  Result<void> read_records(const CommitScanner::Commit& commit) {
    RecordCursor cursor({.partition = files_.partition(),
                         .lsn = commit.lsn,
                         .count = commit.count,
                         .records = commit.records});
    for (;;) {
      WEIR_TRY(const std::optional<Record> record, cursor.next());
      if (!record) return {};
      WEIR_CHECK(note(*record));
    }
  }

  Result<void> note(const Record& record) {
    const StreamNo stream = record.address.stream;
    const Sequence sequence = record.address.sequence;
    const auto [known, is_new] = log_.next_sequences.try_emplace(stream, sequence);
    if (is_new) {
      WEIR_CHECK(check_follows_catalog(stream, sequence));
      log_.found.streams_seen.emplace_back(stream, record.type);
    }
    constexpr auto endless = std::numeric_limits<std::uint64_t>::max();
    if (sequence != known->second || sequence.value == 0 || sequence.value == endless)
      return fail(Errc::corrupt, "stream " + std::to_string(stream.value) +
                                     " goes on with record " + std::to_string(sequence.value) +
                                     " where " + std::to_string(known->second.value) +
                                     " should follow");
    known->second = {sequence.value + 1};
    log_.last_received_at = std::max(log_.last_received_at, record.received_at);
    ++log_.found.records;
    return {};
  }

  /// A stream that was deleted from the catalog may begin at any sequence.
  Result<void> check_follows_catalog(StreamNo stream, Sequence first) const {
    const auto filed = catalog_.next_sequences.find(stream);
    if (filed == catalog_.next_sequences.end() || first <= filed->second || first.value == 1)
      return {};
    return fail(Errc::corrupt, "the log holds stream " + std::to_string(stream.value) +
                                   " from record " + std::to_string(first.value) +
                                   " on, but the catalog waits for record " +
                                   std::to_string(filed->second.value));
  }

  Result<void> merge_sequences() {
    for (const auto& [stream, filed] : catalog_.next_sequences) {
      const auto [held, only_filed] = log_.next_sequences.try_emplace(stream, filed);
      if (only_filed || held->second >= filed) continue;
      const Segment& last = *log_.segments.back();
      return fail(damage(last.path, last.header.offset_of(log_.end),
                         "the log ends before record " + std::to_string(held->second.value) +
                             " of stream " + std::to_string(stream.value) +
                             ", but the catalog has filed all before record " +
                             std::to_string(filed.value)));
    }
    return {};
  }

  static Error in(const std::string& path, std::uint64_t offset, Error error) {
    if (error.code == Errc::corrupt) return damage(path, offset, error.message);
    error.message = "'" + path + "' at offset " + std::to_string(offset) + ": " + error.message;
    return error;
  }

  const SegmentFiles& files_;
  const CatalogPosition& catalog_;
  RecoveredLog log_;
  Lsn last_commit_;
  bool any_commit_ = false;
};

}  // namespace

Result<RecoveredLog> recover(const SegmentFiles& files, const CatalogPosition& catalog) {
  return Recovery(files, catalog).run();
}

}  // namespace weir::log
