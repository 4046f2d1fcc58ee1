#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/time.hpp"
#include "catalog/feed.hpp"
#include "catalog/run_records.hpp"
#include "catalog/snapshot.hpp"

namespace weir::fields {
class Sketch;
}

/// The catalog's rows as plain values. Times are UTC; text ids include their prefix.
namespace weir::catalog {

struct Tenant {
  std::uint32_t no = 0;
  std::string name;
  Time created_at;
  std::vector<std::string> allowed_origins{};  // of pages that may send from a browser
  std::uint64_t payload_bytes_max = 0;
  RateLimit rate_limit{};             // unset: the server's setting
  std::string sandbox_of{};           // the tenant it is a sandbox of; empty: none
  std::optional<Time> disabled_at{};  // refused everything since
};

struct ApiKey {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::vector<std::string> policies;
  std::string status;  // "active", "deleted"
  Time created_at;
  std::optional<Time> last_used_at;
};

struct Stream {
  StreamNo no;
  std::uint32_t tenant_no = 0;
  std::string id;
  std::string name;
  std::string description;
  std::optional<PayloadType> payload_type;
  bool xml_check_sync = false;
  Time created_at;
  RateLimit rate_limit;
  std::uint32_t batch_age_s = 0;  // of its batches at most; 0: the server's setting alone
  /// The file courier whose landed files it holds, and their tag. Nobody sends to such a stream.
  std::string landed_for{};
  std::string landed_tag{};
  bool is_landed() const { return !landed_for.empty(); }
  std::optional<Time> deleted_at{};  // takes no payloads since; its files and receipts stay
};

/// One row of the manifest (docs/formats/manifest.md).
struct Batch {
  std::string path;
  StreamNo stream;
  PartitionNo partition;
  Day day;
  int hour = 0;
  Sequence first_sequence;
  Sequence last_sequence;
  std::uint64_t records = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
  Time first_received_at;
  Time last_received_at;
};

/// The state of a payload in the quarantine. The row always stays: it is counted, and its receipt
/// refers to it.
enum class QuarantineState : std::uint8_t { held, replayed, dropped };

constexpr std::string_view to_string(QuarantineState state) {
  switch (state) {
    case QuarantineState::held:
      return "held";
    case QuarantineState::replayed:
      return "replayed";
    case QuarantineState::dropped:
      return "dropped";
  }
  return "unknown";
}

/// Where the bytes of a quarantined payload stand when they are not in its row
/// (docs/formats/quarantine-file.md).
struct StoredBody {
  std::string path;  // in the store; empty: they are in the row
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
  std::uint64_t crc64 = 0;
};

/// A payload that could not be converted, and the reason. All of its bytes are kept until it is
/// dropped or replayed.
struct Quarantined {
  Address address;
  Time received_at;
  PayloadType type = PayloadType::xml;
  std::string reason;
  std::string body;              // only in a commit, and empty there when `stored` says where it is
  StoredBody stored;             // its path stays until the bytes are erased
  std::uint64_t body_bytes = 0;  // as read from the catalog; 0 once it was dropped or replayed
  QuarantineState state = QuarantineState::held;
  std::optional<Time> settled_at;       // when it was dropped or replayed
  std::optional<Sequence> replayed_as;  // of the same stream and partition
};

/// A record that came with the Idempotency-Key and the body of an earlier record of its stream. It
/// is in no file.
struct Duplicate {
  Sequence sequence;
  Sequence of;
};

/// The duplicates of one closed batch, in the order of their sequences.
struct Duplicates {
  StreamNo stream;
  Time first_received_at;
  Time last_received_at;  // within one UTC hour of the first
  std::vector<Duplicate> pairs;
};

/// The stored hash of an Idempotency-Key, kept as long as its window is open
/// (docs/formats/idempotency.md).
struct KeyPrint {
  std::uint64_t key[2] = {0, 0};  // 128 bits of SHA-256 over stream and key
  std::uint64_t body = 0;         // 64 bits of SHA-256 over type and body
  StreamNo stream;
  Sequence sequence;  // the record that came with it first
  Time received_at;
};

/// The keys' hashes of one closed batch; all are of one stream.
struct KeyPrints {
  StreamNo stream;
  std::vector<KeyPrint> prints;
};

struct Checkpoint {
  Lsn lsn;
  std::uint64_t version = 0;
};

/// Records of one lane that a batch commit accounts for.
struct TakenOfLane {
  LaneNo lane;
  StreamNo stream;
  Day day;
  int hour = 0;
  std::uint64_t records = 0;
  std::uint64_t next_number = 0;  // after the last of them
};

/// What one batch commit writes, all or nothing (docs/formats/manifest.md).
struct BatchCommit {
  PartitionNo partition;
  Checkpoint read;  // the checkpoint that the batcher read before
  Lsn checkpoint;   // the new checkpoint
  struct Position {
    StreamNo stream;
    Sequence from;  // next_sequence as it was
    Sequence to;
    PayloadType type = PayloadType::json;  // binds the stream if it has no payload type yet
  };
  std::vector<Position> positions;
  std::vector<Batch> batches;
  /// Which fields the payloads of a batch have.
  struct FieldsOf {
    StreamNo stream;
    Day day;
    std::shared_ptr<const fields::Sketch> sketch;
  };
  std::vector<FieldsOf> fields;
  std::vector<Quarantined> quarantined;
  std::vector<Duplicates> duplicates;
  std::vector<KeyPrints> keys;
  std::optional<Time> forget_keys_before;  // older keys cannot match a future record
  /// What was taken of each lane, by stream and hour; only of a partition that is not gapless.
  std::vector<TakenOfLane> taken;
};

/// One UTC hour of one stream in one partition, for the check of conservation: accepted = in_files
/// + duplicates + quarantined. `accepted` is the length of the range of the log's sequences or,
/// where the partition is not gapless, what was taken of the lanes; the other three are counted
/// from the rows that account for the records.
struct Hour {
  StreamNo stream;
  PartitionNo partition;
  Day day;
  int hour = 0;
  Sequence first_sequence;
  Sequence last_sequence;
  Time first_received_at;
  Time last_received_at;
  std::uint64_t in_files = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
  std::string manifest_path;    // empty until it is sealed
  std::string manifest_sha256;  // hex, of the manifest's file
  std::uint64_t taken = 0;      // of lanes; 0 where the partition is gapless

