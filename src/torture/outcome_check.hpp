#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "torture/ledger.hpp"

namespace weir::torture {

/// What became of one record of a stream, as the catalog and the files have it.
struct Found {
  enum class In : std::uint8_t {
    file,
    quarantine,
    nothing,  // the duplicate of an earlier one
    damage,   // a file whose bits the story flipped: it is not looked into
  };
  In in = In::file;
  std::optional<std::uint64_t> body_id;  // what its bytes say
  Sequence of;                           // the earlier one, of a duplicate
  std::string reason;                    // of the quarantine
  std::string where;                     // for people
};

/// A stream's records, one after the other without a gap.
using FoundInStream = std::map<Sequence, Found>;

/// Holds what was found in a stream to what was sent: each accepted payload is there once, at the
/// place its receipt says, with its own body; none that was refused is; and of those with one
/// Idempotency-Key the first is kept, later ones are its duplicates or, with another body, in the
/// quarantine for that reason. An error tells what does not hold.
Result<void> check_outcomes(StreamNo stream, const FoundInStream& found, const Ledger& ledger);

}  // namespace weir::torture
