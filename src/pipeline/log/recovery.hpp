#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "pipeline/log/segment_files.hpp"

namespace weir::log {

/// What the catalog knows about a partition when the log is opened.
struct CatalogPosition {
  Lsn checkpoint;
  /// For each stream, the number after the last record it has filed.
  std::unordered_map<StreamNo, Sequence> next_sequences;
  /// No record may be stamped earlier: the hours up to this time are sealed.
  Time complete_until{};
};

/// What opening a log found; for the start-up message, and for bindings the catalog may lack.
struct Recovered {
  std::uint64_t records = 0;  // all records in the log, filed or not
  std::uint64_t bytes = 0;    // of their commits
  bool torn_tail = false;     // an incomplete, never acknowledged commit was cut off
  std::vector<std::pair<StreamNo, PayloadType>> streams_seen;  // in order of first appearance
};

/// Where appending continues.
struct RecoveredLog {
  std::vector<std::shared_ptr<const Segment>> segments;  // in order; empty: a new log
  std::vector<std::string> spares;                       // paths; contents not verified
  std::shared_ptr<File> last_file;                       // of the last segment
  Lsn end;
  Time last_received_at;
  std::unordered_map<StreamNo, Sequence> next_sequences;  // the greater of catalog's and log's
  Recovered found;
};

/// Reads a partition as docs/formats/log-segment.md ("Opening") says, and syncs what it read; the
/// names are synced already (SegmentFiles::make_directory).
/// Refuses, with corrupt or newer_version, every state that could lose an acknowledged record.
Result<RecoveredLog> recover(const SegmentFiles& files, const CatalogPosition& catalog);

}  // namespace weir::log
