// The Blob service over HTTP: a handful of calls, and no SDK in Debian. Bodies go with their MD5,
// which is what the service checks them against; over TLS too, for what happens in memory.
#include "pipeline/store/remote/azure_client.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "base/time.hpp"
#include "pipeline/store/remote/aws_signature.hpp"
#include "pipeline/store/remote/xml_element.hpp"

namespace weir::store {
namespace {

constexpr const char* service_version = "2021-12-02";

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  unsigned char out[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), out, &size, kind, nullptr);
  WEIR_ASSERT(done == 1);
  return {reinterpret_cast<const char*>(out), size};
}

std::string hmac(std::string_view key, std::string_view text) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  const auto* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac, &size);
  WEIR_ASSERT(made != nullptr);
  return {reinterpret_cast<const char*>(mac), size};
}

/// "Fri, 26 Jun 2015 23:39:12 GMT", in no one's language but HTTP's.
std::string http_time(Time now) {
  constexpr std::array<const char*, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const CalendarDay day = calendar_day(day_of(now));
  const auto s = std::chrono::floor<std::chrono::seconds>(now - day_of(now)).count();
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02u %s %04lld %02lld:%02lld:%02lld GMT",
                days[std::chrono::weekday(day_of(now)).c_encoding()], day.day,
                months[day.month - 1], static_cast<long long>(day.year),
                static_cast<long long>(s / 3600), static_cast<long long>(s / 60 % 60),
                static_cast<long long>(s % 60));
  return text;
}

std::string header_of(const AzureCall& call, std::string_view name) {
  for (const auto& [own, value] : call.headers)
    if (own == name) return value;
  return "";
}

}  // namespace

std::string azure_text_to_sign(const AzureCall& call, const std::string& account,
                               const std::string& path) {
  std::string text = call.method + "\n";
  for (const std::string_view name :
       {"content-encoding", "content-language", "content-length", "content-md5", "content-type",
        "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"}) {
    if (name == "content-length")
      text += call.body.empty() ? "" : std::to_string(call.body.size());
    else
      text += header_of(call, name);
    text += "\n";
  }
  auto own = call.headers;
  std::sort(own.begin(), own.end());
  for (const auto& [name, value] : own)
    if (name.starts_with("x-ms-")) text.append(name).append(":").append(value).append("\n");
  text.append("/").append(account).append(path);
  auto query = call.query;
  std::sort(query.begin(), query.end());
  for (const auto& [name, value] : query)
    text.append("\n").append(name).append(":").append(value);
  return text;
}

std::string azure_error_code(const HttpReply& reply) {
  if (std::string code = reply.header("x-ms-error-code"); !code.empty()) return code;
  const auto parsed = parse_xml(reply.body);
  return parsed && parsed->name == "Error" ? parsed->child("Code") : "";
}

Result<std::unique_ptr<AzureClient>> AzureClient::open(AzureAccount account, HttpBounds bounds,
                                                       Retries retries, Services services) {
  if (account.endpoint.empty())
    account.endpoint = "https://" + account.name + ".blob.core.windows.net";
  while (account.endpoint.ends_with("/"))
    account.endpoint.pop_back();
  std::unique_ptr<AzureClient> client(
      new AzureClient(std::move(account), std::move(bounds), retries, services));
  const std::string& endpoint = client->account_.endpoint;
  const std::size_t scheme = endpoint.find("://");
  const bool is_url = endpoint.starts_with("http://") || endpoint.starts_with("https://");
  if (!is_url || endpoint.size() == scheme + 3)
    return fail(Errc::bad_request,
                "store.endpoint must look like https://ACCOUNT.blob.core."
                "windows.net or http://127.0.0.1:10000/ACCOUNT; \"" +
                    endpoint + "\" does not");
  const std::size_t slash = std::min(endpoint.find('/', scheme + 3), endpoint.size());
  client->origin_ = endpoint.substr(0, slash);
  client->path_ = endpoint.substr(slash);
  if (client->account_.key.empty()) return client;
  const auto key = from_base64(client->account_.key);
  if (!key || key->empty())
    return fail(Errc::bad_request,
                "AZURE_STORAGE_KEY is no account key: those are of Base64, and end with ==");
  client->key_ = *key;
  return client;
}

