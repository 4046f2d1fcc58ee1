#pragma once

#include <vector>

#include <soci/soci.h>

#include "base/result.hpp"
#include "catalog/lanes.hpp"

/// Rows of lanes, within a transaction of somebody else.
namespace weir::catalog {

Result<std::vector<LaneCount>> lane_counts(soci::session& session, PartitionNo partition);
Result<void> add_taken(soci::session& session, PartitionNo partition, const TakenOfLane& taken);

}  // namespace weir::catalog
