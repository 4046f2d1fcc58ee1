#include "cli/demo/demo_command.hpp"

#include <memory>
#include <ostream>

#include "cli/demo/demo.hpp"

namespace weir::cli::demo {

void add_demo_command(Command app, Terminal& terminal) {
  const auto options = std::make_shared<Options>();
  Command verb = app.command(
      "demo",
      "The main job on real payloads, with a kill -9 in the middle, and a reconciled report");
  verb.option("--events", options->events,
              "GitHub events: index.json of the npm package @octokit/webhooks-examples")
      .required();
  verb.option("--count", options->count, "Payloads to send").range(60, 1'000'000).shows_default();
  verb.option("--data", options->data,
              "Data directory to make and keep; otherwise a temporary one, removed at the end");
  verb.flag("--keep", options->keep, "Keep the temporary directory");
  verb.flag("--once", options->once, "Stop after the report instead of staying up");
  verb.option("--listen", options->listen, "HOST:PORT of the server; port 0 is a free one")
      .shows_default();
  verb.option("--connections", options->connections, "Connections to send on")
      .range(1, 256)
      .shows_default();
  verb.option("--seed", options->seed, "Of the payloads: the same seed, the same payloads")
      .shows_default();
  verb.option("--weir", options->program, "The binary to run as the server; otherwise this one");
  verb.flag("--json", options->json, "Print the report as one JSON document");
  verb.runs([options, &terminal] {
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
