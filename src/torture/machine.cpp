#include "torture/machine.hpp"

namespace weir::torture {
namespace {

/// Different streams of chance for the disk, the server and SQLite from one seed.
constexpr std::uint64_t server_salt = 0x736572766572;
constexpr std::uint64_t sqlite_salt = 0x73716c697465;

}  // namespace

Machine::Machine(std::uint64_t seed)
    : disk(seed), random(seed ^ server_salt), vfs(disk, clock, seed ^ sqlite_salt) {}

ServerSizes ServerSizes::by_chance(SeededRandom& random) {
  ServerSizes sizes;
  sizes.commit_bytes_max = (2 + random.below(7)) * limits::log_block_bytes;
  sizes.segment_bytes = (2 + random.below(3)) * sizes.commit_bytes_max + limits::log_block_bytes;
  sizes.spares_ahead = 1 + static_cast<std::uint32_t>(random.below(2));
  sizes.batcher.roll.bytes_max = 1 + random.below(20'000);
  sizes.batcher.roll.records_max = 1 + static_cast<std::uint32_t>(random.below(12));
  sizes.batcher.open_batches_max = 1 + static_cast<std::uint32_t>(random.below(4));
  sizes.batcher.held_bytes_max = 1 + random.below(2'000);
  // In one story all bodies go to files, in others those that come late.
  sizes.batcher.quarantine.catalog_bytes_max = random.one_in(3) ? 0 : random.below(4'000);
  sizes.batcher.quarantine.file_bytes_max = 1 + random.below(4'000);
  // Longer than any story: which keys are decided how follows from the order alone.
  sizes.batcher.keys.window = std::chrono::hours(24 * 365);
  sizes.batcher.step_records = 1 + static_cast<std::uint32_t>(random.below(20));
  return sizes;
}

Result<std::unique_ptr<Server>> Server::start(Machine& machine, const ServerSizes& sizes) {
  std::unique_ptr<Server> server(new Server());
  WEIR_CHECK(server->open(machine, sizes));
  return server;
}

Result<void> Server::open(Machine& machine, const ServerSizes& sizes) {
  clock_.emplace(machine.clock, machine.clock, WatchedClock::Bounds{});
  WEIR_TRY(catalog_,
           catalog::Catalog::open(machine.vfs.uri(machine.catalog_path), *clock_, machine.random));
  WEIR_TRY(const catalog::Checkpoint checkpoint, catalog_->batches().checkpoint(only_partition));
  log::SegmentedLog::Options options;
  options.directory = machine.log_path;
  options.partition = only_partition;
  options.segment_bytes = sizes.segment_bytes;
  options.commit_bytes_max = sizes.commit_bytes_max;
  options.spares_ahead = sizes.spares_ahead;
  options.drive = log::SegmentedLog::Drive::by_hand;
  options.watched_clock = &*clock_;
  options.catalog.checkpoint = checkpoint.lsn;
  WEIR_TRY(options.catalog.next_sequences, catalog_->batches().positions(only_partition));
  WEIR_TRY(options.catalog.complete_until, catalog_->hours().sealed_until(only_partition));
  WEIR_TRY(log_,
           log::SegmentedLog::open(machine.disk, *clock_, machine.random, std::move(options)));
  log_->release(only_partition, checkpoint.lsn);
  WEIR_TRY(store_, store::LocalDirectoryStore::open(machine.disk, machine.store_path));
  WEIR_CHECK(store_->sweep());
  quarantine_.emplace(catalog_->batches(), *store_);
  (void)quarantine_->clean_up();  // what fails does not keep a server from starting
  batch_catalog_.emplace(*catalog_, *clock_);
  batcher_.emplace(*log_, *store_, *batch_catalog_, sizes.batcher);
  return {};
}

}  // namespace weir::torture
