// The rows of a load that stay are chosen first; then the standing row of each key is updated, or a
// new one inserted. INSERT ... ON CONFLICT is not used: it needs a unique index, which every load
// would have to keep up.

#include "engine/duckdb/tables/upsert.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "engine/duckdb/tables/stage.hpp"

namespace weir::engine::duckdb {

namespace {

/// The last-updated field, where the feed has one.
std::optional<std::size_t> last_updated_field(const Load& load) {
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    if (!load.last_updated.empty() && load.fields[i].name == load.last_updated) return i;
  }
  return std::nullopt;
}

/// The one row of each key that this load puts forward.
std::string winners_sql(const Load& load) {
  const auto field = last_updated_field(load);
  const std::string updated = field ? staged_column(*field) : "";
  const std::string best = !field ? "max(n)"
                                  : "arg_max(n, struct_pack(known := " + updated +
                                        " IS NOT NULL, moment := " + updated + ", place := n))";
  return "SELECT " + best + " AS n FROM weir_staged WHERE bad IS NULL GROUP BY pk";
}

/// True where a new row `s` takes the place of the standing row `t`.
std::string replaces_sql(const Load& load, const DomainTable& table) {
  std::string differs;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    differs +=
        (i > 0 ? " OR s." : "s.") + staged_column(i) + " IS DISTINCT FROM t." + table.columns[i];
  }
  if (load.last_updated.empty()) return "(" + differs + ")";
  const std::size_t updated = *last_updated_field(load);
  const std::string fresh = "s." + staged_column(updated);
  const std::string standing = "t." + table.columns[updated];
  return "(" + differs + ") AND (" + standing + " IS NULL OR " + fresh + " >= " + standing + ")";
}

/// What becomes of each winner. Rows are matched by `_pk`, which no field can be named, and not by
/// DuckDB's rowid, which a field of that name would stand in for.
Result<void> plan(Connection& connection, const Load& load, const DomainTable& table) {
  const std::string standing = std::string("t.") + quote_name(pk_column);
  return connection.run("CREATE TEMP TABLE weir_plan AS SELECT s.n AS n, s.pk AS pk, CASE WHEN " +
                        standing + " IS NULL THEN 'insert' WHEN " + replaces_sql(load, table) +
                        " THEN 'update' ELSE 'reject' END AS fate FROM weir_staged s JOIN (" +
                        winners_sql(load) + ") w ON s.n = w.n LEFT JOIN " + table.sql + " t ON " +
                        standing + " = s.pk");
}

Result<void> apply(Connection& connection, const Load& load, const DomainTable& table,
                   const LoadCounts& counts) {
  if (counts.updated > 0)
    WEIR_CHECK(connection.run("DELETE FROM " + table.sql + " AS t WHERE t." +
                              quote_name(pk_column) +
                              " IN (SELECT p.pk FROM weir_plan p WHERE p.fate = 'update')"));
  std::string names;
  std::string values;
  for (std::size_t i = 0; i < load.fields.size(); ++i) {
    names += table.columns[i] + ", ";
    values += "s." + staged_column(i) + ", ";
  }
  return connection.run(
      "INSERT INTO " + table.sql + " (" + names + quote_name(pk_column) + ", " +
      quote_name(uuid_column) + ", " + quote_name(updated_column) + ") SELECT " + values +
      "s.pk, " + uuid_sql(load.table, "s.pk") +
      ", s.updated FROM weir_staged s JOIN weir_plan p ON s.n = p.n WHERE p.fate <> "
      "'reject'");
}

/// Counts the planned results of the good rows.
Result<void> count(Connection& connection, LoadCounts& counts) {
  WEIR_TRY(const auto cells,
           connection.cells("SELECT count(*) FILTER (fate = 'insert'), count(*) FILTER (fate = "
                            "'update'), count(*) FILTER (fate = 'reject'), (SELECT count(*) FROM "
                            "weir_staged WHERE bad IS NULL) - count(*) FROM weir_plan"));
  std::uint64_t of[4] = {};
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string& text = *cells[0][i];
    std::from_chars(text.data(), text.data() + text.size(), of[i]);
  }
  counts.inserted = of[0];
  counts.updated = of[1];
  counts.rejected = of[2] + of[3];  // what stands is as good; another row of the load was better
  return {};
}

}  // namespace

Result<void> upsert(Connection& connection, const Load& load, const DomainTable& table,
                    LoadCounts& counts) {
  WEIR_CHECK(plan(connection, load, table));
  WEIR_CHECK(count(connection, counts));
  if (counts.inserted + counts.updated == 0) return {};
  return apply(connection, load, table, counts);
}

}  // namespace weir::engine::duckdb
