#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "env/random.hpp"

namespace weir::catalog {

/// How long tokens of a deposed secret are still accepted (spec/access.md 5).
inline constexpr std::chrono::hours deposed_secret_life{30 * 24};

/// 32 random bytes, enough for HS256.
std::string new_secret(Random& random);

/// Bytes as the database stores them: two lower-case hex digits each.
std::string to_hex(const std::string& bytes);
std::optional<std::string> from_hex(const std::string& text);

}  // namespace weir::catalog
