#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "cli/terminal.hpp"

namespace weir::torture {

struct KillsOptions {
  std::string directory;  // its parent; a new one is made, and removed when all is well
  std::string program;    // empty: /proc/self/exe
  std::uint32_t kills = 20;
  std::uint32_t connections = 6;
  std::uint32_t check_every = 25;  // kills
  std::uint64_t seed = 1;          // of the kill times; the machine's scheduling still varies
};

struct KillsReport {
  std::uint64_t kills = 0;
  std::uint64_t kills_while_starting = 0;
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
  std::uint64_t records = 0;  // in files, including those that got no answer
  std::uint64_t files = 0;
};

/// Starts a real `weir serve` on 127.0.0.1, loads it over several connections, and kills it with
/// SIGKILL at moments that the seed chooses, some of them during start-up. From time to time, and
/// at the end, it looks for every payload in the batch files: one answered with 202 must be there
/// once, any other at most once. An error says what does not hold and where the data is kept.
Result<KillsReport> kill_real_server(const KillsOptions& options, cli::Terminal& terminal);

}  // namespace weir::torture
