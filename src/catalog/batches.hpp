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
  Result<Page<Quarantined>> quarantined(std::uint32_t tenant_no,
                                        const std::optional<std::string>& stream_id,
                                        const PageRequest& page);

  /// Where one record of a stream of the tenant is; not_found for another tenant's stream. At most
  /// one of the two is there; neither: its partition's batcher has not accounted for it.
  struct Place {
    std::optional<Batch> batch;
    std::optional<Quarantined> quarantined;
  };
  Result<Place> place(std::uint32_t tenant_no, const Address& address);

  /// Per stream: what the law of conservation adds up (decision 2).
  struct Totals {
    std::uint64_t in_files = 0;
    std::uint64_t quarantined = 0;
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;
  };
  Result<Totals> totals(std::uint32_t tenant_no, const std::string& stream_id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
