// What is written down comes first: the table has each row's origin, and the ledger each load's
// files. What no load writes down, since it would cost every load as much as the load itself, is
// found out when somebody asks: which rows of the record lost, were wrong, or were never made. The
// operations are done again for that one record. Where a query puts records together, all of its
// files are read twice: once as they are, and once with the record marked, since a mark may change
// which of two equal rows comes first.

#include "engine/duckdb/tables/trace.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "engine/dialect/dialect.hpp"
#include "engine/duckdb/engine_limits.hpp"
#include "engine/duckdb/reader/record_finder.hpp"
#include "engine/duckdb/sql.hpp"
#include "engine/duckdb/tables/definition.hpp"
#include "engine/duckdb/tables/domain_table.hpp"
#include "engine/duckdb/tables/history.hpp"
#include "engine/duckdb/tables/ledger.hpp"
#include "engine/duckdb/tables/mended_records.hpp"
#include "engine/duckdb/tables/shadow.hpp"
#include "engine/duckdb/tables/stage.hpp"
#include "engine/duckdb/tables/staged_errors.hpp"
#include "engine/duckdb/tables/stored_table.hpp"

namespace weir::engine::duckdb {

namespace {

using Cell = std::optional<std::string>;

/// An origin in SQL, and one as two cells.
Sql origin_sql(Origin origin) {
  return sql("((CAST($ AS UHUGEINT) << 64) | CAST($ AS UHUGEINT))", origin.high, origin.low);
}
Sql origin_cells(const char* column) {
  const Sql place = Sql::verbatim(column);
  return sql(
      "CAST(CAST($ >> 64 AS UBIGINT) AS VARCHAR), "
      "CAST(CAST($ & 18446744073709551615 AS UBIGINT) AS VARCHAR)",
      place, place);
}
Origin origin_of_cells(const Cell& high, const Cell& low) {
  return {Connection::number(high), Connection::number(low)};
}

/// Whether a failure is one of the call and not of what was asked.
bool is_ours(const Error& error) {
  return error.code != Errc::bad_request && error.code != Errc::conflict &&
         error.code != Errc::corrupt && error.code != Errc::not_found;
}

class Tracer {
 public:
  Tracer(Tenant& tenant, Connection& connection, const Load& load, const Record& record)
      : tenant_(tenant), connection_(connection), load_(load), record_(record) {}

  Result<Trace> trace() {
    WEIR_TRY(standing_, stored_table(connection_, load_.table));
    WEIR_TRY(chosen_.mended, mended_records(connection_));
    WEIR_TRY(loads_, ledger(connection_, {.table = load_.table, .file = record_.file.name()}));
    Trace out;
    const LoadRecord* done = last(LoadState::done);
    if (!loads_.empty()) out.load = done != nullptr ? *done : loads_.front();
    if (!standing_) {
      out.fate = done != nullptr ? Fate::removed : without_rows();
      return out;
    }
    WEIR_TRY(origins_, record_origins());
    WEIR_TRY(standing_rows_, rows_of(origins_));
    const bool forgotten = loads_.empty() && !load_.id.run.empty();
    if (done == nullptr && !forgotten && standing_rows_.empty() &&
        (loads_.empty() || loads_.front().state == LoadState::undone)) {
      out.fate = without_rows();
      return out;
    }
    const bool refused = done == nullptr && !loads_.empty();
    const auto evaluated = evaluate();
    if (!evaluated && is_ours(evaluated.error())) return fail(evaluated.error());
    if (!evaluated) {
      out.why = "What else became of it cannot be found out: " + evaluated.error().message;
    } else {
      WEIR_TRY(out.rows, refused ? fates_of_refused() : fates());
    }
    add_earlier_rows(out.rows);
    // A document may have no rows; a line is one.
    const bool found = !origins_.empty() || !out.rows.empty() || record_.format == FileFormat::cbor;
    if (evaluated && !found)
      out.why = "The index of its file is lost, so it cannot be told from the others in it.";
    out.fate = out.rows.empty() && !out.why.empty() ? Fate::unknown : fate_of(out.rows);
    if (out.rows.empty() && refused) out.fate = Fate::over_threshold;
    const bool judged = evaluated && out.fate != Fate::loaded && !noted_;
    if (judged && out.load && out.why.empty()) {
      WEIR_TRY(out.why, why_otherwise(*out.load));
    }
    if (out.fate == Fate::removed) {
      WEIR_TRY(out.why, why_removed(done));
    }
    return out;
  }

