#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "catalog/hours.hpp"
#include "pipeline/log/log.hpp"

/// The law of conservation (decision 2): accepted = in log + in files + duplicates + quarantined,
/// per stream and hour. Each side is counted by someone else: what was accepted by the numbers the
/// log gave out, the rest from the rows that account for them. A pure check.
namespace weir::batcher {

/// One stream as it stands.
struct StreamAccount {
  StreamNo stream;
  std::uint64_t accepted = 0;   // by the log
  std::uint64_t accounted = 0;  // by the catalog: in files, duplicates or quarantined
  std::uint64_t in_log() const { return accepted - std::min(accepted, accounted); }
};

/// A record too many or too few. Any is an alarm.
struct Difference {
  StreamNo stream;
  std::string what;  // a sentence with the numbers
};

struct LawReport {
  std::vector<StreamAccount> streams;  // by number
  std::vector<catalog::Hour> hours;    // those looked at
  std::vector<Difference> differences;
  bool complete = false;  // all hours were looked at, not only those not sealed
  bool holds() const { return differences.empty(); }
};

/// `before` and `after` were taken before and after `accounts` was read.
LawReport check_law(const log::Tally& before, const catalog::Accounts& accounts,
                    const log::Tally& after);

}  // namespace weir::batcher
