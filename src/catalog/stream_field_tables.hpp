#pragma once

#include <string_view>

/// Step of the schema (migrations.cpp): the fields of streams (docs/formats/field-sketch.md).
namespace weir::catalog {

inline constexpr std::string_view stream_field_tables[] = {
    R"(CREATE TABLE stream_fields (
         stream_no BIGINT PRIMARY KEY REFERENCES streams (no),
         sketch TEXT NOT NULL))",
    R"(CREATE TABLE stream_field_days (
         stream_no BIGINT NOT NULL REFERENCES streams (no),
         day TEXT NOT NULL,
         sketch TEXT NOT NULL,
         updated_at TEXT NOT NULL,
         PRIMARY KEY (stream_no, day)))",
    R"(CREATE INDEX stream_field_days_by_day ON stream_field_days (day, updated_at))",
    R"(CREATE TABLE stream_field_changes (
         stream_no BIGINT PRIMARY KEY REFERENCES streams (no),
         day TEXT NOT NULL,
         compared_at TEXT NOT NULL,
         gone BIGINT NOT NULL,
         type_changed BIGINT NOT NULL,
         appeared BIGINT NOT NULL,
         share_moved BIGINT NOT NULL,
         paths TEXT NOT NULL))",
    R"(CREATE INDEX stream_field_changes_by_day ON stream_field_changes (day))",
};

}  // namespace weir::catalog
