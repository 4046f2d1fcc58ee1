#pragma once

#include <boost/json/object.hpp>

#include "catalog/records.hpp"

namespace weir::control {

/// A run without its tasks. `error` is there when it has one.
boost::json::object json_of_run(const catalog::Run& run);

}  // namespace weir::control
