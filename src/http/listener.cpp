#include "http/listener.hpp"

#include <cerrno>
#include <system_error>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/http.hpp"
#include "http/reply_format.hpp"

namespace weir::http {
namespace {

constexpr int accepts_a_turn = 64;

std::string address_of(const sockaddr_storage& storage) {
  char text[INET6_ADDRSTRLEN] = "";
  if (storage.ss_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(storage).sin_addr, text,
                sizeof text);
  if (storage.ss_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, text,
                sizeof text);
  return text;
}

std::uint16_t port_of(const sockaddr_storage& storage) {
  if (storage.ss_family == AF_INET6)
    return ntohs(reinterpret_cast<const sockaddr_in6&>(storage).sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in&>(storage).sin_port);
}

int listen_at(const addrinfo& address) {
  const int socket =
      ::socket(address.ai_family, address.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (socket >= 0 && ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
      ::bind(socket, address.ai_addr, address.ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0)
    return socket;
  const int error = errno;
  if (socket >= 0) ::close(socket);
  errno = error;
  return -1;
}

}  // namespace

Listener::~Listener() {
  close();
}

Result<void> Listener::listen() {
  const Options& options = shared_.options;
  const std::string where = options.host + ":" + std::to_string(options.port);
  addrinfo wanted{};
  wanted.ai_flags = AI_PASSIVE;
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int answer =
      ::getaddrinfo(options.host.c_str(), std::to_string(options.port).c_str(), &wanted, &found);
  if (answer != 0)
    return fail(Errc::bad_request, "Cannot listen on " + where + ": no such host (" +
                                       ::gai_strerror(answer) +
                                       "). Give an address of this machine.");
  socket_ = listen_at(*found);
  const int error = errno;
  ::freeaddrinfo(found);
  if (socket_ < 0)
    return fail(Errc::io, "Cannot listen on " + where + ": " +
                              std::generic_category().message(error) +
                              ". Choose another port, or end the process that has it.");
  sockaddr_storage own{};
  socklen_t bytes = sizeof own;
  ::getsockname(socket_, reinterpret_cast<sockaddr*>(&own), &bytes);
  port_ = port_of(own);
  return {};
}

void Listener::start() {
  Worker& home = *workers_.front();
  // Out of file descriptors: try again at the next tick instead of spinning.
  home.on_each_tick([this] {
    if (!waiting_ && socket_ >= 0) wait();
  });
  home.on_stop([this] { close(); });
  wait();
}

void Listener::close() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Listener::wait() {
  waiting_ = workers_.front()->poller().watch_readable(socket_, *this);
}

void Listener::accept_some() {
  for (int i = 0; i < accepts_a_turn && socket_ >= 0; ++i) {
    sockaddr_storage storage{};
    socklen_t bytes = sizeof storage;
    const int socket = ::accept4(socket_, reinterpret_cast<sockaddr*>(&storage), &bytes,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      place(socket, address_of(storage));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      workers_.front()->poller().forget(socket_);
      waiting_ = false;
      return;
    }  // else: that one client went away; the next
  }
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
  // It fits an empty socket's buffer; if the client is gone, nothing is lost.
  [[maybe_unused]] const auto sent =
      ::send(socket, reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::shutdown(socket, SHUT_WR);
  // Unread input would turn the close into a reset that could overtake the reply.
  auto& discard = workers_.front()->discard();
  [[maybe_unused]] const auto dropped =
      ::recv(socket, discard.data(), discard.size(), MSG_DONTWAIT);
  ::close(socket);
}

}  // namespace weir::http
