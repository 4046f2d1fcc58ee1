#include "cli/cli.hpp"

#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>

#include "base/errc.hpp"
#include "cli/commands/command.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/demo/demo_command.hpp"

namespace weir::cli {

void add_client_commands(CLI::App& app, Terminal& terminal) {
  const auto session = std::make_shared<Session>(terminal);
  constexpr const char* group = "Where the server is";
  app.add_option("--url", session->url, "Address of the server")
      ->envname("WEIR_URL")
      ->capture_default_str()
      ->take_last()
      ->group(group);
  app.add_option("--token", session->token, "Access token, sent as Authorization: Bearer")
      ->envname("WEIR_TOKEN")
      ->take_last()
      ->group(group);
  app.add_option("--tenant", session->tenant, "Tenant; without it, the one the token is of")
      ->envname("WEIR_TENANT")
      ->take_last()
      ->group(group);
  app.add_option("--ca", session->ca_file,
                 "PEM file of whom to trust with https; without it, whom the system trusts")
      ->envname("WEIR_CA")
      ->take_last()
      ->group(group);
  add_stream_commands(app, session);
  add_key_commands(app, session);
  add_token_commands(app, session);
  add_send_command(app, session);
  add_bench_command(app, session);
  add_receipt_commands(app, session);
  add_batch_commands(app, session);
  add_hour_commands(app, session);
  add_quarantine_commands(app, session);
  add_doctor_command(app, session);
  add_query_commands(app, session);
  add_feed_commands(app, session);
  add_courier_commands(app, session);
  add_run_commands(app, session);
  add_table_commands(app, session);
  demo::add_demo_command(app, terminal);
}

int run(CLI::App& app, Terminal& terminal, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
    return terminal.exit_code;
  } catch (const CLI::ParseError& error) {
    const bool wanted = app.exit(error, terminal.out, terminal.err) == 0;  // --help, --version
    return wanted ? 0 : outcome_of(Errc::bad_request).exit_code;
  }
}

}  // namespace weir::cli
