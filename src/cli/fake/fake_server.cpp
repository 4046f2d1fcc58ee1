#include "cli/fake/fake_server.hpp"

#include <cctype>
#include <mutex>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

namespace weir::cli::fake {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

std::string lower(std::string text) {
  for (char& c : text)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

class FakeServer::Listener {
 public:
  explicit Listener(std::function<Answer(const Seen&)> answer)
      : answer_(std::move(answer)),
        acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        port_(acceptor_.local_endpoint().port()),
        thread_([this] { accept(); }) {}

  ~Listener() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      for (const auto& socket : sockets_)
        ::shutdown(socket->native_handle(), SHUT_RDWR);
    }
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
    for (std::thread& thread : connections_)
      thread.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  void accept() {
    for (int number = 1;; ++number) {
      auto socket = std::make_shared<tcp::socket>(io_);
      error_code error;
      acceptor_.accept(*socket, error);
      const std::lock_guard lock(mutex_);
      if (error || stopping_) return;
      sockets_.push_back(socket);
      connections_.emplace_back([this, socket, number] { serve(*socket, number); });
    }
  }

  void serve(tcp::socket& socket, int number) {
    beast::flat_buffer buffer;
    while (true) {
      http::request_parser<http::string_body> parser;
      parser.body_limit(std::uint64_t{64} << 20);
      error_code error;
      http::read(socket, buffer, parser, error);
      if (error) break;
      const auto& request = parser.get();
      Seen seen{std::string(request.method_string()),
                std::string(request.target()),
                {},
                request.body(),
                number};
      for (const auto& field : request)
        seen.headers[lower(std::string(field.name_string()))] = std::string(field.value());
      const Answer answer = answer_to(std::move(seen));
      if (answer.hang_up) break;
      http::response<http::string_body> response;
      response.version(11);
      response.result(static_cast<unsigned>(answer.status));
      for (const auto& [name, value] : answer.headers)
        response.set(name, value);
      response.body() = answer.body;
      response.prepare_payload();
      http::write(socket, response, error);
      if (error || answer.close_after) break;
    }
    ::shutdown(socket.native_handle(), SHUT_RDWR);
  }

  Answer answer_to(Seen seen) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(std::move(seen));
    return answer_(seen_.back());
  }

  asio::io_context io_;  // before the sockets, which need it to the last
  std::function<Answer(const Seen&)> answer_;
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  bool stopping_ = false;
  std::vector<std::shared_ptr<tcp::socket>> sockets_;
  std::vector<std::thread> connections_;
  tcp::acceptor acceptor_;
  unsigned short port_;
  std::thread thread_;
};

FakeServer::FakeServer(std::function<Answer(const Seen&)> answer)
    : listener_(std::make_unique<Listener>(std::move(answer))) {}
FakeServer::~FakeServer() = default;
std::string FakeServer::url() const {
  return listener_->url();
}
std::vector<Seen> FakeServer::seen() const {
  return listener_->seen();
}

}  // namespace weir::cli::fake
