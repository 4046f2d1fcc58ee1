#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Functions whose result's length is an argument. A result over `text_bytes_max` is nullopt
/// (NULL): two gigabytes for one row would end the load, and the server with it.
namespace weir::spark {

inline constexpr std::size_t text_bytes_max = std::size_t{16} << 20;

/// Pads text on the left or right to so many characters, or cuts it to them.
[[nodiscard]] std::optional<std::string> padded(std::string_view text, std::int32_t characters,
                                                std::string_view filling, bool left);
[[nodiscard]] std::optional<std::string> repeated(std::string_view text, std::int32_t times);

}  // namespace weir::spark
