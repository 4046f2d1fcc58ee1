#include "catalog/batches.hpp"

#include <algorithm>
#include <tuple>

#include "catalog/batch_rows.hpp"
#include "catalog/database.hpp"
#include "catalog/packed_records.hpp"
#include "catalog/paging.hpp"
#include "catalog/quarantine_rows.hpp"
#include "catalog/stream_rows.hpp"

// Reads of the manifest. Its questions are few and known, so each is one
// SQL statement whose conditions are put together from a filter, and no query builder is needed.
// Lists are read by the row's number and not by an offset, so that a page costs the same wherever
// it is and rows that are added meanwhile are neither missed nor seen twice.
namespace weir::catalog {
namespace {

constexpr const char* landed_by =
    " AND b.no IN (SELECT l.batch_no FROM run_files r JOIN landed_batches l"
    " ON l.landed_no = r.landed_no WHERE r.run_id = :landed_by)";

/// With days, these lead to the rows, and the + keeps SQLite from reading all others.
const char* within(const BatchFilter& filter) {
  return filter.from ? " AND +b.no > :beyond AND +b.no <= :up_to"
                     : " AND b.no > :beyond AND b.no <= :up_to";
}

/// The conditions of a filter, and their values in the same order. A tenant's streams only.
struct BatchQuery {
  BatchQuery(soci::session& session, const std::string& columns, std::uint32_t tenant_no,
             const BatchFilter& filter, const std::string& tail)
      : statement(session, "SELECT " + columns +
                               " FROM batches b JOIN streams s ON s.no = b.stream_no"
                               " WHERE s.tenant_no = :tenant" +
                               (filter.stream_id.empty() ? "" : " AND s.id = :stream") +
                               (filter.from ? " AND (b.day, b.hour) >= (:from, :from_hour)" : "") +
                               (filter.to ? " AND (b.day, b.hour) < (:to, :to_hour)" : "") +
                               (filter.hour ? " AND b.hour = :hour" : "") +
                               (filter.committed ? within(filter) : "") +
                               (filter.landed_by.empty() ? "" : landed_by) + tail) {
    statement.bind(tenant_no);
    if (!filter.stream_id.empty()) statement.bind(filter.stream_id);
    if (filter.from) statement.bind(*filter.from).bind(filter.from_hour);
    if (filter.to) statement.bind(*filter.to).bind(filter.to_hour);
    if (filter.hour) statement.bind(*filter.hour);
    if (filter.committed) statement.bind(filter.committed->after).bind(filter.committed->to);
    if (!filter.landed_by.empty()) statement.bind(filter.landed_by);
  }
  Statement statement;
};

bool owns(soci::session& session, std::uint32_t tenant_no, StreamNo stream) {
  Statement owner(session, "SELECT COUNT(*) FROM streams WHERE no = :no AND tenant_no = :t");
  int owned = 0;
  return owner.bind(stream).bind(tenant_no).into(owned).next() && owned > 0;
}

/// Whether the batcher has moved past the record.
Result<Sequence> next_to_account(soci::session& session, PartitionNo partition, StreamNo stream) {
  Statement position(session,
                     "SELECT next_sequence FROM stream_positions WHERE partition_no = :partition"
                     " AND stream_no = :stream");
  Sequence next;
  position.bind(partition).bind(stream).into(next);
  WEIR_TRY(const bool found, position.next());
  return found ? next : Sequence{1};
}

Result<bool> is_accounted(soci::session& session, const Address& address) {
  WEIR_TRY(const Sequence next, next_to_account(session, address.partition, address.stream));
  return address.sequence < next;
}

/// Rows do not overlap: the last one that begins at or before the record, if it holds it.
Result<std::optional<Sequence>> find_original(soci::session& session, const Address& address) {
  Statement rows(session,
                 "SELECT pairs FROM duplicates WHERE stream_no = :stream AND partition_no = :p"
                 " AND first_sequence <= :at AND last_sequence >= :at_least"
                 " ORDER BY first_sequence DESC LIMIT 1");
  std::string bytes;
  rows.bind(address.stream).bind(address.partition).bind(address.sequence);
  rows.bind(address.sequence).into_bytes(bytes);
  WEIR_TRY(const bool found, rows.next());
  if (!found) return std::nullopt;
  WEIR_TRY(const auto pairs, decode_duplicates(bytes));
  const auto at = std::lower_bound(
      pairs.begin(), pairs.end(), address.sequence,
      [](const Duplicate& pair, Sequence sequence) { return pair.sequence < sequence; });
  if (at == pairs.end() || at->sequence != address.sequence) return std::nullopt;
  return at->of;
}

}  // namespace

void batch_into(Statement& statement, Batch& row) {
  statement.into(row.path).into(row.stream).into(row.partition).into(row.day).into(row.hour);
  statement.into(row.first_sequence).into(row.last_sequence).into(row.records);
  statement.into(row.quarantined).into(row.duplicates).into(row.bytes).into(row.sha256);
  statement.into(row.first_received_at).into(row.last_received_at);
}

Result<Checkpoint> Batches::checkpoint(PartitionNo partition) {
  return database_.read([&](soci::session& session) -> Result<Checkpoint> {
    Statement statement(session,
                        "SELECT lsn, version FROM partition_checkpoints WHERE partition_no = :p");
    Checkpoint row;
    statement.bind(partition).into(row.lsn).into(row.version);
    WEIR_TRY(const auto found, first(statement, row));
    return found.value_or(Checkpoint{});
  });
}

Result<std::vector<PartitionNo>> Batches::partitions() {
  return database_.read([&](soci::session& session) -> Result<std::vector<PartitionNo>> {
    Statement statement(session,
                        "SELECT partition_no FROM partition_checkpoints ORDER BY partition_no");
    PartitionNo row;
    statement.into(row);
    return collect(statement, row);
  });
}

Result<std::unordered_map<StreamNo, Sequence>> Batches::positions(PartitionNo partition) {
  using Positions = std::unordered_map<StreamNo, Sequence>;
  return database_.read([&](soci::session& session) -> Result<Positions> {
    Statement statement(session,
                        "SELECT stream_no, next_sequence FROM stream_positions"
                        " WHERE partition_no = :partition");
    std::pair<StreamNo, Sequence> row;
    statement.bind(partition).into(row.first).into(row.second);
    WEIR_TRY(const auto rows, collect(statement, row));
    return Positions(rows.begin(), rows.end());
  });
}

Result<Sequence> Batches::position(PartitionNo partition, StreamNo stream) {
  return database_.read([&](soci::session& session) -> Result<Sequence> {
    return next_to_account(session, partition, stream);
  });
}

Result<std::vector<KeyPrint>> Batches::key_prints(PartitionNo partition, std::uint64_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<KeyPrint>> {
    Statement rows(session,
                   "SELECT stream_no, prints FROM idempotency_keys WHERE partition_no = :p"
                   " ORDER BY last_received_at DESC, no DESC");
    StreamNo stream;
    std::string bytes;
    rows.bind(partition).into(stream).into_bytes(bytes);
    std::vector<KeyPrint> prints;
    while (prints.size() < count) {
      WEIR_TRY(const bool more, rows.next());
      if (!more) break;
      WEIR_CHECK(decode_prints(bytes, stream, prints));
    }
    std::sort(prints.begin(), prints.end(), [](const KeyPrint& a, const KeyPrint& b) {
      return std::tie(a.received_at, a.stream, a.sequence) <
             std::tie(b.received_at, b.stream, b.sequence);
    });
    return prints;
  });
}

