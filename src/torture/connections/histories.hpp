#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"

/// Tests the promise about connections: however a client leaves, at any byte of any request, the
/// server sends the replies it owes, keeps no resource of the client, and serves the next one.
namespace weir::torture {

/// How a client leaves after the last byte it sends.
enum class Leave : std::uint8_t {
  waits,        // silent, and listens
  half_closes,  // ends its sending side, and listens
  closes,
  resets,
};
inline constexpr std::size_t leaves = 4;

struct ConnectionsOptions {
  std::uint64_t first = 1;     // seed of the first random history
  std::uint64_t count = 2000;  // random histories
  bool every_prefix = true;    // also those: each prefix of each sample request, left in each way
};

struct ConnectionsReport {
  std::uint64_t prefixes = 0;  // histories of one prefix and one way to leave
  std::uint64_t random = 0;
  std::uint64_t over_tls = 0;  // of both
  std::uint64_t replies = 0;   // that clients read
  std::uint64_t kept = 0;      // payloads answered 202 or on their way when their client left
  std::array<std::uint64_t, leaves> by_leave{};
  std::vector<std::string> violations;  // the first few, each with the command that replays it
};

/// Plays them in this thread, with one more thread for the handler pool. Ignores SIGPIPE from then
/// on. Fails when no certificate can be made.
Result<ConnectionsReport> play_connections(
    const ConnectionsOptions& options,
    const std::function<void(const std::string& violation)>& on_violation = {});

/// A summary of a few lines for people.
std::string summary(const ConnectionsReport& report);

}  // namespace weir::torture
