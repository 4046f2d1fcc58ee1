#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "env/clock.hpp"
#include "env/random.hpp"
#include "pipeline/store/remote/aws_credentials.hpp"
#include "pipeline/store/remote/http_client.hpp"
#include "pipeline/store/remote/retries.hpp"

namespace weir::store {

/// Where a bucket is.
struct S3Bucket {
  std::string name;
  std::string region = "us-east-1";
  std::string endpoint = {};  // "https://host:port"; empty: AWS's of the region
  /// Whether the bucket is the first part of the path, and not of the host's name.
  bool is_in_path = false;
};

/// A call of the S3 API.
struct S3Call {
  std::string method;
  std::string object;  // its whole name; empty: the bucket itself
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string_view body = {};                                     // outlives the call
  std::uint64_t reply_bytes_max = std::uint64_t{4} << 20;
};

/// Signs and sends calls of the S3 API for one bucket, again where that may help. Thread-safe; each
/// call blocks.
class S3Client {
 public:
  struct Services {
    const Clock& clock;
    Random& random;
    AwsCredentials& credentials;
  };
  /// bad_request: the endpoint is no URL. The services outlive it.
  static Result<std::unique_ptr<S3Client>> open(S3Bucket bucket, HttpBounds bounds, Retries retries,
                                                Services services);

  /// Any answer of the store that will not change is a reply. `also_retry`: of other answers.
  Tried call(const S3Call& call, const std::function<bool(const HttpReply&)>& also_retry = {});
  /// What an answer that was not hoped for means, and what to do. not_found: the object is not
  /// there; io: the store refuses what this server asks, until somebody changes that; unavailable:
  /// it may pass.
  Error explain(const HttpReply& reply, const std::string& doing) const;

  const S3Bucket& bucket() const { return bucket_; }

 private:
  S3Client(S3Bucket bucket, HttpBounds bounds, Retries retries, Services services)
      : bucket_(std::move(bucket)),
        http_(std::move(bounds)),
        retries_(retries),
        services_(services) {}
  Result<HttpReply> send(const S3Call& call, const std::string& payload_sha256);

  const S3Bucket bucket_;
  HttpClient http_;
  const Retries retries_;
  const Services services_;
  std::string scheme_;       // "https://"
  std::string host_;         // with the port
  std::string path_prefix_;  // "/bucket", or empty
};

}  // namespace weir::store
