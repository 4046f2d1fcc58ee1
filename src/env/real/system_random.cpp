#include "env/real/system_random.hpp"

#include <cerrno>

#include <sys/random.h>

#include "base/assert.hpp"

namespace weir {

void SystemRandom::fill(std::span<char> out) {
  while (!out.empty()) {
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    WEIR_ASSERT(got > 0);
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace weir
