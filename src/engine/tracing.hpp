#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace weir::engine {

struct Load;
struct Source;
// In engine/trace.hpp:
struct Record;
struct RowRecord;
struct Trace;

/// From a record to its rows and back: a part of Engine.
class Tracing {
 public:
  virtual ~Tracing() = default;
  /// What became of a record in the load's table. The load says what would be done with it now; its
  /// sources have the files that the record's last load read, and its id the run of that load. What
  /// the table and the ledger do not tell is found out by doing it again for that record, within
  /// the load's allowance; nothing is written.
  virtual Result<Trace> trace(const Load& load, const Record& record) = 0;
  /// Which record a row is of, by its `_pk` or `_uuid_pk`. not_found: there is no such row.
  virtual Result<RowRecord> record_of(const std::string& tenant, const std::string& table,
                                      const std::string& key) = 0;
  /// The receipt of the record that is at, or has, that row of the source's one file; empty: it is
  /// not known.
  virtual Result<std::string> receipt_of(const std::string& tenant, const Source& source,
                                         std::uint64_t row) = 0;
  /// The keys of the files that a load read, in the order of the data; at most so many.
  virtual Result<std::vector<std::string>> files_of(const std::string& tenant, std::uint64_t load,
                                                    std::uint64_t most) = 0;
};

}  // namespace weir::engine
