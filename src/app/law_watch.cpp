#include "app/law_watch.hpp"

namespace weir::app {
namespace {

constexpr std::chrono::hours complete_every{1};
constexpr std::chrono::milliseconds pause{1};

}  // namespace

LawWatch::LawWatch(Parts parts, std::chrono::seconds every)
    : parts_(std::move(parts)),
      every_(every),
      thread_([this](const std::stop_token& stop) { watch(stop); }) {}

void LawWatch::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

std::shared_ptr<const batcher::LawReport> LawWatch::newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

Result<batcher::LawReport> LawWatch::check(bool complete) const {
  if (complete)
    return batcher::check_law_whole(parts_.log, parts_.catalog, parts_.partition,
                                    [] { std::this_thread::sleep_for(pause); });
  const log::Tally before = parts_.log.tally(parts_.partition);
  WEIR_TRY(const auto accounts, parts_.catalog.hours().accounts(parts_.partition));
  return batcher::check_law(before, accounts, parts_.log.tally(parts_.partition));
}

void LawWatch::watch(const std::stop_token& stop) {
  const auto rounds = static_cast<std::uint64_t>(complete_every / every_);
  for (std::uint64_t round = 0; !stop.stop_requested(); ++round) {
    const bool complete = rounds == 0 || round % rounds == 0;
    if (auto report = check(complete)) {
      note(*std::move(report));
    } else {
      // A catalog that cannot be read is an alarm of its own: nobody knows whether the law holds.
      batcher::LawReport unknown;
      unknown.differences.push_back({{}, "it could not be checked: " + report.error().message});
      note(std::move(unknown));
    }
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, stop, every_, [] { return false; });
  }
}

void LawWatch::note(batcher::LawReport report) {
  std::set<std::string> now;
  for (const batcher::Difference& difference : report.differences) {
    const std::string text = std::to_string(difference.stream.value) + " " + difference.what;
    now.insert(text);
    if (!told_.contains(text)) parts_.on_difference(difference);
  }
  told_.swap(now);
  checks_.fetch_add(1, std::memory_order_relaxed);
  const std::lock_guard lock(mutex_);
  newest_ = std::make_shared<const batcher::LawReport>(std::move(report));
}

}  // namespace weir::app
