// libcurl's easy interface: a call blocks its thread, of which few talk to a store. A handle keeps
// its connection, so handles are kept. HTTP/1.1: one request at a time is on a connection anyway,
// and several connections carry more than one does.
#include "pipeline/store/remote/http_client.hpp"

#include <algorithm>
#include <cctype>

#include <curl/curl.h>

#include "base/assert.hpp"

namespace weir::store {
namespace {

constexpr std::size_t idle_max = 16;
/// A peer that sends less than this for so long is gone.
constexpr long slow_bytes_per_s = 100;
constexpr long slow_s = 20;

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

void add(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  WEIR_ASSERT(longer != nullptr);
  static_cast<void>(list.release());
  list.reset(longer);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0)
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0)
    text.remove_suffix(1);
  return text;
}

}  // namespace

std::string HttpReply::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string() : found->second;
}

class HttpClient::Handle {
 public:
  Handle() : curl_(curl_easy_init()) { WEIR_ASSERT(curl_ != nullptr); }

  Result<HttpReply> send(const HttpRequest& request, const HttpBounds& bounds,
                         std::uint64_t body_bytes_max) {
    reply_ = {};
    body_bytes_max_ = body_bytes_max;
    is_too_long_ = false;
    error_[0] = '\0';
    curl_easy_reset(curl_.get());  // keeps the connection
    set_bounds(bounds);
    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_PATH_AS_IS, 1L);  // it is signed as it is
    set_method(request);
    List headers;
    add(headers, "Expect:");
    add(headers, "Accept:");
    add(headers, "Content-Type:");  // none but the request's own, which is signed
    for (const auto& [name, value] : request.headers)
      add(headers, value.empty() ? name + ";" : name + ": " + value);
    set(CURLOPT_HTTPHEADER, headers.get());
    const CURLcode code = curl_easy_perform(curl_.get());
    if (is_too_long_)
      return fail(Errc::too_large, request.url + " answers with more than " +
                                       std::to_string(body_bytes_max) + " bytes");
    if (code != CURLE_OK) return no_answer(request, code);
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    reply_.status = static_cast<int>(status);
    return std::move(reply_);
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
    WEIR_ASSERT(code == CURLE_OK);
  }

  void set_bounds(const HttpBounds& bounds) {
    set(CURLOPT_NOSIGNAL, 1L);  // time limits are for all threads
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(bounds.connect_max.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(bounds.time_max.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, slow_bytes_per_s);
    set(CURLOPT_LOW_SPEED_TIME, slow_s);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_USERAGENT, "weir");
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &receive_header);
    set(CURLOPT_HEADERDATA, this);
    if (!bounds.uses_proxy) set(CURLOPT_PROXY, "");
    if (!bounds.ca_file.empty()) set(CURLOPT_CAINFO, bounds.ca_file.c_str());
  }

  void set_method(const HttpRequest& request) {
    if (request.method == "GET") return set(CURLOPT_HTTPGET, 1L);
    if (request.method == "HEAD") return set(CURLOPT_NOBODY, 1L);
    if (request.method != "DELETE") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.empty() ? "" : request.body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  Failure no_answer(const HttpRequest& request, CURLcode code) const {
    const std::string where = request.url.substr(0, request.url.find('?'));
    std::string why = *error_ != '\0' ? error_ : curl_easy_strerror(code);
    const bool is_untrusted =
        code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE;
    if (is_untrusted)
      why += "; the certificate is not trusted: name its authority in store.ca_file";
    return fail(is_untrusted ? Errc::io : Errc::unavailable,
                "no answer from " + where + ": " + why);
  }

  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* handle) {
    Handle& self = *static_cast<Handle*>(handle);
    self.is_too_long_ = size * count > self.body_bytes_max_ - self.reply_.body.size();
    if (self.is_too_long_) return 0;  // ends the exchange
    self.reply_.body.append(data, size * count);
    return size * count;
  }

  static std::size_t receive_header(char* data, std::size_t size, std::size_t count, void* handle) {
    Handle& self = *static_cast<Handle*>(handle);
    const std::string_view line(data, size * count);
    const std::size_t colon = line.find(':');
    if (line.starts_with("HTTP/")) self.reply_.headers.clear();  // what was before was interim
    if (colon == std::string_view::npos) return line.size();
    std::string name(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    self.reply_.headers[name] = trimmed(line.substr(colon + 1));
    return line.size();
  }

  std::unique_ptr<CURL, FreeHandle> curl_;
  HttpReply reply_;
  std::uint64_t body_bytes_max_ = 0;
  bool is_too_long_ = false;
  char error_[CURL_ERROR_SIZE] = {};
};

HttpClient::HttpClient(HttpBounds bounds) : bounds_(std::move(bounds)) {
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, by one thread
  WEIR_ASSERT(ready == CURLE_OK);
}

HttpClient::~HttpClient() = default;

std::unique_ptr<HttpClient::Handle> HttpClient::take_handle() {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Handle>();
  auto handle = std::move(idle_.back());
  idle_.pop_back();
  return handle;
}

void HttpClient::give_back(std::unique_ptr<Handle> handle) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < idle_max) idle_.push_back(std::move(handle));
}

Result<HttpReply> HttpClient::send(const HttpRequest& request, std::uint64_t body_bytes_max) {
  auto handle = take_handle();
  auto reply = handle->send(request, bounds_, body_bytes_max);
  give_back(std::move(handle));
  return reply;
}

}  // namespace weir::store
