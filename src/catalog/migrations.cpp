#include "catalog/migrations.hpp"

#include <string>

#include "catalog/alert_tables.hpp"
#include "catalog/backend.hpp"
#include "catalog/courier_group_tables.hpp"
#include "catalog/dialect.hpp"
#include "catalog/file_courier_tables.hpp"
#include "catalog/lane_tables.hpp"
#include "catalog/query_version_tables.hpp"
#include "catalog/stream_field_tables.hpp"
#include "catalog/tenant_tables.hpp"
#include "catalog/usage_tables.hpp"
#include "catalog/user_tables.hpp"

// Steps are plain SQL in the order they were released, taken together in one transaction, so that
// an upgrade is done or not done. There are no steps back: an older weir refuses a newer database,
// and the way back is the backup made before the upgrade.
namespace weir::catalog {
namespace {

constexpr std::string_view tenants_keys_streams[] = {
    R"(CREATE TABLE tenants (
         no {numbered},
         name TEXT NOT NULL UNIQUE,
         payload_bytes_max BIGINT NOT NULL,
         created_at TEXT NOT NULL))",
    R"(CREATE TABLE api_keys (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         policies TEXT NOT NULL,
         status TEXT NOT NULL CHECK (status IN ('active', 'deleted')),
         created_at TEXT NOT NULL,
         last_used_at TEXT))",
    R"(CREATE INDEX api_keys_by_tenant ON api_keys (tenant_no, no))",
    R"(CREATE TABLE api_key_secrets (
         key_no BIGINT NOT NULL REFERENCES api_keys (no),
         version BIGINT NOT NULL,
         secret TEXT NOT NULL,
         accepted_until TEXT,
         PRIMARY KEY (key_no, version)))",
    R"(CREATE TABLE streams (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         payload_type TEXT CHECK (payload_type IN ('json', 'xml')),
         xml_check_sync BIGINT NOT NULL,
         created_at TEXT NOT NULL))",
    R"(CREATE INDEX streams_by_tenant ON streams (tenant_no, no))",
};

constexpr std::string_view manifest[] = {
    R"(CREATE TABLE partition_checkpoints (
         partition_no BIGINT PRIMARY KEY,
         lsn BIGINT NOT NULL,
         version BIGINT NOT NULL))",
    R"(CREATE TABLE stream_positions (
         partition_no BIGINT NOT NULL,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         next_sequence BIGINT NOT NULL,
         PRIMARY KEY (partition_no, stream_no)))",
    R"(CREATE TABLE batches (
         no {numbered},
         path TEXT NOT NULL UNIQUE,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         day TEXT NOT NULL,
         hour BIGINT NOT NULL CHECK (hour BETWEEN 0 AND 23),
         first_sequence BIGINT NOT NULL,
         last_sequence BIGINT NOT NULL,
         records BIGINT NOT NULL,
         quarantined BIGINT NOT NULL,
         bytes BIGINT NOT NULL,
         sha256 TEXT NOT NULL,
         first_received_at TEXT NOT NULL,
         last_received_at TEXT NOT NULL,
         CHECK (records + quarantined = last_sequence - first_sequence + 1)))",
    R"(CREATE INDEX batches_by_time
         ON batches (stream_no, day, hour, partition_no, first_sequence))",
    R"(CREATE INDEX batches_by_stream ON batches (stream_no, no))",
    R"(CREATE UNIQUE INDEX batches_by_sequence
         ON batches (stream_no, partition_no, first_sequence))",
    R"(CREATE TABLE quarantine (
         no {numbered},
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         sequence BIGINT NOT NULL,
         received_at TEXT NOT NULL,
         type TEXT NOT NULL,
         reason TEXT NOT NULL,
         body {bytes} NOT NULL,
         UNIQUE (stream_no, partition_no, sequence)))",
};

