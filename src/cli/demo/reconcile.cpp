#include "cli/demo/reconcile.hpp"

#include "cli/print/table.hpp"

namespace weir::cli::demo {
namespace {

std::string joined(const std::vector<std::string>& faults) {
  std::string out;
  for (const std::string& fault : faults)
    out += (out.empty() ? "" : "; ") + fault;
  return out;
}

/// "3", or "3 to 5" where it is not known more exactly.
std::string between(std::uint64_t low, std::uint64_t high) {
  return low == high ? grouped(low) : grouped(low) + " to " + grouped(high);
}

bool within(std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  return value >= low && value <= high;
}

void add_stream(StreamSent& sent, const Payload& payload, const SendResult& result) {
  ++sent.payloads;
  sent.unanswered += result.unanswered;
  if (result.accepted) ++sent.accepted;
  if (!payload.malformed) return;
  sent.malformed_unanswered += result.unanswered;
  if (result.accepted) ++sent.malformed;
}

/// The rows of a payload of which `sure` copies are stored for certain and `maybe` more at most.
void add_rows(Expected& expected, const Payload& payload, std::uint64_t sure, std::uint64_t maybe,
              std::map<std::pair<Table, std::string>, std::uint64_t>& ranks) {
  for (const ExpectedRow& row : payload.rows) {
    TableExpected& table = expected.tables[static_cast<std::size_t>(row.table)];
    table.read_min += sure;
    table.read_max += sure + maybe;
    std::uint64_t& rank = ranks[{row.table, row.key}];
    if (sure == 0 || row.rank < rank) continue;
    rank = row.rank;
    table.rows[row.key] = row.version;
  }
  if (payload.bad_rows == 0) return;
  TableExpected& table = expected.tables[static_cast<std::size_t>(Table::deliveries)];
  table.read_min += payload.bad_rows * sure;
  table.read_max += payload.bad_rows * (sure + maybe);
  table.errors_min += payload.bad_rows * sure;
  table.errors_max += payload.bad_rows * (sure + maybe);
}

}  // namespace

Expected expect(const std::vector<Payload>& payloads, const std::vector<SendResult>& results,
                Waves waves) {
  Expected expected;
  std::map<std::pair<Table, std::string>, std::uint64_t> ranks;
  std::set<std::string> receipts;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (waves == Waves::first && payloads[i].late) continue;
    const SendResult& result = results[i];
    add_stream(expected.streams[static_cast<std::size_t>(payloads[i].stream)], payloads[i], result);
    add_rows(expected, payloads[i], result.accepted ? 1 : 0, result.unanswered, ranks);
    if (!result.accepted) ++expected.never_accepted;
    if (result.accepted && (result.receipt.empty() || !receipts.insert(result.receipt).second))
      ++expected.receipts_twice;
  }
  return expected;
}

Check check_stream(const StreamSent& sent, const StreamStored& stored) {
  const std::uint64_t held = stored.in_files + stored.quarantined;
  std::vector<std::string> faults;
  if (held < sent.accepted)
    faults.push_back(grouped(sent.accepted - held) + " accepted payloads are LOST");
  if (held > sent.accepted + sent.unanswered)
    faults.push_back(grouped(held - sent.accepted - sent.unanswered) +
                     " payloads are stored TOO OFTEN");
  if (!within(stored.quarantined, sent.malformed, sent.malformed + sent.malformed_unanswered))
    faults.push_back(grouped(stored.quarantined) + " in quarantine, not " +
                     between(sent.malformed, sent.malformed + sent.malformed_unanswered));
  if (!faults.empty()) return {false, joined(faults)};
  std::string sentence = grouped(sent.accepted) + " accepted = " + grouped(stored.in_files) +
                         " in files + " + grouped(stored.quarantined) + " in quarantine";
  if (held > sent.accepted)
    sentence +=
        ", less " + grouped(held - sent.accepted) + " stored before the kill took their answer";
  return {true, sentence};
}

Check check_counts(const LoadCounts& counts, const std::map<std::string, std::string>& before,
                   const TableExpected& expected) {
  std::uint64_t to_insert = 0;
  std::uint64_t to_update = 0;
  for (const auto& [key, version] : expected.rows) {
    const auto stands = before.find(key);
    if (stands == before.end())
      ++to_insert;
    else if (stands->second != version)
      ++to_update;
  }
  std::vector<std::string> faults;
  const auto compare = [&faults](const char* what, std::uint64_t is, std::uint64_t low,
                                 std::uint64_t high) {
    if (!within(is, low, high))
      faults.push_back(std::string(what) + " " + grouped(is) + " rows, not " + between(low, high));
  };
  const std::uint64_t sum = counts.inserted + counts.updated + counts.rejected + counts.errors;
  if (counts.read != sum)
    faults.push_back("read " + grouped(counts.read) + " rows but accounted for " + grouped(sum));
  compare("read", counts.read, expected.read_min, expected.read_max);
  compare("inserted", counts.inserted, to_insert, to_insert);
  compare("updated", counts.updated, to_update, to_update);
  compare("found errors in", counts.errors, expected.errors_min, expected.errors_max);
  if (!faults.empty()) return {false, joined(faults)};
  return {true, grouped(counts.read) + " read = " + grouped(counts.inserted) + " inserted + " +
                    grouped(counts.updated) + " updated + " + grouped(counts.rejected) +
                    " rejected + " + grouped(counts.errors) + " errors"};
}

Check check_rows(const TableRows& rows, const TableExpected& expected) {
  std::uint64_t missing = 0;
  std::uint64_t old = 0;
  std::uint64_t unknown = 0;
  std::uint64_t doubled = 0;
  std::string example;
  const auto count = [&example](std::uint64_t& kind, const std::string& key) {
    ++kind;
    if (example.empty()) example = key;
  };
  for (const auto& [key, version] : expected.rows) {
    const auto [first, last] = rows.equal_range(key);
    if (first == last) {
      count(missing, key);
    } else if (std::next(first) != last) {
      count(doubled, key);
    } else if (first->second != version) {
      count(old, key);
    }
  }
  for (const auto& [key, version] : rows)
    if (expected.rows.count(key) == 0) count(unknown, key);
  std::vector<std::string> faults;
  if (missing > 0) faults.push_back(grouped(missing) + " keys are MISSING");
  if (doubled > 0) faults.push_back(grouped(doubled) + " keys are there TWICE");
  if (old > 0) faults.push_back(grouped(old) + " rows are not the newest of their key");
  if (unknown > 0) faults.push_back(grouped(unknown) + " keys were never sent");
  if (!faults.empty()) return {false, joined(faults) + " (for one, " + example + ")"};
  return {true, grouped(rows.size()) + " rows: each key sent is there once, at its newest"};
}

}  // namespace weir::cli::demo
