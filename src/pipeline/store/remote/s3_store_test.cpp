#include "pipeline/store/remote/s3_store.hpp"

#include <gmock/gmock.h>

#include "env/fake/crash_disk.hpp"
#include "env/fake/manual_clock.hpp"
#include "env/fake/seeded_random.hpp"
#include "pipeline/store/remote/test_http_service.hpp"

// What only a service that misbehaves shows. What a good one does is store_contract_test.cpp, on a
// real server (tests/cluster).
namespace weir::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Asked = TestHttpService::Asked;
using Answer = TestHttpService::Answer;

class S3StoreTest : public testing::Test {
 protected:
  S3StoreTest()
      : service_([this](const Asked& asked) {
          const std::size_t number = seen_.size();
          seen_.push_back(asked.method + " " + asked.target.substr(0, asked.target.find('=')));
          return answering_(asked, number);
        }) {
    settings_.bucket = {.name = "bucket", .endpoint = service_.url(), .is_in_path = true};
    settings_.retries = {.tries_max = 4, .first_wait = std::chrono::milliseconds(1)};
  }

  S3Store& store() {
    if (!store_) {
      const AwsCredentials::Settings keys{.source = AwsKeySource::environment,
                                          .environment = [](const std::string& name) {
                                            return std::optional<std::string>("value of " + name);
                                          }};
      store_ = *S3Store::open(settings_, {disk_, "/spool", clock_, random_,
                                          std::make_shared<AwsCredentials>(keys, disk_, clock_)});
    }
    return *store_;
  }
  Result<void> put(std::size_t bytes = 5, IfThere if_there = IfThere::replace) {
    WEIR_TRY(const auto writer, store().create("a/b"));
    WEIR_CHECK(writer->write(std::string(bytes, 'x')));
    return writer->publish(if_there);
  }
  static Answer error(int status, const std::string& code) {
    return {status,
            "<?xml version='1.0'?><Error><Code>" + code + "</Code><Message>m</Message></Error>"};
  }

  CrashDisk disk_{1};
  ManualClock clock_{*parse_time("2027-03-02T08:00:00Z")};
  SeededRandom random_{1};
  S3Settings settings_;
  std::vector<std::string> seen_;
  std::function<Answer(const Asked&, std::size_t number)> answering_;
  std::unique_ptr<S3Store> store_;
  TestHttpService service_;
};

TEST_F(S3StoreTest, WhatMayPassIsTriedAgain) {
  const std::vector<Answer> bad = {
      error(503, "SlowDown"), error(500, "InternalError"), {.is_lost = true}};
  answering_ = [&](const Asked&, std::size_t number) {
    return number < bad.size() ? bad[number] : Answer{};
  };
  const auto done = put();
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(seen_.size(), 4u);
}

TEST_F(S3StoreTest, WhatDoesNotPassEndsAndSaysSo) {
  answering_ = [&](const Asked&, std::size_t) { return error(503, "SlowDown"); };
  const auto done = put();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("putting a/b"));
  EXPECT_EQ(seen_.size(), 4u);
}

TEST_F(S3StoreTest, NobodyThereIsUnavailable) {
  settings_.bucket.endpoint = "http://127.0.0.1:1";
  const auto done = store().read("a");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::unavailable);
  EXPECT_THAT(done.error().message, HasSubstr("http://127.0.0.1:1"));
}

TEST_F(S3StoreTest, APutOnceWhoseAnswerWasLostKnowsItsObjectByItsToken) {
  for (const bool is_ours : {true, false}) {
    std::string token;
    std::size_t begun = seen_.size();
    answering_ = [&](const Asked& asked, std::size_t number) -> Answer {
      if (number == begun) {
        token = asked.headers.at("x-amz-meta-weir-put");
        return {.is_lost = true};
      }
      if (asked.method == "PUT") return error(412, "PreconditionFailed");
      return {.headers = {{"x-amz-meta-weir-put", is_ours ? token : "another"}}};
    };
    const auto done = put(5, IfThere::refuse);
    EXPECT_EQ(done.has_value(), is_ours);
    if (!done) {
      EXPECT_EQ(done.error().code, Errc::conflict);
    }
    EXPECT_FALSE(token.empty());
  }
}