 private:
  /// Where no load brought the file into the table.
  Fate without_rows() const {
    if (loads_.empty()) return Fate::not_loaded;
    return loads_.front().state == LoadState::undone ? Fate::undone : Fate::over_threshold;
  }

  const LoadRecord* last(LoadState state) const {
    const auto found = std::find_if(loads_.begin(), loads_.end(),
                                    [&](const LoadRecord& each) { return each.state == state; });
    return found == loads_.end() ? nullptr : &*found;
  }
  /// The number of the first load that brought the file into the table.
  std::uint64_t first_done() const {
    std::uint64_t first = 0;
    for (const LoadRecord& each : loads_) {
      if (each.state == LoadState::done) first = each.counts.load;
    }
    return first;
  }

  Focus focus(bool alone) const { return {record_.file.name(), record_.receipt, alone}; }

  /// The places of the record's rows in its file, under each row tag.
  Result<std::vector<Origin>> record_origins() {
    std::set<std::string> tags;
    std::set<Origin> found;
    std::vector<Source> sources;
    for (const Operation& operation : load_.operations) {
      for (const Source& source : operation.sources) {
        if (tags.insert(source.row_tag).second) sources.push_back(source);
      }
    }
    if (sources.empty()) sources.push_back({.format = record_.format});
    for (Source& source : sources) {
      source.files = {record_.file};
      WEIR_TRY(OpenSources opened,
               source.format == FileFormat::ndjson
                   ? OpenSources::open_as_text(tenant_, source, {}, chosen_)
                   : OpenSources::open(tenant_, {source}, load_.allowance, chosen_));
      opened.focus(focus(true));
      const auto cells =
          connection_.cells(sql("SELECT $ FROM $ LIMIT $", origin_cells("origin"),
                                Sql::verbatim(opened.first_sql()), limits::traced_rows_max));
      if (!cells) return opened.failure(cells.error());
      for (const auto& row : *cells)
        found.insert(origin_of_cells(row[0], row[1]));
    }
    return std::vector<Origin>(found.begin(), found.end());
  }

  /// The rows that stand and are of the record.
  Result<std::vector<RowRecord>> rows_of(const std::vector<Origin>& origins) {
    std::vector<RowRecord> out;
    if (origins.empty()) return out;
    std::vector<Sql> places;
    places.reserve(origins.size());
    for (const Origin origin : origins)
      places.push_back(origin_sql(origin));
    WEIR_TRY(const auto cells,
             connection_.cells(sql("SELECT pk, load, $ FROM $ WHERE origin IN ($) LIMIT $",
                                   origin_cells("origin"), with_pk(*standing_, standing_->in_sql()),
                                   join(places, ", "), limits::traced_rows_max)));
    for (const auto& row : cells)
      out.push_back(row_record(row[0], row[1], row[2], row[3]));
    return out;
  }

  static RowRecord row_record(const Cell& pk, const Cell& load, const Cell& high, const Cell& low) {
    RowRecord out;
    out.pk = pk.value_or("");
    out.load = Connection::number(load);
    out.origin = origin_of_cells(high, low);
    return out;
  }

  /// Stages the rows that are made of the record, with their true origins.
  Result<void> evaluate() {
    if (load_.operations.empty())
      return fail(Errc::bad_request, "no courier loads its stream into the table now");
    WEIR_TRY(table_, plan_table(connection_, load_));
    std::vector<std::size_t> together;  // operations that put records together
    for (std::size_t i = 0; i < load_.operations.size(); ++i) {
      const std::string& query = load_.operations[i].query;
      if (!query.empty() && !dialect::is_by_record(query)) together.push_back(i);
    }
    if (!together.empty()) {
      WEIR_CHECK(create_staged(connection_, load_));
      for (const std::size_t i : together)
        WEIR_CHECK(stage(connection_, tenant_, load_, table_, i, std::nullopt, chosen_));
      WEIR_CHECK(connection_.run("ALTER TABLE weir_staged RENAME TO weir_unmarked"));
    }
    WEIR_CHECK(create_staged(connection_, load_));
    for (std::size_t i = 0; i < load_.operations.size(); ++i) {
      const bool alone = std::find(together.begin(), together.end(), i) == together.end();
      Load one = load_;
      for (Source& source : one.operations[i].sources) {
        // An inferred schema is that of all files.
        if (alone && !source.schema_json.empty()) source.files = {record_.file};
        if (alone && one.operations[i].query.empty()) source.files = {record_.file};
      }
      WEIR_CHECK(stage(connection_, tenant_, one, table_, i, focus(alone), chosen_));
    }
    if (together.empty()) return {};
    return take_marked(together);
  }

