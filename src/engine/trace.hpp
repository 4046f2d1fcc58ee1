#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "engine/origin.hpp"

/// What became of a record in a domain table, and which record a row is of (spec/files.md 8).
namespace weir::engine {

/// One record of a batch file.
struct Record {
  FileFormat format = FileFormat::ndjson;
  SourceFile file;
  std::string receipt;
};

/// What became of a row that is made of a record; and of the record, where it has no row.
enum class Fate : std::uint8_t {
  not_loaded,      // no load has read its file
  over_threshold,  // the load of its file had too many errors: nothing was loaded
  undone,          // the load was undone
  loaded,          // it stands in the table
  replaced,        // it stood in the table until a later load
  rejected,        // another row of its key stood, or was in the same load, and stays
  lost,            // another row of its key stands; whether it ever stood is no longer known
  error,           // the feed cannot take it
  dropped,         // the query makes no row of the record
  removed,         // it is not in the table: rows were removed, or the feed or query is another now
  several,         // its rows differ
  unknown,         // it could not be found out
};
std::string_view to_string(Fate fate);

/// Where a row is of. A row of several records (a group, a join) is of the latest of them.
struct RowRecord {
  std::string pk;               // of the row
  Origin origin;                // of the record
  std::string file;             // its key in the store; empty: the ledger does not have it any more
  std::uint64_t load = 0;       // that wrote the row; 0: one that no ledger has
  LoadId id = {};               // of that load, as far as the ledger has it
  std::optional<Time> at = {};  // likewise
};

/// A row that is made of the record.
struct TracedRow {
  Fate fate = Fate::unknown;
  std::string pk;                // empty: an error
  std::vector<RowError> errors;  // every field that is not right
  /// Of loaded: the row. Else the row that stands in its place, if one does.
  std::optional<RowRecord> standing;
};

struct Trace {
  Fate fate = Fate::unknown;
  std::optional<LoadRecord> load;  // the last one that read its file into the table
  std::vector<TracedRow> rows;     // limits::traced_rows_max at most
  std::string why;                 // a sentence, where the fate does not say all
};

/// The fate that is all rows'; several where they differ. Of no rows: dropped.
Fate fate_of(const std::vector<TracedRow>& rows);

}  // namespace weir::engine
