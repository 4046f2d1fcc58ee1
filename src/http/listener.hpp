#pragma once

#include <memory>
#include <vector>

#include "http/worker.hpp"

namespace weir::http {

/// The listening socket, on the first worker's loop: accepts connections and hands each to the
/// worker with the fewest. One socket is used, not one per worker with SO_REUSEPORT: so the load is
/// even with few connections too, and a second server on the same port fails to start instead of
/// taking half of the requests.
class Listener final : private Poller::Watcher {
 public:
  Listener(Shared& shared, std::vector<std::unique_ptr<Worker>>& workers)
      : shared_(shared), workers_(workers) {}
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  Result<void> listen();
  std::uint16_t port() const { return port_; }
  /// Called on the first worker's thread, or before that thread runs.
  void start();
  std::uint64_t refused() const { return refused_.value(); }

 private:
  void on_ready(Poller::Ready) override { accept_some(); }
  void wait();
  void accept_some();
  void close();
  void place(int socket, std::string peer);
  void refuse(int socket);

  Shared& shared_;
  std::vector<std::unique_ptr<Worker>>& workers_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  bool waiting_ = false;
  Counter refused_;
};

}  // namespace weir::http
