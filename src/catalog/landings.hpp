#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/lease.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Landed files count their records in a partition of their own, which no log has.
inline constexpr PartitionNo landing_partition{0x7FFF};

/// A file that landed as batches: of which courier, for which day, and from where.
struct LandedFile {
  std::uint64_t no = 0;
  std::string courier_id;
  Day day;
  std::string path;         // below the courier's folder
  std::uint64_t entry = 0;  // of its load settings
  std::string fingerprint;  // of its content and of how it was read
  std::string sha256;       // of the file
  std::uint64_t bytes = 0;
  Time modified_at;
  std::uint64_t unreadable = 0;  // records that are rows in error
  Time landed_at;
};

/// A batch that a file became, or a member of it.
struct LandedBatch {
  std::string member;              // of an archive; empty: the file itself
  std::uint64_t first_record = 1;  // of the file or member
  std::string tag;
  Batch batch;
  std::shared_ptr<fields::Sketch> fields = {};  // what its records have; in a commit only
};

/// A record of a landed batch, as who made the file knows it.
struct LandedFrom {
  std::string path;
  std::string member;
  std::uint64_t first_record = 1;  // of the batch
};

/// The files that file couriers landed (spec/couriers.md 12). They are batches of streams that no
/// one sends to, one for each tag, so that what reads batches reads them too.
class Landings {
 public:
  explicit Landings(Database& database) : database_(database) {}

  /// The stream for the tag's files, which is made if there is none.
  Result<Stream> stream_for(const Courier& courier, const std::string& tag, PayloadType type);
  /// Those that there are, by tag.
  Result<std::vector<Stream>> streams_of(const std::string& courier_id);
  /// The sequence that the stream's next landed record gets.
  Result<Sequence> next_sequence(StreamNo stream);

  /// What landed last from this place, for this day and entry.
  Result<std::optional<LandedFile>> newest(const std::string& courier_id, Day day,
                                           const std::string& path, std::uint64_t entry);
  /// The run takes a file that landed before. Errors as of commit().
  Result<void> take(const RunLease& lease, std::uint64_t landed_no);
  /// The file's batches appear, and the run takes them: all or nothing. conflict when the lease is
  /// no longer the run's newest, or another file of the stream has landed meanwhile; then
  /// next_sequence() is another one.
  Result<void> commit(const RunLease& lease, const LandedFile& file,
                      const std::vector<LandedBatch>& batches);

  /// What the run took, in the order in which it landed: by day, then by file.
  Result<std::vector<LandedFile>> files_of_run(const std::string& run_id);
  Result<std::vector<LandedBatch>> batches_of_run(const std::string& run_id);
  /// nullopt: the batch did not land.
  Result<std::optional<LandedFrom>> origin_of(const std::string& batch_path);

 private:
  Database& database_;
};

}  // namespace weir::catalog