  /// Of operations that put records together: the rows with a mark, as they are without it.
  Result<void> take_marked(const std::vector<std::size_t>& together) {
    std::vector<Sql> ops;
    ops.reserve(together.size());
    for (const std::size_t i : together)
      ops.push_back(sql("$", i));
    const Sql mark = Sql::verbatim(focus_bit);
    return connection_.run(
        sql("DELETE FROM weir_staged WHERE op IN ($) AND origin < $; "
            // The row itself, or the one that has its key where the mark changed it.
            "UPDATE weir_staged AS s SET origin = u.origin FROM "
            "(SELECT op, uuid, row_hash, max(origin) AS origin FROM weir_unmarked GROUP BY ALL) u "
            "WHERE s.bad IS NULL AND s.op = u.op AND s.uuid = u.uuid AND s.row_hash = u.row_hash; "
            "UPDATE weir_staged AS s SET origin = u.origin, row_hash = u.row_hash FROM "
            "(SELECT op, uuid, max(origin) AS origin, arg_max(row_hash, origin) AS row_hash "
            "FROM weir_unmarked WHERE bad IS NULL GROUP BY ALL) u "
            "WHERE s.bad IS NULL AND s.origin >= $ AND s.op = u.op AND s.uuid = u.uuid; "
            "UPDATE weir_staged SET origin = origin & ($ - 1) WHERE origin >= $",
            join(ops, ", "), mark, mark, mark, mark));
  }

  /// Rows with fields that the feed cannot take: as the load noted them down, or as they are found
  /// now.
  Result<std::vector<TracedRow>> errors() {
    WEIR_TRY(std::vector<RowError> found, noted_errors());
    noted_ = !found.empty();
    if (!noted_) {
      WEIR_TRY(auto staged, staged_errors(connection_, tenant_, load_));
      for (LoggedError& each : staged) {
        // Lines that are no records come with all rows of their file.
        if (each.receipt.empty() || each.receipt == record_.receipt)
          found.push_back(std::move(each.error));
      }
    }
    std::vector<TracedRow> out;
    std::set<std::string> fields;  // of the row; one that comes again is another row's
    for (RowError& each : found) {
      const bool same = !out.empty() && out.back().errors.front().row == each.row &&
                        !each.field.empty() && fields.insert(each.field).second;
      if (!same) {
        fields = {each.field};
        out.emplace_back().fate = Fate::error;
      }
      out.back().errors.push_back(std::move(each));
    }
    return out;
  }

  /// Of the last load that read the file.
  Result<std::vector<RowError>> noted_errors() {
    std::vector<RowError> out;
    if (loads_.empty()) return out;
    std::vector<Sql> rows{sql("-1")};
    for (const Origin origin : origins_)
      rows.push_back(sql("$", row_of(origin)));
    WEIR_TRY(const auto cells,
             connection_.cells(sql("SELECT row, field, value, reason FROM $ WHERE load = $ AND "
                                   "file = $ AND (receipt = $ OR row IN ($)) ORDER BY no LIMIT $",
                                   stored("row_errors"), loads_.front().counts.load,
                                   Text{record_.file.name()}, Text{record_.receipt},
                                   join(rows, ", "), limits::traced_rows_max)));
    for (const auto& row : cells)
      out.push_back({record_.file.name(), Connection::number(row[0]), row[1].value_or(""),
                     row[2].value_or(""), row[3].value_or("")});
    return out;
  }

  /// Of a load over the threshold.
  Result<std::vector<TracedRow>> fates_of_refused() {
    WEIR_TRY(auto out, errors());
    WEIR_TRY(const auto cells,
             connection_.cells(sql("SELECT $ FROM weir_staged WHERE bad IS NULL "
                                   "LIMIT $",
                                   Sql::verbatim(pk_of(load_)), limits::traced_rows_max)));
    for (const auto& row : cells) {
      out.emplace_back().fate = Fate::over_threshold;
      out.back().pk = row[0].value_or("");
    }
    return out;
  }

