#include "fields/sketch.hpp"

#include <algorithm>
#include <functional>

#include "fields/field_limits.hpp"

// A flat list in which parents stand before their children. So merging, encoding and comparing two
// sketches are loops, and a place is found by one look-up. A tree of owned nodes would need a map
// in each of them, most with a handful of names.
namespace weir::fields {
namespace {

constexpr std::uint64_t field_bytes = sizeof(Field) + 64;  // with its place in the index

std::uint64_t bytes_of(const Example& example) {
  return sizeof(Example) + example.text.size();
}

std::uint64_t bytes_of(const std::vector<Example>& examples) {
  std::uint64_t bytes = 0;
  for (const Example& each : examples)
    bytes += bytes_of(each);
  return bytes;
}

bool is_plain_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [&](char c) { return is_letter(c) || is_digit(c); });
}

std::string in_quotes(std::string_view name) {
  if (is_plain_name(name)) return std::string(name);
  std::string out = "`";
  for (const char c : name)
    out.append(c == '`' ? 2 : 1, c);
  return out + "`";
}

/// The newest first, a few of each type.
void merge_examples(const std::vector<Example>& newer, std::vector<Example>& into) {
  std::vector<Example> out;
  const auto take = [&out](const Example& each) {
    const auto of_type = std::count_if(out.begin(), out.end(),
                                       [&](const Example& one) { return one.type == each.type; });
    if (out.size() < limits::examples_max &&
        static_cast<std::size_t>(of_type) < limits::examples_of_type_max &&
        std::find(out.begin(), out.end(), each) == out.end())
      out.push_back(each);
  };
  std::for_each(newer.begin(), newer.end(), take);
  std::for_each(into.begin(), into.end(), take);
  into = std::move(out);
}

}  // namespace

std::string_view to_string(Type type) {
  constexpr std::string_view names[type_count] = {"null",         "boolean", "integer",
                                                  "big integer",  "number",  "string",
                                                  "empty string", "object",  "array"};
  return names[static_cast<std::size_t>(type)];
}

Sketch::Sketch() : fields_(1), members_(1) {}

std::size_t Sketch::hash(const Key& key) {
  return std::hash<std::string_view>{}(key.name) ^
         ((2 * key.parent + (key.is_element ? 1 : 0)) * 0x9E3779B97F4A7C15U);
}

std::size_t Sketch::find(std::size_t parent, std::string_view name, bool is_element) const {
  const auto [begin, end] = places_.equal_range(hash({parent, name, is_element}));
  for (auto each = begin; each != end; ++each)
    if (const Field& field = fields_[each->second];
        field.parent == parent && field.is_element == is_element && field.name == name)
      return each->second;
  return none;
}

std::size_t Sketch::place(std::size_t parent, std::string_view name, bool is_element, Time seen) {
  if (fields_[parent].keys_are_data) return none;
  if (const std::size_t found = find(parent, name, is_element); found != none) return found;
  if (parent != 0 && members_[parent] >= limits::sketch_members_max) {
    fields_[parent].keys_are_data = has_new_data_ = true;
    return none;
  }
  if (fields_.size() > limits::sketch_fields_max || name.size() > limits::sketch_name_bytes_max) {
    is_cut = true;
    return none;
  }
  const std::size_t index = fields_.size();
  places_.emplace(hash({parent, name, is_element}), index);
  Field& field = fields_.emplace_back();
  field.parent = parent;
  field.name = name;
  field.is_element = is_element;
  field.first_seen = field.last_seen = seen;
  members_.push_back(0);
  ++members_[parent];
  bytes_ += field_bytes + name.size();
  return index;
}

void Sketch::add_example(std::size_t index, Example example) {
  std::vector<Example>& examples = fields_[index].examples;
  if (std::find(examples.begin(), examples.end(), example) != examples.end()) return;
  bytes_ += bytes_of(example);
  examples.push_back(std::move(example));
}

/// Keys that are ids or dates would fill the sketch with names that come and go.
void Sketch::drop_members_of_data() {
  if (!has_new_data_) return;
  has_new_data_ = false;
  std::vector<std::size_t> moved(fields_.size(), none);
  std::vector<Field> kept;
  std::vector<std::uint32_t> members;
  std::unordered_multimap<std::size_t, std::size_t> places;
  bytes_ = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    Field& field = fields_[i];
    if (i != 0) {
      const std::size_t parent = moved[field.parent];
      if (parent == none || kept[parent].keys_are_data) continue;
      field.parent = parent;
      ++members[parent];
      places.emplace(hash({parent, field.name, field.is_element}), kept.size());
      bytes_ += field_bytes + field.name.size();
    }
    moved[i] = kept.size();
    bytes_ += bytes_of(field.examples);
    kept.push_back(std::move(field));
    members.push_back(0);
  }
  fields_ = std::move(kept);
  members_ = std::move(members);
  places_ = std::move(places);
}

void Sketch::merge(const Sketch& other) {
  payloads += other.payloads;
  looked_at += other.looked_at;
  is_cut = is_cut || other.is_cut;
  std::vector<std::size_t> places(other.fields_.size(), none);
  places[0] = 0;
  for (std::size_t i = 1; i < other.fields_.size(); ++i) {
    const Field& from = other.fields_[i];
    if (places[from.parent] == none) continue;
    places[i] = place(places[from.parent], from.name, from.is_element, from.first_seen);
    if (places[i] == none) continue;
    Field& into = fields_[places[i]];
    into.payloads += from.payloads;
    for (std::size_t type = 0; type < type_count; ++type)
      into.types[type] += from.types[type];
    into.first_seen = std::min(into.first_seen, from.first_seen);
    into.last_seen = std::max(into.last_seen, from.last_seen);
    bytes_ -= bytes_of(into.examples);
    merge_examples(from.examples, into.examples);
    bytes_ += bytes_of(into.examples);
    if (from.keys_are_data && !into.keys_are_data) into.keys_are_data = has_new_data_ = true;
  }
  drop_members_of_data();
}

std::string Sketch::path(std::size_t index) const {
  if (index == 0) return "";
  const Field& field = fields_[index];
  const std::string above = path(field.parent);
  if (field.is_element) return above + "[]";
  return above.empty() ? in_quotes(field.name) : above + "." + in_quotes(field.name);
}

}  // namespace weir::fields
