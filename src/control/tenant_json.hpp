#pragma once

#include <boost/json/object.hpp>

#include "catalog/records.hpp"

namespace weir::control {

boost::json::object json_of_tenant(const catalog::Tenant& tenant);

}  // namespace weir::control
