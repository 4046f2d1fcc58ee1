#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

/// What has become of the row of a logged error.
enum class ErrorState : std::uint8_t {
  open,
  mended,     // a later load read the row, and it had no error
  repeated,   // a later load read the row, whose errors are logged anew
  dismissed,  // somebody gave it up
};
std::string_view name_of(ErrorState state);

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
  ErrorState state = ErrorState::open;
  std::uint64_t settled_by = 0;  // the load that mended or repeated it
};

/// Errors of the log; the order is by load and number.
struct ErrorFilter {
  std::string table = {};  // empty: of all tables
  std::string run = {};    // empty: of all runs
  std::uint64_t load = 0;  // 0: of all loads
  std::optional<ErrorState> state = {};
  /// Behind the error of this load and number.
  std::uint64_t after_load = 0;
  std::uint64_t after_number = 0;
  std::uint64_t most = 100;
};

/// Errors of one kind in one field of a table; not those beyond what is logged.
struct ErrorKind {
  std::string table;
  std::string field;
  std::string kind;
  std::uint64_t count = 0;
  std::uint64_t open = 0;
};

/// A record of a batch file, as JSON.
struct RecordText {
  std::string stored;  // empty: it cannot be read
  struct Mended {
    std::string text;
    std::string by;
    Time at;
  };
  std::optional<Mended> mended;  // what loads take in its place
};

}  // namespace weir::engine
