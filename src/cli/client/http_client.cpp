#include "cli/client/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <system_error>
#include <utility>

#include <curl/curl.h>

#include "base/assert.hpp"

// libcurl's easy interface: one handle is one kept connection. What it does beyond one exchange is
// off: no redirects, no proxies, no Expect, and no second try. libcurl sends a request again where
// a kept connection ends without an answer, and a POST may have been carried out by then. A body
// that it cannot rewind stops that; what changes something and has no body gets a connection of its
// own.

namespace weir::cli {
namespace {

constexpr std::size_t reply_bytes_max = std::size_t{1} << 30;

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower(std::string_view text) {
  std::string copy(text);
  for (char& c : copy)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return copy;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const std::string shown(text);
  Url url;
  url.tls = text.starts_with("https://");
  if (!url.tls && !text.starts_with("http://"))
    return fail(Errc::bad_request,
                "the URL \"" + shown + "\" must look like http://127.0.0.1:8080 or https://...");
  if (url.tls) url.port = "443";
  text.remove_prefix(text.find("://") + 3);
  const std::size_t slash = std::min(text.find('/'), text.size());
  url.prefix = text.substr(slash);
  while (!url.prefix.empty() && url.prefix.back() == '/')
    url.prefix.pop_back();
  std::string_view authority = text.substr(0, slash);

  std::string_view port;
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos)
      return fail(Errc::bad_request, "the URL \"" + shown + "\" lacks the ] of its address");
    url.host = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty()) {
    if (port.front() != ':' || !is_port(port.substr(1)))
      return fail(Errc::bad_request, "the URL \"" + shown + "\" has no valid port after the host");
    url.port = port.substr(1);
  }
  if (url.host.empty()) return fail(Errc::bad_request, "the URL \"" + shown + "\" names no host");
  return url;
}

std::string Url::text() const {
  const bool bracketed = host.find(':') != std::string::npos;
  return (tls ? "https://" : "http://") + (bracketed ? "[" + host + "]" : host) + ":" + port +
         prefix;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += hex[byte >> 4];
      out += hex[byte & 15];
    }
  }
  return out;
}

class HttpClient::Connection {
 public:
  Connection(Url url, std::chrono::milliseconds timeout)
      : url_(std::move(url)), timeout_(timeout), curl_(new_handle()) {}

  Result<HttpReply> exchange(const HttpRequest& request) {
    curl_easy_reset(curl_.get());  // keeps the connection
    HttpReply reply;
    std::string_view unsent = request.body;
    Headers headers;
    set_up(request, unsent, reply, headers);
    const CURLcode code = curl_easy_perform(curl_.get());
    if (code != CURLE_OK && !has_answer(code)) return fail_for(code);
    take_head(reply);
    return reply;
  }

