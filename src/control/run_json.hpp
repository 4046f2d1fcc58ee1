#pragma once

#include <boost/json/object.hpp>

#include "catalog/records.hpp"
#include "control/services.hpp"

namespace weir::control {

/// A run without its tasks. `error` is there when it has one, as it may be told.
boost::json::object json_of_run(const Services& services, const catalog::Run& run);

}  // namespace weir::control
