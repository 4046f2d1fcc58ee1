#include "torture/real/torture_command.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <thread>

#include <fmt/format.h>

#include "torture/connections/histories.hpp"
#include "torture/real/kills.hpp"
#include "torture/seeds.hpp"

namespace weir::torture {
namespace {

struct Options {
  SeedsOptions seeds;
  bool trace = false;
  KillsOptions kills;
  std::optional<std::uint64_t> connections;  // random histories of clients
  std::optional<std::uint64_t> seed;
};

int exit_code_of(Errc code) {
  return outcome_of(code).exit_code;
}

/// One story, told act by act.
bool tell_story(const Options& options, cli::Terminal& terminal) {
  const auto played =
      play({.seed = options.seeds.first,
            .acts = options.seeds.acts,
            .tell = [&](const std::string& line) { terminal.out << line << "\n"; }});
  if (played) {
    terminal.out << summary(*played);
    return true;
  }
  terminal.out << "the claim does not hold: " << played.error().message << "\n";
  return false;
}

bool play_stories(const Options& options, cli::Terminal& terminal) {
  const std::uint64_t last = options.seeds.first + options.seeds.count - 1;
  terminal.out << fmt::format("seeds {} to {}\n", options.seeds.first, last) << std::flush;
  const auto tell = [&](const Violation& violation) {
    terminal.out << fmt::format(
                        "seed {}: the claim does not hold: {}\n"
                        "  again, act by act: weir torture --seed {} --acts {} --trace\n",
                        violation.seed, violation.what, violation.seed, options.seeds.acts)
                 << std::flush;
  };
  const SeedsReport report = play_seeds(options.seeds, tell);
  terminal.out << summary(report.counts);
  terminal.out << (report.violations.empty()
                       ? "every 202 was found exactly once: in a file, in the quarantine, or as "
                         "the duplicate of one that is\n"
                       : fmt::format("the claim did not hold in {} stories\n",
                                     report.violations.size()));
  return report.violations.empty();
}

int kill_servers(const Options& options, cli::Terminal& terminal) {
  const auto killed = kill_real_server(options.kills, terminal);
  if (killed) {
    terminal.out << fmt::format(
        "{} kills, {} of them of a server that was starting: {} sent, {} answered 202, {} records "
        "in {} files;\nevery 202 was found exactly once\n",
        killed->kills, killed->kills_while_starting, killed->sent, killed->accepted,
        killed->records, killed->files);
    return 0;
  }
  terminal.err << "weir: " << killed.error().message << "\n";
  return exit_code_of(killed.error().code);
}

int play_clients(const Options& options, cli::Terminal& terminal) {
  const ConnectionsOptions histories{.first = options.seeds.first, .count = *options.connections};
  terminal.out << fmt::format("seeds {} to {}\n", histories.first,
                              histories.first + std::max<std::uint64_t>(histories.count, 1) - 1)
               << std::flush;
  const auto report = play_connections(histories, [&](const std::string& violation) {
    terminal.out << "the claim does not hold: " << violation << "\n" << std::flush;
  });
  if (!report) {
    terminal.err << "weir: " << report.error().message << "\n";
    return exit_code_of(report.error().code);
  }
  terminal.out << summary(*report);
  if (!report->violations.empty()) return exit_code_of(Errc::internal);
  terminal.out << "each client was answered what it was owed, forgotten in time, and the next one "
                  "served\n";
  return 0;
}

int run(Options options, cli::Terminal& terminal) {
  const std::uint64_t seed = options.seed.value_or(terminal.seed % 1'000'000'000);
  options.seeds.first = seed;
  options.kills.seed = seed;
  if (!options.kills.directory.empty()) return kill_servers(options, terminal);
  if (options.connections) return play_clients(options, terminal);
  const bool holds =
      options.trace ? tell_story(options, terminal) : play_stories(options, terminal);
  return holds ? 0 : exit_code_of(Errc::internal);
}

}  // namespace

void add_torture_command(cli::Command app, cli::Terminal& terminal) {
  const auto options = std::make_shared<Options>();
  cli::Command verb = app.command(
      "torture", "Try to lose a record: simulated disasters, or kill -9 on a real disk");
  verb.option("--seeds", options->seeds.count, "Stories to play, each from a seed of its own")
      .range(1, 1'000'000'000)
      .shows_default();
  verb.option("--seed", options->seed, "The first seed; otherwise one by chance");
  verb.option("--acts", options->seeds.acts, "Things that happen in a story")
      .range(1, 1'000'000)
      .shows_default();
  options->seeds.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 64U);
  verb.option("--jobs", options->seeds.threads, "Stories played at once")
      .range(1, 256)
      .shows_default();
  verb.flag("--trace", options->trace, "Play the one story of --seed and tell all of it");
  verb.option("--connections", options->connections,
              "Instead: clients that leave at every byte of a request, and so many by chance")
      .range(0, 1'000'000'000);
  verb.option("--data", options->kills.directory,
              "Instead: in a new directory below this one, load a real server and kill it");
  verb.option("--kills", options->kills.kills, "With --data: how often")
      .range(1, 1'000'000)
      .shows_default();
  verb.option("--weir", options->kills.program,
              "With --data: the binary to run as the server; otherwise this one");
  verb.runs([options, &terminal] { terminal.exit_code = run(*options, terminal); });
}

}  // namespace weir::torture