  Result<HttpReply> follow(const HttpRequest& request, const TakeBody& take,
                           std::chrono::seconds silence_max) {
    curl_easy_reset(curl_.get());
    HttpReply reply;
    std::string_view unsent = request.body;
    Headers headers;
    set_up(request, unsent, reply, headers);
    Following following{curl_.get(), reply, take, false};
    set(CURLOPT_WRITEFUNCTION, &receive_following);
    set(CURLOPT_WRITEDATA, &following);
    set(CURLOPT_TIMEOUT_MS, 0L);
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(timeout_.count()));
    set(CURLOPT_LOW_SPEED_LIMIT, 1L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(silence_max.count()));
    const CURLcode code = curl_easy_perform(curl_.get());
    if (code != CURLE_OK && !following.is_enough) return fail_for(code);
    take_head(reply);
    return reply;
  }

 private:
  struct FreeHandle {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };
  using Headers = std::unique_ptr<curl_slist, FreeList>;

  static CURL* new_handle() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);  // once, by one thread
    WEIR_ASSERT(ready == CURLE_OK);
    CURL* handle = curl_easy_init();
    WEIR_ASSERT(handle != nullptr);
    return handle;
  }

  template <class Value>
  void set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(curl_.get(), option, value);
    WEIR_ASSERT(code == CURLE_OK);
  }

  void set_up(const HttpRequest& request, std::string_view& unsent, HttpReply& reply,
              Headers& headers) {
    set(CURLOPT_URL, (url_.text() + request.target).c_str());
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
    set(CURLOPT_PROXY, "");
    set(CURLOPT_NOSIGNAL, 1L);  // time limits are for all threads
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_.count()));
    set(CURLOPT_USERAGENT, "weir");
    if (!url_.ca_file.empty()) set(CURLOPT_CAINFO, url_.ca_file.c_str());
    set(CURLOPT_WRITEFUNCTION, &receive);
    set(CURLOPT_WRITEDATA, &reply);

    const bool only_asks = request.method == "GET" || request.method == "HEAD";
    if (request.method == "HEAD") set(CURLOPT_NOBODY, 1L);
    if (!only_asks || !request.body.empty()) {
      set(CURLOPT_POST, 1L);
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_READFUNCTION, &send);
      set(CURLOPT_READDATA, &unsent);
    }
    if (!only_asks && request.body.empty()) set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());

    add(headers, "Expect:");
    if (request.headers.count("Content-Type") == 0) add(headers, "Content-Type:");
    for (const auto& [name, value] : request.headers)
      add(headers, name + ": " + value);
    set(CURLOPT_HTTPHEADER, headers.get());
  }

  static void add(Headers& headers, const std::string& line) {
    curl_slist* longer = curl_slist_append(headers.get(), line.c_str());
    WEIR_ASSERT(longer != nullptr);
    static_cast<void>(headers.release());
    headers.reset(longer);
  }

  static std::size_t send(char* room, std::size_t size, std::size_t count, void* unsent) {
    auto& rest = *static_cast<std::string_view*>(unsent);
    const std::size_t bytes = std::min(size * count, rest.size());
    std::memcpy(room, rest.data(), bytes);
    rest.remove_prefix(bytes);
    return bytes;
  }

  static std::size_t receive(char* data, std::size_t size, std::size_t count, void* reply) {
    auto& body = static_cast<HttpReply*>(reply)->body;
    if (size * count > reply_bytes_max - body.size()) return 0;  // ends the exchange
    body.append(data, size * count);
    return size * count;
  }

  struct Following {
    CURL* curl;
    HttpReply& reply;
    const TakeBody& take;
    bool is_enough;
  };

  static std::size_t receive_following(char* data, std::size_t size, std::size_t count,
                                       void* following) {
    auto& own = *static_cast<Following*>(following);
    long status = 0;
    curl_easy_getinfo(own.curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) return receive(data, size, count, &own.reply);
    own.is_enough = !own.take({data, size * count});
    return own.is_enough ? 0 : size * count;
  }

  /// A refusal may come before the whole body was sent (413), and the connection may then break:
  /// the server's reply counts.
  bool has_answer(CURLcode code) const {
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    return (code == CURLE_SEND_ERROR || code == CURLE_SEND_FAIL_REWIND) && status >= 200;
  }

  void take_head(HttpReply& reply) const {
    long status = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    reply.status = static_cast<int>(status);
    curl_header* header = nullptr;
    while ((header = curl_easy_nextheader(curl_.get(), CURLH_HEADER, -1, header)) != nullptr)
      reply.headers[lower(header->name)] = header->value;
  }

  Failure fail_for(CURLcode code) const {
    long sent = 0;
    long os_error = 0;
    curl_easy_getinfo(curl_.get(), CURLINFO_REQUEST_SIZE, &sent);
    curl_easy_getinfo(curl_.get(), CURLINFO_OS_ERRNO, &os_error);
    const std::string reason =
        code == CURLE_OPERATION_TIMEDOUT ? "timed out"
        : os_error != 0
            ? std::error_code(static_cast<int>(os_error), std::generic_category()).message()
            : curl_easy_strerror(code);
    if (code == CURLE_SSL_CACERT_BADFILE)
      return fail(Errc::bad_request,
                  "cannot read whom to trust from \"" + url_.ca_file + "\": " + reason);
    if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION)
      return fail(Errc::unavailable,
                  "cannot speak TLS with " + url_.text() + ": " + curl_easy_strerror(code) +
                      "; is its certificate of a name and an authority you trust (--ca)?");
    if (sent == 0)
      return fail(Errc::unavailable, "cannot connect to " + url_.text() + ": " + reason +
                                         "; is `weir serve` running?");
    if (code == CURLE_OPERATION_TIMEDOUT) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout_).count();
      return fail(Errc::request_timeout,
                  url_.text() + " did not answer within " + std::to_string(seconds) +
                      " s; what was asked may still be done: look before you ask again");
    }
    return fail(Errc::request_timeout, "the connection to " + url_.text() +
                                           " broke before an answer came (" + reason +
                                           "); what was asked may have been done: look before "
                                           "you ask again");
  }

  Url url_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<CURL, FreeHandle> curl_;
};

HttpClient::HttpClient(Url url, std::chrono::milliseconds timeout)
    : connection_(std::make_unique<Connection>(std::move(url), timeout)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpReply> HttpClient::exchange(const HttpRequest& request) {
  return connection_->exchange(request);
}

Result<HttpReply> HttpClient::follow(const HttpRequest& request, const TakeBody& take,
                                     std::chrono::seconds silence_max) {
  return connection_->follow(request, take, silence_max);
}

}  // namespace weir::cli
