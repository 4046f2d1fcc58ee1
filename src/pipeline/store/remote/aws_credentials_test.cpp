#include "pipeline/store/remote/aws_credentials.hpp"

#include <map>

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "pipeline/store/remote/test_http_service.hpp"

namespace weir::store {
namespace {

using testing::HasSubstr;

class AwsCredentialsTest : public testing::Test {
 protected:
  AwsCredentials credentials(AwsKeySource source = AwsKeySource::any) {
    return AwsCredentials(
        {.source = source,
         .region = "eu-central-1",
         .environment = [this](const std::string& name) -> std::optional<std::string> {
           const auto found = environment_.find(name);
           if (found == environment_.end()) return std::nullopt;
           return found->second;
         }},
        disk_, clock_);
  }
  std::string key_text(AwsCredentials& credentials) {
    const auto key = credentials.key();
    if (!key) return "error: " + key.error().message;
    return key->access_key + " " + key->secret_key + " " + key->session_token;
  }
  std::string json_key(const std::string& name, std::chrono::minutes life) {
    return R"({"Code":"Success","AccessKeyId":")" + name +
           R"(","SecretAccessKey":"secret","Token":"token","Expiration":")" +
           weir::to_string(Time(clock_.now() + life)) + "\"}";
  }

  CrashDisk disk_{1};
  ManualClock clock_{*parse_time("2027-03-02T08:00:00Z")};
  // No request leaves this machine.
  std::map<std::string, std::string> environment_ = {{"AWS_EC2_METADATA_DISABLED", "true"}};
};

TEST_F(AwsCredentialsTest, OfTheEnvironment) {
  environment_["AWS_ACCESS_KEY_ID"] = "id";
  auto half = credentials();
  EXPECT_THAT(key_text(half), HasSubstr("must both be set"));
  environment_["AWS_SECRET_ACCESS_KEY"] = "secret";
  environment_["AWS_SESSION_TOKEN"] = "token";
  auto whole = credentials();
  EXPECT_EQ(key_text(whole), "id secret token");
  EXPECT_EQ(whole.source(), "environment");
}

TEST_F(AwsCredentialsTest, WithoutAnyTheMessageSaysWhatEachSourceLacks) {
  auto none = credentials();
  const auto key = none.key();
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, Errc::io);
  for (const std::string text :
       {"environment: not set up", "web_identity: not set up", "file: not set up",
        "container: not set up", "instance: not set up", "AWS_ACCESS_KEY_ID"})
    EXPECT_THAT(key.error().message, HasSubstr(text));
}

TEST_F(AwsCredentialsTest, OfAProfileInTheSharedFile) {
  disk_.put("/home/weir/.aws/credentials",
            "# keys\n[default]\naws_access_key_id = d\naws_secret_access_key=ds\n\n"
            "[ other ]\r\naws_access_key_id=o\r\naws_secret_access_key = a=b/c+d=\r\n"
            "aws_session_token = t\r\n[half]\naws_access_key_id = h\n");
  environment_["HOME"] = "/home/weir";
  auto usual = credentials();
  EXPECT_EQ(key_text(usual), "d ds ");
  environment_["AWS_PROFILE"] = "other";
  auto other = credentials();
  EXPECT_EQ(key_text(other), "o a=b/c+d= t");
  environment_["AWS_PROFILE"] = "half";
  auto half = credentials();
  EXPECT_THAT(key_text(half), HasSubstr("profile [half] lacks"));
  environment_["AWS_SHARED_CREDENTIALS_FILE"] = "/nowhere";
  auto nowhere = credentials();
  EXPECT_THAT(key_text(nowhere), HasSubstr("/nowhere"));
}

TEST_F(AwsCredentialsTest, AFileThatWasWrittenAnewIsReadAgain) {
  const std::string path = "/home/weir/.aws/credentials";
  disk_.put(path, "[default]\naws_access_key_id=a\naws_secret_access_key=b\n");
  environment_["HOME"] = "/home/weir";
  auto file = credentials(AwsKeySource::file);
  EXPECT_EQ(key_text(file), "a b ");
  disk_.put(path, "[default]\naws_access_key_id=c\naws_secret_access_key=d\n");
  EXPECT_EQ(key_text(file), "a b ");
  clock_.advance(std::chrono::minutes(6));
  EXPECT_EQ(key_text(file), "c d ");
}

