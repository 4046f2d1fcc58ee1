#pragma once

#include <string_view>

/// Step of the schema (migrations.cpp): what each ingest query was when it was saved.
namespace weir::catalog {

/// The newest version of a query is also its row in ingest_queries, which runs read.
inline constexpr std::string_view query_versions[] = {
    "ALTER TABLE ingest_queries ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
    R"(CREATE TABLE ingest_query_versions (
         no {numbered},
         query_no BIGINT NOT NULL REFERENCES ingest_queries (no),
         version BIGINT NOT NULL,
         description TEXT NOT NULL,
         sql TEXT NOT NULL,
         saved_at TEXT NOT NULL,
         saved_by TEXT NOT NULL,
         restored BIGINT NOT NULL,
         UNIQUE (query_no, version)))",
    R"(INSERT INTO ingest_query_versions
           (query_no, version, description, sql, saved_at, saved_by, restored)
         SELECT no, 1, description, sql, created_at, '', 0 FROM ingest_queries)",
};

}  // namespace weir::catalog
