#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/client/sender.hpp"
#include "cli/demo/workload.hpp"

/// The demo's arithmetic: compares what was sent with what the server reports. Pure.
namespace weir::cli::demo {

struct Check {
  bool holds = false;
  std::string sentence;
};

/// What the sender knows about a stream.
struct StreamSent {
  std::uint64_t payloads = 0;
  std::uint64_t accepted = 0;    // a 202 was read for this many of them
  std::uint64_t unanswered = 0;  // tries without an answer: each may also have been stored
  std::uint64_t malformed = 0;   // of the accepted ones
  std::uint64_t malformed_unanswered = 0;
};

/// What the server reports about the stream.
struct StreamStored {
  std::uint64_t in_files = 0;
  std::uint64_t quarantined = 0;
};

/// What must be in a table, computed from what was sent.
struct TableExpected {
  std::map<std::string, std::string> rows;  // key -> the version of its newest row
  std::uint64_t read_min = 0;               // rows of the accepted payloads, wrong ones included
  std::uint64_t read_max = 0;               // and of every try that got no answer
  std::uint64_t errors_min = 0;
  std::uint64_t errors_max = 0;
};

/// What a run reports it has loaded.
struct LoadCounts {
  std::uint64_t read = 0, inserted = 0, updated = 0, rejected = 0, errors = 0;
};

/// What is in a table: each key with its version, one entry per row.
using TableRows = std::multimap<std::string, std::string>;

struct Expected {
  std::array<StreamSent, all_streams.size()> streams;
  std::array<TableExpected, all_tables.size()> tables;
  std::uint64_t never_accepted = 0;
  std::uint64_t receipts_twice = 0;  // accepted payloads that share a receipt with another one
};
enum class Waves { first, both };
/// Computes a stream's counts from the payloads of these waves; `results` is indexed by payload.
Expected expect(const std::vector<Payload>& payloads, const std::vector<SendResult>& results,
                Waves waves);

/// accepted <= in files + quarantined <= accepted + unanswered. The quarantine holds exactly the
/// payloads that cannot be parsed.
Check check_stream(const StreamSent& sent, const StreamStored& stored);

/// read = inserted + updated + rejected + errors, and these match the payloads: a key that is not
/// in `before` is inserted, one with an older version there is updated.
Check check_counts(const LoadCounts& counts, const std::map<std::string, std::string>& before,
                   const TableExpected& expected);

/// Each expected key is in the table once, at its newest version, and no other key is.
Check check_rows(const TableRows& rows, const TableExpected& expected);

}  // namespace weir::cli::demo