TEST_F(AwsCredentialsTest, OfAWebIdentity) {
  TestHttpService service([&](const TestHttpService::Asked& asked) -> TestHttpService::Answer {
    if (asked.body.find("WebIdentityToken=the%2Btoken") == std::string::npos) return {403, "no"};
    return {200,
            "<AssumeRoleWithWebIdentityResponse xmlns='https://sts.amazonaws.com/doc/"
            "2011-06-15/'><AssumeRoleWithWebIdentityResult><Credentials>"
            "<AccessKeyId>id</AccessKeyId><SecretAccessKey>se</SecretAccessKey>"
            "<SessionToken>to</SessionToken><Expiration>2027-03-02T09:00:00Z</Expiration>"
            "</Credentials></AssumeRoleWithWebIdentityResult>"
            "</AssumeRoleWithWebIdentityResponse>"};
  });
  disk_.put("/token", "the+token\n");
  environment_["AWS_WEB_IDENTITY_TOKEN_FILE"] = "/token";
  environment_["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/weir";
  environment_["AWS_ENDPOINT_URL_STS"] = service.url();
  auto given = credentials();
  EXPECT_EQ(key_text(given), "id se to");
  EXPECT_THAT(service.asked().at(0).body,
              HasSubstr("RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fweir"));
  EXPECT_EQ(key_text(given), "id se to");
  EXPECT_EQ(service.asked().size(), 1u) << "a key is kept while it lasts";
  disk_.put("/token", "another");
  clock_.advance(std::chrono::minutes(56));
  EXPECT_EQ(key_text(given), "id se to") << "it lasts, though it cannot be renewed";
  EXPECT_EQ(service.asked().size(), 2u);
  clock_.advance(std::chrono::minutes(4));
  EXPECT_THAT(key_text(given), HasSubstr("answered 403: no"));
}

TEST_F(AwsCredentialsTest, OfAContainerWithItsToken) {
  TestHttpService service([&](const TestHttpService::Asked& asked) -> TestHttpService::Answer {
    if (asked.headers.at("authorization") != "sesame") return {401, "closed"};
    return {200, json_key("of-" + asked.target.substr(1), std::chrono::minutes(60))};
  });
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = service.url() + "/keys";
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "wrong";
  auto refused = credentials();
  EXPECT_THAT(key_text(refused), HasSubstr("answered 401: closed"));
  disk_.put("/token", "sesame\n");
  environment_["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = "/token";
  auto given = credentials();
  EXPECT_EQ(key_text(given), "of-keys secret token");
}

TEST_F(AwsCredentialsTest, OfTheMachinesRoleAndRenewedBeforeItEnds) {
  int keys = 0;
  TestHttpService service([&](const TestHttpService::Asked& asked) -> TestHttpService::Answer {
    if (asked.method == "PUT" && asked.target == "/latest/api/token") return {200, "session"};
    const auto shown = asked.headers.find("x-aws-ec2-metadata-token");
    if (shown == asked.headers.end() || shown->second != "session") return {401, ""};
    if (asked.target == "/latest/meta-data/iam/security-credentials/") return {200, "the role\n"};
    if (asked.target == "/latest/meta-data/iam/security-credentials/the%20role")
      return {200, json_key("key" + std::to_string(++keys), std::chrono::minutes(60))};
    return {404, ""};
  });
  environment_.erase("AWS_EC2_METADATA_DISABLED");
  environment_["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = service.url() + "/";
  auto given = credentials();
  EXPECT_EQ(key_text(given), "key1 secret token");
  clock_.advance(std::chrono::minutes(54));
  EXPECT_EQ(key_text(given), "key1 secret token");
  clock_.advance(std::chrono::minutes(2));
  EXPECT_EQ(key_text(given), "key2 secret token");
  given.forget();
  EXPECT_EQ(key_text(given), "key3 secret token");
}

TEST_F(AwsCredentialsTest, AnAnswerWithoutAKeyIsSaid) {
  std::string body;
  TestHttpService service([&](const TestHttpService::Asked&) -> TestHttpService::Answer {
    return {200, body};
  });
  environment_["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = service.url();
  for (const std::string bad : {"", "[]", "{}", R"({"AccessKeyId":"a","SecretAccessKey":"b"})"}) {
    body = bad;
    auto given = credentials();
    EXPECT_THAT(key_text(given), HasSubstr("gave no key that can be used")) << bad;
  }
}

}  // namespace
}  // namespace weir::store
