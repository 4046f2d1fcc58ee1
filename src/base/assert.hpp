#pragma once

namespace weir {

/// Prints what was violated and where, and aborts. For bugs of ours only: bad input gets a Result.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace weir

/// On in release: a wrong log is worse than a restart.
#define WEIR_ASSERT(expression) \
  ((expression) ? void(0) : ::weir::assertion_failed(#expression, __FILE__, __LINE__))
