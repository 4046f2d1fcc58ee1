#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Selects batches: receive days [from, to), and optionally one hour of each day, or some of them
/// in the order of their commits.
struct BatchFilter {
  std::string stream_id;  // empty: all streams of the tenant; not_found for an unknown one
  std::optional<Day> from;
  std::optional<Day> to;
  std::optional<int> hour;
  std::optional<BatchRange> committed = {};
  int from_hour = 0;  // of the day `from`, the first
  int to_hour = 0;    // of the day `to`, not included
  /// Those of the files that this run landed, or took since they had landed before; empty: any.
  std::string landed_by = {};
};

/// An hour of which nothing was received has no row; so long after its end it counts as sealed.
inline constexpr std::chrono::hours quiet_hour_sealed_after{1};

/// The UTC hours of which a stream has records in files, in order, and the time before which all
/// of its hours are sealed.
struct SourceHours {
  std::vector<Time> hours;
  Time sealed_to;
};

/// The manifest, the checkpoints and the quarantine (docs/formats/manifest.md).
class Batches {
 public:
  explicit Batches(Database& database) : database_(database) {}

  /// Those that a batcher ever claimed, in ascending order.
  Result<std::vector<PartitionNo>> partitions();
  /// Lsn 0, version 0 for a partition without a claim or commit.
  Result<Checkpoint> checkpoint(PartitionNo partition);
  /// Claims the partition for one batcher: gives the checkpoint a new version, so that commits of
  /// all earlier claims are refused from now on. The version is the claim's number.
  Result<Checkpoint> claim(PartitionNo partition);
  /// The next sequence of every stream of the partition that has records accounted for.
  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo partition);
  /// That of one stream; 1 where it has none.
  Result<Sequence> position(PartitionNo partition, StreamNo stream);
  /// All or nothing: conflict when the checkpoint or a position has moved since it was read.
  /// Returns the new checkpoint.
  Result<Checkpoint> commit(const BatchCommit& commit);

  /// Keys whose window may still be open: about the newest `count`, oldest first.
  Result<std::vector<KeyPrint>> key_prints(PartitionNo partition, std::uint64_t count);

  /// Ordered as the data is: day, hour, partition, first sequence.
  Result<std::vector<Batch>> find(std::uint32_t tenant_no, const BatchFilter& filter);
  /// Of the filter's one stream.
  Result<SourceHours> hours_with_records(std::uint32_t tenant_no, const BatchFilter& filter);
  /// Ordered by commit.
  Result<Page<Batch>> list(std::uint32_t tenant_no, const BatchFilter& filter,
                           const PageRequest& page);

  /// The last `count` files of a stream, in the order of the data. For samples.
  Result<std::vector<Batch>> newest(std::uint32_t tenant_no, const std::string& stream_id,
                                    std::uint32_t count);

  /// The tenant's file of that path.
  Result<std::optional<Batch>> find_path(std::uint32_t tenant_no, const std::string& path);

  /// Ordered by when they were quarantined, without their bodies.
  struct QuarantineFilter {
    std::optional<std::string> stream_id;
    std::optional<QuarantineState> state;
    std::optional<Time> received_from{};
    std::optional<Time> received_to{};  // exclusive
  };
  Result<Page<Quarantined>> quarantined(std::uint32_t tenant_no, const QuarantineFilter& filter,
                                        const PageRequest& page);
  /// The bytes that the record's row holds: none where they are in a file, or gone.
  Result<std::string> quarantined_body(const Address& address);
  /// Deletes the payload's bytes from its row and records the outcome there. Returns the file that
  /// still has the bytes; empty: none. Errors: conflict when it is settled already, not_found when
  /// the tenant has no such record in the quarantine. Called by batcher::Quarantine only, which
  /// erases the bytes in the file.
  Result<std::string> settle(std::uint32_t tenant_no, const Address& address, QuarantineState state,
                             std::optional<Sequence> replayed_as);

  /// A file of quarantined payloads (docs/formats/quarantine-file.md) as the catalog knows it.
  struct QuarantineFile {
    struct Body {
      std::uint64_t row = 0;
      std::uint64_t offset = 0;
      std::uint64_t bytes = 0;
      std::uint64_t crc64 = 0;
      bool is_held = false;  // false: settled, and to be erased
    };
    std::string path;
    std::vector<Body> bodies;  // in the order of their offsets
  };
  Result<std::vector<std::string>> quarantine_files();
  /// Those that still have the bytes of settled payloads.
  Result<std::vector<std::string>> quarantine_files_to_erase();
  /// Without bodies for a path that the catalog does not know.
  Result<QuarantineFile> quarantine_file(const std::string& path);
  /// The settled bodies of `file` were erased: forgets where they were, and the file if it held no
  /// others.
  Result<void> forget_erased(const QuarantineFile& file);

  /// What the quarantine holds, of all tenants.
  struct QuarantineHeld {
    std::uint64_t payloads_in_catalog = 0;
    std::uint64_t bytes_in_catalog = 0;
    std::uint64_t payloads_in_files = 0;
    std::uint64_t bytes_in_files = 0;
  };
  /// Costs no query: counted from the rows when the catalog is opened, and kept from then on.
  QuarantineHeld quarantine_held() const;
  /// Called once, by Catalog::open.
  Result<void> count_quarantine();

  /// Where one record of the tenant's stream is; not_found for another tenant's stream. At most one
  /// of the three is set. If none is, the partition's batcher has not accounted for the record yet.
  /// If none is although `accounted` is true, conservation is broken.
  struct Place {
    std::optional<Batch> batch;
    std::optional<Quarantined> quarantined;
    std::optional<Sequence> duplicate_of;
    bool accounted = false;
  };
  Result<Place> place(std::uint32_t tenant_no, const Address& address);

  /// The counts of conservation, per stream (spec/files.md 9).
  struct Totals {
    std::uint64_t in_files = 0;
    std::uint64_t quarantined = 0;  // including those dropped or replayed since
    std::uint64_t duplicates = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  Result<Totals> totals(std::uint32_t tenant_no, const std::string& stream_id);

 private:
  enum class Counted : std::uint8_t { added, settled };
  void count(const Quarantined& record, std::uint64_t bytes, Counted how);

  Database& database_;
  struct {
    std::atomic<std::uint64_t> payloads{0};
    std::atomic<std::uint64_t> bytes{0};
  } held_in_catalog_, held_in_files_;
};

}  // namespace weir::catalog