Result<std::vector<Batch>> Batches::find(std::uint32_t tenant_no, const BatchFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Batch>> {
    WEIR_CHECK(check_stream(session, tenant_no, filter.stream_id));
    BatchQuery query(session, batch_columns, tenant_no, filter,
                     " ORDER BY b.day, b.hour, b.partition_no, b.first_sequence, b.stream_no");
    Batch row;
    batch_into(query.statement, row);
    return collect(query.statement, row);
  });
}

Result<SourceHours> Batches::hours_with_records(std::uint32_t tenant_no,
                                                const BatchFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<SourceHours> {
    WEIR_TRY(const StreamNo stream, find_stream_no(session, tenant_no, filter.stream_id));
    BatchQuery query(session, "b.day, b.hour", tenant_no, filter,
                     " AND b.records > 0 GROUP BY b.day, b.hour ORDER BY b.day, b.hour");
    Batch row;
    query.statement.into(row.day).into(row.hour);
    SourceHours found;
    WEIR_TRY(const auto batches, collect(query.statement, row));
    for (const Batch& batch : batches)
      found.hours.push_back(batch.day + std::chrono::hours(batch.hour));
    Statement open(session,
                   "SELECT day, hour FROM hours WHERE stream_no = :stream AND manifest_path IS NULL"
                   " ORDER BY day, hour LIMIT 1");
    Hour hour;
    open.bind(stream).into(hour.day).into(hour.hour);
    WEIR_TRY(const bool is_open, open.next());
    if (is_open) {
      found.sealed_to = hour.day + std::chrono::hours(hour.hour);
      return found;
    }
    Statement sealed(session,
                     "SELECT day, hour FROM hours WHERE stream_no = :stream"
                     " ORDER BY day DESC, hour DESC LIMIT 1");
    sealed.bind(stream).into(hour.day).into(hour.hour);
    WEIR_TRY(const bool any, sealed.next());
    // An hour without records has no row, so it is waited for instead.
    found.sealed_to =
        std::chrono::floor<std::chrono::hours>(database_.now() - quiet_hour_sealed_after);
    if (any) found.sealed_to = std::max(found.sealed_to, hour.end());
    return found;
  });
}

