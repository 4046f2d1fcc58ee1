// The cases of a path are those of Spark's GetJsonObject, one by one, since what several matches of
// [*] give has no rule but its code: one match stands for itself, several are an array, and two [*]
// in a row flatten. simdjson reads forward, as Spark's parser does.

#include "engine/functions/json_path.hpp"

#include <charconv>
#include <variant>

#include "engine/functions/json_text.hpp"

namespace weir::engine {

namespace {

namespace ondemand = simdjson::ondemand;
using Kind = ondemand::json_type;

struct Name {
  std::string name;
};
struct Index {
  std::uint64_t index;
};
struct AnyIndex {};
using Step = std::variant<Name, Index, AnyIndex>;
using Path = std::vector<Step>;

std::optional<Path> parse_path(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  Path path;
  while (!text.empty()) {
    if (text.starts_with("['")) {
      const std::size_t end = text.find("']", 2);
      if (end == std::string_view::npos || end == 2) return std::nullopt;
      const std::string_view name = text.substr(2, end - 2);
      if (name.find_first_of("'?") != std::string_view::npos) return std::nullopt;
      if (name == "*") return std::nullopt;  // Spark reads it, and finds nothing
      path.emplace_back(Name{std::string(name)});
      text.remove_prefix(end + 2);
    } else if (text.starts_with("[*]")) {
      path.emplace_back(AnyIndex{});
      text.remove_prefix(3);
    } else if (text.starts_with('[')) {
      std::uint64_t index = 0;
      const char* end = text.data() + text.size();
      const auto [behind, error] = std::from_chars(text.data() + 1, end, index);
      if (error != std::errc{} || behind == end || *behind != ']') return std::nullopt;
      path.emplace_back(Index{index});
      text.remove_prefix(static_cast<std::size_t>(behind + 1 - text.data()));
    } else if (text.starts_with('.')) {
      const std::size_t end = std::min(text.find_first_of(".[", 1), text.size());
      const std::string_view name = text.substr(1, end - 1);
      if (name.empty()) return std::nullopt;
      if (name == "*") return std::nullopt;  // Spark reads it, and finds nothing
      path.emplace_back(Name{std::string(name)});
      text.remove_prefix(end);
    } else {
      return std::nullopt;
    }
  }
  return path;
}

enum class Style : std::uint8_t { raw, quoted, flatten };

struct Place {
  const Path& path;
  std::size_t at;
  [[nodiscard]] bool done() const { return at == path.size(); }
  template <class T>
  [[nodiscard]] const T* step(std::size_t ahead = 0) const {
    return at + ahead < path.size() ? std::get_if<T>(&path[at + ahead]) : nullptr;
  }
  [[nodiscard]] Place next(std::size_t steps = 1) const { return {path, at + steps}; }
};

bool evaluate(ondemand::value value, JsonOutput& out, Style style, Place place);

bool each_element(ondemand::value value, JsonOutput& out, Style style, Place place, int& matches) {
  for (auto element : value.get_array())
    matches += evaluate(element.value(), out, style, place) ? 1 : 0;
  return matches > 0;
}

bool at_index(ondemand::value value, JsonOutput& out, Style style, Place place,
              std::uint64_t index) {
  bool found = false;
  std::uint64_t i = 0;
  for (auto element : value.get_array()) {
    if (i++ == index) found = evaluate(element.value(), out, style, place);
  }
  return found;
}

bool in_array(ondemand::value value, JsonOutput& out, Style style, Place place) {
  int matches = 0;
  if (place.step<AnyIndex>() != nullptr && place.step<AnyIndex>(1) != nullptr) {
    out.open('[');
    each_element(value, out, Style::flatten, place.next(2), matches);
    out.close(']');
    return matches > 0;
  }
  if (place.step<AnyIndex>() != nullptr && style != Style::quoted) {
    JsonOutput list;
    list.open('[');
    each_element(value, list, style == Style::raw ? Style::quoted : Style::flatten, place.next(),
                 matches);
    list.close(']');
    if (matches == 0) return false;
    out.item();
    out.text += matches > 1 ? list.text : list.text.substr(1, list.text.size() - 2);
    return true;
  }
  if (place.step<AnyIndex>() != nullptr) {
    out.open('[');
    each_element(value, out, Style::quoted, place.next(), matches);
    out.close(']');
    return matches > 0;
  }
  const auto* index = place.step<Index>();
  if (index == nullptr) return false;
  return at_index(value, out, place.step<AnyIndex>(1) != nullptr ? Style::quoted : style,
                  place.next(), index->index);
}

bool in_object(ondemand::value value, JsonOutput& out, Style style, Place place) {
  const auto* name = place.step<Name>();
  if (name == nullptr) return false;
  bool found = false;
  for (auto field : value.get_object()) {
    if (found) continue;
    const std::string_view key = field.unescaped_key().value();
    if (key != name->name) continue;
    ondemand::value inner = field.value();
    if (inner.is_null()) continue;
    found = evaluate(inner, out, style, place.next());
  }
  return found;
}

bool evaluate(ondemand::value value, JsonOutput& out, Style style, Place place) {
  const Kind kind = value.type().value();
  if (place.done()) {
    if (kind == Kind::string && style == Style::raw) {
      out.text += value.get_string().value();
    } else if (kind == Kind::array && style == Style::flatten) {
      int matches = 0;
      return each_element(value, out, style, place, matches);
    } else {
      copy_json(value, out);
    }
    return true;
  }
  if (kind == Kind::object) return in_object(value, out, style, place);
  return kind == Kind::array && in_array(value, out, style, place);
}

/// Calls `use` with a text's value; nullopt where reading fails.
template <class Result, class Use>
std::optional<Result> with_json(std::string_view json, const Use& use) {
  thread_local ondemand::parser parser;
  try {
    const simdjson::padded_string text(json);
    ondemand::document document = parser.iterate(text);
    // A document that is a scalar alone is no value to simdjson.
    const Kind kind = document.type();
    if (kind != Kind::object && kind != Kind::array) return use(document);
    ondemand::value value = document;
    return use(value);
  } catch (const simdjson::simdjson_error&) {
    const auto other = with_double_quotes(json);
    return other ? with_json<Result>(*other, use) : std::nullopt;
  }
}

/// A scalar that is the whole text; nullopt for another word.
std::optional<std::string> text_of(ondemand::document& document) {
  std::string out;
  switch (document.type().value()) {
    case Kind::string:
      return std::string(document.get_string().value());
    case Kind::number:
      append_json_number(out, document.raw_json_token().value());
      return out;
    case Kind::boolean:
      return document.get_bool().value() ? "true" : "false";
    default:
      return document.is_null() ? std::optional<std::string>("null") : std::nullopt;
  }
}

}  // namespace

std::optional<std::string> json_at(std::string_view json, std::string_view path) {
  thread_local std::string last;
  thread_local std::optional<Path> steps;
  if (last != path || !steps) {
    steps = parse_path(path);
    last = path;
  }
  if (!steps) return std::nullopt;
  JsonOutput out;
  const auto found = with_json<bool>(json, [&](auto& value) {
    out = JsonOutput();  // a second reading begins anew
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, ondemand::document>) {
      auto text = steps->empty() ? text_of(value) : std::nullopt;
      if (text) out.text = std::move(*text);
      return text.has_value();
    } else {
      return evaluate(value, out, Style::raw, {*steps, 0});
    }
  });
  return found.value_or(false) ? std::optional(std::move(out.text)) : std::nullopt;
}

