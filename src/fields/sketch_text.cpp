#include <boost/json.hpp>

#include "fields/field_limits.hpp"
#include "fields/sketch.hpp"

// JSON, so that a person finds it readable in the catalog; arrays for what each field has, since
// there are hundreds of them and their keys would be most of the text.
namespace weir::fields {
namespace {

namespace json = boost::json;

std::int64_t number_of(Time time) {
  return time.time_since_epoch().count();
}

Time time_of(const json::value& value) {
  return Time(std::chrono::microseconds(value.to_number<std::int64_t>()));
}

json::array json_of(const Field& field, Examples with) {
  json::array types;
  for (const std::uint64_t count : field.types)
    types.emplace_back(count);
  json::array examples;
  if (with == Examples::with)
    for (const Example& each : field.examples)
      examples.push_back(
          json::array{static_cast<unsigned>(each.type), each.text, each.masked ? 1 : 0});
  return {field.parent,
          field.is_element ? json::value() : json::value(field.name),
          field.keys_are_data ? 1 : 0,
          field.payloads,
          std::move(types),
          number_of(field.first_seen),
          number_of(field.last_seen),
          std::move(examples)};
}

Field field_of(const json::array& values) {
  Field out;
  out.parent = values.at(0).to_number<std::size_t>();
  out.is_element = values.at(1).is_null();
  if (!out.is_element) out.name = values.at(1).as_string();
  out.keys_are_data = values.at(2).to_number<int>() != 0;
  out.payloads = values.at(3).to_number<std::uint64_t>();
  const json::array& types = values.at(4).as_array();
  for (std::size_t i = 0; i < types.size() && i < type_count; ++i)
    out.types[i] = types[i].to_number<std::uint64_t>();
  out.first_seen = time_of(values.at(5));
  out.last_seen = time_of(values.at(6));
  for (const json::value& each : values.at(7).as_array()) {
    const json::array& example = each.as_array();
    const auto type = example.at(0).to_number<std::size_t>();
    if (type < type_count)
      out.examples.push_back({static_cast<Type>(type), std::string(example.at(1).as_string()),
                              example.at(2).to_number<int>() != 0});
  }
  return out;
}

}  // namespace

std::string encode(const Sketch& sketch, Examples examples) {
  json::array fields;
  for (std::size_t i = 1; i < sketch.fields().size(); ++i)
    fields.push_back(json_of(sketch.fields()[i], examples));
  return json::serialize(json::object{{"version", 1},
                                      {"payloads", sketch.payloads},
                                      {"looked_at", sketch.looked_at},
                                      {"is_cut", sketch.is_cut},
                                      {"fields", std::move(fields)}});
}

Result<Sketch> decode(std::string_view text) {
  try {
    const json::value parsed = json::parse(text);
    Sketch out;
    out.payloads = parsed.at("payloads").to_number<std::uint64_t>();
    out.looked_at = parsed.at("looked_at").to_number<std::uint64_t>();
    out.is_cut = parsed.at("is_cut").as_bool();
    for (const json::value& each : parsed.at("fields").as_array()) {
      Field field = field_of(each.as_array());
      if (field.parent >= out.fields_.size())
        return fail(Errc::corrupt, "A field of a sketch stands before its parent.");
      const std::size_t index =
          out.place(field.parent, field.name, field.is_element, field.first_seen);
      if (index != out.fields_.size() - 1)
        return fail(Errc::corrupt, "A sketch has a field twice, or more fields than it may have.");
      std::vector<Example> examples = std::move(field.examples);
      field.examples.clear();
      out.fields_[index] = std::move(field);
      for (Example& example : examples)
        out.add_example(index, std::move(example));
    }
    return out;
  } catch (const std::exception& error) {
    return fail(Errc::corrupt, std::string("A sketch of fields cannot be read: ") + error.what());
  }
}

}  // namespace weir::fields
