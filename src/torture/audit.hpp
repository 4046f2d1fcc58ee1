#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "torture/ledger.hpp"
#include "torture/machine.hpp"

namespace weir::torture {

/// What an audit looked at.
struct Audited {
  std::uint64_t files = 0;
  std::uint64_t records = 0;  // in files
  std::uint64_t quarantined = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t sealed_hours = 0;
};

/// Files whose bits the story flipped: their checksum must say so, and they are not looked into.
using Damaged = std::set<std::string>;

/// The claim, after everything durable was filed: every accepted record is where its receipt says:
/// in exactly one file of the manifest, byte for byte, in the quarantine, or the duplicate of one
/// that is; what was refused stands nowhere (outcome_check.hpp); files are as their manifest rows say
/// (checksum, counts); ranges follow one another without gap up to the stream's position; the
/// checkpoint is behind all of it; conservation holds; `weir verify` finds the sealed
/// hours whole, but for what the story damaged. An error tells what does not hold.
Result<Audited> audit(Server& server, Machine& machine, const Ledger& ledger,
                      const std::vector<catalog::Stream>& streams, const Damaged& damaged);

}  // namespace weir::torture
