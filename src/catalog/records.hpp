#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/time.hpp"
#include "catalog/snapshot.hpp"

/// What the catalog keeps, as plain values. Times are UTC; text ids carry their prefix.
namespace weir::catalog {

struct Tenant {
  std::uint32_t no = 0;
  std::string name;
  Time created_at;
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
  std::uint64_t bytes = 0;
  std::string sha256;  // hex
  Time first_received_at;
  Time last_received_at;
};

/// A payload that could not be converted, whole, and why.
struct Quarantined {
  Address address;
  Time received_at;
  PayloadType type = PayloadType::xml;
  std::string reason;
  std::string body;
};

struct Checkpoint {
  Lsn lsn;
  std::uint64_t version = 0;
};

/// Everything one batch commit does, or does not do, at once (docs/formats/manifest.md).
struct BatchCommit {
  PartitionNo partition;
  Checkpoint read;  // what the batcher last saw
  Lsn checkpoint;   // where it moves to
  struct Position {
    StreamNo stream;
    Sequence from;  // next_sequence as it was
    Sequence to;
    PayloadType type = PayloadType::json;  // binds a stream that is still open
  };
  std::vector<Position> positions;
  std::vector<Batch> batches;
  std::vector<Quarantined> quarantined;
};

struct FeedField {
  std::string name;       // incoming; matched without regard to case
  std::string type;       // boolean date datetime decimal float integer string
  std::string rename_to;  // empty: as incoming
  bool required = false;
  std::string semantic;
  std::string format;  // Joda pattern of a date or datetime; empty: inferred
  int scale = 2;       // of a decimal
};

struct Feed {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string source;
  std::string name;
  std::vector<FeedField> fields;
  std::vector<std::string> primary_key;  // output names
  std::string last_updated;              // output name; empty: generated
  int error_threshold = 1;               // percent
  bool active = false;
  Time created_at;
  std::string table() const { return source + ":" + name; }
};

struct IngestQuery {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string description;
  std::string sql;
  Time created_at;
};

struct Courier {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string stream_id;
  std::string file_format;  // NDJSON JSON XML
  std::string file_tag;
  std::string file_pattern_prefix;  // "" or "00".."24"
  std::string load_operations;      // JSON text, as documented
  Time created_at;
};

/// What a run is to load: a day, [from, to), or everything.
struct RunRange {
  std::optional<Day> from;
  std::optional<Day> to;  // exclusive; both empty: all
};

/// States as documented (reference 7.2).
enum class RunState : std::uint8_t {
  scheduled,
  started,
  running,
  stopping,
  stopped,
  succeeded,
  failed,
  skipped,
  canceled
};

struct RunTask {
  std::string id;
  std::string run_id;
  int position = 0;
  std::string kind;  // "find-batches", "load"
  std::string name;  // for people
  RunState state = RunState::scheduled;
  std::string error;
  std::string detail;  // JSON: inputs and counts
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};

struct Run {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string courier_id;
  std::string name;
  RunState state = RunState::scheduled;
  RunRange range;
  bool load_only = false;
  bool skip_missing = false;
  std::string error;
  Time created_at;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};

}  // namespace weir::catalog
