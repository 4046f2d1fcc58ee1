#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "engine/duckdb/reader/batch_file.hpp"
#include "xml/ingest_pack.hpp"

namespace weir::engine::duckdb {

/// Reads a CBOR batch file record by record, and holds no more of it than a block or a record,
/// whichever is longer. Fails as BatchFile and PackReader do. Used by one thread.
class PackFile {
 public:
  static Result<PackFile> open(const std::string& path, const std::optional<FileClaim>& claim);

  /// The next record, valid until the next call; nullopt at the end, and then the file matched its
  /// claim.
  Result<std::optional<xml::PackRecord>> next();
  /// After a failure of the content: goes past what is no record. corrupt where its end cannot be
  /// found; io and corrupt where the file is not what its claim says.
  Result<void> skip();
  /// Whether it was the file that failed, and not its content: nothing more of it can be read.
  bool has_failed() const { return failed_; }

 private:
  explicit PackFile(BatchFile file) : file_(std::move(file)) {}

  /// Reads more behind the record that begins there.
  Result<void> read_from(std::uint64_t offset);

  BatchFile file_;
  std::string buffer_;
  std::size_t size_ = 0;     // of what is in the buffer
  std::uint64_t first_ = 0;  // its offset in the file
  bool ended_ = false;
  bool failed_ = false;
  std::unique_ptr<xml::PackReader> reader_;  // of the buffer
};

}  // namespace weir::engine::duckdb
