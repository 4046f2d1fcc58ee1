#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The fourth stage: a batch becomes an object. A local directory here, S3 or Azure Blob later.
namespace weir::store {

/// Writes one object. Nobody sees any of it before publish() returned ok; an abandoned writer
/// (destroyed before that) leaves nothing visible. One thread.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Makes the object durable and visible under its key at once, replacing one of that name.
  virtual Result<void> publish() = 0;
};

/// Objects by key ("ingest/stream/acme/is-.../2027-03-02/08-...ndjson"). Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) = 0;
  /// The whole object; for small ones and tests.
  virtual Result<std::string> read(const std::string& key) = 0;
  /// `bytes` of it from `offset` on; fewer only at its end.
  virtual Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                         std::uint64_t bytes) {
    WEIR_TRY(const std::string whole, read(key));
    return offset < whole.size() ? whole.substr(offset, bytes) : std::string();
  }
  /// What an engine opens: a file path here, s3a:// or abfss:// there.
  virtual std::string uri(const std::string& key) const = 0;
  /// Removes what writers left behind in a process that died.
  virtual Result<void> sweep() = 0;
};

/// What a batch file is of; its name is a function of this (docs/formats/batch-file.md).
struct BatchName {
  std::string tenant;
  std::string stream_id;
  Day day;
  int hour = 0;
  PartitionNo partition;
  Sequence first_sequence;
  PayloadType type = PayloadType::json;
};

std::string object_key(const BatchName& name);

}  // namespace weir::store
