#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Which batches: [from, to) by receive day, and optionally one hour of each.
struct BatchFilter {
  std::string stream_id;  // empty: of every stream of the tenant; not_found if it has none such
  std::optional<Day> from;
  std::optional<Day> to;
  std::optional<int> hour;
};

/// The manifest, the checkpoints and the quarantine (docs/formats/manifest.md).
class Batches {
 public:
  explicit Batches(Database& database) : database_(database) {}

  /// A partition nobody has committed for yet stands at Lsn 0, version 0.
  Result<Checkpoint> checkpoint(PartitionNo partition);
  /// The next sequence of every stream of the partition that has any record accounted for.
  Result<std::unordered_map<StreamNo, Sequence>> positions(PartitionNo partition);
  /// All of it or, when the checkpoint or a position has moved since it was read (conflict), none.
  /// Returns the checkpoint as it stands now.
  Result<Checkpoint> commit(const BatchCommit& commit);

  /// Of the keys whose window may still be open, the newest `count` or a few more, oldest first.
  Result<std::vector<KeyPrint>> key_prints(PartitionNo partition, std::uint64_t count);

  /// In the order of the data: day, hour, partition, first sequence.
  Result<std::vector<Batch>> find(std::uint32_t tenant_no, const BatchFilter& filter);
  /// In the order they were committed.
  Result<Page<Batch>> list(std::uint32_t tenant_no, const BatchFilter& filter,
                           const PageRequest& page);

  /// The last `count` files of a stream, by the order of the data. For samples.
  Result<std::vector<Batch>> newest(std::uint32_t tenant_no, const std::string& stream_id,
                                    std::uint32_t count);

  /// In the order they were quarantined. A page also ends, with at least one item, when its bodies
  /// are more than limits::quarantine_page_bytes_max.
  struct QuarantineFilter {
    std::optional<std::string> stream_id;
    std::optional<QuarantineState> state;
  };
  Result<Page<Quarantined>> quarantined(std::uint32_t tenant_no, const QuarantineFilter& filter,
                                        const PageRequest& page);
  /// Its bytes go, its row stays and says what became of it. conflict when it is settled already,
  /// not_found when the tenant has no such record in the quarantine.
  Result<void> settle(std::uint32_t tenant_no, const Address& address, QuarantineState state,
                      std::optional<Sequence> replayed_as);

  /// Where one record of a stream of the tenant is; not_found for another tenant's stream. At most
  /// one of the three is there; none: its partition's batcher has not accounted for it, or, where
  /// `accounted` says that it has, conservation is broken.
  struct Place {
    std::optional<Batch> batch;
    std::optional<Quarantined> quarantined;
    std::optional<Sequence> duplicate_of;
    bool accounted = false;
  };
  Result<Place> place(std::uint32_t tenant_no, const Address& address);

  /// Per stream: what conservation adds up (spec/files.md 9).
  struct Totals {
    std::uint64_t in_files = 0;
    std::uint64_t quarantined = 0;  // those that were dropped or replayed since included
    std::uint64_t duplicates = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  Result<Totals> totals(std::uint32_t tenant_no, const std::string& stream_id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