TEST_F(S3StoreTest, APutOnceThatIsRefusedAtOnceIsAnotherOnes) {
  answering_ = [&](const Asked&, std::size_t) { return error(412, "PreconditionFailed"); };
  EXPECT_EQ(put(5, IfThere::refuse).error().code, Errc::conflict);
  EXPECT_THAT(seen_, ElementsAre("PUT /bucket/a/b"));
}

/// Answers all calls of an upload in parts but its end.
Answer of_upload(const Asked& asked) {
  if (asked.target.ends_with("?uploads=")) return {200, "<R><UploadId>the &amp; id</UploadId></R>"};
  if (asked.method == "DELETE") return {204};
  return {200, "", {{"ETag", "\"e\""}}};
}

TEST_F(S3StoreTest, ALargeObjectGoesInPartsThatAreNamedAtTheEnd) {
  answering_ = [&](const Asked& asked, std::size_t) { return of_upload(asked); };
  ASSERT_TRUE(put(20'000'000));
  EXPECT_THAT(seen_, ElementsAre("POST /bucket/a/b?uploads", "PUT /bucket/a/b?partNumber",
                                 "PUT /bucket/a/b?partNumber", "PUT /bucket/a/b?partNumber",
                                 "POST /bucket/a/b?uploadId"));
  const auto asked = service_.asked();
  EXPECT_THAT(asked.at(1).target, HasSubstr("partNumber=1&uploadId=the%20%26%20id"));
  EXPECT_EQ(asked.at(1).body.size() + asked.at(2).body.size() + asked.at(3).body.size(),
            20'000'000);
  EXPECT_THAT(asked.at(4).body, HasSubstr("<PartNumber>3</PartNumber><ETag>\"e\"</ETag>"));
}

TEST_F(S3StoreTest, AnEndThatSays200AndMeansAnErrorIsOne) {
  answering_ = [&](const Asked& asked, std::size_t) {
    if (!asked.body.starts_with("<CompleteMultipartUpload>")) return of_upload(asked);
    Answer answer = error(200, "InternalError");
    return answer;
  };
  const auto done = put(20'000'000);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::unavailable);
  EXPECT_EQ(seen_.back(), "DELETE /bucket/a/b?uploadId") << "the parts are taken away";
}

TEST_F(S3StoreTest, AnEndWhoseAnswerWasLostIsLookedUp) {
  std::string token;
  int ends = 0;
  answering_ = [&](const Asked& asked, std::size_t) -> Answer {
    if (asked.target.ends_with("?uploads=")) token = asked.headers.at("x-amz-meta-weir-put");
    if (asked.method == "HEAD") return {.headers = {{"x-amz-meta-weir-put", token}}};
    if (!asked.body.starts_with("<CompleteMultipartUpload>")) return of_upload(asked);
    return ++ends == 1 ? Answer{.is_lost = true} : error(404, "NoSuchUpload");
  };
  const auto done = put(20'000'000);
  EXPECT_TRUE(done) << done.error().message;
  EXPECT_EQ(ends, 2);
}

TEST_F(S3StoreTest, APartThatFailsTakesTheOthersAway) {
  answering_ = [&](const Asked& asked, std::size_t) {
    if (asked.target.find("partNumber=2") != std::string::npos) return error(403, "AccessDenied");
    return of_upload(asked);
  };
  EXPECT_EQ(put(20'000'000).error().code, Errc::io);
  EXPECT_EQ(seen_.back(), "DELETE /bucket/a/b?uploadId");
}

TEST_F(S3StoreTest, EncryptionIsAskedForWhereAnObjectIsBegun) {
  settings_.encryption = "aws:kms";
  settings_.kms_key = "the-key";
  answering_ = [&](const Asked& asked, std::size_t) { return of_upload(asked); };
  ASSERT_TRUE(put(5));
  ASSERT_TRUE(put(20'000'000));
  for (const std::size_t begun : {0, 1}) {
    const auto headers = service_.asked().at(begun).headers;
    EXPECT_EQ(headers.at("x-amz-server-side-encryption"), "aws:kms");
    EXPECT_EQ(headers.at("x-amz-server-side-encryption-aws-kms-key-id"), "the-key");
    EXPECT_THAT(headers.at("authorization"), HasSubstr("x-amz-server-side-encryption;"));
  }
}

