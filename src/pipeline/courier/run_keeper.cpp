// A call of the catalog may wait for longer than a lease lasts, so the times are kept by a thread
// that makes no such call, and what is told for people waits for neither.

#include "pipeline/courier/run_keeper.hpp"

#include <condition_variable>
#include <utility>

namespace weir::courier {
namespace {

/// Calls `work` again and again until a stop is requested.
void every(std::chrono::milliseconds time, const std::stop_token& stop,
           const std::function<void()>& work) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  while (!stopped.wait_for(lock, stop, time, [&] { return stop.stop_requested(); }))
    work();
}

}  // namespace

RunKeeper::RunKeeper(catalog::Catalog& catalog, const catalog::ClaimedRun& claimed, Options options,
                     SteadyClock::time_point claimed_at, const std::stop_token& shutdown)
    : catalog_(catalog),
      claimed_(claimed),
      options_(options),
      begun_(claimed_at),
      held_until_(claimed_at + options_.lease),
      on_shutdown_(shutdown, [this] { end(Ending::shutdown); }),
      clock_thread_([this](const std::stop_token& stop) {
        every(options_.look_every, stop, [this] { look_at_clock(); });
      }),
      catalog_thread_([this](const std::stop_token& stop) {
        every(options_.look_every, stop, [this] { look_at_catalog(); });
      }),
      telling_thread_([this](const std::stop_token& stop) {
        every(options_.tell_every, stop, [this] {
          const std::lock_guard lock(telling_);
          if (tell_) tell_();
        });
      }) {}

Result<void> RunKeeper::renew() {
  const auto asked = SteadyClock::now();
  auto renewed = catalog_.runs().renew(claimed_.lease, options_.lease);
  if (renewed)
    held_until_.store(asked + options_.lease, std::memory_order_release);
  else if (renewed.error().code == Errc::conflict)
    end(Ending::lost);
  return renewed;
}

void RunKeeper::tell(std::function<void()> tell) {
  const std::lock_guard lock(telling_);
  tell_ = std::move(tell);
}

void RunKeeper::look_at_clock() {
  const auto now = SteadyClock::now();
  if (options_.time_max.count() > 0 && now - begun_ >= options_.time_max) end(Ending::time);
  if (now >= held_until()) end(Ending::lost);
}

void RunKeeper::look_at_catalog() {
  const auto run = catalog_.runs().find(claimed_.run.tenant_no, claimed_.run.id);
  if (run && run->state == catalog::RunState::stopping) end(Ending::stop);
  // A renewal that fails is tried again at the next look.
  if (held_until() - SteadyClock::now() < options_.lease * 2 / 3) static_cast<void>(renew());
}

void RunKeeper::end(Ending why) {
  Ending none = Ending::none;
  if (ending_.compare_exchange_strong(none, why, std::memory_order_acq_rel)) load_.request_stop();
}

}  // namespace weir::courier
