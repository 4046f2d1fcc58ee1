#pragma once

#include <boost/json/object.hpp>

#include "base/http.hpp"
#include "base/result.hpp"
#include "catalog/records.hpp"
#include "control/routes.hpp"
#include "control/services.hpp"

namespace weir::control {

/// A run without its tasks. `error` is there when it has one, as it may be told.
boost::json::object json_of_run(const Services& services, const catalog::Run& run);

/// The run that a request asks for, without its courier.
Result<catalog::Run> run_of(const http::Request& request);

/// The same of a group's run, which may name no days: it is `automatic` then.
Result<catalog::Run> group_run_of(const http::Request& request);

/// Starts the run of a courier, or of a group, and answers it: 201.
Result<http::Response> start_courier(const Call& call, const std::string& courier_id,
                                     catalog::Run asked);
Result<http::Response> start_group(const Call& call, const std::string& group_id,
                                   const catalog::Run& asked);

}  // namespace weir::control
