#include "app/run_threads.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <tuple>

#include <spdlog/spdlog.h>

#include "app/logging.hpp"
#include "base/thread.hpp"

// Threads ask the catalog for work. So the same query finds a run that this process added,
// one that another process added, and one that a dead process left. wake() only shortens the
// wait. One thread does live rounds alone, so that long runs do not keep live tables waiting;
// the others do them too when they have nothing else.
namespace weir::app {
namespace {

constexpr std::chrono::seconds look_every{1};
constexpr std::size_t live_couriers_measured_max = 1000;  // by their own ids

void log_failed_run(const std::string& run_id, const std::string& cause) {
  log_event(LogLevel::error, "A workflow run failed by an error of the server's own",
            {{"run_id", run_id}, {"cause", cause}});
}

}  // namespace

RunThreads::RunThreads(const Dependencies& dependencies, unsigned threads)
    : dependencies_(dependencies) {
  live_thread_ = std::jthread([this](const std::stop_token& stop) {
    work(stop, {.owner = dependencies_.instance + ", live runner", .live_only = true});
  });
  resize(threads);
}

void RunThreads::resize(unsigned threads) {
  for (auto number = static_cast<unsigned>(threads_.size()); number < threads; ++number)
    threads_.emplace_back([this, number](const std::stop_token& stop) {
      work(stop, {.owner = dependencies_.instance + ", runner " + std::to_string(number)});
    });
  for (std::size_t number = threads; number < threads_.size(); ++number)
    threads_[number].request_stop();
  threads_.resize(std::min<std::size_t>(threads, threads_.size()));
}

HistogramCounts RunThreads::seconds() const {
  const std::lock_guard lock(mutex_);
  HistogramCounts counts;
  seconds_.add_to(counts);
  return counts;
}

std::vector<std::pair<std::string, HistogramCounts>> RunThreads::live_lag() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, HistogramCounts>> out;
  for (const auto& [courier, lag] : live_lag_)
    lag.add_to(out.emplace_back(courier, HistogramCounts()).second);
  return out;
}

void RunThreads::note_live_batch(const std::string& courier_id, std::chrono::microseconds lag) {
  const std::lock_guard lock(mutex_);
  const auto of = [this](const std::string& id) {
    return std::find_if(live_lag_.begin(), live_lag_.end(),
                        [&id](const auto& each) { return each.first == id; });
  };
  auto found = of(courier_id);
  if (found == live_lag_.end()) {
    const bool full = live_lag_.size() >= live_couriers_measured_max;
    const std::string id = full ? "other" : courier_id;
    found = of(id);
    if (found == live_lag_.end())
      found = live_lag_.emplace(live_lag_.end(), std::piecewise_construct, std::tuple(id),
                                std::tuple());
  }
  found->second.record(std::chrono::duration<double>(lag).count());
}

void RunThreads::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

void RunThreads::stop() {
  request_stop();
  for (auto& thread : threads_)
    thread.request_stop();
  live_thread_ = {};
  threads_.clear();
}

void RunThreads::work(const std::stop_token& stop, courier::Runner::Options options) {
  lower_this_threads_priority(Waits::queries);  // the engine works on the thread that asks too
  options.time_max = dependencies_.time_max;
  options.on_internal_error = log_failed_run;
  options.on_live_batch = [this](const std::string& courier_id, std::chrono::microseconds lag) {
    note_live_batch(courier_id, lag);
  };
  options.open_folder = dependencies_.open_folder;
  courier::Runner runner(dependencies_.catalog, dependencies_.engine, dependencies_.store,
                         dependencies_.clock, std::move(options));
  std::uint64_t seen = 0;
  const std::stop_token shutdown = shutdown_.get_token();
  while (!stop.stop_requested() && !shutdown.stop_requested()) {
    const Time begun = dependencies_.clock.now();
    const auto ran = runner.run_next(shutdown);
    if (!ran) spdlog::error("A workflow run was not done to its end here: {}", ran.error().message);
    if (ran && *ran && dependencies_.on_run_over) dependencies_.on_run_over();
    std::unique_lock lock(mutex_);
    if (ran && *ran) {
      seconds_.record(std::chrono::duration<double>(dependencies_.clock.now() - begun).count());
      continue;
    }
    changed_.wait_for(lock, stop, look_every, [&] { return wakes_ != seen; });
    seen = wakes_;
  }
}

}  // namespace weir::app
