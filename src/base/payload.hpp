#pragma once

#include <cstdint>
#include <string_view>

namespace weir {

/// A stream's payload type (spec/payloads.md 7). The values are on disk: never change them.
enum class PayloadType : std::uint8_t { json = 1, xml = 2 };

constexpr std::string_view to_string(PayloadType type) {
  switch (type) {
    case PayloadType::json:
      return "json";
    case PayloadType::xml:
      return "xml";
  }
  return "unknown";
}

}  // namespace weir
