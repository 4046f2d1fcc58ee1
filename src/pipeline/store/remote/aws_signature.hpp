#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

/// AWS Signature Version 4, for requests whose bodies are in memory. Cannot fail; any thread.
namespace weir::store {

struct AwsKey {
  std::string access_key;
  std::string secret_key;
  std::string session_token = {};  // empty: the key is a lasting one
};

/// Percent-encodes all but letters, digits and "-._~"; '/' too, unless it is kept.
std::string uri_encoded(std::string_view text, bool keeps_slashes);

struct AwsRequest {
  std::string method;
  std::string host;  // with the port, where it is not the scheme's own
  std::string path;  // encoded, with the leading '/'
  std::vector<std::pair<std::string, std::string>> query = {};    // not encoded
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string payload_sha256;                                     // hex

  /// "a=1&b=2", encoded, in the order in which it is signed.
  std::string query_text() const;
};

struct AwsScope {
  std::string region;
  std::string service = "s3";
};

/// The headers to be sent: the request's own, and x-amz-date, x-amz-content-sha256,
/// x-amz-security-token and Authorization.
std::vector<std::pair<std::string, std::string>> aws_signed_headers(const AwsRequest& request,
                                                                    const AwsKey& key,
                                                                    const AwsScope& scope,
                                                                    Time now);

}  // namespace weir::store