constexpr std::string_view feeds_queries_couriers[] = {
    R"(CREATE TABLE feeds (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         source TEXT NOT NULL,
         name TEXT NOT NULL,
         table_key TEXT NOT NULL,
         fields TEXT NOT NULL,
         primary_key TEXT NOT NULL,
         last_updated TEXT NOT NULL,
         error_threshold BIGINT NOT NULL,
         active BIGINT NOT NULL,
         created_at TEXT NOT NULL,
         UNIQUE (tenant_no, table_key)))",
    R"(CREATE TABLE ingest_queries (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         sql TEXT NOT NULL,
         created_at TEXT NOT NULL,
         UNIQUE (tenant_no, name)))",
    R"(CREATE TABLE couriers (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         stream_id TEXT NOT NULL,
         file_format TEXT NOT NULL,
         file_tag TEXT NOT NULL,
         file_pattern_prefix TEXT NOT NULL,
         load_operations TEXT NOT NULL,
         created_at TEXT NOT NULL))",
    R"(CREATE INDEX couriers_by_tenant ON couriers (tenant_no, no))",
};

constexpr std::string_view workflow_runs[] = {
    R"(CREATE TABLE runs (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         courier_id TEXT NOT NULL,
         name TEXT NOT NULL,
         state TEXT NOT NULL,
         range_from TEXT,
         range_to TEXT,
         load_only BIGINT NOT NULL,
         skip_missing BIGINT NOT NULL,
         error TEXT NOT NULL,
         created_at TEXT NOT NULL,
         started_at TEXT,
         ended_at TEXT,
         lease_owner TEXT,
         lease_until TEXT))",
    R"(CREATE INDEX runs_by_tenant ON runs (tenant_no, no))",
    R"(CREATE INDEX runs_by_state ON runs (state, no))",
    R"(CREATE TABLE run_tasks (
         id TEXT PRIMARY KEY,
         run_id TEXT NOT NULL REFERENCES runs (id),
         position BIGINT NOT NULL,
         kind TEXT NOT NULL,
         name TEXT NOT NULL,
         state TEXT NOT NULL,
         error TEXT NOT NULL,
         detail TEXT NOT NULL,
         started_at TEXT,
         ended_at TEXT))",
    R"(CREATE INDEX run_tasks_by_run ON run_tasks (run_id, position))",
};

constexpr std::string_view rate_limits[] = {
    R"(ALTER TABLE tenants ADD COLUMN rate_limit BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE tenants ADD COLUMN rate_burst BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE streams ADD COLUMN rate_limit BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE streams ADD COLUMN rate_burst BIGINT NOT NULL DEFAULT 0)",
};

