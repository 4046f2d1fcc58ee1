#pragma once

#include <string>

#include "base/result.hpp"

namespace weir::dialect {

/// What of a pattern, or of a replacement, cannot be had here: part of a sentence.
[[nodiscard]] inline Failure refuse(const std::string& construct) {
  return fail(Errc::bad_request,
              construct + ", which the embedded engine cannot match as Spark does");
}

}  // namespace weir::dialect