TEST_F(S3StoreTest, WhatTheStoreRefusesIsSaidWithWhatToDo) {
  const std::vector<std::pair<Answer, std::string>> refusals = {
      {error(404, "NoSuchBucket"), "There is no bucket \"bucket\": make it"},
      {error(403, "InvalidAccessKeyId"),
       "does not know the access key, which came from environment"},
      {error(404, "XAdminUserNotFound"), "does not know the access key"},
      {error(403, "SignatureDoesNotMatch"), "secret key is not that of the access key"},
      {error(403, "AccessDenied"), "it needs s3:GetObject"},
      {{301, error(301, "PermanentRedirect").body, {{"x-amz-bucket-region", "eu-west-3"}}},
       "set store.region = \"eu-west-3\""}};
  for (const auto& [answer, text] : refusals) {
    answering_ = [&answer = answer](const Asked&, std::size_t) { return answer; };
    const auto done = store().read("a");
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::io);
    EXPECT_THAT(done.error().message, HasSubstr(text));
  }
  answering_ = [](const Asked&, std::size_t) { return error(403, "RequestTimeTooSkewed"); };
  EXPECT_THAT(store().read("a").error().message, HasSubstr("clock of this machine"));
}

TEST_F(S3StoreTest, AListGoesOnWhereAPageEnds) {
  answering_ = [&](const Asked& asked, std::size_t) -> Answer {
    EXPECT_THAT(asked.target, HasSubstr("prefix=a%20b%2F"));
    if (asked.target.find("continuation-token=the%2Fnext") == std::string::npos)
      return {200,
              "<ListBucketResult><IsTruncated>true</IsTruncated>"
              "<NextContinuationToken>the/next</NextContinuationToken>"
              "<Contents><Key>a b/</Key></Contents><Contents><Key>a b/z&amp;</Key></Contents>"
              "</ListBucketResult>"};
    return {200,
            "<ListBucketResult><CommonPrefixes><Prefix>a b/f/</Prefix></CommonPrefixes>"
            "</ListBucketResult>"};
  };
  EXPECT_THAT(store().list("a b").value(), ElementsAre("f", "z&"));
  EXPECT_EQ(seen_.size(), 2u);
}

TEST_F(S3StoreTest, AnAnswerThatIsNoListIsAnError) {
  answering_ = [&](const Asked&, std::size_t) -> Answer { return {200, "<html>"}; };
  EXPECT_EQ(store().list("a").error().code, Errc::corrupt);
}

TEST_F(S3StoreTest, SweepEndsOldUploadsAndLeavesNewOnes) {
  settings_.prefix = "weir";
  const auto upload = [&](const std::string& id, std::chrono::hours age) {
    return "<Upload><Key>weir/k</Key><UploadId>" + id + "</UploadId><Initiated>" +
           weir::to_string(Time(clock_.now() - age)) + "</Initiated></Upload>";
  };
  answering_ = [&](const Asked& asked, std::size_t) -> Answer {
    if (asked.method == "DELETE") return {204};
    if (asked.target.find("key-marker=weir%2Fk") == std::string::npos)
      return {200,
              "<R><IsTruncated>true</IsTruncated><NextKeyMarker>weir/k</NextKeyMarker>"
              "<NextUploadIdMarker>new</NextUploadIdMarker>" +
                  upload("new", std::chrono::hours(23)) + "</R>"};
    return {200,
            "<R><IsTruncated>false</IsTruncated>" + upload("old", std::chrono::hours(25)) + "</R>"};
  };
  ASSERT_TRUE(store().sweep());
  std::vector<std::string> ended;
  for (const Asked& asked : service_.asked())
    if (asked.method == "DELETE") ended.push_back(asked.target);
  EXPECT_THAT(ended, ElementsAre("/bucket/weir/k?uploadId=old"));
}

TEST_F(S3StoreTest, AnEndpointThatIsNoUrlIsRefused) {
  for (const std::string bad : {"s3.example.org", "ftp://x", "http://", "http://a/b"}) {
    settings_.bucket.endpoint = bad;
    const auto opened = S3Client::open(
        settings_.bucket, {}, {},
        {clock_, random_, *std::shared_ptr<AwsCredentials>(new AwsCredentials({}, disk_, clock_))});
    ASSERT_FALSE(opened) << bad;
    EXPECT_THAT(opened.error().message, HasSubstr("store.endpoint"));
  }
}

}  // namespace
}  // namespace weir::store
