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
};

/// Files whose bits the story flipped: their checksum must say so, and they are not looked into.
using Damaged = std::set<std::string>;

/// The claim, after everything durable was filed: every accepted record stands in exactly one file
/// of the manifest, at the place its receipt says, byte for byte, or in the quarantine; no other
/// record stands anywhere twice; what was refused stands nowhere; files are as their manifest rows
/// say (checksum, counts); ranges follow one another without gap up to the stream's position; the
/// checkpoint is behind all of it. An error tells what does not hold.
Result<Audited> audit(Server& server, Machine& machine, const Ledger& ledger,
                      const std::vector<catalog::Stream>& streams, const Damaged& damaged);

}  // namespace weir::torture
