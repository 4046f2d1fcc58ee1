#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "torture/ledger.hpp"

namespace weir::torture {

/// The state of one record of a stream, as the catalog and the files show it.
struct Found {
  enum class In : std::uint8_t {
    file,
    quarantine,
    nothing,  // it duplicates an earlier record
    damage,   // in a file whose bits the story flipped; not decoded
  };
  bool is_unread = false;  // in the quarantine, in such a file
  In in = In::file;
  std::optional<std::uint64_t> body_id;  // decoded from its bytes
  Sequence of;                           // for a duplicate: the earlier record
  std::string reason;                    // of the quarantine
  std::string where;                     // for people
};

/// A stream's records, in order and without a gap.
using FoundInStream = std::map<Sequence, Found>;

/// Compares what was found in a stream with what was sent. Each accepted payload is there once,
/// where its receipt says, with its own body. No refused payload is there. Of the payloads with one
/// Idempotency-Key the first is kept; later ones are its duplicates or, with another body, in the
/// quarantine for that reason. An error says which of these does not hold.
Result<void> check_outcomes(StreamNo stream, const FoundInStream& found, const Ledger& ledger);

}  // namespace weir::torture
