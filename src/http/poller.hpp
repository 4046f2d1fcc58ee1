#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include <sys/epoll.h>

namespace weir::http {

/// Reports which file descriptors are ready: epoll(7), each descriptor registered once. The kernel
/// removes a descriptor when it is closed. Its watcher must live until the call of wait() during
/// which it was closed returns. Used by one thread.
///
/// Why not Asio: it does not remember a socket's readiness between reads, so that every request
/// costs a second recv() that finds nothing, and it does not tell when a turn of the loop is over
/// (docs/decisions/0005-own-event-loop.md).
class Poller {
 public:
  struct Ready {
    bool readable = false;  // or there is an error to be read
    bool writable = false;
    bool hung_up = false;  // no input follows what has arrived
    bool broken = false;   // writing fails from now on, too
  };
  class Watcher {
   public:
    virtual void on_ready(Ready ready) = 0;

   protected:
    ~Watcher() = default;
  };

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  /// Edge-triggered: reports a descriptor once each time it becomes readable or writable, so read
  /// and write until that fails. False when the kernel has no memory for it.
  [[nodiscard]] bool watch_edges(int descriptor, Watcher& watcher);
  /// Level-triggered: reports a descriptor as long as it is readable.
  [[nodiscard]] bool watch_readable(int descriptor, Watcher& watcher);
  void forget(int descriptor);

  /// Waits for at most that long, calls the ready watchers, and returns how many there were.
  std::size_t wait(std::chrono::milliseconds at_most);

 private:
  bool add(int descriptor, Watcher& watcher, unsigned events);

  const int epoll_;
  std::array<epoll_event, 256> events_;
};

}  // namespace weir::http