/// Rows made before there were hours give theirs: every record is in a file's range or aside.
constexpr std::string_view conservation[] = {
    R"(CREATE TABLE batches_with_duplicates (
         no {numbered},
         path TEXT NOT NULL UNIQUE,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         day TEXT NOT NULL,
         hour BIGINT NOT NULL CHECK (hour BETWEEN 0 AND 23),
         first_sequence BIGINT NOT NULL,
         last_sequence BIGINT NOT NULL,
         records BIGINT NOT NULL,
         quarantined BIGINT NOT NULL,
         duplicates BIGINT NOT NULL,
         bytes BIGINT NOT NULL,
         sha256 TEXT NOT NULL,
         first_received_at TEXT NOT NULL,
         last_received_at TEXT NOT NULL,
         CHECK (records + quarantined + duplicates = last_sequence - first_sequence + 1)))",
    R"(INSERT INTO batches_with_duplicates
         SELECT no, path, stream_no, partition_no, day, hour, first_sequence, last_sequence,
                records, quarantined, 0, bytes, sha256, first_received_at, last_received_at
         FROM batches)",
    R"(DROP TABLE batches)",
    R"(ALTER TABLE batches_with_duplicates RENAME TO batches)",
    R"(CREATE INDEX batches_by_time
         ON batches (stream_no, day, hour, partition_no, first_sequence))",
    R"(CREATE INDEX batches_by_stream ON batches (stream_no, no))",
    R"(CREATE UNIQUE INDEX batches_by_sequence
         ON batches (stream_no, partition_no, first_sequence))",
    R"(ALTER TABLE quarantine ADD COLUMN state TEXT NOT NULL DEFAULT 'held')",
    R"(ALTER TABLE quarantine ADD COLUMN settled_at TEXT)",
    R"(ALTER TABLE quarantine ADD COLUMN replayed_as BIGINT)",
    R"(CREATE TABLE duplicates (
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         first_sequence BIGINT NOT NULL,
         last_sequence BIGINT NOT NULL,
         records BIGINT NOT NULL,
         pairs {bytes} NOT NULL,
         PRIMARY KEY (stream_no, partition_no, first_sequence)))",
    R"(CREATE TABLE idempotency_keys (
         no {numbered},
         partition_no BIGINT NOT NULL,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         last_received_at TEXT NOT NULL,
         records BIGINT NOT NULL,
         prints {bytes} NOT NULL))",
    R"(CREATE INDEX idempotency_keys_by_age
         ON idempotency_keys (partition_no, last_received_at))",
    R"(CREATE TABLE hours (
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         day TEXT NOT NULL,
         hour BIGINT NOT NULL CHECK (hour BETWEEN 0 AND 23),
         first_sequence BIGINT NOT NULL,
         last_sequence BIGINT NOT NULL,
         first_received_at TEXT NOT NULL,
         last_received_at TEXT NOT NULL,
         manifest_path TEXT,
         manifest_sha256 TEXT,
         PRIMARY KEY (stream_no, partition_no, day, hour)))",
    R"(INSERT INTO hours
         SELECT stream_no, partition_no, day, hour, MIN(first), MAX(last), MIN(first_at),
                MAX(last_at), NULL, NULL
         FROM (SELECT stream_no, partition_no, day, hour, first_sequence AS first,
                      last_sequence AS last, first_received_at AS first_at,
                      last_received_at AS last_at
               FROM batches
               UNION ALL
               SELECT stream_no, partition_no, substr(received_at, 1, 10),
                      CAST(substr(received_at, 12, 2) AS BIGINT), sequence, sequence, received_at,
                      received_at
               FROM quarantine) AS accounted
         GROUP BY stream_no, partition_no, day, hour)",
    R"(CREATE INDEX hours_open ON hours (partition_no, day, hour) WHERE manifest_path IS NULL)",
    R"(CREATE INDEX hours_sealed ON hours (partition_no, day, hour)
         WHERE manifest_path IS NOT NULL)",
};

constexpr std::string_view loads[] = {
    R"(CREATE TABLE loads (
         no {numbered},
         run_id TEXT NOT NULL,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         table_name TEXT NOT NULL,
         day_from TEXT,
         day_to TEXT,
         hour BIGINT,
         committed BIGINT NOT NULL,
         truncates BIGINT NOT NULL,
         fills BIGINT NOT NULL,
         loaded_at TEXT NOT NULL))",
    R"(CREATE INDEX loads_by_stream ON loads (stream_no, no))",
    R"(CREATE INDEX loads_truncating ON loads (tenant_no, table_name, no) WHERE truncates = 1)",
};

constexpr std::string_view lease_epochs[] = {
    R"(ALTER TABLE runs ADD COLUMN lease_epoch BIGINT NOT NULL DEFAULT 0)",
};

constexpr std::string_view content_sums[] = {
    R"(CREATE TABLE content_sums (
         table_name TEXT PRIMARY KEY,
         sum BIGINT NOT NULL) {by key})",
};

constexpr std::string_view allowed_origins[] = {
    R"(ALTER TABLE tenants ADD COLUMN allowed_origins TEXT NOT NULL DEFAULT '')",
};

