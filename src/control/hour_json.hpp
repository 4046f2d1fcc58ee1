#pragma once

#include <boost/json/value.hpp>

#include "catalog/records.hpp"

namespace weir::control {

boost::json::value json_of_hour(const catalog::Hour& hour, const std::string& stream_id);

}  // namespace weir::control
