// Spark's rules of JacksonParser over simdjson's values. A struct keeps the fields that fit, which
// is what Spark calls partial results.

#include "engine/functions/json_schema.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <vector>

#include "engine/functions/json_text.hpp"
#include "engine/spark/file_text.hpp"
#include "engine/spark/text_trim.hpp"

namespace weir::engine {

namespace {

namespace ondemand = simdjson::ondemand;
using Json = ondemand::json_type;
using dialect::Kind;

std::string_view trimmed(std::string_view token) {
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ')
    token.remove_suffix(1);
  return token;
}

class Reader {
 public:
  Reader(const DeclaredFormats& formats, bool& fits) : formats_(formats), fits_(fits) {}

  /// Appends a value; false, with nothing appended, where it is not of the type.
  bool value(std::string& out, const Shape& shape, ondemand::value value) {
    const Json json = value.type();
    if (json == Json::null) {
      if (!value.is_null())  // another word; simdjson ends the reading
        static_cast<void>(simdjson::simdjson_result<bool>(simdjson::N_ATOM_ERROR).value());
      out += "null";
      return true;
    }
    const bool fits = of_kind(out, shape, value, json);
    if (!fits) fits_ = false;
    return fits;
  }

  /// The values of a struct's fields.
  std::vector<std::string> fields(const Shape& shape, ondemand::object object) {
    std::vector<std::string> values(shape.parts.size(), "null");
    for (ondemand::field each : object) {
      const auto found = shape.places.find(std::string_view(each.unescaped_key()));
      if (found == shape.places.end()) continue;
      std::string& text = values[found->second];  // of a name that is there twice the last counts
      text.clear();
      if (!value(text, shape.parts[found->second], each.value())) text = "null";
    }
    return values;
  }

 private:
  bool of_kind(std::string& out, const Shape& shape, ondemand::value value, Json json) {
    const Kind kind = shape.type.kind();
    if (kind == Kind::string) return text(out, value, json);
    switch (json) {
      case Json::object:
        if (kind == Kind::map) return map(out, shape, value.get_object());
        if (kind != Kind::struct_) return false;
        out += struct_json(shape, fields(shape, value.get_object()));
        return true;
      case Json::array:
        return kind == Kind::array && array(out, shape, value.get_array());
      case Json::boolean: {
        const bool truth = value.get_bool();
        return kind == Kind::boolean &&
               append_declared(out, shape.type, truth ? "true" : "false", formats_);
      }
      case Json::number:
        return number(out, shape, trimmed(value.raw_json_token()));
      default:
        return quoted(out, shape, std::string_view(value.get_string()));
    }
  }

  // Anything else than a text is a text of its JSON.
  static bool text(std::string& out, ondemand::value value, Json json) {
    if (json == Json::string) {
      append_json_text(out, std::string_view(value.get_string()));
      return true;
    }
    JsonOutput copy;
    copy_json(value, copy);
    append_json_text(out, copy.text);
    return true;
  }

  bool number(std::string& out, const Shape& shape, std::string_view token) {
    const bool whole = token.find_first_of(".eE") == std::string_view::npos;
    switch (shape.type.kind()) {
      case Kind::byte:
      case Kind::short_:
      case Kind::int_:
      case Kind::long_:
        return whole && append_declared(out, shape.type, token, formats_);
      case Kind::timestamp: {
        const auto seconds = whole ? spark::long_from_file(token) : std::nullopt;
        const auto moment = seconds ? spark::moment_of(*seconds, spark::second_us) : std::nullopt;
        if (moment) append_moment(out, *moment);
        return moment.has_value();
      }
      case Kind::float_:
      case Kind::double_:
      case Kind::decimal:
        return append_declared(out, shape.type, token, formats_);
      default:
        return false;
    }
  }

  bool quoted(std::string& out, const Shape& shape, std::string_view text) {
    constexpr std::string_view not_finite[] = {"NaN",       "Infinity", "+Infinity",
                                               "-Infinity", "+INF",     "-INF"};
    switch (shape.type.kind()) {
      case Kind::float_:
      case Kind::double_:
        return std::find(std::begin(not_finite), std::end(not_finite), text) !=
                   std::end(not_finite) &&
               append_declared(out, shape.type, text, formats_);
      case Kind::decimal:
        return spark::java_trim(text).size() == text.size() &&
               append_declared(out, shape.type, text, formats_);
      case Kind::date:
      case Kind::timestamp:
        return append_declared(out, shape.type, text, formats_);
      default:
        return false;
    }
  }

  bool array(std::string& out, const Shape& shape, ondemand::array array) {
    std::string items = "[";
    bool fits = true;
    for (ondemand::value each : array) {
      if (items.size() > 1) items += ',';
      fits = value(items, shape.parts[0], each) && fits;
    }
    if (fits) out += items + ']';
    return fits;
  }

  bool map(std::string& out, const Shape& shape, ondemand::object object) {
    std::vector<std::string> keys;
    std::map<std::string, std::string, std::less<>> entries;
    bool fits = shape.type.key().is(Kind::string);
    for (ondemand::field each : object) {
      const std::string key(std::string_view(each.unescaped_key()));
      std::string text;
      fits = value(text, shape.parts[1], each.value()) && fits;
      if (!entries.contains(key)) keys.push_back(key);
      entries[key] = std::move(text);
    }
    if (!fits) return false;
    out += '{';
    for (const std::string& key : keys) {
      if (out.back() != '{') out += ',';
      append_json_text(out, key);
      out += ':' + entries[key];
    }
    out += '}';
    return true;
  }

  const DeclaredFormats& formats_;
  bool& fits_;
};

/// Hands over the object or array that a text is; false where it cannot be read, or `use` says so.
template <class Use>
bool with_json(std::string_view json, const Use& use) {
  thread_local ondemand::parser parser;
  try {
    const simdjson::padded_string text(json);
    ondemand::document document = parser.iterate(text);
    const Json kind = document.type();
    return (kind == Json::object || kind == Json::array) && use(document.get_value(), kind);
  } catch (const simdjson::simdjson_error&) {
    const auto other = with_double_quotes(json);
    return other && with_json(*other, use);
  }
}

std::string struct_under(std::string_view json, const Declared& declared) {
  const Shape& shape = declared.shape;
  std::vector<std::string> values;
  bool fits = true;
  const bool known = with_json(json, [&](ondemand::value value, Json kind) {
    if (kind == Json::object)
      values = Reader(declared.formats, fits).fields(shape, value.get_object());
    return kind == Json::object;
  });
  if (!known) values.assign(shape.parts.size(), "null");
  const auto corrupt = shape.places.find(declared.corrupt_field);
  if ((!known || !fits) && corrupt != shape.places.end() &&
      shape.parts[corrupt->second].type.is(Kind::string)) {
    values[corrupt->second].clear();
    append_json_text(values[corrupt->second], json);
  }
  return struct_json(shape, values);
}

}  // namespace

std::optional<std::string> json_under(std::string_view json, const Declared& declared) {
  if (spark::java_trim(json).empty()) return std::nullopt;
  const Shape& shape = declared.shape;
  if (shape.type.is(Kind::struct_)) return struct_under(json, declared);
  std::string out;
  bool fits = true;
  const bool known = with_json(json, [&](ondemand::value value, Json kind) {
    out.clear();
    const bool alone = kind == Json::object && shape.type.is(Kind::array);
    if (!alone) return Reader(declared.formats, fits).value(out, shape, value);
    out = "[";  // one element without its brackets
    const bool taken = Reader(declared.formats, fits).value(out, shape.parts[0], value);
    out += "]";
    return taken;
  });
  return known ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace weir::engine
