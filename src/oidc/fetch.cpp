#include "oidc/fetch.hpp"

#include <memory>
#include <utility>

#include <curl/curl.h>

#include "base/assert.hpp"

// A handle for each exchange: people sign in a few times a day. Redirects are not followed, since
// the client's secret would go with them.
namespace weir::oidc {
namespace {

constexpr long time_max_ms = 10'000;
constexpr std::size_t reply_bytes_max = 1 << 20;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};

template <class Value>
void set(CURL* curl, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(curl, option, value);
  WEIR_ASSERT(code == CURLE_OK);
}

std::size_t receive(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  if (size * count > reply_bytes_max - body.size()) return 0;  // ends the exchange
  body.append(data, size * count);
  return size * count;
}

Result<FetchReply> fetch(const FetchRequest& request, const std::string& ca_file) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, by one thread
  WEIR_ASSERT(ready == CURLE_OK);
  const std::unique_ptr<CURL, FreeHandle> curl(curl_easy_init());
  WEIR_ASSERT(curl != nullptr);
  FetchReply reply;
  set(curl.get(), CURLOPT_NOSIGNAL, 1L);  // time limits are for all threads
  set(curl.get(), CURLOPT_TIMEOUT_MS, time_max_ms);
  set(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl.get(), CURLOPT_URL, request.url.c_str());
  set(curl.get(), CURLOPT_FOLLOWLOCATION, 0L);
  set(curl.get(), CURLOPT_USERAGENT, "weir");
  set(curl.get(), CURLOPT_WRITEFUNCTION, &receive);
  set(curl.get(), CURLOPT_WRITEDATA, &reply.body);
  if (!ca_file.empty()) set(curl.get(), CURLOPT_CAINFO, ca_file.c_str());
  if (!request.form.empty()) {
    set(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.form.size()));
    set(curl.get(), CURLOPT_POSTFIELDS, request.form.c_str());
  }
  if (!request.user.empty()) {
    set(curl.get(), CURLOPT_HTTPAUTH, long{CURLAUTH_BASIC});
    set(curl.get(), CURLOPT_USERNAME, request.user.c_str());
    set(curl.get(), CURLOPT_PASSWORD, request.password.c_str());
  }
  if (!request.bearer.empty()) {
    set(curl.get(), CURLOPT_HTTPAUTH, long{CURLAUTH_BEARER});
    set(curl.get(), CURLOPT_XOAUTH2_BEARER, request.bearer.c_str());
  }
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK)
    return fail(Errc::unavailable, "The sign-in provider does not answer at " + request.url + ": " +
                                       curl_easy_strerror(code) + ".");
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

}  // namespace

Fetch network_fetch(std::string ca_file) {
  return [ca_file = std::move(ca_file)](const FetchRequest& request) {
    return fetch(request, ca_file);
  };
}

}  // namespace weir::oidc
