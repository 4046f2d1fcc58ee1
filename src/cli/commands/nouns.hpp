#pragma once

#include "cli/commands/command.hpp"

/// Each noun adds itself and its verbs; one file a noun.
namespace weir::cli {

void add_tenant_commands(Command app, const SessionPtr& session);
void add_stream_commands(Command app, const SessionPtr& session);
void add_stream_fields(Command noun, const SessionPtr& session);  // of the noun stream
void add_key_commands(Command app, const SessionPtr& session);
void add_user_commands(Command app, const SessionPtr& session);
void add_audit_commands(Command app, const SessionPtr& session);
void add_token_commands(Command app, const SessionPtr& session);
void add_send_command(Command app, const SessionPtr& session);
void add_bench_command(Command app, const SessionPtr& session);
void add_receipt_commands(Command app, const SessionPtr& session);
void add_batch_commands(Command app, const SessionPtr& session);
void add_hour_commands(Command app, const SessionPtr& session);
void add_quarantine_commands(Command app, const SessionPtr& session);
void add_open_command(Command app, const SessionPtr& session);
void add_doctor_command(Command app, const SessionPtr& session);
void add_tail_command(Command app, const SessionPtr& session);
void add_needs_you_command(Command app, const SessionPtr& session);
void add_usage_command(Command app, const SessionPtr& session);
void add_query_commands(Command app, const SessionPtr& session);
void add_feed_commands(Command app, const SessionPtr& session);
void add_feed_draft_commands(Command noun, const SessionPtr& session);  // of the noun feed
void add_feed_table_commands(Command noun, const SessionPtr& session);  // likewise
void add_courier_commands(Command app, const SessionPtr& session);
void add_credential_commands(Command app, const SessionPtr& session);
void add_group_commands(Command app, const SessionPtr& session);
void add_run_commands(Command app, const SessionPtr& session);
void add_job_commands(Command app, const SessionPtr& session);
void add_alert_commands(Command app, const SessionPtr& session);
void add_load_commands(Command app, const SessionPtr& session);
void add_run_error_commands(Command noun, const SessionPtr& session);  // of the noun run
void add_row_error_commands(Command app, const SessionPtr& session);
void add_table_commands(Command app, const SessionPtr& session);
void add_table_change_commands(Command noun, const SessionPtr& session);  // of the noun table

}  // namespace weir::cli
