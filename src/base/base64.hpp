#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// RFC 4648, with padding.
std::string to_base64(std::string_view bytes);
/// nullopt where the text is not Base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace weir
