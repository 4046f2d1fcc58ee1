#include <gmock/gmock.h>

#include "control/control_fixture.hpp"

namespace weir::control {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class StreamSamplesTest : public ControlTest {
 protected:
  std::string sample(const std::string& stream, const std::string& format) {
    const auto response = send("GET", "/api/v0/streams/" + stream + "/samples/" + format);
    EXPECT_EQ(response.status, 200) << response.body;
    return response.body;
  }
  std::string xml_stream() {
    return text(created("/api/v0/streams", R"({"name":"Sales","payload_type":"xml"})"), "id");
  }
};

TEST_F(StreamSamplesTest, EveryOneNamesTheStreamTheTenantAndTheType) {
  const std::string stream = xml_stream();
  for (const char* format : {"postman", "curl", "http", "python"}) {
    const std::string text = sample(stream, format);
    EXPECT_THAT(text, HasSubstr(stream)) << format;
    EXPECT_THAT(text, HasSubstr("acme")) << format;
    EXPECT_THAT(text, HasSubstr("application/xml")) << format;
    EXPECT_THAT(text, HasSubstr("127.0.0.1:8080")) << format;
    EXPECT_THAT(text, HasSubstr("Idempotency-Key")) << format;
    EXPECT_THAT(text, Not(HasSubstr("@"))) << format << ": all is filled in";
    EXPECT_THAT(text, Not(HasSubstr(acme_admin_))) << format << ": no token stands in it";
  }
}

TEST_F(StreamSamplesTest, ThePostmanCollectionPostsAndRefreshes) {
  const auto collection = json::parse(sample(new_stream(), "postman")).as_object();
  EXPECT_THAT(std::string(collection.at("info").at("schema").as_string()), HasSubstr("v2.1.0"));
  const auto& items = collection.at("item").as_array();
  ASSERT_EQ(items.size(), 2u);
  const auto& sending = items[0].at("request").as_object();
  EXPECT_EQ(sending.at("method"), "POST");
  EXPECT_EQ(sending.at("url").at("raw"), "{{base_url}}/stream/v0/data/{{stream_id}}");
  EXPECT_EQ(sending.at("auth").at("bearer").at(0).at("value"), "{{token}}");
  EXPECT_NO_THROW(json::parse(sending.at("body").at("raw").as_string()));
  const auto& refreshing = items[1].at("request").as_object();
  EXPECT_EQ(refreshing.at("url").at("raw"),
            "{{base_url}}/api/v0/admin/api-keys/{{api_key_id}}/tokens");
  EXPECT_EQ(refreshing.at("auth").at("bearer").at(0).at("value"), "{{issuer_token}}");
  std::set<std::string> variables;
  for (const auto& variable : collection.at("variable").as_array())
    variables.insert(std::string(variable.at("key").as_string()));
  EXPECT_THAT(variables, ::testing::UnorderedElementsAre("base_url", "tenant", "stream_id", "token",
                                                         "api_key_id", "issuer_token"));
}

TEST_F(StreamSamplesTest, ThePlainRequestIsWholeWithItsLength) {
  const std::string request = sample(xml_stream(), "http");
  const std::size_t body = request.find("\n\n") + 2;
  EXPECT_THAT(request,
              HasSubstr("Content-Length: " + std::to_string(request.size() - body) + "\n"));
}

TEST_F(StreamSamplesTest, AStreamOrFormatThatIsNotThereIs404) {
  EXPECT_EQ(send("GET", "/api/v0/streams/is-none/samples/curl").status, 404);
  EXPECT_EQ(send("GET", "/api/v0/streams/" + new_stream() + "/samples/perl").status, 404);
}

}  // namespace
}  // namespace weir::control
