#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::spark {

/// Decodes bytes as UTF-8 as Java's String does: malformed bytes become U+FFFD.
[[nodiscard]] std::string utf8_from_bytes(std::string_view bytes);

/// Decodes Base64 as Java's MIME decoder does: characters outside the alphabet are ignored, and
/// padding may be missing. nullopt where the last byte is incomplete.
[[nodiscard]] std::optional<std::string> bytes_from_base64(std::string_view text);

}  // namespace weir::spark
