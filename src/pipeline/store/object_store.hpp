#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The fourth stage: a batch becomes an object. A local directory now, S3 or Azure Blob later.
namespace weir::store {

/// Writes one object. The object becomes visible only when publish() returns ok. A writer destroyed
/// before that leaves nothing visible. Used by one thread.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Makes the object durable and visible under its key at once; replaces an object of that key.
  virtual Result<void> publish() = 0;
};

/// Objects by key ("ingest/stream/acme/is-.../2027-03-02/08-...ndjson"). Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) = 0;
  /// Reads the whole object; for small objects and tests.
  virtual Result<std::string> read(const std::string& key) = 0;
  /// Reads `bytes` bytes from `offset` on; fewer only at the object's end.
  virtual Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                         std::uint64_t bytes) {
    WEIR_TRY(const std::string whole, read(key));
    return offset < whole.size() ? whole.substr(offset, bytes) : std::string();
  }
  /// The address that an engine opens: a file path here, s3a:// or abfss:// for other stores.
  virtual std::string uri(const std::string& key) const = 0;
  /// Durable on return; ok where there is no such object.
  virtual Result<void> remove(const std::string& key) = 0;
  /// The names directly below a folder, sorted: of objects, and of folders. None where there is no
  /// such folder.
  virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;
  /// Removes unpublished data that writers of a dead process left behind.
  virtual Result<void> sweep() = 0;
};

/// What a batch file holds. Its name is a function of these members (docs/formats/batch-file.md).
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

/// Below it stand the bodies of quarantined payloads (docs/formats/quarantine-file.md).
inline constexpr const char* quarantine_folder = "quarantine";
/// "quarantine/acme/is-.../2027-03-02-08-...". The name's type does not matter.
std::string quarantine_key(const BatchName& name);

}  // namespace weir::store
