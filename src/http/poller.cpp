#include "http/poller.hpp"

#include <unistd.h>

#include "base/assert.hpp"

namespace weir::http {

Poller::Poller() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  WEIR_ASSERT(epoll_ >= 0);
}

Poller::~Poller() {
  ::close(epoll_);
}

bool Poller::watch_edges(int descriptor, Watcher& watcher) {
  return add(descriptor, watcher, EPOLLIN | EPOLLOUT | EPOLLRDHUP | unsigned{EPOLLET});
}

bool Poller::watch_readable(int descriptor, Watcher& watcher) {
  return add(descriptor, watcher, EPOLLIN);
}

bool Poller::add(int descriptor, Watcher& watcher, unsigned events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &watcher;
  return ::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

void Poller::forget(int descriptor) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
}

std::size_t Poller::wait(std::chrono::milliseconds at_most) {
  const int count = ::epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()),
                                 static_cast<int>(at_most.count()));
  if (count <= 0) return 0;  // the time is up, or a signal came
  for (int i = 0; i < count; ++i) {
    const auto& [events, data] = events_[static_cast<std::size_t>(i)];
    const bool hung_up = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    static_cast<Watcher*>(data.ptr)->on_ready({.readable = (events & EPOLLIN) != 0 || hung_up,
                                               .writable = (events & EPOLLOUT) != 0,
                                               .hung_up = hung_up,
                                               .broken = (events & EPOLLERR) != 0});
  }
  return static_cast<std::size_t>(count);
}

}  // namespace weir::http
