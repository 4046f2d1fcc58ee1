#include "cli/demo/demo_command.hpp"

#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>

#include "cli/demo/demo.hpp"

namespace weir::cli::demo {

void add_demo_command(CLI::App& app, Terminal& terminal) {
  const auto options = std::make_shared<Options>();
  CLI::App* verb = app.add_subcommand(
      "demo",
      "The main job on real payloads, with a kill -9 in the middle, and a reconciled report");
  verb->add_option("--events", options->events,
                   "GitHub events: index.json of the npm package @octokit/webhooks-examples")
      ->required();
  verb->add_option("--count", options->count, "Payloads to send")
      ->check(CLI::Range(60, 1'000'000))
      ->capture_default_str();
  verb->add_option(
      "--data", options->data,
      "Data directory to make and keep; otherwise a temporary one, removed at the end");
  verb->add_flag("--keep", options->keep, "Keep the temporary directory");
  verb->add_flag("--once", options->once, "Stop after the report instead of staying up");
  verb->add_option("--listen", options->listen, "HOST:PORT of the server; port 0 is a free one")
      ->capture_default_str();
  verb->add_option("--connections", options->connections, "Connections to send on")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  verb->add_option("--seed", options->seed, "Of the payloads: the same seed, the same payloads")
      ->capture_default_str();
  verb->add_option("--weir", options->program,
                   "The binary to run as the server; otherwise this one");
  verb->add_flag("--json", options->json, "Print the report as one JSON document");
  verb->callback([options, &terminal] {
    const auto reconciles = run(*options, terminal);
    if (!reconciles) {
      terminal.err << "weir: " << reconciles.error().message << "\n";
      terminal.exit_code = outcome_of(reconciles.error().code).exit_code;
    } else if (!*reconciles) {
      terminal.exit_code = outcome_of(Errc::internal).exit_code;
    }
  });
}

}  // namespace weir::cli::demo
