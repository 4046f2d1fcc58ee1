#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "torture/ledger.hpp"
#include "torture/machine.hpp"

namespace weir::torture {

/// The counts of one audit.
struct Audited {
  std::uint64_t files = 0;
  std::uint64_t records = 0;  // in files
  std::uint64_t quarantined = 0;
  std::uint64_t quarantined_in_files = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t sealed_hours = 0;
};

/// Files in which the story flipped bits: their checksum must differ; they are not decoded.
using Damaged = std::set<std::string>;

/// Payloads of the quarantine that the story dropped, or tried to, and their body ids.
using Dropped = std::map<Address, std::uint64_t>;

/// Checks what the server promises, once every durable record was filed. Every
/// accepted record is where its receipt says: byte for byte in exactly one file of
/// the manifest, in the quarantine, or known as the duplicate of such a record. A
/// refused record is nowhere (outcome_check.hpp). Of a dropped payload no byte is left in the
/// store. Files match their manifest rows (checksum, counts). The ranges of a stream run without a
/// gap up to its position, and the checkpoint is behind them. Conservation holds. `weir verify`
/// finds the sealed hours whole, except what the story damaged. An error says which of these does
/// not hold.
Result<Audited> audit(Server& server, Machine& machine, const Ledger& ledger,
                      const std::vector<catalog::Stream>& streams, const Damaged& damaged,
                      const Dropped& dropped);

}  // namespace weir::torture
