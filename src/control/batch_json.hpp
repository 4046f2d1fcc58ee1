#pragma once

#include <boost/json/value.hpp>

#include "catalog/records.hpp"

namespace weir::control {

boost::json::value json_of_batch(const catalog::Batch& batch, const std::string& stream_id);

}  // namespace weir::control
