#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "alert/deliverer.hpp"
#include "alert/network_sender.hpp"
#include "catalog/catalog.hpp"
#include "env/clock.hpp"
#include "env/random.hpp"

namespace weir::app {

/// Delivers alerts on its own thread: looks each second for what is due, tells of what came into
/// the quarantine, and removes old messages.
class AlertDelivery {
 public:
  struct Dependencies {
    catalog::Catalog& catalog;
    const Clock& clock;
    Random& random;
    alert::NetworkSender::Settings network;
    alert::RetryPolicy retry;
    std::chrono::seconds keep;  // of messages that ended
  };
  explicit AlertDelivery(Dependencies dependencies);
  ~AlertDelivery() { stop(); }
  AlertDelivery(const AlertDelivery&) = delete;
  AlertDelivery& operator=(const AlertDelivery&) = delete;

  /// Since the start. Any thread.
  std::uint64_t delivered() const { return deliverer_.delivered(); }
  std::uint64_t failed_tries() const { return deliverer_.failed_tries(); }

  /// Ends tries under way; their messages are sent after the next start. Idempotent.
  void stop();

 private:
  void work(const std::stop_token& stop);
  void deliver(const std::stop_token& stop);
  void trim();

  catalog::Catalog& catalog_;
  const std::chrono::seconds keep_;
  alert::NetworkSender sender_;
  alert::Deliverer deliverer_;
  std::mutex mutex_;
  std::condition_variable_any ended_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir::app
