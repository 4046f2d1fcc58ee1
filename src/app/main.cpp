#include <chrono>
#include <iostream>
#include <thread>

#include <unistd.h>

#include "app/commands.hpp"
#include "app/courier_files.hpp"
#include "app/settings.hpp"
#include "app/verify.hpp"
#include "cli/cli.hpp"
#include "control/authorization_page.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "torture/real/torture_command.hpp"

// Only commands that need no server are put together here. Those that use one are in cli/, which
// does not know the server's code.
namespace {

using weir::cli::Command;
using weir::cli::Terminal;

void add_server_commands(Command app, Terminal& terminal) {
  Command serve = app.command("serve", "Run the server until SIGTERM");
  auto serve_options = std::make_shared<weir::app::ServeOptions>();
  serve.option("--data", serve_options->data, "Data directory").shows_default();
  serve.option("--listen", serve_options->listen, "HOST:PORT; port 0 takes a free one")
      .shows_default();
  serve.option(
      "--roles", serve_options->roles,
      "What this process does, of gateway,batcher,runner,scheduler,control; all by default");
  serve.option("--config", serve_options->config_file, "TOML file of settings");
  serve.option("--set", serve_options->assignments, "key=value; see `weir settings`");
  serve.option("--log-format", serve_options->log_format, "text or json; as log.format")
      .one_of({"text", "json"});
  serve.runs([serve_options, &terminal] { terminal.exit_code = weir::app::serve(*serve_options); });

  Command init = app.command("init", "Make a data directory with its first tenant");
  auto init_options = std::make_shared<weir::app::InitOptions>();
  init.option("--data", init_options->data, "Data directory").shows_default();
  init.option("--tenant", init_options->tenant, "Name of the tenant").required();
  init.option("--config", init_options->config_file, "TOML file of settings, as for serve");
  init.option("--set", init_options->assignments, "key=value; catalog.url is what matters here");
  init.flag("--json", init_options->json, "Print JSON");
  init.runs([init_options, &terminal] { terminal.exit_code = weir::app::init(*init_options); });

  Command verify = app.command(
      "verify", "Check a store against the manifests of its sealed hours, without a server");
  auto verify_options = std::make_shared<weir::app::VerifyOptions>();
  verify.option("STORE", verify_options->store, "The store's directory, or a data directory")
      .shows_default();
  verify.option("--config", verify_options->config_file,
                "TOML file of settings, of which those of the store and the catalog count");
  verify.option("--set", verify_options->assignments, "key=value; see `weir settings`");
  verify.flag("--json", verify_options->json, "Print JSON");
  verify.runs(
      [verify_options, &terminal] { terminal.exit_code = weir::app::verify(*verify_options); });

  Command files =
      app.command("files", "Show which files of a folder load settings name, without a server");
  auto files_options = std::make_shared<weir::app::CourierFilesOptions>();
  files.option("--folder", files_options->folder, "The folder that files are put into").required();
  files.option("--settings", files_options->settings, "File of load settings, JSON").required();
  files.option("--day", files_options->day, "UTC day, 2027-03-02; without it, all there is");
  files.flag("--read", files_options->read, "Read each file to its end and show its SHA-256");
  files.flag("--json", files_options->json, "Print JSON");
  files.runs([files_options, &terminal] {
    terminal.exit_code = weir::app::courier_files(*files_options, std::cout, std::cerr);
  });

  app.command("settings", "Print every setting of the server").runs([] {
    std::cout << weir::app::settings_markdown();
  });
  app.command("authorization", "Print which policy opens which operation of the control API")
      .runs([] { std::cout << weir::control::authorization_markdown(); });
}

}  // namespace

int main(int argc, char** argv) {
  weir::SystemRandom random;
  const weir::SystemClock clock;
  std::uint64_t seed = 0;
  random.fill({reinterpret_cast<char*>(&seed), sizeof seed});
  Terminal terminal{std::cout,
                    std::cerr,
                    std::cin,
                    [&] { return clock.now(); },
                    [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); },
                    seed};
  terminal.is_interactive = ::isatty(STDERR_FILENO) == 1 && ::isatty(STDIN_FILENO) == 1;
  weir::cli::CommandLine line("weir", "Weir: self-hosted streaming ingest for customer data");
  weir::cli::Command app = line.root();
  app.prints_version("--version", WEIR_VERSION);
  app.needs_command();
  add_server_commands(app, terminal);
  weir::torture::add_torture_command(app, terminal);
  weir::cli::add_client_commands(app, terminal);
  return weir::cli::run(line, terminal, argc, argv);
}
