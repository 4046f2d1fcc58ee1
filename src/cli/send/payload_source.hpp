#pragma once

#include <cstdint>
#include <fstream>
#include <istream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace weir::cli {

/// Where payloads are read from, and how.
struct SourceOptions {
  std::vector<std::string> paths;  // files, directories (walked), "-" for standard input
  std::string type;                // "json", "xml"; empty: told from name and first character
  bool lines = false;              // each line is a payload, whatever a file is called
};

/// One payload as it was found.
struct Found {
  std::string name;  // "orders.ndjson:17", "a.json"
  std::string content_type;
  std::string body;
  std::uint64_t bytes_read = 0;  // of all sources, this one's included
};

/// Reads payloads one by one, in the same order each time, so that a directory or a file of any
/// size may be sent: a file is one payload, but each line of an .ndjson or .jsonl file is one of
/// its own. Empty lines are left out. One thread.
class PayloadSource {
 public:
  /// bad_request where a path leads nowhere. `standard_input` outlives it.
  static Result<PayloadSource> open(SourceOptions options, std::istream& standard_input);

  /// nullopt at the end; an error is of one file, and the next call goes on behind it.
  Result<std::optional<Found>> next();
  /// Of all files; standard input counts nothing.
  std::uint64_t bytes_total() const { return bytes_total_; }

 private:
  PayloadSource(SourceOptions options, std::istream& standard_input)
      : options_(std::move(options)), standard_input_(standard_input) {}
  Result<void> list(const std::string& path);
  bool in_lines(const std::string& path) const;
  std::string content_type_of(const std::string& path, const std::string& body) const;
  Result<bool> begin(const std::string& path);
  std::optional<Found> next_line();

  SourceOptions options_;
  std::istream& standard_input_;
  std::vector<std::string> files_;
  std::size_t at_ = 0;  // the next file
  std::uint64_t bytes_total_ = 0;
  std::uint64_t bytes_read_ = 0;
  std::unique_ptr<std::ifstream> file_;
  std::istream* lines_ = nullptr;  // of the file before at_, or null
  std::uint64_t line_number_ = 0;
};

}  // namespace weir::cli
