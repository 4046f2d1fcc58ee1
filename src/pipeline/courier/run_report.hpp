#pragma once

#include <string>
#include <vector>

#include <boost/json.hpp>

#include "catalog/records.hpp"
#include "engine/load.hpp"

/// What a run tells of its tasks: counts for their details, and sentences for people. Pure.
namespace weir::courier {

boost::json::object counts_json(const engine::LoadCounts& counts);

/// Adds the sums over all rounds of a live run to what a task says of its last round. `before`:
/// what the task said before this round; if that is of this round too, since a process died after
/// it wrote it, the round is not added again.
boost::json::object with_sums(boost::json::object detail, const std::string& before,
                              const catalog::Run& run);

/// How many warnings the tasks have.
std::uint64_t warnings_of(const std::vector<catalog::RunTask>& tasks);

/// "at all", "of 2027-03-02", "from 2027-03-02 to 2027-03-08 (exclusive)".
std::string range_text(const catalog::RunRange& range);

/// By feed, then by file for the first ones.
void tell_loaded(std::vector<catalog::RunNotice>& notices, Time now, const std::string& table,
                 const engine::LoadCounts& counts);

}  // namespace weir::courier
