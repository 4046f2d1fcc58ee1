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

}  // namespace weir::control
