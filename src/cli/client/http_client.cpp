#include "cli/client/http_client.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

namespace weir::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::uint64_t reply_bytes_max = std::uint64_t{1} << 30;

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

/// Beast's time limits hold for asynchronous operations only, so each step is started as one and
/// the context is run until it is done.
class HttpClient::Connection {
 public:
  Connection(Url url, std::chrono::milliseconds timeout)
      : url_(std::move(url)), timeout_(timeout) {}

  Result<HttpReply> exchange(const HttpRequest& request) {
    if (stream_ && closed_by_peer()) forget();
    if (!stream_) WEIR_CHECK(connect());
    Result<HttpReply> reply = send_and_receive(request);
    if (!reply) forget();
    return reply;
  }

 private:
  void forget() {
    tls_.reset();
    stream_.reset();
  }

  template <class Start>
  error_code finish(Start start) {
    error_code result;
    stream_->expires_after(timeout_);
    start([&result](error_code error, auto&&...) { result = error; });
    io_.restart();
    io_.run();
    return result;
  }

  /// A keep-alive connection the server has given up shows as readable with nothing to read.
  bool closed_by_peer() {
    char byte = 0;
    const int socket = stream_->socket().native_handle();
    return ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0 ||
           (errno != EAGAIN && errno != EWOULDBLOCK);
  }

  Result<void> connect() {
    error_code error;
    asio::ip::tcp::resolver resolver(io_);
    const auto endpoints = resolver.resolve(url_.host, url_.port, error);
    if (!error) {
      stream_.emplace(io_);
      buffer_.clear();
      error = finish([&](auto done) { stream_->async_connect(endpoints, done); });
    }
    if (!error) stream_->socket().set_option(asio::ip::tcp::no_delay(true), error);
    if (!error && url_.tls) WEIR_CHECK(shake_hands());
    if (!error) return {};
    forget();
    const std::string reason = error == beast::error::timeout ? "timed out" : error.message();
    return fail(Errc::unavailable,
                "cannot connect to " + url_.text() + ": " + reason + "; is `weir serve` running?");
  }

  Result<void> shake_hands() {
    error_code error;
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.set_verify_mode(asio::ssl::verify_peer, error);
    if (url_.ca_file.empty())
      context.set_default_verify_paths(error);
    else
      context.load_verify_file(url_.ca_file, error);
    if (error) {
      forget();
      return fail(Errc::bad_request,
                  "cannot read whom to trust from \"" + url_.ca_file + "\": " + error.message());
    }
    tls_.emplace(*stream_, context);
    tls_->set_verify_callback(asio::ssl::host_name_verification(url_.host), error);
    error_code is_name;
    asio::ip::make_address(url_.host, is_name);
    if (is_name)  // what SSL_set_tlsext_host_name is a macro for, with casts of C
      SSL_ctrl(tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
               url_.host.data());
    error = finish([&](auto done) { tls_->async_handshake(asio::ssl::stream_base::client, done); });
    if (!error) return {};
    forget();
    return fail(Errc::unavailable,
                "cannot speak TLS with " + url_.text() + ": " + error.message() +
                    "; is its certificate of a name and an authority you trust (--ca)?");
  }

  template <class Start>
  error_code over_stream(Start start) {
    return finish([&](auto done) { tls_ ? start(*tls_, done) : start(*stream_, done); });
  }

  Result<HttpReply> send_and_receive(const HttpRequest& request) {
    http::request<http::string_body> message;
    message.method_string(request.method);
    message.target(url_.prefix + request.target);
    message.version(11);
    message.keep_alive(true);
    message.set(http::field::host, authority());
    message.set(http::field::user_agent, "weir");
    for (const auto& [name, value] : request.headers)
      message.set(name, value);
    message.body() = request.body;
    if (!request.body.empty() || request.method != "GET") message.prepare_payload();

    // A refusal may come before the whole body was taken (413): what the server had to say is read
    // even when the write failed.
    const error_code written =
        over_stream([&](auto& stream, auto done) { http::async_write(stream, message, done); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(reply_bytes_max);
    if (request.method == "HEAD") parser.skip(true);
    const error_code read = over_stream(
        [&](auto& stream, auto done) { http::async_read(stream, buffer_, parser, done); });
    if (read) return no_answer(written ? written : read);

    HttpReply reply;
    auto answer = parser.release();
    reply.status = answer.result_int();
    for (const auto& field : answer)
      reply.headers[lower(std::string_view(field.name_string().data(), field.name_string().size()))]
          .assign(field.value().data(), field.value().size());
    reply.body = std::move(answer.body());
    if (written || !answer.keep_alive()) forget();
    return reply;
  }

  std::string authority() const {
    const std::string text = url_.text();
    const std::size_t begin = text.find("://") + 3;
    return text.substr(begin, text.size() - begin - url_.prefix.size());
  }

  Failure no_answer(error_code error) const {
    if (error == beast::error::timeout) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout_).count();
      return fail(Errc::request_timeout,
                  url_.text() + " did not answer within " + std::to_string(seconds) +
                      " s; what was asked may still be done: look before you ask again");
    }
    return fail(Errc::request_timeout, "the connection to " + url_.text() +
                                           " broke before an answer came (" + error.message() +
                                           "); what was asked may have been done: look before "
                                           "you ask again");
  }

  Url url_;
  std::chrono::milliseconds timeout_;
  asio::io_context io_{1};
  std::optional<beast::tcp_stream> stream_;
  std::optional<asio::ssl::stream<beast::tcp_stream&>> tls_;  // over stream_
  beast::flat_buffer buffer_;
};

HttpClient::HttpClient(Url url, std::chrono::milliseconds timeout)
    : connection_(std::make_unique<Connection>(std::move(url), timeout)) {}
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;
HttpClient::~HttpClient() = default;

Result<HttpReply> HttpClient::exchange(const HttpRequest& request) {
  return connection_->exchange(request);
}

}  // namespace weir::cli
