#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "engine/spark/url.hpp"

/// Any text is an address or none; its parts are parts of it, and what is encoded decodes to
/// itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const std::string_view part :
       {"HOST", "PATH", "QUERY", "REF", "PROTOCOL", "FILE", "AUTHORITY", "USERINFO", "PORT"}) {
    const auto found = weir::spark::url_part(text, part);
    if (found) WEIR_ASSERT(text.find(*found) != std::string_view::npos);
  }
  static_cast<void>(weir::spark::url_query_value(text, "k"));
  static_cast<void>(weir::spark::url_decoded(text));
  const auto back = weir::spark::url_decoded(weir::spark::url_encoded(text));
  WEIR_ASSERT(back && *back == text);
  return 0;
}
