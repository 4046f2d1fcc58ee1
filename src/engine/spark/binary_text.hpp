#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::spark {

/// Text of bytes that should be UTF-8, as Java's String makes it: what is malformed becomes U+FFFD.
[[nodiscard]] std::string utf8_from_bytes(std::string_view bytes);

/// Base64 as Java's MIME decoder reads it: what is not of its alphabet does not count, and padding
/// may be missing. Nothing where a byte is cut.
[[nodiscard]] std::optional<std::string> bytes_from_base64(std::string_view text);

}  // namespace weir::spark
