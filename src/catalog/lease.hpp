#pragma once

#include <cstdint>
#include <string>

namespace weir::catalog {

/// What entitles its holder to change a run: given by Runs::claim, shown with every change, and
/// worth nothing once the run is over or has been claimed again. `epoch` counts the claims of a
/// run, so that not even an owner who got the run back can act on an earlier lease.
struct RunLease {
  std::string run_id;
  std::string owner;
  std::uint64_t epoch = 0;
};

}  // namespace weir::catalog
