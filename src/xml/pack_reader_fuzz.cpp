#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "xml/ingest_pack.hpp"

using weir::xml::Node;

/// The same value, also read by a cursor at its place.
static bool same(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.text != b.text || a.members.size() != b.members.size()) return false;
  for (std::size_t i = 0; i < a.members.size(); ++i) {
    if (a.members[i].key != b.members[i].key || !same(a.members[i].value, b.members[i].value))
      return false;
  }
  return true;
}

/// Any bytes are records or an error with its place: no crash, no endless loop, nothing read
/// outside. The rows that are found without a tree are those of the tree.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content(reinterpret_cast<const char*>(data), size);
  weir::xml::PackReader reader(content);
  weir::xml::PackReader places(content);
  std::size_t text_bytes = 0;
  std::size_t skips = 0;
  while (true) {
    std::vector<std::size_t> rows;
    const auto record = reader.next();
    const auto place = places.find_next("row", &rows);
    WEIR_ASSERT(record.has_value() == place.has_value());
    if (!record) {
      WEIR_ASSERT(rows.empty() && record.error().message == place.error().message);
      static_cast<void>(places.skip());
      WEIR_ASSERT(record.error().code == weir::Errc::corrupt);
      // Behind what is no record there may be records; each skip goes on, so this ends.
      const auto skipped = reader.skip();
      WEIR_ASSERT(skipped || skipped.error().code == weir::Errc::corrupt);
      if (!skipped) break;
      WEIR_ASSERT(++skips <= size);
      continue;
    }
    if (!record->has_value()) break;
    std::size_t found = 0;
    weir::xml::find_rows((*record)->payload, "row", [&](const Node& row) {
      text_bytes += row.text.size();
      WEIR_ASSERT(found < rows.size());
      weir::xml::PackCursor cursor(content, rows[found++]);
      weir::xml::PackValue value = cursor.value();
      WEIR_ASSERT(same(row, cursor.tree(value)));
    });
    WEIR_ASSERT(found == rows.size());
  }
  WEIR_ASSERT(text_bytes <= size);
  return 0;
}
