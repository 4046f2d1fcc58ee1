#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/reader/read_plan.hpp"

namespace weir::engine::duckdb {

/// Finds the records of one file that rows are made of. Used by one thread, in the order of the
/// file.
class RecordFinder {
 public:
  struct Found {
    std::uint64_t record = 0;  // its place in the file: 1, 2, 3, ...; the line of NDJSON
    std::string receipt;       // empty: not known
  };

  virtual ~RecordFinder() = default;
  /// Of the plan's only file. corrupt, not_found or io where the file, or its index, cannot be
  /// read.
  static Result<std::unique_ptr<RecordFinder>> open(const ReadPlan& plan);

  /// nullopt: the file has no such row.
  virtual Result<std::optional<Found>> of_row(std::uint64_t row) = 0;
  /// The record as JSON: the line of NDJSON as it stands, also where it is none; of CBOR the
  /// payload. nullopt: the file has no such record, or it cannot be read.
  virtual Result<std::optional<std::string>> text_of(std::uint64_t record) = 0;
};

}  // namespace weir::engine::duckdb
