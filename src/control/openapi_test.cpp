#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "control/document_fixture.hpp"
#include "control/routes.hpp"

/// api/control.yaml comes first; the route table does all it says and nothing else.
namespace weir::control {
namespace {

class OpenApiTest : public ::testing::Test {
 protected:
  template <class Visit>
  void each_operation(const Visit& visit) {
    for (const auto& path : document_.root()["paths"])
      for (const auto& operation : path.second)
        if (operation.first.as<std::string>() != "parameters")
          visit(path.first.as<std::string>(), operation.first.as<std::string>(), path.second,
                operation.second);
  }
  const Route* route(const std::string& operation_id) {
    for (const Route& candidate : routes_)
      if (candidate.operation_id == operation_id) return &candidate;
    return nullptr;
  }
  /// The names of an operation's parameters of one place, its path's included.
  std::set<std::string> parameters(const YAML::Node& path, const YAML::Node& operation,
                                   const std::string& in) {
    std::set<std::string> names;
    for (const auto& list : {path["parameters"], operation["parameters"]})
      for (const auto& given : list) {
        const YAML::Node parameter = document_.resolve(given);
        if (parameter["in"].as<std::string>() == in)
          names.insert(parameter["name"].as<std::string>());
      }
    return names;
  }

  Document document_;
  Routes routes_ = all_routes();
};

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

TEST_F(OpenApiTest, DocumentAndRouteTableHaveTheSameOperations) {
  using Operation = std::tuple<std::string, std::string, std::string>;
  std::set<Operation> documented;
  each_operation([&](const auto& path, const auto& method, const auto&, const auto& operation) {
    documented.insert({upper(method), path, operation["operationId"].template as<std::string>()});
  });
  std::set<Operation> served;
  for (const Route& route : routes_)
    EXPECT_TRUE(served
                    .insert({std::string(route.method), std::string(route.path),
                             std::string(route.operation_id)})
                    .second)
        << route.operation_id << " stands twice in the table";
  EXPECT_EQ(documented, served);
}

TEST_F(OpenApiTest, EveryOperationDocumentsTheCodesItCanAnswer) {
  each_operation([&](const auto& path, const auto&, const auto&, const auto& operation) {
    const auto id = operation["operationId"].template as<std::string>();
    SCOPED_TRACE(id);
    std::set<std::string> codes;
    for (const auto& response : operation["responses"])
      codes.insert(response.first.template as<std::string>());
    EXPECT_TRUE(codes.contains("200") || codes.contains("201") || codes.contains("204") ||
                codes.contains("302"));
    const Route* served = route(id);
    ASSERT_TRUE(served);
    if (served->access == Access::everyone) return;
    for (const char* code : {"400", "401", "403", "default"})
      EXPECT_TRUE(codes.contains(code)) << code;
    EXPECT_TRUE(codes.contains("404") || path.find('{') == std::string::npos);
  });
}

TEST_F(OpenApiTest, OperationsWithoutATokenSaySo) {
  each_operation([&](const auto&, const auto&, const auto&, const auto& operation) {
    const auto id = operation["operationId"].template as<std::string>();
    ASSERT_TRUE(route(id)) << id;
    const Access access = route(id)->access;
    EXPECT_EQ(
        access == Access::everyone || access == Access::sign_in || access == Access::operate_server,
        operation["security"].IsDefined())
        << id;
  });
}

TEST_F(OpenApiTest, ParametersAreTheOnesTheRouteKnows) {
  each_operation([&](const auto& path, const auto&, const auto& item, const auto& operation) {
    const auto id = operation["operationId"].template as<std::string>();
    SCOPED_TRACE(id);
    const Route* served = route(id);
    ASSERT_TRUE(served);
    EXPECT_EQ(parameters(item, operation, "query"),
              std::set<std::string>(served->query.begin(), served->query.end()));
    std::set<std::string> in_path;
    const auto open = path.find('{');
    if (open != std::string::npos) in_path.insert(path.substr(open + 1, path.find('}') - open - 1));
    EXPECT_EQ(parameters(item, operation, "path"), in_path);
  });
}

TEST_F(OpenApiTest, EveryOperationHasATagAndASummary) {
  std::set<std::string> tags;
  for (const auto& tag : document_.root()["tags"])
    tags.insert(tag["name"].as<std::string>());
  each_operation([&](const auto&, const auto&, const auto&, const auto& operation) {
    EXPECT_TRUE(operation["summary"]);
    ASSERT_EQ(operation["tags"].size(), 1u);
    EXPECT_TRUE(tags.contains(operation["tags"][0].template as<std::string>()));
  });
}

void each_reference(const YAML::Node& node, const std::function<void(const YAML::Node&)>& visit) {
  if (node.IsMap()) {
    if (node["$ref"]) visit(node);
    for (const auto& item : node)
      each_reference(item.second, visit);
  } else if (node.IsSequence()) {
    for (const auto& item : node)
      each_reference(item, visit);
  }
}

TEST_F(OpenApiTest, EveryReferenceLeadsSomewhere) {
  std::set<std::string> seen;
  each_reference(document_.root(), [&](const YAML::Node& node) {
    if (!seen.insert(node["$ref"].as<std::string>()).second) return;
    EXPECT_TRUE(document_.resolve(node).IsDefined()) << node["$ref"];
  });
  EXPECT_GT(seen.size(), 30u);
}

bool says_nullable(const YAML::Node& node) {
  if (node.IsMap() && node["nullable"]) return true;
  if (!node.IsMap() && !node.IsSequence()) return false;
  for (const auto& item : node)
    if (says_nullable(node.IsMap() ? item.second : item)) return true;
  return false;
}

TEST_F(OpenApiTest, WhatMayBeNullHasTheTypeNull) {
  EXPECT_EQ(document_.root()["openapi"].as<std::string>(), "3.1.0");
  // Of OpenAPI 3.0: 3.1 does not know it, and a reader would take the null for a fault.
  for (const auto& schema : document_.root()["components"]["schemas"])
    EXPECT_FALSE(says_nullable(schema.second)) << schema.first.as<std::string>();
}

TEST_F(OpenApiTest, NoSchemaIsLeftOver) {
  std::set<std::string> used;
  each_reference(document_.root(),
                 [&](const YAML::Node& node) { used.insert(node["$ref"].as<std::string>()); });
  for (const char* kind : {"schemas", "responses", "parameters"})
    for (const auto& item : document_.root()["components"][kind]) {
      const auto name = std::string("#/components/") + kind + "/" + item.first.as<std::string>();
      EXPECT_TRUE(used.contains(name)) << name;
    }
}

}  // namespace
}  // namespace weir::control
