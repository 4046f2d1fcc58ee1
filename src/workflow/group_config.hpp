#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/records.hpp"

/// The settings that a run of a group is started with, as they are kept in it: a later edit of the
/// group or of its couriers changes nothing in the run.
namespace weir::workflow {

struct CourierConfig {
  catalog::GroupCourier courier;
  std::string name;
  std::vector<std::string> feeds;  // that it loads into
  std::string settings{};          // for the run that is made of it (catalog/run_config.hpp)
};

struct GroupConfig {
  catalog::CourierGroup group;  // without its couriers and counts
  std::vector<CourierConfig> couriers;
};

std::string to_json(const GroupConfig& config);
/// corrupt: it is none.
Result<GroupConfig> parse_group_config(const std::string& text);

}  // namespace weir::workflow
