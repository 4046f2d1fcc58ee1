#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "control/services.hpp"
#include "env/uptime.hpp"
#include "live/hub.hpp"
#include "pipeline/log/log.hpp"

namespace weir::live {

/// The events of rates, runs and needs-you. A state is sent whole to who has just come, and then as
/// it changes; it is worked out once for a tenant, however many follow. Blocks; used by one thread.
class States {
 public:
  States(const control::Services& services, log::Log& log, const Uptime& uptime)
      : services_(services), log_(log), uptime_(uptime) {}

  /// Call it about once a second, with those who are open now.
  std::vector<Hub::Message> look(const Followers& followers);

 private:
  using Messages = std::vector<Hub::Message>;
  struct StreamRate {
    std::uint64_t accepted = 0;
    double per_second = 0;
    std::optional<Time> last_payload_at;
    bool changed = false;
  };
  struct Tenant {
    std::uint64_t seen = 0;                             // the newest follower that has been told
    std::map<std::string, StreamRate> rates;            // by stream
    std::optional<std::chrono::microseconds> rated_at;  // of the uptime
    std::unordered_map<std::string, std::string> runs;  // what was told of each, by id
    std::map<control::Rights, std::string> needs;       // what was told, by what one may know
    int needs_age = 0;                                  // looks since it was asked
  };

  void rates_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
                Messages& messages);
  void rate(Tenant& tenant, std::uint32_t tenant_no, Time now);
  void look_for_waiting(Tenant& tenant, const catalog::Snapshot& snapshot);
  void runs_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
               Messages& messages);
  void needs_of(Tenant& tenant, std::uint32_t tenant_no, const Followers& followers,
                Messages& messages);

  const control::Services& services_;
  log::Log& log_;
  const Uptime& uptime_;
  std::unordered_map<std::uint32_t, Tenant> tenants_;  // that somebody follows
};

}  // namespace weir::live
