#include "fields/collector.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <vector>

#include <simdjson.h>

#include "fields/example.hpp"
#include "fields/field_limits.hpp"
#include "xml/ingest_pack.hpp"

// simdjson walks a line on demand: what is deeper than the sketch is skipped, numbers are judged by
// their tokens, and text is unescaped only where an example is wanted. A payload counts once in a
// field, and once in each type that the field has there, however many elements its arrays have.
namespace weir::fields {
namespace {

namespace ondemand = simdjson::ondemand;

std::string_view trimmed(std::string_view token) {
  const std::size_t end = token.find_last_not_of(" \t\r\n");
  return end == std::string_view::npos ? std::string_view() : token.substr(0, end + 1);
}

Type type_of_number(std::string_view token) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (end != token.data() + token.size()) return Type::number;
  return error == std::errc{} ? Type::integer : Type::big_integer;
}

}  // namespace

struct Collector::Walk {
  ondemand::parser parser;
  std::vector<char> line;             // with the bytes behind it that simdjson reads
  std::vector<std::uint32_t> stamps;  // of each field, the types it has in this payload
  Sketch* sketch = nullptr;
  Time received_at;
  bool may_grow = true;

  void begin(Sketch& into, Time at, bool grow) {
    sketch = &into;
    received_at = at;
    may_grow = grow;
    stamps.assign(into.fields().size(), 0);
    ++into.looked_at;
  }

  std::size_t place(std::size_t parent, std::string_view name, bool is_element) {
    const std::size_t known = sketch->find(parent, name, is_element);
    if (known != Sketch::none) return known;
    if (!may_grow) {
      sketch->is_cut = true;
      return Sketch::none;
    }
    const std::size_t index = sketch->place(parent, name, is_element, received_at);
    stamps.resize(sketch->fields().size(), 0);
    return index;
  }

  /// Counts a value, once for this payload. True where an example of it is wanted.
  bool note(std::size_t index, Type type) {
    Field& field = sketch->at(index);
    const std::uint32_t bit = 1U << static_cast<unsigned>(type);
    if ((stamps[index] & bit) != 0) return false;
    if (stamps[index] == 0) {
      ++field.payloads;
      field.last_seen = std::max(field.last_seen, received_at);
    }
    stamps[index] |= bit;
    ++field.types[static_cast<std::size_t>(type)];
    if (type == Type::null || type == Type::empty_string || type == Type::object ||
        type == Type::array)
      return false;
    const auto of_type = std::count_if(field.examples.begin(), field.examples.end(),
                                       [&](const Example& each) { return each.type == type; });
    // A field whose values are hidden, or always the same, is not asked for them again and again.
    return field.count(type) <= limits::example_tries_max &&
           field.examples.size() < limits::examples_max &&
           static_cast<std::size_t>(of_type) < limits::examples_of_type_max;
  }

  void add_example(std::size_t index, Type type, std::string_view text) {
    Shown shown = Shown::plain;
    for (std::size_t at = index; at != 0; at = sketch->fields()[at].parent)
      shown = std::max(shown, shown_by_name(sketch->fields()[at].name));
    if (auto example = example_of(type, text, shown))
      sketch->add_example(index, *std::move(example));
  }

  void scalar(std::size_t index, Type type, std::string_view text) {
    if (note(index, type)) add_example(index, type, text);
  }

  void json_value(ondemand::value value, std::size_t index, std::uint32_t depth) {
    const ondemand::json_type type = value.type();
    switch (type) {
      case ondemand::json_type::null:
        note(index, Type::null);
        return;
      case ondemand::json_type::boolean:
        return scalar(index, Type::boolean, trimmed(value.raw_json_token()));
      case ondemand::json_type::number: {
        const std::string_view token = trimmed(value.raw_json_token());
        return scalar(index, type_of_number(token), token);
      }
      case ondemand::json_type::string: {
        if (std::string_view(value.raw_json_token()).starts_with("\"\"")) {
          note(index, Type::empty_string);
          return;
        }
        if (!note(index, Type::string)) return;
        std::string_view text;
        if (value.get_string().get(text) == simdjson::SUCCESS)
          add_example(index, Type::string, text);
        return;
      }
      case ondemand::json_type::object:
        note(index, Type::object);
        return json_object(value.get_object(), index, depth);
      case ondemand::json_type::array:
        note(index, Type::array);
        return json_array(value.get_array(), index, depth);
    }
  }

