#pragma once

#include <boost/json/value.hpp>

#include "catalog/users.hpp"

namespace weir::control {

boost::json::value json_of_user(const catalog::User& user);

}  // namespace weir::control
