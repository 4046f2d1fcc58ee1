#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weir::dialect {

/// Java's \p{name} of ASCII (Lower, Punct, ...), as RE2 and PCRE write it inside brackets; nullopt
/// when it has no such name.
[[nodiscard]] std::optional<std::string> posix_class(std::string_view name, bool negated);

/// The same of Unicode (L, IsLu, IsAlphabetic), inside brackets or without. IsAlphabetic is known
/// to PCRE alone.
[[nodiscard]] std::optional<std::string> unicode_class(std::string_view name, bool negated);

}  // namespace weir::dialect
