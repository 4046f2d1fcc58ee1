#include "catalog/loads.hpp"

#include <map>

#include "catalog/database.hpp"
#include "catalog/run_rows.hpp"
#include "catalog/statement.hpp"
#include "catalog/stream_rows.hpp"

// A load is recorded by its selection (days, hour, number of batches): one row, however many
// batches it loaded. A row for each batch and table would give a receipt the same answer with one
// lookup, but would cost a million rows for a run over a million batches. A live run loads a batch
// a second, so its rounds extend one row for as long as nothing comes between them: a gap in the
// batches, or another load that emptied the table.
namespace weir::catalog {
namespace {

/// Whether a row of the run's earlier rounds now holds this round too.
Result<bool> extend(soci::session& session, const std::string& run_id, StreamNo stream,
                    const TableLoad& load, Time now) {
  Statement update(session,
                   "UPDATE loads SET committed = CASE WHEN committed < :to THEN :same_to"
                   " ELSE committed END, loaded_at = :now"
                   " WHERE run_id = :run AND tenant_no = :tenant AND stream_no = :stream"
                   " AND table_name = :table AND batch_after <= :after AND committed >= :reaches"
                   " AND NOT EXISTS (SELECT 1 FROM loads t WHERE t.tenant_no = loads.tenant_no"
                   "   AND t.table_name = loads.table_name AND t.truncates = 1"
                   "   AND t.no > loads.no)");
  update.bind(load.committed)
      .bind(load.committed)
      .bind(now)
      .bind(run_id)
      .bind(load.tenant_no)
      .bind(stream);
  update.bind(load.table).bind(load.chosen.committed->after).bind(load.chosen.committed->after);
  WEIR_TRY(const auto updated, update.run());
  return updated > 0;
}

}  // namespace

Result<std::uint64_t> Loads::committed() {
  return database_.read([&](soci::session& session) -> Result<std::uint64_t> {
    Statement newest(session, "SELECT COALESCE(MAX(no), 0) FROM batches");
    std::uint64_t no = 0;
    WEIR_CHECK(newest.into(no).next());
    return no;
  });
}

Result<void> Loads::add(const RunLease& lease, const TableLoad& load) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    WEIR_TRY(const StreamNo stream, find_stream_no(session, load.tenant_no, load.chosen.stream_id));
    std::optional<std::uint64_t> after;
    if (load.chosen.committed) {
      after = load.chosen.committed->after;
      WEIR_TRY(const bool extended, extend(session, lease.run_id, stream, load, database_.now()));
      if (extended) return {};
    }
    Statement insert(
        session,
        "INSERT INTO loads (run_id, tenant_no, stream_no, table_name, day_from,"
        " day_to, hour, committed, batch_after, truncates, fills, loaded_at, from_hour,"
        " to_hour) VALUES (:run, :tenant, :stream, :table, :from, :to, :hour,"
        " :committed, :after, :truncates, :fills, :at, :from_hour, :to_hour)");
    insert.bind(lease.run_id).bind(load.tenant_no).bind(stream).bind(load.table);
    insert.bind(load.chosen.from).bind(load.chosen.to).bind(load.chosen.hour);
    insert.bind(load.committed)
        .bind(after)
        .bind(load.truncates)
        .bind(load.fills)
        .bind(database_.now());
    insert.bind(load.chosen.from_hour).bind(load.chosen.to_hour);
    WEIR_CHECK(insert.run());
    return {};
  });
}

Result<void> Loads::note_emptied(std::uint32_t tenant_no, const std::string& table) {
  return database_.write([&](soci::session& session) -> Result<void> {
    // A row is of a stream, whichever it is here; a table that was never loaded needs none.
    Statement insert(session,
                     "INSERT INTO loads (run_id, tenant_no, stream_no, table_name, committed,"
                     " truncates, fills, loaded_at) SELECT '', tenant_no, stream_no, table_name, 0,"
                     " 1, 0, :at FROM loads WHERE tenant_no = :tenant AND table_name = :table"
                     " ORDER BY no DESC LIMIT 1");
    WEIR_CHECK(insert.bind(database_.now()).bind(tenant_no).bind(table).run());
    return {};
  });
}

Result<void> Loads::note_renamed(std::uint32_t tenant_no, const std::string& from,
                                 const std::string& to) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement update(session,
                     "UPDATE loads SET table_name = :to WHERE tenant_no = :tenant AND table_name = "
                     ":from");
    WEIR_CHECK(update.bind(to).bind(tenant_no).bind(from).run());
    return {};
  });
}

Result<std::vector<LoadedInto>> Loads::of(const Batch& batch) {
  return database_.read([&](soci::session& session) -> Result<std::vector<LoadedInto>> {
    Statement rows(session,
                   "SELECT l.table_name, l.run_id, l.loaded_at FROM loads l"
                   " WHERE l.stream_no = :stream AND l.fills = 1"
                   " AND (l.day_from IS NULL OR (l.day_from, l.from_hour) <= (:from, :from_hour))"
                   " AND (l.day_to IS NULL OR (l.day_to, l.to_hour) > (:to, :to_hour))"
                   " AND (l.hour IS NULL OR l.hour = :hour)"
                   " AND l.committed >= (SELECT b.no FROM batches b WHERE b.path = :path)"
                   " AND (l.batch_after IS NULL"
                   "   OR l.batch_after < (SELECT b.no FROM batches b WHERE b.path = :again))"
                   " AND NOT EXISTS (SELECT 1 FROM loads t WHERE t.tenant_no = l.tenant_no"
                   "   AND t.table_name = l.table_name AND t.truncates = 1 AND t.no > l.no)"
                   " ORDER BY l.no DESC LIMIT :most");
    rows.bind(batch.stream).bind(batch.day).bind(batch.hour).bind(batch.day).bind(batch.hour);
    rows.bind(batch.hour).bind(batch.path).bind(batch.path);
    LoadedInto row;
    rows.bind(limits::loads_looked_at_max).into(row.table).into(row.run_id).into(row.at);
    WEIR_TRY(const auto found, collect(rows, row));
    std::map<std::string, LoadedInto> newest;
    for (const LoadedInto& one : found)
      newest.try_emplace(one.table, one);
    std::vector<LoadedInto> out;
    out.reserve(newest.size());
    for (auto& [table, one] : newest)
      out.push_back(std::move(one));
    return out;
  });
}

}  // namespace weir::catalog
