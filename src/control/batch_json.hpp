#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "catalog/landings.hpp"
#include "catalog/records.hpp"

namespace weir::control {

boost::json::value json_of_batch(const catalog::Batch& batch, const std::string& stream_id);
/// Where a record of a landed batch stood. `record`: its number in the batch, from 1.
boost::json::object json_of_landed_record(const catalog::LandedFrom& from, std::uint64_t record);

}  // namespace weir::control