/// The body comes last, so that the columns before it are read without it. An empty one is NULL.
constexpr std::string_view quarantine_files[] = {
    R"(CREATE TABLE quarantine_files (
         no {numbered},
         path TEXT NOT NULL UNIQUE))",
    R"(CREATE TABLE quarantine_with_files (
         no {numbered},
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         partition_no BIGINT NOT NULL,
         sequence BIGINT NOT NULL,
         received_at TEXT NOT NULL,
         type TEXT NOT NULL,
         reason TEXT NOT NULL,
         state TEXT NOT NULL DEFAULT 'held',
         settled_at TEXT,
         replayed_as BIGINT,
         file_no BIGINT REFERENCES quarantine_files (no),
         body_offset BIGINT,
         body_bytes BIGINT,
         body_crc64 BIGINT,
         body {bytes},
         UNIQUE (stream_no, partition_no, sequence)))",
    R"(INSERT INTO quarantine_with_files
         SELECT no, stream_no, partition_no, sequence, received_at, type, reason, state,
                settled_at, replayed_as, NULL, NULL, NULL, NULL,
                CASE WHEN LENGTH(body) > 0 THEN body END
         FROM quarantine)",
    R"(DROP TABLE quarantine)",
    R"(ALTER TABLE quarantine_with_files RENAME TO quarantine)",
    R"(CREATE INDEX quarantine_by_file ON quarantine (file_no, state))",
};

/// `live_to`: the commit number up to which a live courier is done; NULL until it is one.
constexpr std::string_view live_couriers[] = {
    R"(ALTER TABLE couriers ADD COLUMN started_by TEXT NOT NULL DEFAULT 'by_hand')",
    R"(ALTER TABLE couriers ADD COLUMN live_to BIGINT)",
    R"(ALTER TABLE couriers ADD COLUMN live_span BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE couriers ADD COLUMN live_failures BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE couriers ADD COLUMN live_probed BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE couriers ADD COLUMN live_retry_at TEXT)",
    R"(CREATE INDEX couriers_live ON couriers (no) WHERE started_by = 'each_batch')",
    R"(ALTER TABLE runs ADD COLUMN live BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN batch_after BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN batch_to BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE runs ADD COLUMN rounds BIGINT NOT NULL DEFAULT 0)",
    R"(CREATE INDEX runs_live ON runs (courier_id) WHERE live = 1 AND ended_at IS NULL)",
    R"(ALTER TABLE loads ADD COLUMN batch_after BIGINT)",
    R"(ALTER TABLE streams ADD COLUMN batch_age_s BIGINT NOT NULL DEFAULT 0)",
};

constexpr std::string_view feed_defaults[] = {
    R"(ALTER TABLE feeds ADD COLUMN format TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE feeds ADD COLUMN scale BIGINT NOT NULL DEFAULT 2)",
    R"(ALTER TABLE feeds ADD COLUMN identity_resolution BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE feeds ADD COLUMN sample TEXT NOT NULL DEFAULT '')",
};

constexpr std::string_view feed_keep[] = {
    R"(ALTER TABLE feeds ADD COLUMN loaded_last BIGINT NOT NULL DEFAULT 0)",
};

constexpr std::string_view feed_merge[] = {
    R"(ALTER TABLE feeds ADD COLUMN merge BIGINT NOT NULL DEFAULT 0)",
    R"(ALTER TABLE feeds ADD COLUMN deleted_field TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE feeds ADD COLUMN deleted_value TEXT NOT NULL DEFAULT '')",
};

constexpr std::string_view shadow_runs[] = {
    R"(ALTER TABLE runs ADD COLUMN shadow BIGINT NOT NULL DEFAULT 0)",
};

constexpr std::string_view runs_of_errors[] = {
    R"(ALTER TABLE runs ADD COLUMN only_errors BIGINT NOT NULL DEFAULT 0)",
};

/// Of runs that are not over: loads into one feed come in the order of their days.
constexpr std::string_view feeds_of_runs[] = {
    R"(CREATE TABLE run_feeds (
         feed_id TEXT NOT NULL,
         run_id TEXT NOT NULL REFERENCES runs (id),
         PRIMARY KEY (feed_id, run_id)))",
    R"(CREATE INDEX run_feeds_by_run ON run_feeds (run_id))",
};

