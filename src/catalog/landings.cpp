#include "catalog/landings.hpp"

#include <map>

#include "catalog/batch_rows.hpp"
#include "catalog/database.hpp"
#include "catalog/run_rows.hpp"
#include "catalog/statement.hpp"
#include "catalog/stream_field_rows.hpp"
#include "catalog/stream_rows.hpp"

// A landed file is committed as the batcher commits: its stream's position moves by compare-and-set
// in the transaction that makes its batches visible. There is no checkpoint, since no log is behind
// it, and there are no hours: files land for any day in any order, so a day's sequences are no
// range.
namespace weir::catalog {
namespace {

constexpr const char* file_columns =
    "f.no, f.courier_id, f.day, f.path, f.entry, f.fingerprint, f.sha256, f.bytes, f.modified_at,"
    " f.unreadable, f.landed_at";

void into(Statement& statement, LandedFile& row) {
  statement.into(row.no).into(row.courier_id).into(row.day).into(row.path).into(row.entry);
  statement.into(row.fingerprint).into(row.sha256).into(row.bytes).into(row.modified_at);
  statement.into(row.unreadable).into(row.landed_at);
}

Result<std::optional<Stream>> find_stream(soci::session& session, const std::string& courier_id,
                                          const std::string& tag, PayloadType type) {
  Statement statement(session, std::string("SELECT ") + stream_columns +
                                   " FROM streams WHERE landed_for = :courier AND landed_tag = :tag"
                                   " AND payload_type = :type");
  Stream row;
  read_stream(statement.bind(courier_id).bind(tag).bind(type), row);
  return first(statement, row);
}

Result<void> take_file(soci::session& session, const std::string& run_id, std::uint64_t landed_no) {
  Statement insert(session,
                   "INSERT INTO run_files (run_id, landed_no) VALUES (:run, :landed)"
                   " ON CONFLICT DO NOTHING");
  WEIR_CHECK(insert.bind(run_id).bind(landed_no).run());
  return {};
}

Result<std::uint64_t> insert_file(soci::session& session, const LandedFile& file, Time now) {
  Statement insert(
      session,
      "INSERT INTO landed_files (courier_id, day, path, entry, fingerprint, sha256,"
      " bytes, modified_at, unreadable, landed_at) VALUES (:courier, :day, :path,"
      " :entry, :fingerprint, :sha256, :bytes, :modified, :unreadable, :now) RETURNING no");
  insert.bind(file.courier_id).bind(file.day).bind(file.path).bind(file.entry);
  insert.bind(file.fingerprint).bind(file.sha256).bind(file.bytes).bind(file.modified_at);
  std::uint64_t no = 0;
  WEIR_CHECK(insert.bind(file.unreadable).bind(now).into(no).next());
  return no;
}

/// From where the batches begin to where they end: they follow one another in each stream.
Result<void> move_positions(soci::session& session, const std::vector<LandedBatch>& batches) {
  std::map<StreamNo, std::pair<Sequence, Sequence>> ranges;  // the end is not included
  for (const LandedBatch& landed : batches) {
    const Batch& batch = landed.batch;
    const Sequence end{batch.last_sequence.value + 1};
    const auto [range, fresh] = ranges.try_emplace(batch.stream, batch.first_sequence, end);
    if (!fresh && range->second.second != batch.first_sequence)
      return fail(Errc::internal, "The batches of a landed file do not follow one another.");
    range->second.second = end;
  }
  for (const auto& [stream, range] : ranges) {
    Statement begin(session,
                    "INSERT INTO stream_positions (partition_no, stream_no, next_sequence)"
                    " VALUES (:partition, :stream, 1) ON CONFLICT DO NOTHING");
    WEIR_CHECK(begin.bind(landing_partition).bind(stream).run());
    Statement update(session,
                     "UPDATE stream_positions SET next_sequence = :to"
                     " WHERE partition_no = :partition AND stream_no = :stream"
                     " AND next_sequence = :from");
    update.bind(range.second).bind(landing_partition).bind(stream).bind(range.first);
    WEIR_TRY(const auto moved, update.run());
    if (moved == 0) return fail(Errc::conflict, "Another file has landed in the stream meanwhile.");
  }
  return {};
}

}  // namespace

Result<Stream> Landings::stream_for(const Courier& courier, const std::string& tag,
                                    PayloadType type) {
  WEIR_TRY(auto there, database_.read([&](soci::session& session) {
    return find_stream(session, courier.id, tag, type);
  }));
  if (there) return *std::move(there);
  return database_.write([&](soci::session& session) -> Result<Stream> {
    WEIR_TRY(auto meanwhile, find_stream(session, courier.id, tag, type));
    if (meanwhile) return *std::move(meanwhile);
    WEIR_TRY(const std::string id, database_.new_id("streams", id_prefix::stream, 9));
    Statement insert(session,
                     "INSERT INTO streams (id, tenant_no, name, description, payload_type,"
                     " xml_check_sync, created_at, landed_for, landed_tag) VALUES (:id, :tenant,"
                     " :name, :description, :type, 0, :now, :courier, :tag)");
    insert.bind(id).bind(courier.tenant_no).bind(courier.name + ": " + tag);
    insert.bind("Files that courier " + courier.id + " landed.").bind(type);
    insert.bind(database_.now()).bind(courier.id).bind(tag);
    WEIR_CHECK(insert.run());
    WEIR_TRY(auto made, find_stream(session, courier.id, tag, type));
    return *std::move(made);
  });
}

Result<std::vector<Stream>> Landings::streams_of(const std::string& courier_id) {
  return database_.read([&](soci::session& session) -> Result<std::vector<Stream>> {
    Statement statement(session, std::string("SELECT ") + stream_columns +
                                     " FROM streams WHERE landed_for = :courier"
                                     " ORDER BY landed_tag, no");
    Stream row;
    read_stream(statement.bind(courier_id), row);
    return collect(statement, row);
  });
}

Result<Sequence> Landings::next_sequence(StreamNo stream) {
  return database_.read([&](soci::session& session) -> Result<Sequence> {
    Statement position(session,
                       "SELECT next_sequence FROM stream_positions WHERE partition_no = :partition"
                       " AND stream_no = :stream");
    Sequence next{1};
    WEIR_CHECK(position.bind(landing_partition).bind(stream).into(next).next());
    return next;
  });
}

Result<std::optional<LandedFile>> Landings::newest(const std::string& courier_id, Day day,
                                                   const std::string& path, std::uint64_t entry) {
  return database_.read([&](soci::session& session) -> Result<std::optional<LandedFile>> {
    Statement statement(session, std::string("SELECT ") + file_columns +
                                     " FROM landed_files f WHERE f.courier_id = :courier"
                                     " AND f.path = :path AND f.day = :day AND f.entry = :entry"
                                     " ORDER BY f.no DESC LIMIT 1");
    LandedFile row;
    into(statement.bind(courier_id).bind(path).bind(day).bind(entry), row);
    return first(statement, row);
  });
}

Result<void> Landings::take(const RunLease& lease, std::uint64_t landed_no) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    return take_file(session, lease.run_id, landed_no);
  });
}

