#pragma once

#include "engine/dialect/functions.hpp"

namespace weir::dialect {

/// XPATH and its like; a family that call_function chooses by name.
[[nodiscard]] MaybeTyped call_xpath(Call& call);

}  // namespace weir::dialect
