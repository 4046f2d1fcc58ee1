#include "http/transport.hpp"

#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace weir::http {

Transport::Moved Transport::read(std::span<char> room) {
  if (session_) return session_->read(room.data(), room.size());
  for (;;) {
    const auto received = ::recv(socket_, room.data(), room.size(), 0);
    if (received > 0) return {Step::done, static_cast<std::size_t>(received)};
    if (received == 0) return {Step::ended};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {Step::want_read};
    if (errno != EINTR) return {Step::failed};
  }
}

Transport::Moved Transport::write(std::string_view data) {
  if (session_) return session_->write(data.data(), data.size());
  std::size_t sent_in_all = 0;
  while (sent_in_all < data.size()) {
    const auto sent =
        ::send(socket_, data.data() + sent_in_all, data.size() - sent_in_all, MSG_NOSIGNAL);
    if (sent >= 0)
      sent_in_all += static_cast<std::size_t>(sent);
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      return {Step::want_write, sent_in_all};
    else if (errno != EINTR)
      return {Step::failed, sent_in_all};
  }
  return {Step::done, sent_in_all};
}

void Transport::bound_unsent(std::size_t bytes) {
  const int size = static_cast<int>(bytes);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

void Transport::end_writing() {
  if (session_) session_->end();
  ::shutdown(socket_, SHUT_WR);
}

void Transport::close() {
  if (socket_ < 0) return;
  if (session_) session_->end();
  ::close(socket_);
  socket_ = -1;
}

}  // namespace weir::http
