#include "catalog/hours.hpp"

#include "catalog/database.hpp"
#include "catalog/lane_rows.hpp"
#include "catalog/paging.hpp"
#include "catalog/stream_rows.hpp"

// The counts of an hour are summed from its rows at each request. Stored counters would be faster
// to read but could repeat a wrong sum. Conservation compares these counts with the sequences that
// the log assigned, so neither side may be copied from the other.
namespace weir::catalog {
namespace {

/// The right side of conservation is counted from the rows, never stored beside them.
constexpr const char* hour_columns =
    "h.stream_no, h.partition_no, h.day, h.hour, h.first_sequence, h.last_sequence,"
    " h.first_received_at, h.last_received_at, h.manifest_path, h.manifest_sha256, h.taken,"
    " (SELECT COALESCE(SUM(b.records), 0) FROM batches b WHERE b.stream_no = h.stream_no"
    "   AND b.day = h.day AND b.hour = h.hour AND b.partition_no = h.partition_no),"
    " (SELECT COUNT(*) FROM batches b WHERE b.stream_no = h.stream_no"
    "   AND b.day = h.day AND b.hour = h.hour AND b.partition_no = h.partition_no),"
    " (SELECT COALESCE(SUM(b.bytes), 0) FROM batches b WHERE b.stream_no = h.stream_no"
    "   AND b.day = h.day AND b.hour = h.hour AND b.partition_no = h.partition_no),"
    " (SELECT COALESCE(SUM(d.records), 0) FROM duplicates d WHERE d.stream_no = h.stream_no"
    "   AND d.partition_no = h.partition_no"
    "   AND d.first_sequence BETWEEN h.first_sequence AND h.last_sequence),"
    " (SELECT COUNT(*) FROM quarantine q WHERE q.stream_no = h.stream_no"
    "   AND q.partition_no = h.partition_no"
    "   AND q.sequence BETWEEN h.first_sequence AND h.last_sequence)";

void into(Statement& statement, Hour& row) {
  statement.into(row.stream).into(row.partition).into(row.day).into(row.hour);
  statement.into(row.first_sequence).into(row.last_sequence);
  statement.into(row.first_received_at).into(row.last_received_at);
  statement.into(row.manifest_path).into(row.manifest_sha256).into(row.taken);
  statement.into(row.in_files).into(row.files).into(row.bytes);
  statement.into(row.duplicates).into(row.quarantined);
}

std::string select_hours(const std::string& where) {
  return std::string("SELECT ") + hour_columns + " FROM hours h " + where;
}

}  // namespace

Result<std::vector<Hour>> Hours::to_seal(PartitionNo partition, Time end, std::uint32_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Hour>> {
    Statement statement(session,
                        select_hours("WHERE h.partition_no = :partition AND h.manifest_path IS NULL"
                                     " AND (h.day < :day OR (h.day = :same_day AND h.hour < :hour))"
                                     " ORDER BY h.day, h.hour, h.stream_no LIMIT :count"));
    Hour row;
    statement.bind(partition).bind(day_of(end)).bind(day_of(end)).bind(hour_of(end)).bind(count);
    into(statement, row);
    return collect(statement, row);
  });
}

Result<std::vector<Batch>> Hours::files(const Hour& hour) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Batch>> {
    Statement statement(session,
                        "SELECT path, first_sequence, last_sequence, records, quarantined,"
                        " duplicates, bytes, sha256, first_received_at, last_received_at"
                        " FROM batches WHERE stream_no = :stream AND day = :day AND hour = :hour"
                        " AND partition_no = :partition ORDER BY first_sequence");
    statement.bind(hour.stream).bind(hour.day).bind(hour.hour).bind(hour.partition);
    Batch row;
    row.stream = hour.stream;
    row.partition = hour.partition;
    row.day = hour.day;
    row.hour = hour.hour;
    statement.into(row.path).into(row.first_sequence).into(row.last_sequence).into(row.records);
    statement.into(row.quarantined).into(row.duplicates).into(row.bytes).into(row.sha256);
    statement.into(row.first_received_at).into(row.last_received_at);
    return collect(statement, row);
  });
}

Result<std::optional<Hour>> Hours::newest_sealed(StreamNo stream, PartitionNo partition) {
  return database_.read([&](soci::session& session) -> Result<std::optional<Hour>> {
    Statement statement(session,
                        select_hours("WHERE h.stream_no = :stream AND h.partition_no = :partition"
                                     " AND h.manifest_path IS NOT NULL"
                                     " ORDER BY h.day DESC, h.hour DESC LIMIT 1"));
    Hour row;
    into(statement.bind(stream).bind(partition), row);
    return first(statement, row);
  });
}

