#include "control/text.hpp"

#include <simdjson.h>

namespace weir::control {

bool is_utf8(std::string_view bytes) {
  return simdjson::validate_utf8(bytes);
}

std::string as_utf8(std::string text) {
  if (is_utf8(text)) return text;
  for (char& c : text)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return text;
}

std::string without_directory(std::string text, std::string_view directory) {
  if (directory.empty()) return text;
  for (std::size_t at = 0; (at = text.find(directory, at)) != std::string::npos;) {
    const std::size_t behind = at + directory.size();
    const bool has_more = behind < text.size() && text[behind] == '/';
    text.replace(at, directory.size() + (has_more ? 1 : 0), has_more ? "" : "the data directory");
  }
  return text;
}

}  // namespace weir::control
