#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include <sys/epoll.h>

namespace weir::http {

/// Tells which descriptors are ready: epoll(7), each descriptor registered once. What is closed is
/// forgotten by itself; its watcher must live until the wait() it was closed in returned. One
/// thread.
///
/// Why not Asio, which the rest of the project uses: it can neither keep an edge in mind, so that
/// every request costs a second recv() that finds nothing, nor say when a turn of the loop is over
/// (docs/decisions/0005-own-event-loop.md).
class Poller {
 public:
  struct Ready {
    bool readable = false;  // or there is an error to be read
    bool writable = false;
    bool hung_up = false;  // nothing follows what is there to be read
    bool broken = false;   // nor can anything be written any more
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

  /// Told once each time it becomes readable or writable: read and write until that fails. False
  /// when the system has no room for it.
  [[nodiscard]] bool watch_edges(int descriptor, Watcher& watcher);
  /// Told as long as it is readable.
  [[nodiscard]] bool watch_readable(int descriptor, Watcher& watcher);
  void forget(int descriptor);

  /// Waits at most so long, tells the watchers of what became ready, and says of how many.
  std::size_t wait(std::chrono::milliseconds at_most);

 private:
  bool add(int descriptor, Watcher& watcher, unsigned events);

  const int epoll_;
  std::array<epoll_event, 256> events_;
};

}  // namespace weir::http