Result<void> Landings::commit(const RunLease& lease, const LandedFile& file,
                              const std::vector<LandedBatch>& batches) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(check_holder(session, lease));
    WEIR_CHECK(move_positions(session, batches));
    WEIR_TRY(const std::uint64_t no, insert_file(session, file, database_.now()));
    for (const LandedBatch& landed : batches) {
      WEIR_CHECK(insert_batch(session, landed.batch));
      if (landed.fields)
        WEIR_CHECK(merge_fields(session, landed.batch.stream, landed.batch.day, *landed.fields,
                                database_.now()));
      Statement insert(session,
                       "INSERT INTO landed_batches (landed_no, batch_no, member, first_record)"
                       " SELECT :landed, no, :member, :first FROM batches WHERE path = :path");
      insert.bind(no).bind(landed.member).bind(landed.first_record).bind(landed.batch.path);
      WEIR_CHECK(insert.run());
    }
    return take_file(session, lease.run_id, no);
  });
}

Result<std::vector<LandedFile>> Landings::files_of_run(const std::string& run_id) {
  return database_.read([&](soci::session& session) -> Result<std::vector<LandedFile>> {
    Statement statement(session, std::string("SELECT ") + file_columns +
                                     " FROM run_files r JOIN landed_files f ON f.no = r.landed_no"
                                     " WHERE r.run_id = :run ORDER BY f.day, f.no");
    LandedFile row;
    into(statement.bind(run_id), row);
    return collect(statement, row);
  });
}

Result<std::vector<LandedBatch>> Landings::batches_of_run(const std::string& run_id) {
  return database_.read([&](soci::session& session) -> Result<std::vector<LandedBatch>> {
    Statement statement(session, std::string("SELECT l.member, l.first_record, s.landed_tag, ") +
                                     batch_columns +
                                     " FROM run_files r"
                                     " JOIN landed_files f ON f.no = r.landed_no"
                                     " JOIN landed_batches l ON l.landed_no = f.no"
                                     " JOIN batches b ON b.no = l.batch_no"
                                     " JOIN streams s ON s.no = b.stream_no"
                                     " WHERE r.run_id = :run ORDER BY f.day, b.no");
    LandedBatch row;
    statement.bind(run_id).into(row.member).into(row.first_record).into(row.tag);
    batch_into(statement, row.batch);
    return collect(statement, row);
  });
}

Result<std::optional<LandedFrom>> Landings::origin_of(const std::string& batch_path) {
  return database_.read([&](soci::session& session) -> Result<std::optional<LandedFrom>> {
    Statement statement(session,
                        "SELECT f.path, l.member, l.first_record FROM batches b"
                        " JOIN landed_batches l ON l.batch_no = b.no"
                        " JOIN landed_files f ON f.no = l.landed_no WHERE b.path = :path LIMIT 1");
    LandedFrom row;
    statement.bind(batch_path).into(row.path).into(row.member).into(row.first_record);
    return first(statement, row);
  });
}

}  // namespace weir::catalog
