#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "base/result.hpp"
#include "catalog/records.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"

namespace weir::control {

boost::json::object json_of_query(const catalog::IngestQuery& query);

/// The body's "sql"; bad_request where it is empty or cannot be read.
Result<std::string> sql_of(const Call& call, const Fields& body);

}  // namespace weir::control
