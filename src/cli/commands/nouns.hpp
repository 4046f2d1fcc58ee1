#pragma once

#include "cli/commands/command.hpp"

/// Each noun adds itself and its verbs; one file a noun.
namespace weir::cli {

void add_stream_commands(CLI::App& app, const SessionPtr& session);
void add_key_commands(CLI::App& app, const SessionPtr& session);
void add_token_commands(CLI::App& app, const SessionPtr& session);
void add_send_command(CLI::App& app, const SessionPtr& session);
void add_bench_command(CLI::App& app, const SessionPtr& session);
void add_receipt_commands(CLI::App& app, const SessionPtr& session);
void add_batch_commands(CLI::App& app, const SessionPtr& session);
void add_hour_commands(CLI::App& app, const SessionPtr& session);
void add_quarantine_commands(CLI::App& app, const SessionPtr& session);
void add_doctor_command(CLI::App& app, const SessionPtr& session);
void add_query_commands(CLI::App& app, const SessionPtr& session);
void add_feed_commands(CLI::App& app, const SessionPtr& session);
void add_courier_commands(CLI::App& app, const SessionPtr& session);
void add_run_commands(CLI::App& app, const SessionPtr& session);
void add_table_commands(CLI::App& app, const SessionPtr& session);

}  // namespace weir::cli
