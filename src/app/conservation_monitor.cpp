#include "app/conservation_monitor.hpp"

// Open hours are cheap to sum and are checked regularly. Sealed hours do not change, so all hours
// are summed only at the start, once an hour and on request. A check holds no lock of the pipeline:
// it reads the catalog in one transaction, and the log before and after it.
namespace weir::app {
namespace {

constexpr std::chrono::hours complete_every{1};
constexpr std::chrono::milliseconds pause{1};

}  // namespace

ConservationMonitor::ConservationMonitor(Dependencies dependencies, std::chrono::seconds every)
    : dependencies_(std::move(dependencies)),
      every_(every),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void ConservationMonitor::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const batcher::ConservationReport> ConservationMonitor::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

Result<batcher::ConservationReport> ConservationMonitor::check(bool complete) const {
  if (!complete) return batcher::check_open_hours(dependencies_.log, dependencies_.catalog);
  return batcher::check_all_hours(dependencies_.log, dependencies_.catalog,
                                  [] { std::this_thread::sleep_for(pause); });
}

void ConservationMonitor::watch(const std::stop_token& stop) {
  const auto rounds = static_cast<std::uint64_t>(complete_every / every_);
  for (std::uint64_t round = 0; !stop.stop_requested(); ++round) {
    const bool complete = rounds == 0 || round % rounds == 0;
    if (auto report = check(complete)) {
      note(*std::move(report));
    } else {
      // A catalog that cannot be read is an alarm, too: then conservation is unknown.
      batcher::ConservationReport unknown;
      unknown.differences.push_back({{}, "it could not be checked: " + report.error().message});
      note(std::move(unknown));
    }
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, stop, every_, [] { return false; });
  }
}

void ConservationMonitor::note(batcher::ConservationReport report) {
  std::set<std::string> now;
  for (const batcher::Difference& difference : report.differences) {
    const std::string text = std::to_string(difference.stream.value) + " " + difference.what;
    now.insert(text);
    if (!reported_.contains(text)) dependencies_.on_difference(difference);
  }
  reported_.swap(now);
  checks_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  newest_ = std::make_shared<const batcher::ConservationReport>(std::move(report));
}

}  // namespace weir::app
