#pragma once

#include <string_view>

/// Step of the schema (migrations.cpp): what streams took on each day. What was batched before
/// counts from the manifest, without the payloads that no file has. Runs and loads have an index by
/// time, so that the couriers and tables of a month are counted without reading older rows.
namespace weir::catalog {

inline constexpr std::string_view usage_tables[] = {
    R"(CREATE TABLE stream_days (
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         day TEXT NOT NULL,
         payloads BIGINT NOT NULL DEFAULT 0,
         bytes BIGINT NOT NULL DEFAULT 0,
         files BIGINT NOT NULL DEFAULT 0,
         duplicates BIGINT NOT NULL DEFAULT 0,
         quarantined BIGINT NOT NULL DEFAULT 0,
         refused BIGINT NOT NULL DEFAULT 0,
         PRIMARY KEY (stream_no, day)))",
    R"(CREATE INDEX stream_days_by_day ON stream_days (day))",
    R"(CREATE INDEX runs_by_creation ON runs (tenant_no, created_at, courier_id))",
    R"(CREATE INDEX loads_by_time ON loads (tenant_no, loaded_at, table_name, run_id))",
    R"(INSERT INTO stream_days (stream_no, day, payloads, bytes, files, duplicates, quarantined)
       SELECT stream_no, day, SUM(records + duplicates + quarantined), SUM(bytes), COUNT(*),
         SUM(duplicates), SUM(quarantined)
       FROM batches WHERE stream_no IN (SELECT no FROM streams WHERE landed_for = '')
       GROUP BY stream_no, day)",
};

}  // namespace weir::catalog
