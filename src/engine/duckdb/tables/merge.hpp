#pragma once

#include <cstddef>
#include <string>

#include "base/result.hpp"
#include "engine/duckdb/connection.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/engine.hpp"

/// Feeds that merge fields (spec/feeds.md 7): each field of a row is that of the latest record that
/// carried it. So the table keeps the place of each field's record in a column of its own, `places`
/// (docs/formats/tables-file.md), and loads commute field by field as they do row by row.
namespace weir::engine::duckdb {

/// The type of `places`: by the number of the column, 0, 1, ...
inline constexpr const char* places_type = "STRUCT(moment HUGEINT, origin UHUGEINT)[]";

/// Whether the field has a place of its own: fields of the key have the same value in all records
/// of a row, and generated ones are made of the merged row.
bool has_place(const Load& load, const Field& field);
/// SQL for whether a staged row's record carried that field.
std::string carried_column_name(std::size_t field);

/// What `upsert` does is decided in `weir_plan`, as for other feeds, but of the rows of
/// `weir_merged`: one for each key of the load, as the table is to have it, with the columns of
/// `weir_staged` and `places`.
///
/// The fates are those of upsert.cpp; `e` is also a row of which only places have changed.
Result<void> plan_merge(Connection& connection, const Load& load, const DomainTable& table);

}  // namespace weir::engine::duckdb
