#pragma once

#include <string_view>

#include <date/tz.h>

#include "base/result.hpp"

namespace weir::workflow {

/// A zone of the machine's tzdata, which lives as long as the process. bad_request: there is none
/// of that name; unavailable: there is no tzdata.
Result<const date::time_zone*> find_zone(std::string_view name);

}  // namespace weir::workflow
