#pragma once

#include <string_view>

/// Step of the schema (migrations.cpp): what several processes need. What gateways accepted and
/// batchers took of partitions that are not gapless; who holds which lease since when; and what one
/// process asks of the batcher of another. In such a partition a file's range has places of other
/// streams, so the check of its length becomes a bound there. SQLite's own way to change a check is
/// to change the text of the table (sqlite.org/lang_altertable.html, section 7).
namespace weir::catalog {

inline constexpr std::string_view lane_tables[] = {
    "{sqlite} PRAGMA writable_schema = ON",
    R"({sqlite} UPDATE sqlite_master SET sql = replace(sql,
         'CHECK (records + quarantined + duplicates = last_sequence - first_sequence + 1)',
         'CHECK (records + quarantined + duplicates = last_sequence - first_sequence + 1
           OR (partition_no BETWEEN 4096 AND 8191
             AND records + quarantined + duplicates <= last_sequence - first_sequence + 1))')
       WHERE type = 'table' AND name = 'batches')",
    "{sqlite} PRAGMA writable_schema = RESET",
    "{postgresql} ALTER TABLE batches DROP CONSTRAINT batches_with_duplicates_check",
    R"({postgresql} ALTER TABLE batches ADD CHECK (
         records + quarantined + duplicates = last_sequence - first_sequence + 1
         OR (partition_no BETWEEN 4096 AND 8191
           AND records + quarantined + duplicates <= last_sequence - first_sequence + 1)))",
    R"(CREATE TABLE lanes (
         no BIGINT PRIMARY KEY,
         owner TEXT NOT NULL,
         opened_at TEXT NOT NULL))",
    R"(CREATE TABLE lane_counts (
         partition_no BIGINT NOT NULL,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         lane_no BIGINT NOT NULL REFERENCES lanes (no),
         acknowledged BIGINT NOT NULL DEFAULT 0,
         taken BIGINT NOT NULL DEFAULT 0,
         next_number BIGINT NOT NULL DEFAULT 1,
         PRIMARY KEY (partition_no, stream_no, lane_no)))",
    R"(ALTER TABLE leases ADD COLUMN about TEXT NOT NULL DEFAULT '')",
    R"(ALTER TABLE leases ADD COLUMN since TEXT NOT NULL DEFAULT '1970-01-01T00:00:00.000000Z')",
    R"(CREATE TABLE flush_requests (
         no {numbered},
         partition_no BIGINT NOT NULL,
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         asked_at TEXT NOT NULL,
         error TEXT,
         done_at TEXT))",
    R"(CREATE INDEX flush_requests_open ON flush_requests (partition_no) WHERE done_at IS NULL)",
    R"(ALTER TABLE hours ADD COLUMN taken BIGINT NOT NULL DEFAULT 0)",
};

}  // namespace weir::catalog
