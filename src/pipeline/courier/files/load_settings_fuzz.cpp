// Whatever is given as load settings: it is refused with a reason, or every entry says how its
// files are read, and the folder of its pattern lies below the courier's.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "pipeline/courier/files/load_settings.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto settings =
      weir::courier::parse_load_settings({reinterpret_cast<const char*>(data), size});
  if (!settings) {
    WEIR_ASSERT(settings.error().code == weir::Errc::bad_request);
    WEIR_ASSERT(!settings.error().message.empty());
    return 0;
  }
  WEIR_ASSERT(!settings->entries.empty());
  for (const auto& entry : settings->entries) {
    WEIR_ASSERT(entry.members.empty() == entry.land_as.has_value());
    for (const auto& folder :
         {entry.pattern.on(weir::Day()).folder(), entry.pattern.on_any_day().folder()}) {
      WEIR_ASSERT(!folder.starts_with('/'));
      WEIR_ASSERT(("/" + folder + "/").find("/../") == std::string::npos);
    }
  }
  return 0;
}
