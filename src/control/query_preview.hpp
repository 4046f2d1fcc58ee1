#pragma once

#include "base/result.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "engine/engine.hpp"

namespace weir::control {

/// The newest files of the stream that the body names, as a courier would hand them to a query; the
/// body's file_tag, schema, row_tag and trim say how they are read. conflict where there is none.
Result<engine::Source> newest_files(const Call& call, const Fields& body);

}  // namespace weir::control
