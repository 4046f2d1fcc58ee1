// Time never goes back within a partition, so the way back from stamps that a wrong clock has made
// is a partition of its own (docs/decisions/0007-clock-jumps.md). What was left behind has to be
// whole first: its log is opened as ever, which recovers it, and must end where the catalog has
// read to.
#include "app/earlier_partition.hpp"

#include "app/batch_catalog_adapter.hpp"
#include "pipeline/batcher/hour_sealer.hpp"
#include "pipeline/log/segmented_log.hpp"

namespace weir::app {
namespace {

Result<void> check_filed(PartitionNo partition, const std::string& log_directory,
                         const PartitionServices& services) {
  const std::string number = std::to_string(partition.value);
  WEIR_TRY(const bool is_there, services.disk.exists(log_directory + "/" + number));
  if (!is_there) return {};  // somebody has taken it away, once it was filed
  log::SegmentedLog::Options options;
  options.directory = log_directory;
  options.partition = partition;
  options.drive = log::SegmentedLog::Drive::by_hand;
  auto& batches = services.catalog.batches();
  WEIR_TRY(const catalog::Checkpoint checkpoint, batches.checkpoint(partition));
  options.catalog.checkpoint = checkpoint.lsn;
  WEIR_TRY(options.catalog.next_sequences, batches.positions(partition));
  WEIR_TRY(const auto log, log::SegmentedLog::open(services.disk, services.clock, services.random,
                                                   std::move(options)));
  if (log->durable_end(partition) == checkpoint.lsn) return {};
  return fail(Errc::conflict, "partition " + number +
                                  " of the log holds records that are in no file yet. Start with "
                                  "log.partition = " +
                                  number +
                                  ", wait until `weir doctor` shows none in the log, and "
                                  "raise it then");
}

}  // namespace

Result<void> close_partition(PartitionNo partition, const std::string& log_directory,
                             PartitionServices services) {
  WEIR_CHECK(check_filed(partition, log_directory, services));
  BatchCatalogAdapter batch_catalog(services.catalog, services.clock);
  batcher::HourSealer sealer(services.store, batch_catalog);
  constexpr std::chrono::hours a_century{24 * 36'525};  // however far ahead the clock was
  const Time end = services.clock.now() + a_century;
  WEIR_TRY(const catalog::Checkpoint checkpoint, batch_catalog.claim(partition));
  for (bool more = true; more;) {
    WEIR_TRY(const auto sealed, sealer.seal_some(partition, {checkpoint.version, end}, end));
    more = sealed.more;
  }
  return {};
}

}  // namespace weir::app
