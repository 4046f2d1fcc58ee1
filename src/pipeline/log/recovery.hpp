#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/log/segment_files.hpp"

namespace weir::log {

/// What the catalog knows about a partition when the log is opened.
struct CatalogPosition {
  Lsn checkpoint;
  /// The number after the last one it has filed, by stream.
  std::unordered_map<StreamNo, Sequence> next_sequences;
  /// No record may be stamped before it: the hours up to it are sealed.
  Time complete_until{};
};

/// What opening a log found; for the start-up message and for what the catalog may not know yet.
struct Recovered {
  std::uint64_t records = 0;  // all that the log still holds, filed or not
  std::uint64_t bytes = 0;    // of their commits
  bool torn_tail = false;     // a commit that was never acknowledged was cut
  std::vector<std::pair<StreamNo, PayloadType>> streams_seen;  // in order of first appearance
};

/// Where appending goes on.
struct RecoveredLog {
  std::vector<std::shared_ptr<const Segment>> segments;  // in order; empty: a new log
  std::vector<std::string> spares;                       // paths, not looked into
  std::shared_ptr<File> last_file;                       // of the last segment
  Lsn end;
  Time last_received_at;
  std::unordered_map<StreamNo, Sequence> next_sequences;  // the catalog's or the log's, the greater
  Recovered found;
};

/// Reads a partition as docs/formats/log-segment.md ("Opening") says, and makes what it read safe;
/// the names already are (SegmentFiles::make_directory).
/// Refuses, with corrupt or newer_version, whatever might cost an acknowledged record.
Result<RecoveredLog> recover(const SegmentFiles& files, const CatalogPosition& catalog);

}  // namespace weir::log