  std::uint64_t accepted() const {
    return is_gapless(partition) ? last_sequence.value - first_sequence.value + 1 : taken;
  }
  std::uint64_t accounted() const { return in_files + duplicates + quarantined; }
  bool sealed() const { return !manifest_path.empty(); }
  Time end() const { return day + std::chrono::hours(hour + 1); }
};

struct IngestQuery {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string description;
  std::string sql;
  Time created_at;
  std::uint64_t version = 0;  // counts the saves that changed something, from 1
  Time updated_at{};
  std::string updated_by{};       // the id of an API key or a user; empty: it is not known
  std::string updated_by_name{};  // empty: they are gone, or not known
};

/// What an ingest query was when it was saved.
struct QueryVersion {
  std::uint64_t number = 0;
  std::string description;
  std::string sql;
  Time saved_at;
  std::string saved_by;        // as IngestQuery::updated_by
  std::string saved_by_name;   // likewise
  std::uint64_t restored = 0;  // the version whose text it took again; 0: none
};

/// A named record, for form's sake: nothing needs what it could hold (spec/users.md 6).
struct Credential {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string description;
  Time created_at;
};

/// What starts a courier's runs. A live courier is one that each batch starts.
enum class Trigger : std::uint8_t { by_hand, each_batch };

/// Where a file courier's files are: in the folder of the server's machine, or in its store.
enum class Location : std::uint8_t { folder, store };

/// Reads a stream, or files that others put somewhere: then `load_settings` says which, and there
/// is no stream, format, tag or prefix.
struct Courier {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string stream_id;
  std::string file_format;  // NDJSON JSON XML
  std::string file_tag;
  std::string file_pattern_prefix;  // "" or "00".."24"
  std::string load_operations;      // JSON text (spec/loads.md)
  Trigger trigger = Trigger::by_hand;
  Time created_at;
  Location location = Location::folder;
  std::string folder{};         // below the tenant's; empty: that itself
  std::string load_settings{};  // JSON text (spec/couriers.md 6); empty: it reads a stream
  std::string credential_id{};  // of a record for form's sake; may be empty
  bool is_live() const { return trigger == Trigger::each_batch; }
  bool reads_files() const { return !load_settings.empty(); }
};

}  // namespace weir::catalog
