#pragma once

#include <cstdint>
#include <string>

#include "base/time.hpp"

/// What is wrong with rows, and what the log of it tells (spec/feeds.md 9).
namespace weir::engine {

struct RowError {
  std::string file;  // empty: of a row that is of no record
  std::uint64_t row = 0;
  std::string field;
  std::string value;
  std::string reason;
};

/// A bad field of a row, in the log of its load.
struct LoggedError {
  RowError error;
  std::string kind;          // the reason without the value; the same for all values
  std::uint64_t record = 0;  // its place in the file: 1, 2, 3, ...; 0: not known
  std::string receipt;       // of the record; empty where it is not known
  Time received_at;          // the first of its file
  std::uint64_t load = 0;
  std::uint64_t number = 0;  // in the load: 1, 2, 3, ... in the order of the data
  std::string run;
  std::string feed;
  std::string table;
};

/// Errors of the log; the order is by load and number.
struct ErrorFilter {
  std::string table = {};  // empty: of all tables
  std::string run = {};    // empty: of all runs
  std::uint64_t load = 0;  // 0: of all loads
  /// Behind the error of this load and number.
  std::uint64_t after_load = 0;
  std::uint64_t after_number = 0;
  std::uint64_t most = 100;
};

}  // namespace weir::engine
