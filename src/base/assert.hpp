#pragma once

namespace weir {

/// Prints the expression and its place, and aborts. For our own bugs: bad input gets a Result.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace weir

/// Assertions stay on in release builds: a wrong log is worse than a restart.
#define WEIR_ASSERT(expression) \
  ((expression) ? void(0) : ::weir::assertion_failed(#expression, __FILE__, __LINE__))
