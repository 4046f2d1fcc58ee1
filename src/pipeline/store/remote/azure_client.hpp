#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "env/clock.hpp"
#include "env/random.hpp"
#include "pipeline/store/remote/azure_tokens.hpp"
#include "pipeline/store/remote/http_client.hpp"
#include "pipeline/store/remote/retries.hpp"

namespace weir::store {

/// A storage account and how it is spoken to: with its key, with a token that is a part of each URL
/// (a shared access signature), or else with tokens of an identity.
struct AzureAccount {
  std::string name;
  std::string key = {};  // Base64
  std::string sas = {};  // "sv=...&sig=..."; used where there is no key
  std::shared_ptr<AzureTokens> identity = nullptr;
  std::string endpoint = {};  // "https://host:port/path"; empty: Azure's of the account
};

/// A call of the Blob service.
struct AzureCall {
  std::string method;
  std::string container;
  std::string blob = {};  // empty: the container itself
  std::vector<std::pair<std::string, std::string>> query = {};
  std::vector<std::pair<std::string, std::string>> headers = {};  // names in lower case
  std::string_view body = {};                                     // outlives the call
  std::uint64_t reply_bytes_max = std::uint64_t{16} << 20;
};

/// The text that a shared key signs. `path` is the URL's, encoded.
std::string azure_text_to_sign(const AzureCall& call, const std::string& account,
                               const std::string& path);

/// Signs and sends calls of the Blob service, again where that may help. Thread-safe; each call
/// blocks.
class AzureClient {
 public:
  struct Services {
    const Clock& clock;
    Random& random;
  };
  /// bad_request: the endpoint is no URL, or the key no Base64. The services outlive it.
  static Result<std::unique_ptr<AzureClient>> open(AzureAccount account, HttpBounds bounds,
                                                   Retries retries, Services services);

  Tried call(const AzureCall& call);
  /// What an answer that was not hoped for means, and what to do. not_found: the blob is not there;
  /// io: the service refuses what this server asks, until somebody changes that; unavailable: it
  /// may pass.
  Error explain(const HttpReply& reply, const AzureCall& call, const std::string& doing) const;

 private:
  AzureClient(AzureAccount account, HttpBounds bounds, Retries retries, Services services)
      : account_(std::move(account)),
        http_(std::move(bounds)),
        retries_(retries),
        services_(services) {}
  Result<HttpReply> send(AzureCall call);

  const AzureAccount account_;
  HttpClient http_;
  const Retries retries_;
  const Services services_;
  std::string key_;     // raw
  std::string origin_;  // "https://host:port"
  std::string path_;    // of the endpoint; "" or "/account"
};

/// Of an answer that is an error; empty where it says none.
std::string azure_error_code(const HttpReply& reply);

}  // namespace weir::store
