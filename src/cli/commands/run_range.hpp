#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "cli/commands/command.hpp"

namespace weir::cli {

/// What a run loads, as the command line says it.
struct RunRange {
  std::string day, from, to;
  bool all = false, load_only = false, skip_missing = false, shadow = false, wait = false;
  bool may_be_none = false;  // no day is needed
};

void add_run_range(Command verb, RunRange& range);

/// The body of a request for such a run. bad_request: no day, or nothing to load.
Result<boost::json::object> run_body(const RunRange& range);

}  // namespace weir::cli
