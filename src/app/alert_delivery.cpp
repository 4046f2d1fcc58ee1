#include "app/alert_delivery.hpp"

#include <spdlog/spdlog.h>

#include "base/thread.hpp"

// The catalog is asked each second, which finds a message whoever wrote it, also before a crash. A
// wake-up for each message would save a second at most. A thread of its own, since a try may take
// seconds.
namespace weir::app {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr unsigned quarantine_every = 5;  // looks
constexpr unsigned trim_every = 3600;

void report(const char* what, const Result<void>& done) {
  if (!done) spdlog::error("{}: {}", what, done.error().message);
}

}  // namespace

AlertDelivery::AlertDelivery(Dependencies dependencies)
    : catalog_(dependencies.catalog),
      keep_(dependencies.keep),
      sender_(std::move(dependencies.network)),
      deliverer_(catalog_.alerts(), sender_, dependencies.clock, dependencies.random,
                 dependencies.retry),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void AlertDelivery::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void AlertDelivery::work(const std::stop_token& stop) {
  name_this_thread("alerts");
  for (unsigned look = 0; !stop.stop_requested(); ++look) {
    if (look % quarantine_every == 0)
      report("Alerts of the quarantine cannot be raised", catalog_.alerts().raise_quarantine());
    deliver(stop);
    if (look % trim_every == 0) trim();
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, stop, look_every, [] { return false; });
  }
}

void AlertDelivery::deliver(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto tries = deliverer_.deliver_due(stop);
    if (!tries) return report("Alerts cannot be delivered", fail(tries.error()));
    if (*tries == 0) return;
  }
}

void AlertDelivery::trim() {
  while (true) {
    const auto removed = catalog_.alerts().trim(keep_);
    if (!removed) return report("Old alerts cannot be removed", fail(removed.error()));
    if (*removed == 0) return;
  }
}

}  // namespace weir::app
