#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "env/clock.hpp"
#include "env/disk.hpp"
#include "pipeline/store/remote/aws_signature.hpp"
#include "pipeline/store/remote/http_client.hpp"

namespace weir::store {

/// Where keys come from. `any` asks all, in this order, as AWS's own libraries do, and takes the
/// first that has one.
enum class AwsKeySource : std::uint8_t {
  any,
  environment,   // AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN
  web_identity,  // AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ROLE_ARN, AWS_ROLE_SESSION_NAME
  file,          // AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials; AWS_PROFILE
  container,  // AWS_CONTAINER_CREDENTIALS_FULL_URI or _RELATIVE_URI, AWS_CONTAINER_AUTHORIZATION_*
  instance,   // the metadata service of the machine (IMDSv2)
};

std::optional<AwsKeySource> parse_aws_key_source(std::string_view text);
std::string_view to_string(AwsKeySource source);

/// The key that requests are signed with, fetched again before it ends. Thread-safe.
class AwsCredentials {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  struct Settings {
    AwsKeySource source = AwsKeySource::any;
    std::string region;  // of the token service
    HttpBounds bounds = {};
    Environment environment;
  };
  /// The references outlive it.
  AwsCredentials(Settings settings, Disk& disk, const Clock& clock);

  /// io: no source has a key, until somebody sets one up; the message names what each one lacks.
  /// unavailable: a source does not answer now. A key whose renewal fails is given out until it
  /// ends.
  Result<AwsKey> key();
  /// The key was refused: the next call asks its source again.
  void forget();
  /// "the environment", for messages; what gave the newest key.
  std::string source() const;

 private:
  struct Found {
    AwsKey key;
    std::optional<Time> ends;  // nullopt: never
    AwsKeySource from = AwsKeySource::any;
  };
  using Looked = Result<std::optional<Found>>;  // nullopt: nothing is set up for that source
  std::string variable(const std::string& name) const;
  Result<std::string> file(const std::string& path) const;
  Result<Found> find() const;
  Looked look(AwsKeySource source) const;
  Looked of_environment() const;
  Looked of_web_identity() const;
  Looked of_file() const;
  Looked of_container() const;
  Looked of_instance() const;
  Result<HttpReply> ask(const HttpRequest& request, bool is_on_machine) const;

  const Settings settings_;
  Disk& disk_;
  const Clock& clock_;
  mutable HttpClient far_;
  mutable HttpClient near_;
  mutable std::mutex mutex_;
  std::optional<Found> found_;
};

}  // namespace weir::store
