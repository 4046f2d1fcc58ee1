#include "pipeline/store/remote/azure_store.hpp"

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/store/remote/test_http_service.hpp"

// What only a service that misbehaves shows; a real one is asked in tests/cluster.
namespace weir::store {
namespace {

using testing::HasSubstr;
using Asked = TestHttpService::Asked;
using Answer = TestHttpService::Answer;

/// The examples of "Authorize with Shared Key" in Azure's reference of the Blob service.
TEST(AzureTextToSign, OfTheReferencesExamples) {
  EXPECT_EQ(azure_text_to_sign(
                {.method = "GET",
                 .container = "mycontainer",
                 .query = {{"restype", "container"}, {"comp", "metadata"}, {"timeout", "20"}},
                 .headers = {{"x-ms-version", "2015-02-21"},
                             {"x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT"}}},
                "myaccount", "/mycontainer"),
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\n"
            "x-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\n"
            "timeout:20");
}

class AzureStoreTest : public testing::Test {
 protected:
  AzureStoreTest()
      : service_([this](const Asked& asked) {
          seen_.push_back(asked.method);
          return answering_(asked);
        }) {
    settings_.account = {.name = "acc", .key = "a2V5", .endpoint = service_.url() + "/acc"};
    settings_.container = "box";
    settings_.retries = {.tries_max = 3, .first_wait = std::chrono::milliseconds(1)};
  }
  AzureBlobStore& store() {
    if (!store_) store_ = *AzureBlobStore::open(settings_, {disk_, "/spool", clock_, random_});
    return *store_;
  }
  Result<void> put(std::size_t bytes, IfThere if_there) {
    WEIR_TRY(const auto writer, store().create("a b/c"));
    WEIR_CHECK(writer->write(std::string(bytes, 'x')));
    return writer->publish(if_there);
  }
  static Answer error(int status, const std::string& code) {
    return {status, "", {{"x-ms-error-code", code}}};
  }

