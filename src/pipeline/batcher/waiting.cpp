#include "pipeline/batcher/waiting.hpp"

#include <algorithm>
#include <deque>

#include "base/limits.hpp"

// The log is read a second time, as for live tails. The batcher has seen most of these records and
// could keep them, at a price for each record that comes, whether somebody looks or not.
namespace weir::batcher {
namespace {

constexpr std::uint64_t first_piece_bytes = limits::mib;

/// Gives each durable record of the last `bytes` to `visit`. True: those are all that stand behind
/// the checkpoint.
template <class Visit>
Result<bool> read(log::Log& log, PartitionNo partition, Lsn checkpoint, std::uint64_t bytes,
                  Visit&& visit) {
  const Lsn end = log.durable_end(partition);
  auto reader = log.read_newest(partition, bytes, checkpoint);
  if (!reader && reader.error().code == Errc::not_found) return true;  // released just now
  if (!reader) return fail(std::move(reader).error());
  const bool whole = (*reader)->position() == checkpoint;
  while ((*reader)->position() < end) {
    WEIR_TRY(const auto record, (*reader)->next());
    if (!record) break;
    visit(*record);
  }
  return whole;
}

WaitingRecord copy_of(const log::Record& record) {
  return {record.address, record.received_at, record.type, std::string(record.body)};
}

}  // namespace

Result<WaitingRecords> newest_waiting(log::Log& log, PartitionNo partition, Lsn checkpoint,
                                      StreamNo stream, Sequence first, Sequence next,
                                      std::size_t count, std::uint64_t bytes_max) {
  WaitingRecords found;
  if (next <= first) return found;
  const bool gapless = is_gapless(partition);
  if (gapless) found.total = next.value - first.value;
  for (std::uint64_t piece = std::min(first_piece_bytes, bytes_max);; piece *= 4) {
    std::deque<WaitingRecord> newest;
    std::uint64_t seen = 0;
    const auto take = [&](const log::Record& record) {
      if (record.address.stream != stream || record.address.sequence < first ||
          record.address.sequence >= next)
        return;
      ++seen;
      if (newest.size() == count) newest.pop_front();
      newest.push_back(copy_of(record));
    };
    WEIR_TRY(found.whole, read(log, partition, checkpoint, std::min(piece, bytes_max), take));
    found.newest.assign(std::make_move_iterator(newest.rbegin()),
                        std::make_move_iterator(newest.rend()));
    if (!gapless) found.total = seen;
    const std::uint64_t wanted = gapless ? std::min<std::uint64_t>(count, found.total) : count;
    if (found.whole || found.newest.size() == wanted || piece >= bytes_max) return found;
  }
}

Result<std::optional<WaitingRecord>> find_waiting(log::Log& log, Lsn checkpoint,
                                                  const Address& address, std::uint64_t bytes_max) {
  std::optional<WaitingRecord> found;
  WEIR_CHECK(read(log, address.partition, checkpoint, bytes_max, [&](const log::Record& record) {
    if (record.address == address) found = copy_of(record);
  }));
  return found;
}

Result<std::unordered_map<StreamNo, Time>> newest_times(log::Log& log, PartitionNo partition,
                                                        Lsn checkpoint, std::uint64_t bytes_max) {
  std::unordered_map<StreamNo, Time> times;
  WEIR_CHECK(read(log, partition, checkpoint, bytes_max, [&](const log::Record& record) {
    times[record.address.stream] = record.received_at;
  }));
  return times;
}

Result<WaitingRecords> newest_waiting(log::Log& log, catalog::Catalog& catalog, StreamNo stream,
                                      std::size_t count, std::uint64_t bytes_max) {
  WaitingRecords all;
  const auto partitions = log.partitions();
  for (const PartitionNo partition : partitions) {
    WEIR_TRY(const auto checkpoint, catalog.batches().checkpoint(partition));
    WEIR_TRY(const Sequence first, catalog.batches().position(partition, stream));
    const Sequence next = log.next_sequence({stream, partition, {}});
    WEIR_TRY(auto found, newest_waiting(log, partition, checkpoint.lsn, stream, first, next, count,
                                        bytes_max / partitions.size()));
    all.total += found.total;
    all.whole = all.whole && found.whole;
    all.newest.insert(all.newest.end(), std::make_move_iterator(found.newest.begin()),
                      std::make_move_iterator(found.newest.end()));
  }
  if (partitions.size() > 1) {
    std::stable_sort(all.newest.begin(), all.newest.end(),
                     [](const WaitingRecord& a, const WaitingRecord& b) {
                       return a.received_at > b.received_at;
                     });
    all.newest.resize(std::min(all.newest.size(), count));
  }
  return all;
}

Result<std::unordered_map<StreamNo, Time>> newest_times(log::Log& log, catalog::Catalog& catalog,
                                                        std::uint64_t bytes_max) {
  std::unordered_map<StreamNo, Time> times;
  const auto partitions = log.partitions();
  for (const PartitionNo partition : partitions) {
    WEIR_TRY(const auto checkpoint, catalog.batches().checkpoint(partition));
    WEIR_TRY(const auto found,
             newest_times(log, partition, checkpoint.lsn, bytes_max / partitions.size()));
    for (const auto& [stream, at] : found)
      times[stream] = std::max(times[stream], at);
  }
  return times;
}

}  // namespace weir::batcher