Result<void> Hours::seal(const std::vector<Hour>& hours) {
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const Hour& hour : hours) {
      Statement update(session,
                       "UPDATE hours SET manifest_path = :path, manifest_sha256 = :sha256"
                       " WHERE stream_no = :stream AND partition_no = :partition AND day = :day"
                       " AND hour = :hour AND manifest_path IS NULL AND last_sequence = :last");
      update.bind(hour.manifest_path).bind(hour.manifest_sha256).bind(hour.stream);
      update.bind(hour.partition).bind(hour.day).bind(hour.hour).bind(hour.last_sequence);
      WEIR_TRY(const auto changed, update.run());
      if (changed == 0)
        return fail(Errc::conflict, "The hour of " + hour.manifest_path +
                                        " is sealed already, or has changed: another batcher has "
                                        "taken over.");
    }
    return {};
  });
}

Result<Time> Hours::sealed_until(PartitionNo partition) {
  return database_.read([&](soci::session& session) -> Result<Time> {
    Statement statement(session,
                        "SELECT day, hour FROM hours WHERE partition_no = :partition"
                        " AND manifest_path IS NOT NULL ORDER BY day DESC, hour DESC LIMIT 1");
    Hour row;
    statement.bind(partition).into(row.day).into(row.hour);
    WEIR_TRY(const bool found, statement.next());
    return found ? row.end() : Time{};
  });
}

Result<Page<Hour>> Hours::list(std::uint32_t tenant_no, const std::string& stream_id,
                               const PageRequest& page, const HourFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<Page<Hour>> {
    WEIR_TRY(const StreamNo stream, find_stream_no(session, tenant_no, stream_id));
    // A stream's hours begin at ascending sequences in each partition, so a page ends at one.
    const std::string place = "h.partition_no * 281474976710656 + h.first_sequence";  // 2^48
    const ListOf hours{.name = "hours", .number = place};
    Statement statement(session, "SELECT " + place + ", " + hour_columns +
                                     " FROM hours h WHERE h.stream_no = :stream" +
                                     (filter.from ? " AND h.day >= :from" : "") +
                                     (filter.to ? " AND h.day < :to" : "") + page_sql(hours, page));
    statement.bind(stream);
    if (filter.from) statement.bind(*filter.from);
    if (filter.to) statement.bind(*filter.to);
    return read_page<Hour>(statement, hours, page,
                           [](Statement& read, Hour& row) { into(read, row); });
  });
}

Result<Accounts> Hours::accounts(PartitionNo partition) {
  return database_.read([&](soci::session& session) -> Result<Accounts> {
    Accounts accounts;
    Statement checkpoint(session,
                         "SELECT lsn, version FROM partition_checkpoints WHERE partition_no = :p");
    checkpoint.bind(partition).into(accounts.checkpoint.lsn).into(accounts.checkpoint.version);
    WEIR_CHECK(checkpoint.next());
    Statement positions(session,
                        "SELECT stream_no, next_sequence FROM stream_positions"
                        " WHERE partition_no = :partition");
    std::pair<StreamNo, Sequence> position;
    positions.bind(partition).into(position.first).into(position.second);
    WEIR_TRY(const auto rows, collect(positions, position));
    accounts.positions.insert(rows.begin(), rows.end());
    Statement hours(session, select_hours("WHERE h.partition_no = :partition"
                                          " AND h.manifest_path IS NULL"
                                          " ORDER BY h.stream_no, h.day, h.hour"));
    Hour row;
    into(hours.bind(partition), row);
    WEIR_TRY(accounts.hours, collect(hours, row));
    if (!is_gapless(partition)) {
      WEIR_TRY(accounts.lanes, lane_counts(session, partition));
    }
    return accounts;
  });
}

Result<std::vector<Hour>> Hours::behind(PartitionNo partition, const Hour& last,
                                        std::uint32_t count) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Hour>> {
    Statement statement(session, select_hours("WHERE (h.stream_no, h.partition_no, h.day, h.hour)"
                                              " > (:stream, :last_partition, :day, :hour)"
                                              " AND h.partition_no = :partition"
                                              " ORDER BY h.stream_no, h.partition_no, h.day, h.hour"
                                              " LIMIT :count"));
    statement.bind(last.stream).bind(partition).bind(last.day).bind(last.hour);
    Hour row;
    into(statement.bind(partition).bind(count), row);
    return collect(statement, row);
  });
}

}  // namespace weir::catalog
