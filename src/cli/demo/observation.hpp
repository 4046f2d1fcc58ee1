#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

#include "cli/client/api.hpp"
#include "cli/demo/reconcile.hpp"
#include "cli/demo/setup.hpp"

/// Reads the server's state through its API.
namespace weir::cli::demo {

/// Closes the open batch of every stream; on return their files are visible.
Result<void> flush(Api& api, const Workspace& workspace);

/// Counts the records in files and in the quarantine, from the manifest and the quarantine's list.
Result<StreamStored> stored_of(Api& api, const std::string& stream_id);

using LoadsByTable = std::array<LoadCounts, all_tables.size()>;

/// Runs every courier at the same time for the days [from, to] and waits for the runs. A run that
/// does not succeed is an error with the run's own message.
Result<LoadsByTable> run_couriers(Api& api, const Workspace& workspace, Day from, Day to,
                                  const std::function<void(std::chrono::milliseconds)>& sleep);

/// Looks up the receipts of `asked_max` accepted payloads, spread evenly, and of every malformed
/// one: each must be where it belongs, in a file or in the quarantine.
Result<Check> check_receipts(Api& api, const std::vector<Payload>& payloads,
                             const std::vector<SendResult>& results, std::size_t asked_max);

/// Every row's key and version.
Result<TableRows> rows_of(Api& api, Table table);

struct Sample {
  std::vector<std::string> columns;
  std::vector<bool> numeric;
  std::vector<std::vector<std::string>> rows;
};
/// A few rows for the report.
Result<Sample> sample_of(Api& api, Table table, int rows);

}  // namespace weir::cli::demo
