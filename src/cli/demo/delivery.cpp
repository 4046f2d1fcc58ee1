#include "cli/demo/delivery.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "cli/demo/definitions.hpp"

namespace weir::cli::demo {
namespace {

using SteadyTime = std::chrono::steady_clock;

std::chrono::milliseconds since(SteadyTime::time_point begin) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(SteadyTime::now() - begin);
}

/// What the senders' threads and the killer tell each other.
class Progress {
 public:
  Progress(std::vector<SendResult>& results, std::uint64_t kill_after)
      : results_(results), kill_after_(kill_after) {}

  void done(const Outgoing& payload, const SendResult& result) {
    const std::lock_guard lock(mutex_);
    results_[payload.index] = result;
    if (result.accepted) ++accepted_;
    if (accepted_ == kill_after_) changed_.notify_all();
  }
  void all_sent() {
    const std::lock_guard lock(mutex_);
    finished_ = true;
    changed_.notify_all();
  }
  void give_up() {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  bool abandoned() {
    const std::lock_guard lock(mutex_);
    return abandoned_;
  }
  /// Whether the moment has come; otherwise everything is sent.
  bool await_kill() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return finished_ || (kill_after_ > 0 && accepted_ >= kill_after_); });
    return !finished_;
  }
  std::uint64_t accepted() {
    const std::lock_guard lock(mutex_);
    return accepted_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<SendResult>& results_;
  std::uint64_t kill_after_;
  std::uint64_t accepted_ = 0;
  bool finished_ = false;
  bool abandoned_ = false;
};

Outgoing outgoing(const Payload& payload, std::uint64_t index, const Workspace& workspace) {
  const bool xml = definition_of(payload.stream).payload_type == "xml";
  return {index, "payload " + std::to_string(index), workspace.stream_id(payload.stream),
          xml ? "application/xml" : "application/json", payload.body};
}

}  // namespace

Result<Delivery> deliver(ServerProcess& server, const Workspace& workspace,
                         const std::vector<Payload>& payloads, bool late,
                         const DeliverySettings& settings, std::vector<SendResult>& results) {
  Delivery delivery;
  Progress progress(results, settings.kill_after);
  WEIR_TRY(Url url, parse_url(server.url()));
  // A restart takes a moment: tries are many and near to each other.
  const SendSettings send{
      .access = {std::move(url), workspace.ingest_token, settings.tenant},
      .connections = settings.connections,
      .attempts_max = 400,
      .backoff = {std::chrono::milliseconds(20), std::chrono::milliseconds(400)},
      .sleep = settings.sleep,
      .seed = settings.seed};
  const auto begin = SteadyTime::now();
  std::jthread sender([&] {
    std::uint64_t at = 0;
    send_all(
        send,
        [&]() -> std::optional<Outgoing> {
          while (at < payloads.size() && payloads[at].late != late)
            ++at;
          if (at == payloads.size() || progress.abandoned()) return std::nullopt;
          const std::uint64_t index = at++;
          return outgoing(payloads[index], index, workspace);
        },
        [&](const Outgoing& payload, const SendResult& result) { progress.done(payload, result); });
    progress.all_sent();
  });
  if (progress.await_kill()) {
    const auto killed_at = SteadyTime::now();
    server.kill();
    delivery.killed = true;
    delivery.accepted_before_kill = progress.accepted();
    if (const auto restarted = server.start(); !restarted) {
      progress.give_up();
      return fail_while("starting the server again after the kill", restarted.error());
    }
    delivery.down = since(killed_at);
  }
  sender.join();
  delivery.sending = since(begin);
  return delivery;
}

}  // namespace weir::cli::demo