Result<Page<Batch>> Batches::list(std::uint32_t tenant_no, const BatchFilter& filter,
                                  const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<Batch>> {
    WEIR_CHECK(check_stream(session, tenant_no, filter.stream_id));
    const ListOf batches{.name = "batches", .number = "b.no"};
    BatchQuery query(session, std::string("b.no, ") + batch_columns, tenant_no, filter,
                     page_sql(batches, page));
    return read_page<Batch>(query.statement, batches, page,
                            [](Statement& statement, Batch& row) { batch_into(statement, row); });
  });
}

Result<std::vector<Batch>> Batches::newest(std::uint32_t tenant_no, const std::string& stream_id,
                                           std::uint32_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Batch>> {
    WEIR_TRY(const StreamNo stream, find_stream_no(session, tenant_no, stream_id));
    Statement statement(session, std::string("SELECT ") + batch_columns +
                                     " FROM batches b WHERE b.stream_no = :stream ORDER BY b.day"
                                     " DESC, b.hour DESC, b.partition_no DESC, b.first_sequence"
                                     " DESC LIMIT :count");
    Batch row;
    batch_into(statement.bind(stream).bind(count), row);
    WEIR_TRY(auto files, collect(statement, row));
    std::reverse(files.begin(), files.end());
    return files;
  });
}

Result<std::optional<Batch>> Batches::find_path(std::uint32_t tenant_no, const std::string& path) {
  return database_.read([&](soci::session& session) -> Result<std::optional<Batch>> {
    Statement statement(session, std::string("SELECT ") + batch_columns +
                                     " FROM batches b JOIN streams s ON s.no = b.stream_no"
                                     " WHERE b.path = :path AND s.tenant_no = :tenant");
    Batch row;
    batch_into(statement.bind(path).bind(tenant_no), row);
    return first(statement, row);
  });
}

Result<Batches::Place> Batches::place(std::uint32_t tenant_no, const Address& address) {
  return database_.read([&](soci::session& session) -> Result<Place> {
    Place place;
    if (!owns(session, tenant_no, address.stream))
      return fail(Errc::not_found, "The record is of no stream of this tenant.");
    WEIR_TRY(place.accounted, is_accounted(session, address));
    if (!place.accounted) return place;
    WEIR_TRY(place.quarantined, find_quarantined(session, tenant_no, address));
    if (place.quarantined) return place;
    WEIR_TRY(place.duplicate_of, find_original(session, address));
    if (place.duplicate_of) return place;
    // Ranges do not overlap: the last one that begins at or before the record, if it reaches it.
    Statement files(session, std::string("SELECT ") + batch_columns +
                                 " FROM batches b WHERE b.stream_no = :stream"
                                 " AND b.partition_no = :partition AND b.first_sequence <= :at"
                                 " ORDER BY b.first_sequence DESC LIMIT 1");
    Batch batch;
    batch_into(files.bind(address.stream).bind(address.partition).bind(address.sequence), batch);
    WEIR_TRY(auto found, first(files, batch));
    if (found && address.sequence <= found->last_sequence) place.batch = std::move(found);
    return place;
  });
}

Result<Batches::Totals> Batches::totals(std::uint32_t tenant_no, const std::string& stream_id) {
  return database_.read([&](soci::session& session) -> Result<Totals> {
    WEIR_TRY(const StreamNo stream, find_stream_no(session, tenant_no, stream_id));
    Totals totals;
    Statement files(session,
                    "SELECT COALESCE(SUM(records), 0), COUNT(*), COALESCE(SUM(bytes), 0)"
                    " FROM batches WHERE stream_no = :stream");
    files.bind(stream).into(totals.in_files).into(totals.files).into(totals.bytes);
    WEIR_CHECK(files.next());
    Statement aside(session, "SELECT COUNT(*) FROM quarantine WHERE stream_no = :stream");
    WEIR_CHECK(aside.bind(stream).into(totals.quarantined).next());
    Statement twice(session,
                    "SELECT COALESCE(SUM(records), 0) FROM duplicates WHERE stream_no = :stream");
    WEIR_CHECK(twice.bind(stream).into(totals.duplicates).next());
    return totals;
  });
}

}  // namespace weir::catalog
