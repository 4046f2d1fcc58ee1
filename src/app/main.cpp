#include <chrono>
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include "app/commands.hpp"
#include "app/settings.hpp"
#include "app/verify.hpp"
#include "cli/cli.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "torture/real/torture_command.hpp"

namespace {

using weir::cli::Terminal;

void add_server_commands(CLI::App& app, Terminal& terminal) {
  CLI::App* serve = app.add_subcommand("serve", "Run the server until SIGTERM");
  auto serve_options = std::make_shared<weir::app::ServeOptions>();
  serve->add_option("--data", serve_options->data, "Data directory")->capture_default_str();
  serve->add_option("--listen", serve_options->listen, "HOST:PORT; port 0 takes a free one")
      ->capture_default_str();
  serve->add_option("--config", serve_options->config_file, "TOML file of settings");
  serve->add_option("--set", serve_options->assignments, "key=value; see `weir settings`");
  serve->add_option("--log-format", serve_options->log_format, "text or json; as log.format")
      ->check(CLI::IsMember({"text", "json"}));
  serve->callback(
      [serve_options, &terminal] { terminal.exit_code = weir::app::serve(*serve_options); });

  CLI::App* init = app.add_subcommand("init", "Make a data directory with its first tenant");
  auto init_options = std::make_shared<weir::app::InitOptions>();
  init->add_option("--data", init_options->data, "Data directory")->capture_default_str();
  init->add_option("--tenant", init_options->tenant, "Name of the tenant")->required();
  init->add_flag("--json", init_options->json, "Print JSON");
  init->callback(
      [init_options, &terminal] { terminal.exit_code = weir::app::init(*init_options); });

  CLI::App* verify = app.add_subcommand(
      "verify", "Check a store against the manifests of its sealed hours, without a server");
  auto verify_options = std::make_shared<weir::app::VerifyOptions>();
  verify->add_option("STORE", verify_options->store, "The store's directory, or a data directory")
      ->capture_default_str();
  verify->add_flag("--json", verify_options->json, "Print JSON");
  verify->callback(
      [verify_options, &terminal] { terminal.exit_code = weir::app::verify(*verify_options); });

  app.add_subcommand("settings", "Print every setting of the server")->callback([] {
    std::cout << weir::app::settings_markdown();
  });
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
  CLI::App app("Weir: self-hosted streaming ingest for customer data", "weir");
  app.set_version_flag("--version", WEIR_VERSION);
  app.require_subcommand(1);
  add_server_commands(app, terminal);
  weir::torture::add_torture_command(app, terminal);
  weir::cli::add_client_commands(app, terminal);
  return weir::cli::run(app, terminal, argc, argv);
}