  /// Compares what the record makes with what stands.
  Result<std::vector<TracedRow>> fates() {
    WEIR_TRY(auto out, errors());
    // A row of the record may have lost to another of its own.
    WEIR_TRY(const auto cells,
             connection_.cells(sql(
                 "SELECT $, t.pk, t.load, $, $, t.row_hash = s.row_hash, "
                 "EXISTS (SELECT 1 FROM weir_staged o WHERE o.uuid = t.uuid AND "
                 "o.row_hash = t.row_hash AND o.origin = t.origin), CAST(s.uuid AS VARCHAR) "
                 "FROM weir_staged s LEFT JOIN $ t ON t.uuid = s.uuid WHERE s.bad IS NULL "
                 "ORDER BY s.op, s.origin, s.row, s.uuid, s.row_hash LIMIT $",
                 Sql::verbatim(pk_of(load_)), origin_cells("s.origin"), origin_cells("t.origin"),
                 with_pk(*standing_, standing_->in_sql()), limits::traced_rows_max)));
    for (const auto& row : cells) {
      TracedRow one;
      one.pk = row[0].value_or("");
      const std::string uuid = row[9].value_or("");
      const Origin own = origin_of_cells(row[3], row[4]);
      if (row[1]) {
        one.standing = row_record(row[1], row[2], row[5], row[6]);
        told_.insert(one.standing->pk);
      }
      WEIR_TRY(one.fate, fate_beside(one.standing, own, row[7] == "true", row[8] == "true", uuid));
      if (one.fate == Fate::removed && noted_) continue;  // its error tells why
      if (one.fate == Fate::removed || one.fate == Fate::undone) one.standing.reset();
      if (one.standing) WEIR_CHECK(complete(connection_, *one.standing));
      out.push_back(std::move(one));
    }
    return out;
  }

  Result<Fate> fate_beside(const std::optional<RowRecord>& standing, Origin own, bool equal,
                           bool brother, const std::string& uuid) {
    if (standing && standing->origin == own)
      return equal || !brother ? Fate::loaded : Fate::rejected;
    WEIR_TRY(const std::uint64_t until, stood_until(uuid, own));
    if (until > 0) {
      WEIR_TRY(const auto change, ledger(connection_, {.before = until + 1, .most = 1}));
      const bool told = !change.empty() && change.front().counts.load == until;
      if (told && change.front().kind == ChangeKind::undo) return Fate::undone;
      if (told && change.front().kind != ChangeKind::load) gone_by_ = change.front();
      if (standing) return Fate::replaced;
      return Fate::removed;
    }
    if (!standing) return Fate::removed;
    const bool by_place = load_.last_updated.empty() && load_.keep == Keep::latest;
    // The record would win: so it was not this feed and query that were loaded.
    if (by_place && standing->origin < own) return Fate::removed;
    WEIR_TRY(const std::uint64_t reach, reach_of(connection_, *standing_));
    const std::uint64_t first = first_done();
    return first > 0 && (standing->load <= first || reach <= first) ? Fate::rejected : Fate::lost;
  }

  /// The change by which a row of the record, with that key, stood no more; 0: none that the
  /// history has.
  Result<std::uint64_t> stood_until(const std::string& uuid, Origin own) {
    return connection_.count(
        sql("SELECT coalesce(max(replaced_by), 0) FROM (SELECT uuid, origin, replaced_by FROM $ "
            "UNION ALL SELECT uuid, origin, replaced_by FROM $) WHERE uuid = CAST($ AS UUID) AND "
            "origin = $",
            past_rows(*standing_), origins_of(*standing_), Text{uuid}, origin_sql(own)));
  }

  /// Rows that stand and are of the record, though the feed and query of now make none like them.
  void add_earlier_rows(std::vector<TracedRow>& rows) const {
    for (const RowRecord& each : standing_rows_) {
      if (told_.count(each.pk) > 0) continue;
      TracedRow& row = rows.emplace_back();
      row.fate = Fate::loaded;
      row.pk = each.pk;
      row.standing = each;
    }
  }

  /// What the ledger and the table do not tell is judged by the load as it would be now.
  Result<std::string> why_otherwise(const LoadRecord& load) {
    WEIR_TRY(const std::string then, definition_of_load(connection_, load.counts.load));
    if (then.empty() || then == definition_of(load_)) return std::string();
    return "The feed, its query or its courier was changed since load " +
           std::to_string(load.counts.load) + "; this is told by them as they are now.";
  }

