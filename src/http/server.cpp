#include "http/server.hpp"

#include <array>
#include <thread>

#include "http/connection.hpp"
#include "http/listener.hpp"
#include "http/worker.hpp"

namespace weir::http {
namespace {

std::string new_id_prefix(Random& random) {
  std::array<char, 8> bytes;
  random.fill(bytes);
  std::string text;
  for (const char byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    text += digits[static_cast<unsigned char>(byte) >> 4];
    text += digits[static_cast<unsigned char>(byte) & 15];
  }
  return text;
}

}  // namespace

class Server::Running {
 public:
  Running(const Options& options, const std::vector<Route>& routes, Random& random)
      : shared_{options, routes, new_id_prefix(random)} {
    for (const Route& route : routes)
      shared_.body_memory.emplace_back(route.body_memory_bytes_max);
    for (unsigned i = 0; i < options.threads; ++i)
      workers_.push_back(std::make_unique<Worker>(shared_, i));
    listener_ = std::make_unique<Listener>(shared_, workers_);
  }

  Result<void> start() {
    WEIR_CHECK(listener_->listen());
    listener_->start();
    for (const auto& worker : workers_)
      threads_.emplace_back([&own = *worker]() noexcept { own.run(); });
    return {};
  }

  void stop() {
    if (threads_.empty()) return;
    for (const auto& worker : workers_)
      worker->request_stop();
    for (std::thread& thread : threads_)
      thread.join();
    threads_.clear();
    for (const auto& worker : workers_)
      worker->close_arrivals();
  }

  std::uint16_t port() const { return listener_->port(); }

  ServerStats stats() const {
    ServerStats stats;
    for (const auto& worker : workers_)
      worker->add_to(stats);
    stats.connections_refused = listener_->refused();
    stats.large_body_bytes = shared_.large_body_bytes();
    return stats;
  }

 private:
  Shared shared_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::unique_ptr<Listener> listener_;
  std::vector<std::thread> threads_;
};

Server::Server(Options options, std::vector<Route> routes, Random& random)
    : options_(std::move(options)), routes_(std::move(routes)), random_(random) {
  options_.threads = std::max(options_.threads, 1u);
}

Server::~Server() {
  stop();
}

Result<void> Server::start() {
  // Set before the threads start, since handlers call port() and stats().
  running_ = std::make_unique<Running>(options_, routes_, random_);
  auto started = running_->start();
  if (!started) running_.reset();
  return started;
}

std::uint16_t Server::port() const {
  return running_ ? running_->port() : 0;
}

void Server::stop() {
  if (running_) running_->stop();
}

ServerStats Server::stats() const {
  return running_ ? running_->stats() : ServerStats{};
}

}  // namespace weir::http
