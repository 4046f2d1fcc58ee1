#pragma once

#include <string_view>

/// Steps of migrations.cpp: what file couriers, and the credentials that couriers may name, need.
namespace weir::catalog {

inline constexpr std::string_view file_couriers[] = {
    R"(ALTER TABLE couriers ADD COLUMN location TEXT NOT NULL DEFAULT 'folder')",
    R"(ALTER TABLE couriers ADD COLUMN folder TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE couriers ADD COLUMN load_settings TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE couriers ADD COLUMN credential_id TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE streams ADD COLUMN landed_for TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE streams ADD COLUMN landed_tag TEXT NOT NULL DEFAULT '')",
    R"(CREATE UNIQUE INDEX streams_landed ON streams (landed_for, landed_tag, payload_type)
         WHERE landed_for <> '')",
    R"(CREATE TABLE landed_files (
         no {numbered},
         courier_id TEXT NOT NULL,
         day TEXT NOT NULL,
         path TEXT NOT NULL,
         entry BIGINT NOT NULL,
         fingerprint TEXT NOT NULL,
         sha256 TEXT NOT NULL,
         bytes BIGINT NOT NULL,
         modified_at TEXT NOT NULL,
         unreadable BIGINT NOT NULL,
         landed_at TEXT NOT NULL))",
    R"(CREATE INDEX landed_files_by_path ON landed_files (courier_id, path, day, entry, no))",
    R"(CREATE TABLE landed_batches (
         landed_no BIGINT NOT NULL REFERENCES landed_files (no),
         batch_no BIGINT NOT NULL REFERENCES batches (no),
         member TEXT NOT NULL,
         first_record BIGINT NOT NULL,
         PRIMARY KEY (landed_no, batch_no)))",
    R"(CREATE INDEX landed_batches_by_batch ON landed_batches (batch_no))",
    R"(CREATE TABLE run_files (
         run_id TEXT NOT NULL,
         landed_no BIGINT NOT NULL REFERENCES landed_files (no),
         PRIMARY KEY (run_id, landed_no)))",
};

inline constexpr std::string_view credentials[] = {
    R"(CREATE TABLE credentials (
         no {numbered},
         id TEXT NOT NULL UNIQUE,
         tenant_no BIGINT NOT NULL REFERENCES tenants (no),
         name TEXT NOT NULL,
         description TEXT NOT NULL,
         created_at TEXT NOT NULL,
         UNIQUE (tenant_no, name)))",
};

}  // namespace weir::catalog
