#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/client/sender.hpp"
#include "cli/demo/server_process.hpp"
#include "cli/demo/setup.hpp"
#include "cli/demo/workload.hpp"

namespace weir::cli::demo {

struct Delivery {
  bool killed = false;
  std::uint64_t accepted_before_kill = 0;
  std::chrono::milliseconds down{};     // from the kill until it listened again
  std::chrono::milliseconds sending{};  // in total, including the pause
};

struct DeliverySettings {
  std::uint32_t connections = 8;
  std::uint64_t kill_after = 0;  // accepted payloads; 0: never
  std::string tenant;
  std::function<void(std::chrono::milliseconds)> sleep;
  std::uint64_t seed = 1;
};

/// Sends the payloads of one wave (`late` or not) over real connections and writes each result into
/// `results`, which is as long as `payloads`. Once `kill_after` payloads are accepted, the server
/// is killed with SIGKILL while requests are in flight, and started again. Fails when the server
/// does not start again.
Result<Delivery> deliver(ServerProcess& server, const Workspace& workspace,
                         const std::vector<Payload>& payloads, bool late,
                         const DeliverySettings& settings, std::vector<SendResult>& results);

}  // namespace weir::cli::demo
