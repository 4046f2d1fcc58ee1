#pragma once

#include <string_view>

/// Steps of the schema (migrations.cpp): courier groups, and what their runs need.
namespace weir::catalog {

/// The members of a group are rows, so that a courier that one of them names is not deleted.
/// `config` keeps the settings that a run was started with.
inline constexpr std::string_view courier_groups[] = {
    R"(CREATE TABLE courier_groups (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         schedule TEXT NOT NULL,
         time_zone TEXT NOT NULL,
         file_ranges_in_zone BIGINT NOT NULL,
         past_day_only BIGINT NOT NULL,
         active BIGINT NOT NULL,
         runtime_alert_s BIGINT NOT NULL,
         overlap TEXT NOT NULL,
         catch_up_s BIGINT NOT NULL,
         after_group TEXT NOT NULL,
         created_at TEXT NOT NULL,
         looked_to TEXT NOT NULL,
         next_fire_at TEXT,
         fired BIGINT NOT NULL DEFAULT 0,
         missed BIGINT NOT NULL DEFAULT 0,
         caught_up BIGINT NOT NULL DEFAULT 0,
         UNIQUE (tenant_no, name)))",
    R"(CREATE INDEX courier_groups_by_tenant ON courier_groups (tenant_no, no))",
    R"(CREATE TABLE group_couriers (
         group_id TEXT NOT NULL REFERENCES courier_groups (id),
         position BIGINT NOT NULL,
         courier_id TEXT NOT NULL,
         wait_s BIGINT NOT NULL,
         offset_s BIGINT NOT NULL,
         as_soon_as_sealed BIGINT NOT NULL,
         notify_when_missing BIGINT NOT NULL,
         stop_when_missing BIGINT NOT NULL,
         covered_to TEXT,
         PRIMARY KEY (group_id, courier_id)))",
    R"(CREATE INDEX group_couriers_by_courier ON group_couriers (courier_id))",
    R"(ALTER TABLE runs ADD COLUMN kind TEXT NOT NULL DEFAULT 'courier')",
    R"(ALTER TABLE runs ADD COLUMN parent TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE runs ADD COLUMN group_id TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE runs ADD COLUMN scheduled_for TEXT)",
    R"(ALTER TABLE runs ADD COLUMN automatic BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN started_by TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE runs ADD COLUMN config TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE runs ADD COLUMN warnings BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN warn_after_ms BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN not_before TEXT)",
    R"(ALTER TABLE runs ADD COLUMN from_hour BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN to_hour BIGINT NOT NULL DEFAULT 0)",
    R"(CREATE UNIQUE INDEX runs_by_firing ON runs (group_id, scheduled_for)
         WHERE scheduled_for IS NOT NULL)",
    R"(CREATE INDEX runs_by_kind ON runs (kind, state))",
    R"(CREATE INDEX runs_open ON runs (kind, no) WHERE ended_at IS NULL)",
    R"(CREATE INDEX runs_of_groups ON runs (group_id, no) WHERE ended_at IS NULL)",
    R"(CREATE INDEX runs_by_group ON runs (group_id, no) WHERE group_id <> '')",
    R"(CREATE INDEX runs_by_parent ON runs (parent) WHERE parent <> '')",
    R"(CREATE INDEX runs_waiting ON runs (not_before) WHERE kind = 'group' AND ended_at IS NULL)",
    R"(CREATE INDEX runs_by_end ON runs (ended_at))",
    R"(ALTER TABLE run_tasks ADD COLUMN stage TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE run_tasks ADD COLUMN inputs TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE run_tasks ADD COLUMN outputs TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE run_tasks ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE run_tasks ADD COLUMN not_before TEXT)",
    R"(ALTER TABLE run_tasks ADD COLUMN needs TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE run_tasks ADD COLUMN comes_after TEXT NOT NULL DEFAULT '')",
    R"(CREATE TABLE run_notices (
         no {numbered},
         run_id TEXT NOT NULL REFERENCES runs (id),
         at TEXT NOT NULL,
         kind TEXT NOT NULL,
         text TEXT NOT NULL))",
    R"(CREATE INDEX run_notices_by_run ON run_notices (run_id, no))",
    R"(CREATE TABLE leases (
         name TEXT PRIMARY KEY,
         owner TEXT NOT NULL,
         held_until TEXT NOT NULL))",
    R"(ALTER TABLE loads ADD COLUMN from_hour BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE loads ADD COLUMN to_hour BIGINT NOT NULL DEFAULT 0)",
};

}  // namespace weir::catalog
