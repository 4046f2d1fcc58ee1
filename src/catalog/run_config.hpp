#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/batches.hpp"
#include "catalog/records.hpp"

/// The settings that a run of a courier is started with, as they are kept in it: a later edit of
/// the courier, of its feeds or of its queries changes nothing in the run. JSON, and pure.
namespace weir::catalog {

struct RunConfig {
  Courier courier;
  std::vector<Feed> feeds;  // those of the load operations that were there
  std::vector<IngestQuery> queries;

  /// nullptr: it was not there when the run was started.
  const Feed* feed(const std::string& id) const;
  const IngestQuery* query(const std::string& name) const;
};

std::string to_json(const RunConfig& config);
/// corrupt: it is none.
Result<RunConfig> parse_run_config(const std::string& text);

/// The ids of feeds that load operations name, in their order, and the names of ingest queries.
/// Nothing of what is no load operations.
std::vector<std::string> feeds_of(const std::string& load_operations);
std::vector<std::string> queries_of(const std::string& load_operations);

/// Which batches a task of a run found, as its outputs keep it.
std::string to_json(const BatchFilter& filter);
Result<BatchFilter> parse_batch_filter(const std::string& text);

}  // namespace weir::catalog