Result<HttpReply> AzureClient::send(AzureCall call) {
  std::string path = path_ + "/" + uri_encoded(call.container, false);
  if (!call.blob.empty()) path += "/" + uri_encoded(call.blob, true);
  call.headers.emplace_back("x-ms-date", http_time(services_.clock.now()));
  call.headers.emplace_back("x-ms-version", service_version);
  if (!call.body.empty()) {
    call.headers.emplace_back("content-type", "application/octet-stream");
    call.headers.emplace_back("content-md5", to_base64(digest(EVP_md5(), call.body)));
  }
  HttpRequest request{
      .method = call.method, .url = origin_ + path, .headers = call.headers, .body = call.body};
  std::string query;
  for (const auto& [name, value] : call.query)
    query +=
        (query.empty() ? "" : "&") + uri_encoded(name, false) + "=" + uri_encoded(value, false);
  if (account_.identity) {
    WEIR_TRY(const std::string token, account_.identity->token());
    request.headers.emplace_back("Authorization", "Bearer " + token);
  } else if (key_.empty()) {
    query += (query.empty() ? "" : "&") + account_.sas;
  } else {
    const std::string text = azure_text_to_sign(call, account_.name, path);
    request.headers.emplace_back("Authorization",
                                 "SharedKey " + account_.name + ":" + to_base64(hmac(key_, text)));
  }
  if (!query.empty()) request.url += "?" + query;
  auto reply = http_.send(request, call.reply_bytes_max);
  if (reply && reply->status == 401 && account_.identity) account_.identity->forget();
  return reply;
}

Tried AzureClient::call(const AzureCall& call) {
  bool is_token_renewed = false;
  return with_retries(
      retries_, services_.random, [&] { return send(call); },
      [&](const HttpReply& reply) {
        if (reply.status != 401 || !account_.identity || is_token_renewed) return false;
        return is_token_renewed = true;
      });
}

Error AzureClient::explain(const HttpReply& reply, const AzureCall& call,
                           const std::string& doing) const {
  const std::string code = azure_error_code(reply);
  const std::string key_is_wrong =
      account_.identity
          ? "The identity's token was refused: is it of the tenant of account \"" + account_.name +
                "\"?"
          : "The key is not that of account \"" + account_.name +
                "\", or the clock of this machine is wrong: look at AZURE_STORAGE_KEY or "
                "AZURE_STORAGE_SAS_TOKEN";
  std::string said = doing + ": " + account_.endpoint + " answered " + std::to_string(reply.status);
  if (!code.empty()) said += " " + code;
  if (code == "ContainerNotFound")
    return {Errc::io, said + ". There is no container \"" + call.container +
                          "\": make it, or correct store.url"};
  if (code == "ContainerBeingDeleted" || code == "AccountBeingCreated")
    return {Errc::unavailable, said + "; it is tried again"};
  if (reply.status == 404) return {Errc::not_found, said};
  if (code == "AuthenticationFailed" || code == "InvalidAuthenticationInfo")
    return {Errc::io, said + ". " + key_is_wrong};
  // The service's firewall says so, and Azurite where the key is wrong.
  if (code == "AuthorizationFailure")
    return {Errc::io,
            said + ". The account's firewall keeps this machine out. Or: " + key_is_wrong};
  if (reply.status == 401 || reply.status == 403)
    return {Errc::io, said + ". That is not allowed in container \"" + call.container +
                          "\": the server needs to read, write, delete and list" +
                          (account_.identity ? " (role Storage Blob Data Contributor)" : "")};
  if (may_pass_later(Result<HttpReply>(reply)))
    return {Errc::unavailable, said + "; it is tried again"};
  return {Errc::io, said};
}

}  // namespace weir::store
