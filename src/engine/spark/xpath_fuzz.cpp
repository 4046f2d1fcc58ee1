#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/spark/xpath.hpp"

using namespace weir::spark;  // NOLINT: one file of its own

/// The first line is a path, the rest is XML or not: nodes, a value, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), size);
  const std::string_view path = input.substr(0, line);
  const std::string_view xml = line < size ? input.substr(line + 1) : std::string_view();
  if (const auto asked = XPath::parse(path, XPath::Gives::nodes))
    static_cast<void>(asked->nodes(xml));
  if (const auto asked = XPath::parse(path, XPath::Gives::value)) {
    static_cast<void>(asked->text(xml));
    static_cast<void>(asked->number(xml));
    static_cast<void>(asked->truth(xml));
  }
  return 0;
}
