#pragma once

#include <string>
#include <string_view>

namespace weir::control {

/// Whether the bytes can stand in a JSON string.
bool is_utf8(std::string_view bytes);

/// The text itself if it is UTF-8, otherwise with a '?' for every byte that is not ASCII: what came
/// in a path or header can be told back, whatever it was.
std::string as_utf8(std::string text);

}  // namespace weir::control
