#include "cli/cli.hpp"

#include <memory>
#include <ostream>

#include "base/errc.hpp"
#include "cli/commands/command.hpp"
#include "cli/commands/nouns.hpp"
#include "cli/demo/demo_command.hpp"

namespace weir::cli {

void add_client_commands(Command app, Terminal& terminal) {
  const auto session = std::make_shared<Session>(terminal);
  constexpr const char* group = "Where the server is";
  app.option("--url", session->url, "Address of the server")
      .from_environment("WEIR_URL")
      .shows_default()
      .last_wins()
      .group(group);
  app.option("--token", session->token, "Access token, sent as Authorization: Bearer")
      .from_environment("WEIR_TOKEN")
      .last_wins()
      .group(group);
  app.option("--tenant", session->tenant, "Tenant; without it, the one the token is of")
      .from_environment("WEIR_TENANT")
      .last_wins()
      .group(group);
  app.option("--ca", session->ca_file,
             "PEM file of whom to trust with https; without it, whom the system trusts")
      .from_environment("WEIR_CA")
      .last_wins()
      .group(group);
  add_tenant_commands(app, session);
  add_stream_commands(app, session);
  add_key_commands(app, session);
  add_token_commands(app, session);
  add_user_commands(app, session);
  add_audit_commands(app, session);
  add_send_command(app, session);
  add_bench_command(app, session);
  add_receipt_commands(app, session);
  add_batch_commands(app, session);
  add_hour_commands(app, session);
  add_quarantine_commands(app, session);
  add_open_command(app, session);
  add_doctor_command(app, session);
  add_tail_command(app, session);
  add_needs_you_command(app, session);
  add_usage_command(app, session);
  add_query_commands(app, session);
  add_feed_commands(app, session);
  add_courier_commands(app, session);
  add_credential_commands(app, session);
  add_group_commands(app, session);
  add_run_commands(app, session);
  add_job_commands(app, session);
  add_alert_commands(app, session);
  add_row_error_commands(app, session);
  add_table_commands(app, session);
  add_load_commands(app, session);
  demo::add_demo_command(app, terminal);
}

int run(CommandLine& line, Terminal& terminal, int argc, const char* const* argv) {
  switch (line.parse(argc, argv, terminal.out, terminal.err)) {
    case CommandLine::Parsed::run:
      return terminal.exit_code;
    case CommandLine::Parsed::shown:
      return 0;
    case CommandLine::Parsed::refused:
      break;
  }
  return outcome_of(Errc::bad_request).exit_code;
}

}  // namespace weir::cli
