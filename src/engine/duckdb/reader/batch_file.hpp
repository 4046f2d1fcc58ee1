#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "base/sha256.hpp"
#include "engine/remote_files.hpp"

namespace weir::engine::duckdb {

/// What the manifest says about a batch file.
struct FileClaim {
  std::string key;  // in the store; messages name it
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
};

/// Where a file is: a path, or a URI of remote files.
struct FilePlace {
  FilePlace(std::string path_of_file,
            RemoteFiles* remote_files = nullptr)  // NOLINT(google-explicit-constructor)
      : path(std::move(path_of_file)), remote(remote_files) {}
  std::string path;
  RemoteFiles* remote;  // null: it is on this machine
};

/// Reads a file from front to end. If there is a claim, the file is checked against it: the size on
/// opening, the SHA-256 while reading. A difference is corrupt; the message says which file and
/// what to do, as do those of not_found and io. Used by one thread.
class BatchFile {
 public:
  static Result<BatchFile> open(const FilePlace& place, const std::optional<FileClaim>& claim);
  BatchFile(BatchFile&& other) noexcept;
  BatchFile& operator=(BatchFile&& other) noexcept;
  ~BatchFile();

  /// The number of bytes now at `out`; 0 at the end, and then the file matched its claim.
  Result<std::size_t> read(char* out, std::size_t size);
  /// Reads the rest, to complete the check against the claim.
  Result<void> read_to_end();

  /// The claim's key, or else the path.
  const std::string& name() const { return claim_ ? claim_->key : place_.path; }

 private:
  BatchFile(FilePlace place, std::optional<FileClaim> claim, int file);
  Result<void> check_size() const;
  Result<std::uint64_t> size() const;
  Result<std::size_t> read_local(char* out, std::size_t size) const;
  Result<std::size_t> read_remote(char* out, std::size_t size);
  Result<void> check_end();
  Failure differs(const std::string& how) const;

  FilePlace place_;
  std::optional<FileClaim> claim_;
  std::optional<Sha256> sha256_;  // while it is being read and there is a claim
  int file_ = -1;
  std::string ahead_;  // of a remote file: what was read and not handed out
  std::size_t taken_ = 0;
  std::uint64_t offset_ = 0;  // behind it
};

/// Reads a whole file.
Result<std::string> read_whole(const FilePlace& place, const std::optional<FileClaim>& claim);

}  // namespace weir::engine::duckdb
