#include "live/live.hpp"

#include <algorithm>

#include "base/thread.hpp"

namespace weir::live {
namespace {

std::vector<Tailed> topics_of(const Follower& follower) {
  std::vector<Tailed> topics;
  for (const control::TailTopic& tail : follower.grant.topics.tails)
    topics.push_back({tail.topic, tail.stream_id, tail.stream, tail.filter});
  return topics;
}

/// Payloads from here on are shown; its id is where a client that leaves before one comes goes on.
Hub::Message opening(const std::shared_ptr<const Follower>& to, const std::string& id) {
  return {.to = to,
          .id = id,
          .event = std::make_shared<const std::string>("event: tail-from\ndata: {}\n\n")};
}

}  // namespace

Live::Live(Hub& hub, const control::Services& services, log::Log& log, const Uptime& uptime,
           Settings settings)
    : hub_(hub), uptime_(uptime), settings_(settings), tail_(log), states_(services, log, uptime) {
  hub_.on_change([this] { changed_.notify_all(); });
  tail_thread_ = std::jthread([this](const std::stop_token& stop) noexcept {
    name_this_thread("weir-tail");
    show_payloads(stop);
  });
  states_thread_ = std::jthread([this](const std::stop_token& stop) noexcept {
    name_this_thread("weir-states");
    show_states(stop);
  });
}

void Live::stop() {
  tail_thread_.request_stop();
  states_thread_.request_stop();
  if (tail_thread_.joinable()) tail_thread_.join();
  if (states_thread_.joinable()) states_thread_.join();
}

/// Sleeps for the time while somebody follows, and until somebody does.
std::shared_ptr<const Followers> Live::wait(const std::stop_token& stop,
                                            std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, stop, time, [] { return false; });
  // A wake-up that comes between the look and the wait is made up for within the second.
  while (!stop.stop_requested() && hub_.followers()->empty())
    changed_.wait_for(lock, stop, std::chrono::seconds(1),
                      [&] { return !hub_.followers()->empty(); });
  return hub_.followers();
}

void Live::show_payloads(const std::stop_token& stop) {
  std::uint64_t seen = 0;  // the newest follower that was told from where it follows
  auto last = uptime_.uptime();
  while (!stop.stop_requested()) {
    const auto followers = wait(stop, settings_.tail_every);
    const auto now = uptime_.uptime();
    const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(now - last);
    last = now;
    std::vector<Tailed> all;
    for (const auto& follower : *followers)
      for (Tailed& tailed : topics_of(*follower))
        all.push_back(std::move(tailed));
    tail_.watch(all);
    if (all.empty()) continue;
    std::unordered_map<std::string, std::pair<Hub::Event, std::uint64_t>> events;
    for (TailEvent& event : tail_.read(elapsed))
      events[event.topic] = {std::make_shared<const std::string>(std::move(event.text)),
                             event.payloads};
    std::vector<Hub::Message> messages;
    for (const auto& follower : *followers) {
      const auto topics = topics_of(*follower);
      if (topics.empty()) continue;
      const std::string id = to_string(tail_.position(topics));
      if (follower->id > seen) {
        messages.push_back(opening(follower, id));
        if (const auto from = parse_tail_position(follower->last_event_id))
          for (TailEvent& event : tail_.catch_up(topics, *from))
            messages.push_back({follower, id,
                                std::make_shared<const std::string>(std::move(event.text)),
                                event.payloads});
        continue;
      }
      for (const Tailed& tailed : topics)
        if (const auto event = events.find(tailed.topic); event != events.end())
          messages.push_back({follower, id, event->second.first, event->second.second});
    }
    if (!followers->empty()) seen = followers->back()->id;
    hub_.send(std::move(messages));
  }
}

void Live::show_states(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const auto followers = wait(stop, settings_.states_every);
    if (auto messages = states_.look(*followers); !messages.empty()) hub_.send(std::move(messages));
  }
}

}  // namespace weir::live