  CrashDisk disk_{1};
  ManualClock clock_{*parse_time("2027-03-02T08:00:00Z")};
  SeededRandom random_{1};
  AzureSettings settings_;
  std::vector<std::string> seen_;
  std::function<Answer(const Asked&)> answering_;
  std::unique_ptr<AzureBlobStore> store_;
  TestHttpService service_;
};

TEST_F(AzureStoreTest, ARequestSaysWhatIsPutAndWhen) {
  answering_ = [](const Asked&) -> Answer { return {201}; };
  ASSERT_TRUE(put(5, IfThere::refuse));
  const Asked asked = service_.asked().at(0);
  EXPECT_EQ(asked.target, "/acc/box/a%20b/c");
  EXPECT_EQ(asked.headers.at("x-ms-date"), "Tue, 02 Mar 2027 08:00:00 GMT");
  EXPECT_EQ(asked.headers.at("if-none-match"), "*");
  EXPECT_EQ(asked.headers.at("content-md5"), "+w4ix5rHVnnpiB5roYOzVA==");
  EXPECT_THAT(asked.headers.at("authorization"), testing::StartsWith("SharedKey acc:"));
}

TEST_F(AzureStoreTest, ASignatureOfSharedAccessStandsInTheUrl) {
  settings_.account.key = "";
  settings_.account.sas = "sv=1&sig=a%2Bb";
  answering_ = [](const Asked&) -> Answer { return {200, "x"}; };
  ASSERT_TRUE(store().read("k"));
  EXPECT_EQ(service_.asked().at(0).target, "/acc/box/k?sv=1&sig=a%2Bb");
  EXPECT_EQ(service_.asked().at(0).headers.count("authorization"), 0u);
}

TEST_F(AzureStoreTest, ATokenOfAnIdentityIsSentAndFetchedAgainWhereItIsRefused) {
  int given = 0;
  TestHttpService metadata([&](const Asked&) -> Answer {
    return {200, R"({"access_token":"t)" + std::to_string(++given) + R"(","expires_in":3600})"};
  });
  const auto variable = [&](const std::string& name) -> std::optional<std::string> {
    if (name == "AZURE_POD_IDENTITY_AUTHORITY_HOST") return metadata.url();
    return std::nullopt;
  };
  settings_.account.key = "";
  settings_.account.identity = std::make_shared<AzureTokens>(
      AzureTokens::Settings{.bounds = {}, .environment = variable}, disk_, clock_);
  answering_ = [](const Asked& asked) -> Answer {
    if (asked.headers.at("authorization") == "Bearer t1") return {401};
    return {200, "x"};
  };
  EXPECT_EQ(store().read("k").value_or(""), "x");
  EXPECT_EQ(service_.asked().back().headers.at("authorization"), "Bearer t2");
  EXPECT_EQ(service_.asked().size(), 2u);
  answering_ = [](const Asked&) -> Answer { return {401}; };
  EXPECT_EQ(store().read("k").error().code, Errc::io);
  EXPECT_EQ(service_.asked().size(), 4u) << "once with another token, and no more";
}

TEST_F(AzureStoreTest, APutOnceWhoseAnswerWasLostKnowsItsBlobByItsToken) {
  for (const std::size_t bytes : {std::size_t{5}, std::size_t{20'000'000}}) {
    for (const bool is_ours : {true, false}) {
      std::string token;
      answering_ = [&](const Asked& asked) -> Answer {
        if (asked.method == "HEAD")
          return {.headers = {{"x-ms-meta-weirput", is_ours ? token : "another"}}};
        if (asked.target.find("blockid") != std::string::npos) return {201};
        if (!token.empty()) return error(409, "BlobAlreadyExists");
        token = asked.headers.at("x-ms-meta-weirput");
        return {.is_lost = true};
      };
      const auto done = put(bytes, IfThere::refuse);
      EXPECT_EQ(done.has_value(), is_ours);
      if (!done) {
        EXPECT_EQ(done.error().code, Errc::conflict);
      }
    }
  }
}

TEST_F(AzureStoreTest, WhatTheServiceRefusesIsSaidWithWhatToDo) {
  const std::vector<std::pair<Answer, std::string>> refusals = {
      {error(404, "ContainerNotFound"), "There is no container \"box\": make it"},
      {error(403, "AuthenticationFailed"), "The key is not that of account \"acc\""},
      {error(403, "AuthorizationFailure"), "keeps this machine out. Or: The key is not that of"},
      {error(403, "AuthorizationPermissionMismatch"), "not allowed in container \"box\""}};
  for (const auto& [answer, text] : refusals) {
    answering_ = [&answer = answer](const Asked&) { return answer; };
    const auto done = store().read("a");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
    EXPECT_THAT(done.error().message, HasSubstr(text));
  }
}

TEST_F(AzureStoreTest, EachTenantMayHaveAContainerOfItsOwn) {
  settings_.container = "weir-{tenant}-eu";
  settings_.prefix = "p";
  answering_ = [](const Asked&) -> Answer { return {200, "x"}; };
  for (const auto& [key, target] : std::vector<std::pair<std::string, std::string>>{
           {"ingest/stream/acme/is-1/2027-03-02/f", "/acc/weir-acme-eu/p/is-1/2027-03-02/f"},
           {"quarantine/acme/is-1/f", "/acc/weir-acme-eu/p/quarantine/is-1/f"},
           {"trial/f", "/acc/weir-trial-eu/p/trial/f"}}) {
    ASSERT_TRUE(store().read(key));
    EXPECT_EQ(service_.asked().back().target, target);
  }
  EXPECT_EQ(store().uri("ingest/stream/acme/f"), "azure://acc/ingest/stream/acme/f");
}

TEST_F(AzureStoreTest, AContainerIsMadeWithItsFirstObject) {
  settings_.container = "weir-{tenant}";
  bool is_there = false;
  answering_ = [&](const Asked& asked) -> Answer {
    if (asked.target == "/acc/weir-acme?restype=container") {
      if (asked.method == "PUT") is_there = true;
      return {is_there ? 201 : 404};
    }
    if (!is_there) return error(404, "ContainerNotFound");
    return {asked.method == "PUT" ? 201 : 200, asked.method == "GET" ? "x" : ""};
  };
  const std::string key = "ingest/stream/acme/is-1/f";
  EXPECT_EQ(store().read(key).error().code, Errc::not_found);
  EXPECT_TRUE(store().remove(key));
  EXPECT_TRUE(store().list("ingest/stream/acme/is-1").value().empty());
  const auto writer = store().create(key).value();
  ASSERT_TRUE(writer->write("x"));
  const auto done = writer->publish(IfThere::refuse);
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(is_there);
  EXPECT_EQ(store().read(key).value_or(""), "x");
}

TEST_F(AzureStoreTest, AContainerThatMayNotBeMadeIsNamed) {
  settings_.container = "weir-{tenant}";
  answering_ = [&](const Asked& asked) -> Answer {
    if (asked.method == "PUT" && asked.target == "/acc/weir-acme?restype=container")
      return error(403, "AuthorizationPermissionMismatch");
    return error(404, "ContainerNotFound");
  };
  const auto writer = store().create("ingest/stream/acme/is-1/f").value();
  ASSERT_TRUE(writer->write("x"));
  const auto done = writer->publish(IfThere::refuse);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::io);
  EXPECT_THAT(done.error().message, HasSubstr("making container weir-acme"));
}

TEST_F(AzureStoreTest, TenantsAreTheContainersOfThatName) {
  settings_.container = "weir-{tenant}-eu";
  answering_ = [&](const Asked& asked) -> Answer {
    EXPECT_EQ(asked.target.find("/acc/?comp=list"), 0u) << asked.target;
    return {200,
            "<EnumerationResults><Containers><Container><Name>weir-acme-eu</Name></Container>"
            "<Container><Name>weir-acme-us</Name></Container><Container><Name>weir--eu</Name>"
            "</Container><Container><Name>weir-b-eu</Name></Container></Containers><NextMarker />"
            "</EnumerationResults>"};
  };
  EXPECT_THAT(store().list("ingest/stream").value(), testing::ElementsAre("acme", "b"));
  EXPECT_THAT(store().list("quarantine").value(), testing::ElementsAre("acme", "b"));
}

TEST_F(AzureStoreTest, AListGoesOnWhereAPageEnds) {
  answering_ = [&](const Asked& asked) -> Answer {
    const std::string blob =
        asked.target.find("marker=next") == std::string::npos
            ? "<BlobPrefix><Name>f/x/</Name></BlobPrefix></Blobs><NextMarker>next</NextMarker>"
            : "<Blob><Name>f/a&amp;b</Name></Blob></Blobs><NextMarker />";
    return {200, "<EnumerationResults><Blobs>" + blob + "</EnumerationResults>"};
  };
  EXPECT_THAT(store().list("f").value(), testing::ElementsAre("a&b", "x"));
}

}  // namespace
}  // namespace weir::store
