#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace weir::gateway {

/// Where a text stops being one JSON value, and why.
struct JsonFault {
  enum class Kind : unsigned char {
    invalid,     // `what` says how
    incomplete,  // the text ends too early
    trailing,    // a whole value, then other text
    too_deep,
  };
  Kind kind = Kind::invalid;
  std::size_t byte = 0;  // from 0
  std::string_view what;
};

/// Parses one JSON text exactly by RFC 8259, in UTF-8, nested at most `depth_max` deep. So numbers
/// may be of any size, and an escape may be half of a surrogate pair (its section 8.2): browsers
/// send those for text cut inside an emoji. Slower than JsonWalk but exact about the position;
/// called only after JsonWalk has refused a text.
std::optional<JsonFault> find_json_fault(std::string_view text, std::size_t depth_max);

/// "line 2, column 8 (byte 9)": lines and columns count from 1, columns in characters.
std::string json_place(std::string_view text, std::size_t byte);

}  // namespace weir::gateway
