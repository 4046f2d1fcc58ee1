#include "http/listener.hpp"

#include <cerrno>
#include <numeric>

#include <boost/asio/ip/tcp.hpp>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/http.hpp"
#include "http/reply_format.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr int accepts_a_turn = 64;

std::string address_of(const sockaddr_storage& storage) {
  tcp::endpoint endpoint;
  std::memcpy(endpoint.data(), &storage, std::min(endpoint.capacity(), sizeof storage));
  error_code ignored;
  return endpoint.address().to_string(ignored);
}

}  // namespace

Listener::Listener(Shared& shared, std::vector<std::unique_ptr<Worker>>& workers)
    : shared_(shared), workers_(workers), acceptor_(workers.front()->io().get_executor()) {}

Result<void> Listener::listen() {
  const Options& options = shared_.options;
  const std::string where = options.host + ":" + std::to_string(options.port);
  asio::io_context resolving;
  tcp::resolver resolver(resolving);
  error_code error;
  const auto found =
      resolver.resolve(options.host, std::to_string(options.port), tcp::resolver::passive, error);
  if (error || found.empty())
    return fail(Errc::bad_request, "Cannot listen on " + where + ": no such host (" +
                                       error.message() + "). Give an address of this machine.");
  const tcp::endpoint endpoint = found.begin()->endpoint();
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) acceptor_.non_blocking(true, error);
  if (error)
    return fail(Errc::io, "Cannot listen on " + where + ": " + error.message() +
                              ". Choose another port, or end the process that has it.");
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void Listener::start() {
  Worker& home = *workers_.front();
  // Out of descriptors: try again at the next tick rather than spin.
  home.on_each_tick([this] {
    if (!waiting_ && acceptor_.is_open()) accept_all();
  });
  home.on_stop([this] {
    error_code ignored;
    acceptor_.close(ignored);
  });
  wait();
}

void Listener::wait() {
  waiting_ = true;
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](const error_code& error) {
    waiting_ = false;
    if (error) return;
    accept_all();
    workers_.front()->flush();
  });
}

void Listener::accept_all() {
  for (int i = 0; i < accepts_a_turn; ++i) {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;
    const int socket = ::accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&storage),
                                 &bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      place(socket, address_of(storage));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return;
    }  // else: that one client went away; the next
  }
  wait();
}

void Listener::place(int socket, std::string peer) {
  Worker* least = workers_.front().get();
  std::uint64_t open = 0;
  for (const auto& worker : workers_) {
    open += worker->connections();
    if (worker->connections() < least->connections()) least = worker.get();
  }
  if (open >= shared_.options.connections_max) return refuse(socket);
  if (least == workers_.front().get())
    least->adopt(socket, std::move(peer));
  else
    least->hand_over(socket, std::move(peer));
}

void Listener::refuse(int socket) {
  refused_.add();
  if (shared_.options.tls) {  // it would take a handshake to say why
    ::close(socket);
    return;
  }
  const Response response = error_response(
      {Errc::overloaded, "Too many connections are open. Reuse connections, or try later."},
      workers_.front()->request_id());
  std::string reply;
  append_reply(reply, {response.status, response.content_type, "Retry-After: 1\r\n", response.body},
               Persistence::close, false);
  // It fits an empty socket's buffer; a client that is gone is no loss.
  [[maybe_unused]] const auto sent =
      ::send(socket, reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(socket, SHUT_WR);
  // What it has sent already would, unread, turn the close into a reset that outruns the reply.
  auto& discard = workers_.front()->discard();
  [[maybe_unused]] const auto dropped =
      ::recv(socket, discard.data(), discard.size(), MSG_DONTWAIT);
  ::close(socket);
}

}  // namespace weir::http
