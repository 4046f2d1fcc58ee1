// Most shells give a process 1024 descriptors and let it take many more. Idle connections must
// never take those that files need: what waits for a descriptor then is the data.
#include "app/descriptor_limit.hpp"

#include <algorithm>

#include <sys/resource.h>

namespace weir::app {
namespace {

constexpr std::uint64_t files_min = 128;
constexpr std::uint64_t connections_min = 16;

}  // namespace

std::uint64_t raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  const rlimit raised{limit.rlim_max, limit.rlim_max};
  return ::setrlimit(RLIMIT_NOFILE, &raised) == 0 ? limit.rlim_max : limit.rlim_cur;
}

std::uint32_t connections_within(std::uint64_t descriptors, std::uint32_t wanted) {
  const std::uint64_t files = std::max(files_min, descriptors / 4);
  const std::uint64_t left = descriptors > files ? descriptors - files : 0;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(wanted, std::max(left, connections_min)));
}

}  // namespace weir::app
