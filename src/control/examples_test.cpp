#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include <gmock/gmock.h>

#include "control/document_fixture.hpp"
#include "control/every_operation_fixture.hpp"

/// api/examples.json has a request and its answer for each operation, and they are what the server
/// says here, in a world that is the same each time. The API page and its OpenAPI document show
/// them. After a change that is meant, write them anew:
///
///     WEIR_RECORD=1 build/release/bin/control_test --gtest_filter='ExamplesTest.*'
namespace weir::control {
namespace {

const std::string examples_path = std::string(WEIR_API_DIRECTORY) + "/examples.json";

/// What is shown once, and looks like a secret to whoever searches files for them.
constexpr std::string_view shown_once = "(shown once)";

bool is_secret(std::string_view member) {
  static const std::set<std::string_view> secrets = {"token",         "access_token", "secret",
                                                     "client_secret", "code",         "csrf_token",
                                                     "link",          "admin_token"};
  return secrets.contains(member);
}

/// Whose form is documented keeps its beginning.
json::value hidden(std::string_view secret) {
  return json::value((secret.starts_with("whsec_") ? "whsec_" : "") + std::string(shown_once));
}

json::value without_secrets(json::value value) {
  if (auto* const object = value.if_object())
    for (auto& [name, member] : *object)
      member = member.is_string() && is_secret(name) ? hidden(member.get_string())
                                                     : without_secrets(member);
  if (auto* const array = value.if_array())
    for (json::value& item : *array)
      item = without_secrets(std::move(item));
  return value;
}

/// Where there is nothing to show: live events never end, and a browser follows the others.
bool has_none(const Route& route) {
  return route.operation_id == "followLive" || route.operation_id == "startProviderSignIn" ||
         route.operation_id == "finishProviderSignIn";
}

/// JSON where it is, else a text.
json::value body_of(const std::string& body) {
  json::error_code error;
  json::value value = json::parse(body, error);
  return error ? json::value(body) : without_secrets(std::move(value));
}

/// A world of its own for a call. A server without users is the only one that is set up.
class ExampleWorld final : public EveryOperationWorld {
 public:
  void TestBody() override {}

  json::object example_of(const Route& route) {
    const http::Request sent = call_of(route);
    const http::Response response = send(sent);
    EXPECT_THAT(response.status, ::testing::AnyOf(200, 201, 204))
        << "say in every_operation_fixture.hpp how it is called: " << response.body;
    return example(sent, response);
  }

  static json::object example(const http::Request& sent, const http::Response& response) {
    std::string address = sent.path;
    for (const auto& [name, value] : sent.query)
      address += (address == sent.path ? '?' : '&') + name + "=" + value;
    json::object out{{"address", address}};
    if (!sent.body.empty()) out["request"] = body_of(sent.body);
    out["status"] = response.status;
    if (!response.body.empty()) out["answer"] = body_of(response.body);
    return out;
  }
};

class EmptyServer final : public ControlTest {
 public:
  void TestBody() override {}

  json::object example_of_set_up() {
    auto sent = request("POST", "/api/v0/setup",
                        R"({"code":"first-code","name":"Kim","password":"correct horse",)"
                        R"("tenant":"acme"})",
                        "");
    return ExampleWorld::example(sent, send(sent));
  }
};

class ExamplesTest : public ::testing::Test {
 protected:
  static json::object of_the_server() {
    json::object examples;
    for (const Route& route : all_routes()) {
      SCOPED_TRACE(route.operation_id);
      if (has_none(route)) continue;
      examples[route.operation_id] = route.operation_id == "setUp"
                                         ? EmptyServer().example_of_set_up()
                                         : ExampleWorld().example_of(route);
    }
    return examples;
  }

  static void write(const json::object& examples) {
    std::ofstream file(examples_path);
    const char* separator = "{\n";
    for (const auto& [name, example] : examples) {
      file << separator << json::serialize(json::value(name)) << ": " << json::serialize(example);
      separator = ",\n";
    }
    file << "\n}\n";
    ASSERT_TRUE(file.flush()) << examples_path;
  }

  static json::object recorded() {
    std::ifstream file(examples_path);
    const std::string text((std::istreambuf_iterator<char>(file)),
                           std::istreambuf_iterator<char>());
    json::error_code error;
    const json::value value = json::parse(text, error);
    EXPECT_FALSE(error) << examples_path;
    return value.is_object() ? value.get_object() : json::object();
  }

  /// The server took the body, so it is right; what is looked for is that the document has it.
  void check_request(std::string_view operation_id, const json::value& body) {
    if (!body.is_object()) return;  // a form
    for (const auto& path : document_.root()["paths"])
      for (const auto& operation : path.second)
        if (operation.second.IsMap() && operation.second["operationId"] &&
            operation.second["operationId"].as<std::string>() == operation_id) {
          const YAML::Node taken = document_.resolve(operation.second["requestBody"]);
          const YAML::Node schema =
              document_.resolve(taken["content"]["application/json"]["schema"]);
          for (const auto& member : body.as_object())
            EXPECT_TRUE(schema["properties"][std::string(member.key())]) << member.key();
          for (const auto& name : schema["required"])
            EXPECT_TRUE(body.as_object().contains(name.as<std::string>())) << name;
        }
  }

  Document document_;
};

TEST_F(ExamplesTest, AreWhatTheServerSays) {
  const json::object now = of_the_server();
  if (std::getenv("WEIR_RECORD") != nullptr) return write(now);
  const json::object before = recorded();
  for (const auto& [name, example] : now) {
    ASSERT_TRUE(before.contains(name)) << name << " has no example: write them anew (see above)";
    EXPECT_EQ(json::serialize(before.at(name)), json::serialize(example)) << name;
  }
  EXPECT_EQ(before.size(), now.size()) << "an example is of no operation";
}

TEST_F(ExamplesTest, RequestsAndAnswersAreOfTheDocumentsSchemas) {
  for (const auto& [name, value] : recorded()) {
    SCOPED_TRACE(std::string(name));
    const json::object& example = value.as_object();
    if (const json::value* sent = example.if_contains("request")) check_request(name, *sent);
    http::Response response{static_cast<int>(example.at("status").as_int64()), "", "", {}};
    if (const json::value* answer = example.if_contains("answer"))
      response.body =
          answer->is_string() ? std::string(answer->get_string()) : json::serialize(*answer);
    document_.check(name, response);
  }
}

}  // namespace
}  // namespace weir::control
