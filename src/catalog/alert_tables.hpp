#pragma once

#include <string_view>

/// Steps of the schema (migrations.cpp): alerts, and what became of them.
namespace weir::catalog {

/// `secret` is hex; `kinds` and `only_ids` are words with blanks between them. What was in the
/// quarantine before is not told of.
inline constexpr std::string_view alerts[] = {
    R"(CREATE TABLE alert_endpoints (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         channel TEXT NOT NULL CHECK (channel IN ('webhook', 'email')),
         target TEXT NOT NULL,
         secret TEXT NOT NULL,
         kinds TEXT NOT NULL,
         only_ids TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('active', 'off', 'gone')),
         left_out BIGINT NOT NULL DEFAULT 0,
         created_at TEXT NOT NULL))",
    R"(CREATE TABLE alert_messages (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         endpoint_no BIGINT NOT NULL REFERENCES alert_endpoints (no),
         kind TEXT NOT NULL,
         title TEXT NOT NULL,
         text TEXT NOT NULL,
         run_id TEXT NOT NULL,
         courier_id TEXT NOT NULL,
         group_id TEXT NOT NULL,
         stream_id TEXT NOT NULL,
         happened_at TEXT NOT NULL,
         state TEXT NOT NULL CHECK (state IN ('pending', 'delivered', 'failed', 'canceled')),
         attempts BIGINT NOT NULL DEFAULT 0,
         next_attempt_at TEXT,
         tried_since TEXT NOT NULL,
         ended_at TEXT))",
    R"(CREATE INDEX alert_messages_due ON alert_messages (next_attempt_at)
         WHERE state = 'pending')",
    R"(CREATE INDEX alert_messages_of ON alert_messages (endpoint_no, state, no))",
    R"(CREATE TABLE alert_attempts (
         no {numbered},
         message_no BIGINT NOT NULL REFERENCES alert_messages (no),
         at TEXT NOT NULL,
         status BIGINT NOT NULL,
         error TEXT NOT NULL,
         duration_ms BIGINT NOT NULL))",
    R"(CREATE INDEX alert_attempts_of ON alert_attempts (message_no))",
    R"(CREATE TABLE alert_quarantine (
         stream_no BIGINT PRIMARY KEY REFERENCES streams (no),
         untold BIGINT NOT NULL,
         told_at TEXT))",
    R"(CREATE TABLE alert_quarantine_seen (no BIGINT NOT NULL))",
    R"(INSERT INTO alert_quarantine_seen SELECT COALESCE(MAX(no), 0) FROM quarantine)",
};

}  // namespace weir::catalog
