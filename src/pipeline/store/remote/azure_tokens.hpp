#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "env/clock.hpp"
#include "env/disk.hpp"
#include "pipeline/store/remote/http_client.hpp"

namespace weir::store {

/// Tokens of the identity that Azure gave to this machine or pod, for an account whose key nobody
/// has to hold. The first of these that is set up, as Azure's own libraries do:
/// - workload identity: AZURE_FEDERATED_TOKEN_FILE, AZURE_CLIENT_ID, AZURE_TENANT_ID,
///   AZURE_AUTHORITY_HOST;
/// - managed identity: the machine's metadata service; AZURE_CLIENT_ID names one of several.
/// Thread-safe.
class AzureTokens {
 public:
  using Environment = std::function<std::optional<std::string>(const std::string& name)>;
  struct Settings {
    HttpBounds bounds = {};
    Environment environment;
    /// Whether somebody said that the machine has an identity. Else a metadata service that does
    /// not answer means that there is none.
    bool is_expected = false;
  };
  /// The references outlive it.
  AzureTokens(Settings settings, Disk& disk, const Clock& clock);

  /// Fetched again before it ends. io: there is no identity, or it gets no token, until somebody
  /// sets that right; unavailable: the service does not answer now. A token whose renewal fails is
  /// given out until it ends.
  Result<std::string> token();
  /// The token was refused: the next call asks for another.
  void forget();

 private:
  struct Found {
    std::string token;
    Time ends;
  };
  std::string variable(const std::string& name) const;
  Result<Found> of_workload() const;
  Result<Found> of_machine() const;
  Result<Found> ask(HttpClient& client, const HttpRequest& request) const;

  const Settings settings_;
  Disk& disk_;
  const Clock& clock_;
  mutable HttpClient far_;
  mutable HttpClient near_;
  std::mutex mutex_;
  std::optional<Found> found_;
  bool had_one_ = false;
};

}  // namespace weir::store
