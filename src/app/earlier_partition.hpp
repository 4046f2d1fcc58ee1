#pragma once

#include <string>

#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "env/disk.hpp"
#include "env/random.hpp"
#include "pipeline/store/object_store.hpp"

namespace weir::app {

inline constexpr std::uint16_t partition_max = 255;

struct PartitionServices {
  Disk& disk;
  Clock& clock;
  Random& random;
  catalog::Catalog& catalog;
  store::ObjectStore& store;
};

/// Ends a partition that is written no more (`log.partition` was raised): seals its hours. Refuses
/// with conflict, and says what to do, where its log holds records that are in no file yet. Nothing
/// else may have the partition open. Doing it again changes nothing.
Result<void> close_partition(PartitionNo partition, const std::string& log_directory,
                             PartitionServices services);

}  // namespace weir::app
