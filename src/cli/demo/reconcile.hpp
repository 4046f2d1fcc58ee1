#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/client/sender.hpp"
#include "cli/demo/workload.hpp"

/// The arithmetic of the demo: what we know we sent against what the server says it has. Pure.
namespace weir::cli::demo {

struct Check {
  bool holds = false;
  std::string sentence;
};

/// What we know of a stream from sending.
struct StreamSent {
  std::uint64_t payloads = 0;
  std::uint64_t accepted = 0;    // a 202 was read for this many of them
  std::uint64_t unanswered = 0;  // tries that got no answer: each may have been stored besides
  std::uint64_t malformed = 0;   // of the accepted ones
  std::uint64_t malformed_unanswered = 0;
};

/// What the server says of it.
struct StreamStored {
  std::uint64_t in_files = 0;
  std::uint64_t quarantined = 0;
};

/// What must be in a table, from sending.
struct TableExpected {
  std::map<std::string, std::string> rows;  // key -> the version of its newest row
  std::uint64_t read_min = 0;               // rows of the accepted payloads, wrong ones included
  std::uint64_t read_max = 0;               // and of every try that got no answer
  std::uint64_t errors_min = 0;
  std::uint64_t errors_max = 0;
};

/// What a run says it loaded.
struct LoadCounts {
  std::uint64_t read = 0, inserted = 0, updated = 0, rejected = 0, errors = 0;
};

/// What is in a table: every key with its version, as often as it is there.
using TableRows = std::multimap<std::string, std::string>;

struct Expected {
  std::array<StreamSent, all_streams.size()> streams;
  std::array<TableExpected, all_tables.size()> tables;
  std::uint64_t never_accepted = 0;
  std::uint64_t receipts_twice = 0;  // accepted payloads whose receipt another one has, too
};
enum class Waves { first, both };
/// From what was sent in these waves and what became of it; `results` is by payload.
Expected expect(const std::vector<Payload>& payloads, const std::vector<SendResult>& results,
                Waves waves);

/// accepted <= in files + quarantined <= accepted + unanswered, and what cannot be parsed, and only
/// that, is in quarantine.
Check check_stream(const StreamSent& sent, const StreamStored& stored);

/// read = inserted + updated + rejected + errors, and these are what the payloads say: a key that
/// is not among `before` is inserted, one that stands at an older version there is updated.
Check check_counts(const LoadCounts& counts, const std::map<std::string, std::string>& before,
                   const TableExpected& expected);

/// Each expected key is there once, at its newest version, and nothing else.
Check check_rows(const TableRows& rows, const TableExpected& expected);

}  // namespace weir::cli::demo
