#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

/// What the demo sends, and what must result. Both derive from a seed: the same seed gives the same
/// workload, and the expectations never come from the server.
namespace weir::cli::demo {

enum class Stream : std::uint8_t { github, deliveries, sales, invoices };
enum class Table : std::uint8_t { job_steps, issue_labels, deliveries, tenders, invoice_lines };
inline constexpr std::array all_streams{Stream::github, Stream::deliveries, Stream::sales,
                                        Stream::invoices};
inline constexpr std::array all_tables{Table::job_steps, Table::issue_labels, Table::deliveries,
                                       Table::tenders, Table::invoice_lines};

/// A row that a payload becomes. Of the rows with one key, the row of the highest rank stays.
struct ExpectedRow {
  Table table;
  std::string key;      // the key columns as text, joined with "|"
  std::string version;  // distinguishes this row from an older one with its key
  std::uint64_t rank = 0;
};

struct Payload {
  Stream stream;
  std::string body;
  bool malformed = false;      // XML that will not parse: accepted, then quarantined
  std::uint32_t bad_rows = 0;  // rows that must be counted as errors
  std::vector<ExpectedRow> rows;
  bool late = false;  // updates an earlier payload: sent in the second wave
};

struct Workload {
  std::vector<Payload> payloads;  // in the order they are sent
};

struct WorkloadSettings {
  std::size_t count = 5000;
  std::uint64_t seed = 1;
  Time start;  // the earliest time in the payloads
};

/// `events_json`: the text of @octokit/webhooks-examples' index.json, [{"name","examples":[...]}].
/// Two fifths of the payloads are GitHub events as they are, two fifths a flat delivery log of
/// them. The rest are sales and invoices in XML, a few of them malformed. About one payload in 25
/// is a repeat of an earlier one, or a late update to it.
Result<Workload> make_workload(std::string_view events_json, const WorkloadSettings& settings);

}  // namespace weir::cli::demo
