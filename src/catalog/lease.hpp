#pragma once

#include <cstdint>
#include <string>

namespace weir::catalog {

/// Entitles its holder to change a run. Runs::claim gives it, every change shows it, and it is void
/// once the run is over or was claimed again. `epoch` counts a run's claims, so even an owner who
/// claims the same run again cannot act on an earlier lease.
struct RunLease {
  std::string run_id;
  std::string owner;
  std::uint64_t epoch = 0;
};

}  // namespace weir::catalog
