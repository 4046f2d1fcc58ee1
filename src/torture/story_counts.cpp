// Apart from story.cpp, which is long enough: what many stories counted, added up.
#include "torture/story.hpp"

namespace weir::torture {

StoryCounts& StoryCounts::operator+=(const StoryCounts& other) {
  stories += other.stories;
  refusals += other.refusals;
  power_cuts += other.power_cuts;
  kills += other.kills;
  clean_restarts += other.clean_restarts;
  failed_starts += other.failed_starts;
  failures += other.failures;
  bit_flips += other.bit_flips;
  clock_jumps += other.clock_jumps;
  operations += other.operations;
  sent += other.sent;
  accepted += other.accepted;
  audits += other.audits;
  records_checked += other.records_checked;
  files_checked += other.files_checked;
  quarantined_checked += other.quarantined_checked;
  quarantined_in_files_checked += other.quarantined_in_files_checked;
  dropped += other.dropped;
  duplicates_checked += other.duplicates_checked;
  sealed_hours_checked += other.sealed_hours_checked;
  return *this;
}

}  // namespace weir::torture
