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

  /// Event number `n` and the delivery log's line about it. Every second one is of the kinds the
  /// demo's queries look into (jobs, issues), the other of any kind there is.
  struct Delivery {
    Payload event;
    Payload log_line;
  };
  Delivery make(std::uint64_t n, Time at, DemoRandom& random) const;

  /// What GitHub sends when something changes later: a job run once more, an issue renamed; of
  /// other kinds, the same event again.
  static Payload update(const Payload& event, Time at);
  /// The log's line about the same delivery tried again.
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
