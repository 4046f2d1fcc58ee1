#include "catalog/batches.hpp"

#include <algorithm>

#include "catalog/database.hpp"
#include "catalog/paging.hpp"
#include "catalog/stream_rows.hpp"

namespace weir::catalog {
namespace {

constexpr const char* batch_columns =
    "b.path, b.stream_no, b.partition_no, b.day, b.hour, b.first_sequence, b.last_sequence,"
    " b.records, b.quarantined, b.bytes, b.sha256, b.first_received_at, b.last_received_at";

void into(Statement& statement, Batch& row) {
  statement.into(row.path).into(row.stream).into(row.partition).into(row.day).into(row.hour);
  statement.into(row.first_sequence).into(row.last_sequence).into(row.records);
  statement.into(row.quarantined).into(row.bytes).into(row.sha256);
  statement.into(row.first_received_at).into(row.last_received_at);
}

constexpr const char* quarantine_columns =
    "q.stream_no, q.partition_no, q.sequence, q.received_at, q.type, q.reason, q.body";

void into(Statement& statement, Quarantined& row) {
  statement.into(row.address.stream).into(row.address.partition).into(row.address.sequence);
  statement.into(row.received_at).into(row.type).into(row.reason).into_bytes(row.body);
}

/// The conditions of a filter, and their values in the same order. A tenant's streams only.
struct BatchQuery {
  BatchQuery(soci::session& session, const std::string& number, std::uint32_t tenant_no,
             const BatchFilter& filter, const std::string& tail)
      : statement(session, "SELECT " + number + batch_columns +
                               " FROM batches b JOIN streams s ON s.no = b.stream_no"
                               " WHERE s.tenant_no = :tenant" +
                               (filter.stream_id.empty() ? "" : " AND s.id = :stream") +
                               (filter.from ? " AND b.day >= :from" : "") +
                               (filter.to ? " AND b.day < :to" : "") +
                               (filter.hour ? " AND b.hour = :hour" : "") + tail) {
    statement.bind(tenant_no);
    if (!filter.stream_id.empty()) statement.bind(filter.stream_id);
    if (filter.from) statement.bind(*filter.from);
    if (filter.to) statement.bind(*filter.to);
    if (filter.hour) statement.bind(*filter.hour);
  }
  Statement statement;
};

Result<void> check_stream(soci::session& session, std::uint32_t tenant_no,
                          const std::string& stream_id) {
  if (stream_id.empty()) return {};
  WEIR_CHECK(find_stream_no(session, tenant_no, stream_id));
  return {};
}

}  // namespace

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

Result<std::vector<Batch>> Batches::find(std::uint32_t tenant_no, const BatchFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Batch>> {
    WEIR_CHECK(check_stream(session, tenant_no, filter.stream_id));
    BatchQuery query(session, "", tenant_no, filter,
                     " ORDER BY b.day, b.hour, b.partition_no, b.first_sequence, b.stream_no");
    Batch row;
    into(query.statement, row);
    return collect(query.statement, row);
  });
}

Result<Page<Batch>> Batches::list(std::uint32_t tenant_no, const BatchFilter& filter,
                                  const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<Batch>> {
    WEIR_CHECK(check_stream(session, tenant_no, filter.stream_id));
    BatchQuery query(session, "b.no, ", tenant_no, filter,
                     " AND b.no > :after ORDER BY b.no LIMIT :limit");
    return read_page<Batch>(query.statement, "batches", page,
                            [](Statement& statement, Batch& row) { into(statement, row); });
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
    into(statement.bind(stream).bind(count), row);
    WEIR_TRY(auto files, collect(statement, row));
    std::reverse(files.begin(), files.end());
    return files;
  });
}

Result<Page<Quarantined>> Batches::quarantined(std::uint32_t tenant_no,
                                               const std::optional<std::string>& stream_id,
                                               const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<Quarantined>> {
    if (stream_id) WEIR_CHECK(check_stream(session, tenant_no, *stream_id));
    Statement statement(session, std::string("SELECT q.no, ") + quarantine_columns +
                                     " FROM quarantine q JOIN streams s ON s.no = q.stream_no"
                                     " WHERE s.tenant_no = :tenant" +
                                     (stream_id ? " AND s.id = :stream" : "") +
                                     " AND q.no > :after ORDER BY q.no LIMIT :limit");
    statement.bind(tenant_no);
    if (stream_id) statement.bind(*stream_id);
    return read_page<Quarantined>(
        statement, "quarantine", page, [](Statement& read, Quarantined& row) { into(read, row); },
        [bytes = std::uint64_t{0}](const Quarantined& row) mutable {
          bytes += row.body.size();
          return bytes >= limits::quarantine_page_bytes_max;
        });
  });
}

Result<Batches::Place> Batches::place(std::uint32_t tenant_no, const Address& address) {
  return database_.read([&](soci::session& session) -> Result<Place> {
    Place place;
    Statement owner(session, "SELECT COUNT(*) FROM streams WHERE no = :no AND tenant_no = :t");
    int owned = 0;
    WEIR_CHECK(owner.bind(address.stream).bind(tenant_no).into(owned).next());
    if (owned == 0) return fail(Errc::not_found, "The record is of no stream of this tenant.");
    Statement aside(session, std::string("SELECT ") + quarantine_columns +
                                 " FROM quarantine q WHERE q.stream_no = :stream"
                                 " AND q.partition_no = :partition AND q.sequence = :sequence");
    Quarantined record;
    into(aside.bind(address.stream).bind(address.partition).bind(address.sequence), record);
    WEIR_TRY(place.quarantined, first(aside, record));
    if (place.quarantined) return place;
    // Ranges do not overlap: the last one that begins at or before the record, if it reaches it.
    Statement files(session, std::string("SELECT ") + batch_columns +
                                 " FROM batches b WHERE b.stream_no = :stream"
                                 " AND b.partition_no = :partition AND b.first_sequence <= :at"
                                 " ORDER BY b.first_sequence DESC LIMIT 1");
    Batch batch;
    into(files.bind(address.stream).bind(address.partition).bind(address.sequence), batch);
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
    return totals;
  });
}

}  // namespace weir::catalog
