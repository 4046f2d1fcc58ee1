#include "pipeline/store/remote/azure_tokens.hpp"

#include <fstream>
#include <map>

#include <gmock/gmock.h>

#include "env/fake/manual_clock.hpp"
#include "env/fake/test_directory.hpp"
#include "env/real/posix_disk.hpp"
#include "pipeline/store/remote/test_http_service.hpp"

namespace weir::store {
namespace {

using testing::HasSubstr;
using Asked = TestHttpService::Asked;
using Answer = TestHttpService::Answer;

class AzureTokensTest : public testing::Test {
 protected:
  AzureTokensTest() : service_([this](const Asked& asked) { return answering_(asked); }) {
    environment_["AZURE_POD_IDENTITY_AUTHORITY_HOST"] = service_.url() + "/";
    answering_ = [this](const Asked&) -> Answer {
      return {200,
              R"({"access_token":"t)" + std::to_string(++given_) + R"(","expires_in":"3600"})"};
    };
  }
  AzureTokens& tokens() {
    const auto variable = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      if (found == environment_.end()) return std::nullopt;
      return found->second;
    };
    if (!tokens_)
      tokens_.emplace(
          AzureTokens::Settings{.bounds = {}, .environment = variable, .is_expected = is_expected_},
          disk_, clock_);
    return *tokens_;
  }

  TestDirectory directory_;
  PosixDisk disk_;
  ManualClock clock_{*parse_time("2027-03-02T08:00:00Z")};
  std::map<std::string, std::string> environment_;
  int given_ = 0;
  bool is_expected_ = false;
  TestHttpService::Answering answering_;
  std::optional<AzureTokens> tokens_;
  TestHttpService service_;
};

TEST_F(AzureTokensTest, OfAMachineItIsAskedOnceAndAgainBeforeItEnds) {
  EXPECT_EQ(tokens().token().value_or(""), "t1");
  EXPECT_EQ(tokens().token().value_or(""), "t1");
  clock_.advance(std::chrono::minutes(54));
  EXPECT_EQ(tokens().token().value_or(""), "t1");
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(tokens().token().value_or(""), "t2");
  tokens().forget();
  EXPECT_EQ(tokens().token().value_or(""), "t3");
  const Asked asked = service_.asked().at(0);
  EXPECT_EQ(asked.target,
            "/metadata/identity/oauth2/token?api-version=2018-02-01&"
            "resource=https%3A%2F%2Fstorage.azure.com%2F");
  EXPECT_EQ(asked.headers.at("metadata"), "true");
}

TEST_F(AzureTokensTest, OneOfSeveralIdentitiesOfAMachineIsNamed) {
  environment_["AZURE_CLIENT_ID"] = "a-b";
  EXPECT_TRUE(tokens().token());
  EXPECT_THAT(service_.asked().at(0).target, testing::EndsWith("&client_id=a-b"));
}

TEST_F(AzureTokensTest, OfAWorkloadItsFileIsExchanged) {
  const std::string file = directory_.file("token");
  std::ofstream(file) << "the.pod/s+token\n";
  environment_ = {{"AZURE_FEDERATED_TOKEN_FILE", file},
                  {"AZURE_CLIENT_ID", "client"},
                  {"AZURE_TENANT_ID", "tenant"},
                  {"AZURE_AUTHORITY_HOST", service_.url() + "/"}};
  answering_ = [](const Asked&) -> Answer {
    return {200, R"({"token_type":"Bearer","expires_in":3599,"access_token":"w"})"};
  };
  EXPECT_EQ(tokens().token().value_or(""), "w");
  const Asked asked = service_.asked().at(0);
  EXPECT_EQ(asked.method, "POST");
  EXPECT_EQ(asked.target, "/tenant/oauth2/v2.0/token");
  EXPECT_EQ(asked.body,
            "grant_type=client_credentials&client_id=client&"
            "scope=https%3A%2F%2Fstorage.azure.com%2F.default&"
            "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
            "&client_assertion=the.pod%2Fs%2Btoken");
}

TEST_F(AzureTokensTest, ATokenIsGivenOutUntilItEndsWhereNoNewOneComes) {
  EXPECT_EQ(tokens().token().value_or(""), "t1");
  answering_ = [](const Asked&) -> Answer { return {503}; };
  clock_.advance(std::chrono::minutes(59));
  EXPECT_EQ(tokens().token().value_or(""), "t1");
  clock_.advance(std::chrono::minutes(1));
  EXPECT_EQ(tokens().token().error().code, Errc::unavailable);
}

TEST_F(AzureTokensTest, AMachineOfWhichNobodySaidThatItHasAnIdentityHasNone) {
  answering_ = [](const Asked&) -> Answer { return {.is_lost = true}; };
  EXPECT_EQ(tokens().token().error().code, Errc::io);
  is_expected_ = true;
  tokens_.reset();
  EXPECT_EQ(tokens().token().error().code, Errc::unavailable);
}

TEST_F(AzureTokensTest, WhatIsMissingIsSaid) {
  answering_ = [](const Asked&) -> Answer {
    return {400, R"({"error":"invalid_request","error_description":"Identity not found"})"};
  };
  const auto refused = tokens().token();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::io);
  EXPECT_THAT(refused.error().message, HasSubstr("Identity not found"));
  EXPECT_THAT(refused.error().message, HasSubstr("there is no AZURE_STORAGE_KEY"));
  for (const char* body :
       {"", "[]", "{}", R"({"access_token":"t"})", R"({"access_token":1,"expires_in":1})",
        R"({"access_token":"t","expires_in":"soon"})"}) {
    answering_ = [&](const Asked&) -> Answer { return {200, body}; };
    const auto useless = tokens().token();
    ASSERT_FALSE(useless) << body;
    EXPECT_THAT(useless.error().message, HasSubstr("gave no token"));
  }
  environment_["AZURE_FEDERATED_TOKEN_FILE"] = directory_.file("none");
  EXPECT_THAT(tokens().token().error().message, HasSubstr("AZURE_CLIENT_ID and AZURE_TENANT_ID"));
}

}  // namespace
}  // namespace weir::store
