#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// The fourth stage: a batch becomes an object. What every store keeps is one test,
/// store_contract_test.cpp.
namespace weir::store {

/// What publishing does where there is an object of that key.
enum class IfThere : std::uint8_t {
  replace,
  refuse,  // conflict; of any number of writers that publish at once, one succeeds
};

/// Writes one object. The object becomes visible only when publish() returns ok, or fails without
/// an answer from the store (unavailable). A writer destroyed before that leaves nothing visible.
/// Used by one thread.
class ObjectWriter {
 public:
  virtual ~ObjectWriter() = default;
  virtual Result<void> write(std::string_view bytes) = 0;
  /// Makes the object durable and visible under its key at once. Call it once.
  virtual Result<void> publish(IfThere if_there) = 0;
  Result<void> publish() { return publish(IfThere::replace); }
};

/// Objects by key ("ingest/stream/acme/is-.../2027-03-02/08-...ndjson"): names between '/'. What is
/// no key is bad_request, and what is not there not_found. Thread-safe.
class ObjectStore {
 public:
  virtual ~ObjectStore() = default;
  virtual Result<std::unique_ptr<ObjectWriter>> create(const std::string& key) = 0;
  /// Reads the whole object into memory; for small objects and tests.
  virtual Result<std::string> read(const std::string& key) = 0;
  /// Reads `bytes` bytes from `offset` on; fewer only at the object's end.
  virtual Result<std::string> read_range(const std::string& key, std::uint64_t offset,
                                         std::uint64_t bytes) {
    WEIR_TRY(const std::string whole, read(key));
    return offset < whole.size() ? whole.substr(offset, bytes) : std::string();
  }
  /// In bytes.
  virtual Result<std::uint64_t> size(const std::string& key) = 0;
  /// The address that an engine opens: a file path here, s3a:// or abfss:// for other stores.
  virtual std::string uri(const std::string& key) const = 0;
  /// Durable on return; ok where there is no such object.
  virtual Result<void> remove(const std::string& key) = 0;
  using EachName = std::function<Result<void>(const std::string& name)>;
  /// Calls `each` with the names directly below a folder, in any order: of objects, and of folders.
  /// Not at all where there is no such folder. An error of `each` ends it and is returned. Memory
  /// is that of one page of the store's answers.
  virtual Result<void> for_each_name(const std::string& folder, const EachName& each) = 0;
  /// All of them, sorted, each once.
  Result<std::vector<std::string>> list(const std::string& folder);
  /// Removes unpublished data that writers of a dead process left behind. Never takes away what a
  /// writer of another living process has in hand.
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
  std::uint64_t claim = 0;  // on the partition, of the batcher that makes the batch
  PayloadType type = PayloadType::json;
};

std::string object_key(const BatchName& name);
/// True for the name, without its folder, of a batch file or of its index that was put for this
/// hour and partition under an earlier claim. Names of Weir before claims have the claim 0.
bool is_of_earlier_claim(std::string_view name, int hour, PartitionNo partition,
                         std::uint64_t claim);

/// bad_request unless the key is of names between '/': none empty, ".", ".." or ".partial".
Result<void> check_key(const std::string& key);
/// The conflict of IfThere::refuse.
Failure already_there(const std::string& key);

/// Below it stand the bodies of quarantined payloads (docs/formats/quarantine-file.md).
inline constexpr const char* quarantine_folder = "quarantine";
/// "quarantine/acme/is-.../2027-03-02-08-...". The name's type does not matter.
std::string quarantine_key(const BatchName& name);

}  // namespace weir::store
