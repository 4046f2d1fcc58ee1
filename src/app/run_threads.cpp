#include "app/run_threads.hpp"

#include <chrono>
#include <string>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "pipeline/courier/runner.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::seconds look_every{1};

}  // namespace

RunThreads::RunThreads(const Parts& parts, unsigned threads) : parts_(parts) {
  for (unsigned number = 0; number < threads; ++number)
    threads_.emplace_back([this, number](const std::stop_token& stop) { work(stop, number); });
}

void RunThreads::wake() {
  {
    const std::lock_guard lock(mutex_);
    ++wakes_;
  }
  changed_.notify_all();
}

void RunThreads::stop() {
  for (auto& thread : threads_)
    thread.request_stop();
  threads_.clear();
}

void RunThreads::work(const std::stop_token& stop, unsigned number) {
  // The process id makes the owner another one after a restart, so that its runs are taken up
  // when their lease is over, and not mixed up with those of now.
  courier::Runner runner(
      parts_.catalog, parts_.engine, parts_.store, parts_.clock,
      {.owner = "process " + std::to_string(::getpid()) + ", runner " + std::to_string(number)});
  std::uint64_t seen = 0;
  while (!stop.stop_requested()) {
    const auto ran = runner.run_next();
    if (!ran) spdlog::error("A workflow run could not be taken up: {}", ran.error().message);
    if (ran && *ran) continue;
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, look_every, [&] { return wakes_ != seen; });
    seen = wakes_;
  }
}

}  // namespace weir::app
