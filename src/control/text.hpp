#pragma once

#include <string>
#include <string_view>

namespace weir::control {

/// Whether the bytes are valid in a JSON string.
bool is_utf8(std::string_view bytes);

/// The text itself if it is UTF-8, otherwise with a '?' for every byte that is not ASCII: any path
/// or header of a request can then be quoted in an answer.
std::string as_utf8(std::string text);

/// The text with the paths in it made relative to the directory they are below, if they are. An
/// empty directory changes nothing.
std::string without_directory(std::string text, std::string_view directory);

}  // namespace weir::control
