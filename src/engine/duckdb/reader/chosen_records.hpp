#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace weir::engine::duckdb {

/// What a load takes of its files in place of what is stored there.
struct ChosenRecords {
  /// JSON objects that stand for records, by the file's key and the record's place.
  std::map<std::string, std::map<std::uint64_t, std::string>> mended;
  bool only_some = false;
  /// With only_some: the rows, by the file's key.
  std::map<std::string, std::set<std::uint64_t>> rows;
};

}  // namespace weir::engine::duckdb
