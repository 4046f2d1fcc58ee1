#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/functions/json_path.hpp"

using namespace weir::engine;  // NOLINT: one file of its own

/// The first line is a path, the rest is JSON or not: a value, or none.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t line = std::min(input.find('\n'), size);
  const std::string_view path = input.substr(0, line);
  const std::string_view json = line < size ? input.substr(line + 1) : std::string_view();
  static_cast<void>(json_at(json, path));
  static_cast<void>(json_fields(json, {"a", "b", path}));
  static_cast<void>(json_array_length(json));
  static_cast<void>(json_object_keys(json));
  return 0;
}
