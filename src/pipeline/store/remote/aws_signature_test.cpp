#include "pipeline/store/remote/aws_signature.hpp"

#include <gmock/gmock.h>

#include "base/sha256.hpp"

namespace weir::store {
namespace {

// The examples of "Signature Calculations for the Authorization Header: Transferring Payload in a
// Single Chunk" in the Amazon S3 API Reference.
class AwsSignature : public testing::Test {
 protected:
  std::string signature(AwsRequest request, const std::string& body = "") const {
    request.host = "examplebucket.s3.amazonaws.com";
    request.payload_sha256 = sha256_hex(body);
    const auto headers = aws_signed_headers(request, key_, {"us-east-1", "s3"}, now_);
    return headers.back().second;
  }

  const AwsKey key_{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"};
  const Time now_ = *parse_time("2013-05-24T00:00:00Z");
};

TEST_F(AwsSignature, OfAGetWithARange) {
  EXPECT_EQ(signature({.method = "GET", .path = "/test.txt", .headers = {{"range", "bytes=0-9"}}}),
            "AWS4-HMAC-SHA256 "
            "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
            "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"
            "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
}

TEST_F(AwsSignature, OfAPutWithAnOddName) {
  const std::string path = "/" + uri_encoded("test$file.text", true);
  EXPECT_THAT(signature({.method = "PUT",
                         .path = path,
                         .headers = {{"date", "Fri, 24 May 2013 00:00:00 GMT"},
                                     {"x-amz-storage-class", "REDUCED_REDUNDANCY"}}},
                        "Welcome to Amazon S3."),
              testing::EndsWith(
                  "SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,"
                  "Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"));
}

TEST_F(AwsSignature, OfAQueryWithoutAValue) {
  EXPECT_THAT(
      signature({.method = "GET", .path = "/", .query = {{"lifecycle", ""}}}),
      testing::EndsWith("fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"));
}

TEST_F(AwsSignature, OfAQueryInAnyOrder) {
  EXPECT_THAT(
      signature({.method = "GET", .path = "/", .query = {{"prefix", "J"}, {"max-keys", "2"}}}),
      testing::EndsWith("34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"));
}

TEST_F(AwsSignature, OfAPassingKeyNamesItsToken) {
  const AwsKey passing{"a", "b", "the token"};
  const auto headers = aws_signed_headers(
      {.method = "GET", .host = "h", .path = "/", .payload_sha256 = "x"}, passing, {"r"}, now_);
  EXPECT_THAT(headers, testing::Contains(std::pair<std::string, std::string>("x-amz-security-token",
                                                                             "the token")));
  EXPECT_THAT(headers.back().second, testing::HasSubstr("x-amz-date;x-amz-security-token,"));
}

TEST(UriEncoded, KeepsOnlyWhatAllTakeTheSameWay) {
  EXPECT_EQ(uri_encoded("a b+c=d~e/\u00fc%", true), "a%20b%2Bc%3Dd~e/%C3%BC%25");
  EXPECT_EQ(uri_encoded("a/b", false), "a%2Fb");
}

}  // namespace
}  // namespace weir::store
