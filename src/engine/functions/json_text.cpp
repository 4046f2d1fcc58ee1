// What Jackson's generator writes of what its parser read: simdjson reads, this writes.

#include "engine/functions/json_text.hpp"

#include <charconv>
#include <cmath>

#include "engine/dialect/java_number.hpp"

namespace weir::engine {

namespace ondemand = simdjson::ondemand;
using Kind = ondemand::json_type;

void append_json_text(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view escaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    if (const std::size_t known = escaped.find(c); known != std::string_view::npos) {
      out += {'\\', letters[known]};
    } else if (byte < 0x20U) {
      out += "\\u00";
      out += {hex[byte >> 4U], hex[byte & 15U]};
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json_number(std::string& out, std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
    token.remove_suffix(1);
  if (token.find_first_of(".eE") == std::string_view::npos) {
    out += token == "-0" ? "0" : token;
    return;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (error == std::errc::result_out_of_range)
    value = token.find("e-") == std::string_view::npos && token.find("E-") == std::string_view::npos
                ? (token[0] == '-' ? -HUGE_VAL : HUGE_VAL)
                : 0;
  static_cast<void>(end);
  out += dialect::java_text(value);
}

std::optional<std::string> with_double_quotes(std::string_view json) {
  std::string out;
  char open = 0;  // the quote of the text that is being read
  bool changed = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (open == 0 && (c == '"' || c == '\'')) {
      open = c;
      changed = changed || c == '\'';
      out += '"';
    } else if (open != 0 && c == open) {
      open = 0;
      out += '"';
    } else if (open != 0 && c == '\\' && i + 1 < json.size()) {
      ++i;
      if (json[i] != '\'') out += c;  // \' is an escape of Jackson's only
      out += json[i];
    } else if (open == '\'' && c == '"') {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return changed ? std::optional(std::move(out)) : std::nullopt;
}

void copy_json(ondemand::value value, JsonOutput& out) {
  switch (value.type().value()) {
    case Kind::object: {
      out.open('{');
      for (auto field : value.get_object()) {
        out.item();
        append_json_text(out.text, field.unescaped_key().value());
        out.text += ':';
        copy_json(field.value(), out);
      }
      out.close('}');
      return;
    }
    case Kind::array:
      out.open('[');
      for (auto element : value.get_array())
        copy_json(element.value(), out);
      out.close(']');
      return;
    case Kind::string:
      out.item();
      append_json_text(out.text, value.get_string().value());
      return;
    case Kind::number:
      out.item();
      append_json_number(out.text, value.raw_json_token());
      return;
    case Kind::boolean:
      out.item();
      out.text += value.get_bool().value() ? "true" : "false";
      return;
    case Kind::null:
      out.item();
      out.text += "null";
      return;
  }
}

}  // namespace weir::engine
