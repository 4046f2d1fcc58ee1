#pragma once

#include <boost/json/array.hpp>

#include "base/result.hpp"
#include "control/authorize.hpp"
#include "control/services.hpp"

namespace weir::control {

/// What a person has to look at in a tenant (spec/live.md 4): an array of items, the worst first.
/// What a caller without the right may not know is left out. Blocks.
Result<boost::json::array> needs_you(const Services& services, std::uint32_t tenant_no,
                                     Rights rights);

}  // namespace weir::control
