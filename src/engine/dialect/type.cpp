// Names and texts as DuckDB reads them.

#include "engine/dialect/type.hpp"

namespace weir::dialect {

std::string quoted_identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) {
    text += c;
    if (c == '"') text += '"';
  }
  return text + "\"";
}

std::string quoted_string(std::string_view text) {
  std::string out = "'";
  for (char c : text) {
    if (c == '\0') {
      out += "' || chr(0) || '";
    } else {
      out += c;
      if (c == '\'') out += '\'';
    }
  }
  out += "'";
  return text.find('\0') == std::string_view::npos ? out : "(" + out + ")";
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace weir::dialect