constexpr std::string_view deleted_streams[] = {"ALTER TABLE streams ADD COLUMN deleted_at TEXT"};

/// For what a person has to look at (catalog/attention.hpp).
constexpr std::string_view open_matters[] = {
    R"(CREATE INDEX quarantine_held ON quarantine (stream_no, received_at) WHERE state = 'held')",
    R"(CREATE INDEX runs_by_courier ON runs (tenant_no, kind, courier_id, group_id, state, no))",
    R"(CREATE INDEX runs_failed ON runs (tenant_no, no) WHERE state = 'failed')",
};

/// One row. On PostgreSQL the table is also what a change locks (postgres_backend.cpp).
constexpr std::string_view memory_version[] = {
    R"(CREATE TABLE catalog_state (
         no BIGINT PRIMARY KEY,
         version BIGINT NOT NULL))",
    R"(INSERT INTO catalog_state (no, version) VALUES (1, 0))",
};

constexpr Migration all[] = {
    {"tenants, keys and streams", tenants_keys_streams},
    {"the manifest", manifest},
    {"feeds, ingest queries and couriers", feeds_queries_couriers},
    {"workflow runs", workflow_runs},
    {"rate limits", rate_limits},
    {"conservation", conservation},
    {"what was loaded where", loads},
    {"epochs of leases", lease_epochs},
    {"sums of the content", content_sums},
    {"origins of pages", allowed_origins},
    {"files of the quarantine", quarantine_files},
    {"live couriers", live_couriers},
    {"a feed's own format, scale and sample", feed_defaults},
    {"alerts", alerts},
    {"which row of a feed stays", feed_keep},
    {"feeds that merge fields, and records that remove rows", feed_merge},
    {"runs into shadows", shadow_runs},
    {"courier groups", courier_groups},
    {"runs of rows in error", runs_of_errors},
    {"feeds of runs", feeds_of_runs},
    {"audit events", audit_events},
    {"users, their sessions, and OAuth clients", user_tables},
    {"file couriers", file_couriers},
    {"credentials", credentials},
    {"deleted streams", deleted_streams},
    {"fields of streams", stream_field_tables},
    {"open matters", open_matters},
    {"several tenants, and who belongs to them", several_tenants},
    {"users of a sign-in provider", user_identities},
    {"versions of ingest queries", query_versions},
    {"usage by stream and day", usage_tables},
    {"the version of what processes keep in memory", memory_version},
    {"lanes", lane_tables},
};

Result<void> take_steps(soci::session& session, Backend& backend,
                        std::span<const Migration> steps) {
  WEIR_TRY(const std::size_t version, backend.schema_version(session));
  if (version > steps.size())
    return fail(Errc::newer_version,
                "The catalog database is of schema version " + std::to_string(version) +
                    ", this weir knows versions up to " + std::to_string(steps.size()) +
                    ". Start the newer weir that wrote it, or restore a backup made before the "
                    "upgrade.");
  if (version == steps.size()) return {};
  WEIR_CHECK(backend.before_steps(session));
  for (std::size_t i = version; i < steps.size(); ++i)
    for (const std::string_view statement : steps[i].statements) {
      const std::string sql = Dialect::of(session).schema(statement);
      if (sql.empty()) continue;
      if (auto done = execute(session, sql); !done)
        return fail_while(
            "Migration " + std::to_string(i + 1) + " (" + std::string(steps[i].name) + ")",
            std::move(done).error());
    }
  WEIR_CHECK(backend.set_schema_version(session, steps.size()));
  return backend.after_steps(session);
}

}  // namespace

std::span<const Migration> migrations() {
  return all;
}

Result<void> migrate(soci::session& session, Backend& backend, std::span<const Migration> steps) {
  WEIR_CHECK(backend.begin_steps(session));
  auto taken = take_steps(session, backend, steps);
  auto ended = execute(session, taken ? "COMMIT" : "ROLLBACK");
  return taken ? ended : taken;
}

}  // namespace weir::catalog
