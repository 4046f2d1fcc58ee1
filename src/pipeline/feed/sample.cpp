// simdjson reads the texts, because it gives numbers as they are written: how many digits a decimal
// has says its scale, and a double would have lost it.
#include "pipeline/feed/sample.hpp"

#include <vector>

#include <simdjson.h>

namespace weir::feed {
namespace {

namespace ondemand = simdjson::ondemand;
using Kind = SampleValue::Kind;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && std::string_view(" \t\r\n").find(token.back()) != token.npos)
    token.remove_suffix(1);
  return token;
}

std::size_t digits_at(std::string_view token, std::size_t at) {
  std::size_t end = at;
  while (end < token.size() && token[end] >= '0' && token[end] <= '9')
    ++end;
  return end - at;
}

/// By the grammar of RFC 8259.
bool is_number(std::string_view token) {
  std::size_t at = token.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_at(token, at);
  if (whole == 0 || (whole > 1 && token[at] == '0')) return false;
  at += whole;
  if (at < token.size() && token[at] == '.') {
    const std::size_t fraction = digits_at(token, ++at);
    if (fraction == 0) return false;
    at += fraction;
  }
  if (at < token.size() && (token[at] == 'e' || token[at] == 'E')) {
    ++at;
    if (at < token.size() && (token[at] == '+' || token[at] == '-')) ++at;
    const std::size_t exponent = digits_at(token, at);
    if (exponent == 0) return false;
    at += exponent;
  }
  return at == token.size();
}

/// A key up to the quote that ends it.
std::string_view as_written(const char* key) {
  const char* end = key;
  while (*end != '"')
    end += *end == '\\' ? 2 : 1;
  return {key, static_cast<std::size_t>(end - key)};
}

void tell(std::string_view name, ondemand::value value, SampleReader& reader) {
  SampleValue out;
  out.name = name;
  switch (value.type()) {
    case ondemand::json_type::object:
    case ondemand::json_type::array:
      out.kind = Kind::nested;
      break;
    case ondemand::json_type::number:
      out.kind = Kind::number;
      out.json = out.text = trimmed(value.raw_json_token());
      // simdjson does not look at a number before it is asked for it, and refuses 1e400.
      if (!is_number(out.text)) static_cast<void>(double(value.get_double()));
      break;
    case ondemand::json_type::string:
      out.kind = Kind::text;
      out.json = trimmed(value.raw_json_token());
      // Half of a surrogate pair, which simdjson refuses: the text as it is written will do.
      if (value.get_string().get(out.text) != simdjson::SUCCESS)
        out.text = out.json.substr(1, out.json.size() - 2);
      break;
    case ondemand::json_type::boolean:
      out.kind = Kind::boolean;
      out.json = out.text = bool(value.get_bool()) ? "true" : "false";
      break;
    case ondemand::json_type::null:
      if (trimmed(value.raw_json_token()) != "null") static_cast<void>(bool(value.get_bool()));
      out.json = "null";
      break;
  }
  reader.value(out);
}

bool read_object(ondemand::object object, SampleReader& reader) {
  reader.begin_record();
  for (ondemand::field field : object) {
    const char* written = field.key().raw();
    std::string_view name;
    if (field.unescaped_key().get(name) != simdjson::SUCCESS) name = as_written(written);
    tell(name, field.value(), reader);
  }
  return reader.end_record();
}

Failure not_json(std::uint64_t record, const std::string& why) {
  return fail(Errc::bad_request,
              "Record " + std::to_string(record) + " of the sample is no JSON object: " + why +
                  ". A sample is JSON objects, one a line, or an array of them.");
}

}  // namespace

Result<void> read_json_sample(std::string_view text, bool cut, SampleReader& reader) {
  if (cut) text = text.substr(0, text.rfind('\n') + 1);
  if (trimmed(text).empty()) return {};
  std::uint64_t record = 1;
  try {
    const simdjson::padded_string padded(text);
    ondemand::parser parser;
    ondemand::document_stream documents = parser.iterate_many(padded, padded.size() + 1);
    for (auto document : documents) {
      if (document.type() == ondemand::json_type::array) {
        for (ondemand::value value : document.get_array()) {
          if (!read_object(value.get_object(), reader)) return {};
          ++record;
        }
      } else {
        if (!read_object(document.get_object(), reader)) return {};
        ++record;
      }
    }
    if (documents.truncated_bytes() > 0) return not_json(record, "it has no end");
  } catch (const simdjson::simdjson_error& error) {
    return not_json(record, error.what());
  }
  return {};
}

Result<void> read_table_sample(const engine::Table& table, SampleReader& reader) {
  for (const auto& row : table.rows) {
    std::string text = "{";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (i > 0) text += ',';
      text += '"';
      for (const char c : table.columns[i].name) {
        if (c == '"' || c == '\\') text += '\\';
        text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
      }
      text += "\":" + row[i];
    }
    text += '}';
    bool more = true;
    try {
      const simdjson::padded_string padded(text);
      ondemand::parser parser;
      ondemand::document document = parser.iterate(padded);
      more = read_object(document.get_object(), reader);
    } catch (const simdjson::simdjson_error& error) {
      return fail(Errc::internal, std::string("A row of the query is no JSON: ") + error.what());
    }
    if (!more) return {};
  }
  return {};
}

}  // namespace weir::feed