  bool may_descend(std::size_t index, std::uint32_t depth) {
    if (sketch->fields()[index].keys_are_data) return false;
    if (depth < limits::sketch_depth_max) return true;
    sketch->is_cut = true;
    return false;
  }

  void json_object(ondemand::object object, std::size_t index, std::uint32_t depth) {
    if (!may_descend(index, depth)) return;
    for (ondemand::field each : object) {
      const std::size_t member = place(index, each.unescaped_key(), false);
      if (member != Sketch::none) json_value(each.value(), member, depth + 1);
    }
  }

  void json_array(ondemand::array array, std::size_t index, std::uint32_t depth) {
    if (!may_descend(index, depth)) return;
    std::size_t element = Sketch::none;
    std::uint32_t count = 0;
    for (ondemand::value each : array) {
      if (++count > limits::sketch_elements_max) return;
      if (element == Sketch::none) element = place(index, "", true);
      if (element == Sketch::none) return;
      json_value(each, element, depth + 1);
    }
  }

  void json(std::string_view text) {
    line.resize(text.size() + simdjson::SIMDJSON_PADDING);
    std::memcpy(line.data(), text.data(), text.size());
    ondemand::document document = parser.iterate(line.data(), text.size(), line.size());
    json_object(document.get_object(), 0, 0);
  }

  void xml_value(const xml::Node& node, std::size_t index, std::uint32_t depth) {
    switch (node.kind) {
      case xml::Node::Kind::null:
        note(index, Type::null);
        return;
      case xml::Node::Kind::text:
        if (node.text.empty()) {
          note(index, Type::empty_string);
          return;
        }
        return scalar(index, Type::string, node.text);
      case xml::Node::Kind::map:
        if (index != 0) note(index, Type::object);
        if (!may_descend(index, depth)) return;
        for (const xml::Member& each : node.members) {
          const std::size_t member = place(index, each.key, false);
          if (member != Sketch::none) xml_value(each.value, member, depth + 1);
        }
        return;
      case xml::Node::Kind::array: {
        note(index, Type::array);
        if (!may_descend(index, depth) || node.members.empty()) return;
        const std::size_t element = place(index, "", true);
        if (element == Sketch::none) return;
        const std::size_t count =
            std::min<std::size_t>(node.members.size(), limits::sketch_elements_max);
        for (std::size_t i = 0; i < count; ++i)
          xml_value(node.members[i].value, element, depth + 1);
        return;
      }
    }
  }

  void xml(std::string_view record) {
    xml::PackReader reader(record);
    const auto read = reader.next();
    if (read && *read) xml_value((*read)->payload, 0, 0);
  }
};

Collector::Collector() : walk_(std::make_unique<Walk>()) {}
Collector::~Collector() = default;

void Collector::collect(PayloadType type, std::string_view record, Time received_at, bool may_grow,
                        Sketch& sketch) {
  walk_->begin(sketch, received_at, may_grow);
  try {
    if (type == PayloadType::json)
      walk_->json(record);
    else
      walk_->xml(record);
  } catch (const simdjson::simdjson_error&) {
    // Half an escaped surrogate pair in a name, say. What stands before it is counted.
  }
  sketch.drop_members_of_data();
  if (walk_->line.size() > limits::kept_scratch_bytes_max) {
    walk_->line = {};
    walk_->parser = simdjson::ondemand::parser();
  }
}

bool Sample::wants(std::uint64_t record_bytes) {
  const bool wanted =
      looked_at_ < std::max(limits::sketch_whole_bytes, seen_ / limits::sketch_one_in);
  seen_ += record_bytes;
  if (wanted) looked_at_ += record_bytes;
  return wanted;
}

}  // namespace weir::fields
