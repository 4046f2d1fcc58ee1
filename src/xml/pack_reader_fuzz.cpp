#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "xml/ingest_pack.hpp"

/// Any bytes are records or an error with its place: no crash, no endless loop, nothing read
/// outside.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  weir::xml::PackReader reader(content);
  std::size_t text_bytes = 0;
  std::size_t skips = 0;
  while (true) {
    const auto record = reader.next();
    if (!record) {
      WEIR_ASSERT(record.error().code == weir::Errc::corrupt);
      // Behind what is no record there may be records; each skip goes on, so this ends.
      const auto skipped = reader.skip();
      WEIR_ASSERT(skipped || skipped.error().code == weir::Errc::corrupt);
      if (!skipped) break;
      WEIR_ASSERT(++skips <= size);
      continue;
    }
    if (!record->has_value()) break;
    weir::xml::find_rows((*record)->payload, "row",
                         [&](const weir::xml::Node& row) { text_bytes += row.text.size(); });
  }
  WEIR_ASSERT(text_bytes <= size);
  return 0;
}
