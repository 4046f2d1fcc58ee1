// Whatever a configuration file or a --set holds: it is refused with a reason, or every setting is
// within its bounds. The first byte chooses: a file, or assignments line by line.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include "app/settings.hpp"
#include "base/assert.hpp"

namespace {

using weir::app::Config;

void check(const Config& config, const weir::Result<void>& done) {
  if (!done) {
    WEIR_ASSERT(done.error().code == weir::Errc::bad_request);
    WEIR_ASSERT(!done.error().message.empty());
  }
  for (const weir::app::Setting& setting : weir::app::settings()) {
    WEIR_ASSERT(config[setting.key] >= setting.min);
    WEIR_ASSERT(config[setting.key] <= setting.max);
  }
}

/// A file that is memory, under a name that Config::load can open.
void load(std::string_view text) {
  static const int file = ::memfd_create("settings", MFD_CLOEXEC);
  static const std::string path = "/proc/self/fd/" + std::to_string(file);
  WEIR_ASSERT(::ftruncate(file, 0) == 0);
  WEIR_ASSERT(::pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  Config config;
  const auto done = config.load(path);
  check(config, done);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 2 == 0) {
    load(rest);
    return 0;
  }
  Config config;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const auto done = config.set(rest.substr(0, end));
    check(config, done);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
