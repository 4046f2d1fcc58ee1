#include "control/document_fixture.hpp"

#include <regex>
#include <set>

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "base/time.hpp"

// Only what the document uses of JSON Schema is known here, and a schema of more than that fails.
namespace weir::control {
namespace {

YAML::Node descend(const YAML::Node& at, const std::string& path) {
  const std::size_t slash = path.find('/');
  const YAML::Node next = at[path.substr(0, slash)];
  if (!next.IsDefined() || slash == std::string::npos) return next;
  return descend(next, path.substr(slash + 1));
}

}  // namespace

Document::Document() : root_(YAML::LoadFile(std::string(WEIR_API_DIRECTORY) + "/control.yaml")) {}

YAML::Node Document::resolve(const YAML::Node& node) const {
  if (!node.IsMap() || !node["$ref"]) return node;
  const auto path = node["$ref"].as<std::string>();  // "#/components/schemas/Error"
  const YAML::Node found = descend(root_, path.substr(2));
  if (!found.IsDefined()) {
    ADD_FAILURE() << path << " leads nowhere";
    return found;
  }
  return resolve(found);
}

void Document::check(std::string_view operation_id, const http::Response& response) const {
  const YAML::Node operation = find(operation_id);
  ASSERT_TRUE(operation.IsDefined()) << operation_id << " is not documented";
  const YAML::Node responses = operation["responses"];
  const std::string code = std::to_string(response.status);
  const YAML::Node documented =
      responses[responses[code] || response.status < 500 ? code : "default"];
  ASSERT_TRUE(documented.IsDefined() && !documented.IsNull())
      << operation_id << " answered an undocumented " << response.status << ": " << response.body;
  const YAML::Node content = resolve(documented)["content"];
  if (!content) {
    EXPECT_EQ(response.body, "");
    return;
  }
  if (!content["application/json"]) return;
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = limits::json_depth_max;
  const auto body = boost::json::parse(response.body, error, {}, options);
  ASSERT_FALSE(error) << operation_id << " answered no JSON: " << response.body;
  check(content["application/json"]["schema"], body, std::string(operation_id));
}

void Document::check_request(std::string_view operation_id, const boost::json::value& body) const {
  const YAML::Node operation = find(operation_id);
  ASSERT_TRUE(operation.IsDefined()) << operation_id << " is not documented";
  const YAML::Node content = resolve(operation["requestBody"])["content"];
  ASSERT_TRUE(content.IsDefined()) << operation_id << " takes no body";
  if (content["application/json"])
    check(content["application/json"]["schema"], body, std::string(operation_id) + " request");
}

YAML::Node Document::find(std::string_view operation_id) const {
  for (const auto& path : root_["paths"])
    for (const auto& operation : path.second)
      if (operation.second.IsMap() && operation.second["operationId"] &&
          operation.second["operationId"].as<std::string>() == operation_id)
        return operation.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

void Document::check(const YAML::Node& given, const boost::json::value& value,
                     const std::string& where) const {
  const YAML::Node schema = resolve(given);
  if (schema["anyOf"]) {  // of something and null
    if (!value.is_null()) check(schema["anyOf"][0], value, where);
    return;
  }
  if (!schema["type"]) return;                       // anything
  const bool or_null = schema["type"].IsSequence();  // [string, "null"]
  if (or_null && value.is_null()) return;
  const auto type = (or_null ? schema["type"][0] : schema["type"]).as<std::string>();
  if (type == "object")
    check_object(schema, value, where);
  else if (type == "array")
    check_array(schema, value, where);
  else if (type == "string")
    check_string(schema, value, where);
  else if (type == "integer")
    EXPECT_TRUE(value.is_int64() || value.is_uint64()) << where;
  else if (type == "number")
    EXPECT_TRUE(value.is_number()) << where;
  else if (type == "boolean")
    EXPECT_TRUE(value.is_bool()) << where;
  else
    ADD_FAILURE() << where << " has the unknown type " << type;
}

void Document::check_object(const YAML::Node& schema, const boost::json::value& value,
                            const std::string& where) const {
  ASSERT_TRUE(value.is_object()) << where;
  const auto& object = value.get_object();
  for (const auto& name : schema["required"])
    EXPECT_TRUE(object.contains(name.as<std::string>()))
        << where << " lacks " << name.as<std::string>();
  for (const auto& [key, item] : object) {
    const std::string name(key);
    const YAML::Node properties = schema["properties"];
    if (properties && properties[name])
      check(properties[name], item, where + "." + name);
    else
      EXPECT_FALSE(schema["additionalProperties"]) << where << " has an undocumented " << name;
  }
}

void Document::check_array(const YAML::Node& schema, const boost::json::value& value,
                           const std::string& where) const {
  ASSERT_TRUE(value.is_array()) << where;
  for (const auto& item : value.get_array())
    check(schema["items"], item, where + "[]");
}

void Document::check_string(const YAML::Node& schema, const boost::json::value& value,
                            const std::string& where) const {
  ASSERT_TRUE(value.is_string()) << where;
  const std::string text(value.get_string());
  if (schema["pattern"]) {
    EXPECT_TRUE(std::regex_search(text, std::regex(schema["pattern"].as<std::string>())))
        << where << " is " << text;
  }
  if (schema["enum"]) {
    std::set<std::string> known;
    for (const auto& item : schema["enum"])
      known.insert(item.as<std::string>());
    EXPECT_TRUE(known.contains(text)) << where << " is " << text;
  }
  const auto format = schema["format"] ? schema["format"].as<std::string>() : "";
  const bool reads = format == "date-time" ? parse_time(text).has_value()
                                           : format != "date" || parse_day(text).has_value();
  EXPECT_TRUE(reads) << where << " is " << text;
}

}  // namespace weir::control
