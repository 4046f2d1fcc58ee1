#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "engine/spark_type.hpp"

namespace weir::engine {

/// What the table function is to read: the files of one source, as rows of one struct.
struct ReadPlan {
  std::vector<std::string> paths;
  FileFormat format = FileFormat::ndjson;
  std::string row_tag;
  SparkType type;  // a struct
  /// NDJSON as a feed reads it: each column takes the raw text of the key that is its name without
  /// regard to case, whatever its JSON type; every column is a string.
  bool as_text = false;
};

/// What was found while reading; filled by DuckDB's thread.
class ReadReport {
 public:
  /// The Result the file reader gave, before DuckDB made plain text of it.
  void set_error(Error error);
  std::optional<Error> error() const;
  /// Only as_text: which columns occurred, and what other names did (a bounded number).
  void set_names(std::vector<bool> columns, std::set<std::string> others);
  std::vector<bool> columns() const;
  std::set<std::string> others() const;

 private:
  mutable std::mutex mutex_;
  std::optional<Error> error_;
  std::vector<bool> columns_;
  std::set<std::string> others_;
};

struct Reading {
  ReadPlan plan;
  ReadReport report;
};

/// The readings that SQL may name, by number. Thread-safe.
class Readings {
 public:
  std::uint64_t add(std::shared_ptr<Reading> reading);
  void remove(std::uint64_t number);
  std::shared_ptr<Reading> find(std::uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::shared_ptr<Reading>> readings_;
};

}  // namespace weir::engine
