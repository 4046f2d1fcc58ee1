#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "catalog/catalog.hpp"
#include "pipeline/log/log.hpp"

/// Records that are durable and in no file yet: in the log between the catalog's checkpoint and its
/// end. To be looked at by people; nothing is kept for them while nobody looks. Any thread; reads
/// the log's files. `checkpoint` is the catalog's: where what stands behind it was released
/// meanwhile, the reading begins at what is left.
namespace weir::batcher {

struct WaitingRecord {
  Address address;
  Time received_at;
  PayloadType type = PayloadType::json;
  std::string body;
  bool operator==(const WaitingRecord&) const = default;
};

struct WaitingRecords {
  std::uint64_t total = 0;            // of the stream, whether they are here or not
  std::vector<WaitingRecord> newest;  // the newest first
  /// All records of the stream since the checkpoint were looked at.
  bool whole = true;
};

/// The stream's newest records of [first, next), at most `count` of them, with the last
/// `bytes_max` of the log looked through: from its end, in pieces that grow.
Result<WaitingRecords> newest_waiting(log::Log& log, PartitionNo partition, Lsn checkpoint,
                                      StreamNo stream, Sequence first, Sequence next,
                                      std::size_t count, std::uint64_t bytes_max);

/// The record of an address; nullopt where it is not among the last `bytes_max`.
Result<std::optional<WaitingRecord>> find_waiting(log::Log& log, Lsn checkpoint,
                                                  const Address& address, std::uint64_t bytes_max);

/// The stream's newest records in all of the log's partitions.
Result<WaitingRecords> newest_waiting(log::Log& log, catalog::Catalog& catalog, StreamNo stream,
                                      std::size_t count, std::uint64_t bytes_max);
Result<std::unordered_map<StreamNo, Time>> newest_times(log::Log& log, catalog::Catalog& catalog,
                                                        std::uint64_t bytes_max);

/// When the newest record of each stream was received, of those among the last `bytes_max`.
Result<std::unordered_map<StreamNo, Time>> newest_times(log::Log& log, PartitionNo partition,
                                                        Lsn checkpoint, std::uint64_t bytes_max);

}  // namespace weir::batcher
