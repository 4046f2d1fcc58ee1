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

/// Where payloads are read from, and in which form.
struct SourceOptions {
  std::vector<std::string> paths;  // files, directories (walked), "-" for standard input
  std::string type;                // empty: by name and first character
  bool lines = false;              // each line is a payload, whatever the file's name
};

/// One payload with its origin.
struct Found {
  std::string name;  // "orders.ndjson:17", "a.json"
  std::string content_type;
  std::string body;
  std::uint64_t bytes_read = 0;  // of all sources, including this payload
};

/// Reads payloads one by one, always in the same order, so directories and files of any size can be
/// sent. A file is one payload; in an .ndjson or .jsonl file each line is one. Empty lines are
/// skipped. Used by one thread.
class PayloadSource {
 public:
  /// bad_request for a path that does not exist. `standard_input` outlives the source.
  static Result<PayloadSource> open(SourceOptions options, std::istream& standard_input);

  /// nullopt at the end. An error concerns one file; the next call continues with the next one.
  Result<std::optional<Found>> next();
  /// The size of all files; standard input is not counted.
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