std::vector<std::optional<std::string>> json_fields(std::string_view json,
                                                    const std::vector<std::string_view>& names) {
  std::vector<std::optional<std::string>> fields(names.size());
  const auto read = with_json<bool>(json, [&](auto& value) {
    fields.assign(names.size(), std::nullopt);
    if (value.type().value() != Kind::object) return false;
    for (auto field : value.get_object()) {
      const std::string key(field.unescaped_key().value());
      ondemand::value inner = field.value();
      if (inner.is_null()) continue;
      std::optional<std::string> text;
      for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] != key) continue;
        if (!text) {
          JsonOutput out;
          evaluate(inner, out, Style::raw, {Path(), 0});
          text = std::move(out.text);
        }
        fields[i] = text;
      }
    }
    return true;
  });
  if (!read.value_or(false)) fields.assign(names.size(), std::nullopt);
  return fields;
}

std::optional<std::int32_t> json_array_length(std::string_view json) {
  const auto length = with_json<std::int32_t>(json, [](auto& value) {
    if (value.type().value() != Kind::array) return -1;
    std::int32_t count = 0;
    for (auto element : value.get_array()) {
      static_cast<void>(element.value());
      ++count;
    }
    return count;
  });
  return length && *length >= 0 ? length : std::nullopt;
}

std::optional<std::vector<std::string>> json_object_keys(std::string_view json) {
  std::vector<std::string> keys;
  const auto read = with_json<bool>(json, [&](auto& value) {
    keys.clear();
    if (value.type().value() != Kind::object) return false;
    for (auto field : value.get_object())
      keys.emplace_back(field.unescaped_key().value());
    return true;
  });
  return read.value_or(false) ? std::optional(std::move(keys)) : std::nullopt;
}

}  // namespace weir::engine
