#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "cli/demo/demo_random.hpp"
#include "cli/demo/workload.hpp"

namespace weir::cli::demo {

/// Real webhook payloads, given new ids.
class GitHubEvents {
 public:
  static Result<GitHubEvents> parse(std::string_view events_json);

  /// Event number `n` and its line in the delivery log. Every second event is of a kind that the
  /// demo's queries read (jobs, issues); the others are of any kind.
  struct Delivery {
    Payload event;
    Payload log_line;
  };
  Delivery make(std::uint64_t n, Time at, DemoRandom& random) const;

  /// What GitHub sends when something changes later: a job run again, an issue renamed. For other
  /// kinds, the same event again.
  static Payload update(const Payload& event, Time at);
  /// The delivery log's line about another try of the same delivery.
  static Payload redelivery(const Payload& log_line, Time at);

 private:
  struct Event {
    std::string name;
    boost::json::object example;
  };
  std::vector<Event> all_;
  std::vector<std::size_t> rich_;  // those with a job or an issue
};

}  // namespace weir::cli::demo
