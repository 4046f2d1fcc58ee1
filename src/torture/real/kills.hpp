#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "cli/terminal.hpp"

namespace weir::torture {

struct KillsOptions {
  std::string directory;  // a new one is made below it, and removed when all is well
  std::string program;    // empty: /proc/self/exe
  std::uint32_t kills = 20;
  std::uint32_t connections = 6;
  std::uint32_t check_every = 25;  // kills
  std::uint64_t seed = 1;          // of the moments; the machine's scheduling is its own
};

struct KillsReport {
  std::uint64_t kills = 0;
  std::uint64_t kills_while_starting = 0;
  std::uint64_t sent = 0;
  std::uint64_t accepted = 0;
  std::uint64_t records = 0;  // in files, those without an answer included
  std::uint64_t files = 0;
};

/// Starts a real `weir serve` on 127.0.0.1, loads it on several connections, and kills it with
/// SIGKILL at moments the seed decides, also while it starts again; now and then, and at the end,
/// looks for every payload in the batch files: what was answered 202 is there once, what was not at
/// most once. An error says what does not hold and where the data stays.
Result<KillsReport> kill_real_server(const KillsOptions& options, cli::Terminal& terminal);

}  // namespace weir::torture