  Result<std::string> why_removed(const LoadRecord* done) {
    if (gone_by_)
      return std::string(gone_by_->kind == ChangeKind::removal ? "Rows were removed since"
                                                               : "The table was changed since") +
             (gone_by_->note.empty() ? "" : ", by " + gone_by_->note) + " (change " +
             std::to_string(gone_by_->counts.load) + ").";
    const std::uint64_t load = done == nullptr ? 0 : done->counts.load;
    WEIR_TRY(const auto emptied,
             connection_.cells(sql("SELECT no, run FROM $ WHERE name = $ AND no > $ AND truncated "
                                   "AND state = 'done' ORDER BY no LIMIT 1",
                                   stored("loads"), Text{load_.table}, load)));
    if (!emptied.empty()) {
      const std::string run = emptied[0][1].value_or("");
      return "The table was emptied since, by load " + *emptied[0][0] +
             (run.empty() ? "." : " of run " + run + ".");
    }
    return "Since it was loaded rows were removed, or the feed or its query was changed. Load its "
           "day again to have it in the table.";
  }

 public:
  /// Adds what the ledger has of the row's load and file.
  static Result<void> complete(Connection& connection, RowRecord& row) {
    WEIR_TRY(const auto loads, ledger(connection, {.before = row.load + 1, .most = 1}));
    if (!loads.empty() && loads[0].counts.load == row.load) {
      row.id = loads[0].id;
      row.at = loads[0].at;
    }
    WEIR_TRY(const auto files,
             connection.cells(sql("SELECT file FROM $ WHERE origin = $ LIMIT 1",
                                  stored("load_files"), origin_sql(file_of(row.origin)))));
    if (!files.empty()) row.file = files[0][0].value_or("");
    return {};
  }

 private:
  Tenant& tenant_;
  Connection& connection_;
  const Load& load_;
  const Record& record_;
  std::optional<StoredTable> standing_;
  ChosenRecords chosen_;           // with the records that were mended, as loads take them
  std::vector<LoadRecord> loads_;  // that read the record's file, newest first
  std::vector<Origin> origins_;    // of the record
  bool noted_ = false;             // its errors are in the log
  std::vector<RowRecord> standing_rows_;
  DomainTable table_;
  std::optional<LoadRecord> gone_by_;  // what removed a row of the record, unless a load
  std::set<std::string> told_;         // the keys of rows that stand
};

}  // namespace

Result<Trace> trace_record(Tenant& tenant, const Load& load, const Record& record) {
  WEIR_TRY(Connection connection, tenant.connect(load.allowance));
  // For its temporary tables; goes back.
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection));
  return Tracer(tenant, connection, load, record).trace();
}

Result<RowRecord> record_of_row(Tenant& tenant, const std::string& table, const std::string& key) {
  WEIR_TRY(Connection connection, tenant.connect({.time = limits::tables_listed_within}));
  WEIR_TRY(const Transaction transaction, Transaction::begin(connection, true));
  WEIR_TRY(const auto standing, stored_table(connection, table));
  if (!standing) return fail(Errc::not_found, "there is no table " + quote_name(table));
  const Sql by_key = Sql::verbatim(uuid_sql(keyed_by(standing->name), sql("$", Text{key})));
  WEIR_TRY(const auto cells,
           connection.cells(sql("SELECT pk, load, $ FROM $ WHERE uuid IN ($, TRY_CAST($ AS UUID)) "
                                "ORDER BY uuid = $ DESC LIMIT 1",
                                origin_cells("origin"), with_pk(*standing, standing->in_sql()),
                                by_key, Text{key}, by_key)));
  if (cells.empty())
    return fail(Errc::not_found, "the table " + quote_name(standing->name) +
                                     " has no row whose _pk or _uuid_pk is \"" + key + "\"");
  RowRecord out;
  out.pk = cells[0][0].value_or("");
  out.load = Connection::number(cells[0][1]);
  out.origin = origin_of_cells(cells[0][2], cells[0][3]);
  WEIR_CHECK(Tracer::complete(connection, out));
  return out;
}

Result<std::string> receipt_of_row(const Tenant& tenant, const Source& source, std::uint64_t row) {
  const SourceFile& file = source.files.front();
  if (source.format == FileFormat::ndjson && file.records > 0 && row > file.records)
    return std::string();
  WEIR_TRY(const ReadPlan plan, plan_of(tenant, source));
  WEIR_TRY(const auto finder, RecordFinder::open(plan));
  WEIR_TRY(auto found, finder->of_row(row));
  return found ? std::move(found->receipt) : std::string();
}

}  // namespace weir::engine::duckdb
