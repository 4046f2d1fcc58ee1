#pragma once

#include "control/routes.hpp"

namespace weir::control {

/// How much a stream accepted, by minute or hour.
void add_volume_routes(Routes& routes);

}  // namespace weir::control
