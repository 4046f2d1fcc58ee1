#include <algorithm>
#include <cstdlib>

#include "catalog/batches.hpp"
#include "catalog/database.hpp"
#include "catalog/paging.hpp"
#include "catalog/quarantine_rows.hpp"
#include "catalog/stream_rows.hpp"

// The rows of the quarantine. A body is the last column of its row, so that SQLite reads it only
// where it is asked for: lists and counts need its length alone. What is held is counted once, when
// the catalog is opened, and in memory from then on: the batcher asks before each file, and a sum
// over all rows would cost more than the file.
namespace weir::catalog {
namespace {

constexpr const char* quarantine_select =
    " q.stream_no, q.partition_no, q.sequence, q.received_at, q.type, q.reason, q.state,"
    " q.settled_at, COALESCE(q.replayed_as, 0), f.path, COALESCE(q.body_offset, 0),"
    " COALESCE(q.body_bytes, 0), COALESCE(q.body_crc64, 0),"
    " CASE WHEN q.state = 'held' THEN COALESCE(q.body_bytes, LENGTH(q.body), 0) ELSE 0 END"
    " FROM quarantine q JOIN streams s ON s.no = q.stream_no"
    " LEFT JOIN quarantine_files f ON f.no = q.file_no";

bool read_state(const std::string& text, QuarantineState& state) {
  for (const auto one :
       {QuarantineState::held, QuarantineState::replayed, QuarantineState::dropped})
    if (text == to_string(one)) {
      state = one;
      return true;
    }
  return false;
}

void into(Statement& statement, Quarantined& row) {
  statement.into(row.address.stream).into(row.address.partition).into(row.address.sequence);
  statement.into(row.received_at).into(row.type).into(row.reason);
  statement.into_text([&row](const std::string& text) { return read_state(text, row.state); });
  statement.into(row.settled_at);
  statement.into_text([&row](const std::string& text) {
    row.replayed_as.reset();
    if (const std::uint64_t sequence = std::strtoull(text.c_str(), nullptr, 10); sequence > 0)
      row.replayed_as = Sequence{sequence};
    return true;
  });
  statement.into(row.stored.path).into(row.stored.offset).into(row.stored.bytes);
  statement.into(row.stored.crc64).into(row.body_bytes);
}

}  // namespace

Result<std::optional<Quarantined>> find_quarantined(soci::session& session, std::uint32_t tenant_no,
                                                    const Address& address) {
  Statement aside(session, std::string("SELECT") + quarantine_select +
                               " WHERE q.stream_no = :stream AND q.partition_no = :partition"
                               " AND q.sequence = :sequence AND s.tenant_no = :tenant");
  Quarantined record;
  aside.bind(address.stream).bind(address.partition).bind(address.sequence).bind(tenant_no);
  into(aside, record);
  return first(aside, record);
}

Result<void> insert_quarantined(soci::session& session, const std::vector<Quarantined>& records) {
  std::string file;
  for (const Quarantined& record : records) {
    const StoredBody& stored = record.stored;
    const bool is_stored = !stored.path.empty();
    if (is_stored && stored.path != file) {
      file = stored.path;
      WEIR_CHECK(Statement(session, "INSERT INTO quarantine_files (path) VALUES (:path)")
                     .bind(file)
                     .run());
    }
    const auto if_stored = [&](std::uint64_t value) {
      return is_stored ? std::optional(value) : std::nullopt;
    };
    Statement insert(session,
                     "INSERT INTO quarantine (stream_no, partition_no, sequence, received_at, type,"
                     " reason, file_no, body_offset, body_bytes, body_crc64, body) VALUES (:stream,"
                     " :partition, :sequence, :at, :type, :reason,"
                     " (SELECT no FROM quarantine_files WHERE path = :path), :offset, :bytes,"
                     " :crc64, :body)");
    insert.bind(record.address.stream).bind(record.address.partition);
    insert.bind(record.address.sequence).bind(record.received_at).bind(record.type);
    insert.bind(record.reason).bind(stored.path).bind(if_stored(stored.offset));
    insert.bind(if_stored(stored.bytes)).bind(if_stored(stored.crc64)).bind_bytes(record.body);
    WEIR_CHECK(insert.run());
  }
  return {};
}

Result<Page<Quarantined>> Batches::quarantined(std::uint32_t tenant_no,
                                               const QuarantineFilter& filter,
                                               const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<Quarantined>> {
    if (filter.stream_id) WEIR_CHECK(check_stream(session, tenant_no, *filter.stream_id));
    const ListOf held{.name = "quarantine", .number = "q.no", .searched = {"q.reason"}};
    Statement statement(
        session, std::string("SELECT q.no,") + quarantine_select + " WHERE s.tenant_no = :tenant" +
                     (filter.stream_id ? " AND s.id = :stream" : "") +
                     (filter.state ? " AND q.state = :state" : "") +
                     (filter.received_from ? " AND q.received_at >= :from" : "") +
                     (filter.received_to ? " AND q.received_at < :to" : "") + page_sql(held, page));
    statement.bind(tenant_no);
    if (filter.stream_id) statement.bind(*filter.stream_id);
    if (filter.state) statement.bind(std::string(to_string(*filter.state)));
    if (filter.received_from) statement.bind(*filter.received_from);
    if (filter.received_to) statement.bind(*filter.received_to);
    return read_page<Quarantined>(statement, held, page,
                                  [](Statement& read, Quarantined& row) { into(read, row); });
  });
}

Result<std::string> Batches::quarantined_body(const Address& address) {
  return database_.read([&](soci::session& session) -> Result<std::string> {
    Statement statement(session,
                        "SELECT body FROM quarantine WHERE stream_no = :stream"
                        " AND partition_no = :partition AND sequence = :sequence");
    std::string body;
    statement.bind(address.stream).bind(address.partition).bind(address.sequence);
    WEIR_CHECK(statement.into_bytes(body).next());
    return body;
  });
}

Result<std::string> Batches::settle(std::uint32_t tenant_no, const Address& address,
                                    QuarantineState state, std::optional<Sequence> replayed_as) {
  auto settled = database_.write([&](soci::session& session) -> Result<Quarantined> {
    WEIR_TRY(const auto record, find_quarantined(session, tenant_no, address));
    if (!record)
      return fail(Errc::not_found, "The quarantine holds no such payload of this tenant.");
    if (record->state != QuarantineState::held)
      return fail(Errc::conflict, "The payload was " + std::string(to_string(record->state)) +
                                      " already; its bytes are gone from the quarantine.");
    Statement update(session,
                     "UPDATE quarantine SET state = :state, settled_at = :at, replayed_as = :as,"
                     " body = NULL WHERE stream_no = :stream AND partition_no = :partition"
                     " AND sequence = :sequence");
    update.bind(std::string(to_string(state))).bind(database_.now()).bind(replayed_as);
    update.bind(address.stream).bind(address.partition).bind(address.sequence);
    WEIR_CHECK(update.run());
    return *record;
  });
  WEIR_TRY(Quarantined record, std::move(settled));
  count(record, record.body_bytes, Counted::settled);
  return std::move(record.stored.path);
}

// -- The files of bodies

Result<std::vector<std::string>> Batches::quarantine_files() {
  return database_.read([&](soci::session& session) -> Result<std::vector<std::string>> {
    Statement statement(session, "SELECT path FROM quarantine_files ORDER BY path");
    std::string path;
    return collect(statement.into(path), path);
  });
}

Result<std::vector<std::string>> Batches::quarantine_files_to_erase() {
  return database_.read([&](soci::session& session) -> Result<std::vector<std::string>> {
    Statement statement(session,
                        "SELECT path FROM quarantine_files WHERE no IN (SELECT file_no"
                        " FROM quarantine WHERE file_no IS NOT NULL AND state <> 'held')"
                        " ORDER BY path");
    std::string path;
    return collect(statement.into(path), path);
  });
}

Result<Batches::QuarantineFile> Batches::quarantine_file(const std::string& path) {
  return database_.read([&](soci::session& session) -> Result<QuarantineFile> {
    Statement statement(session,
                        "SELECT q.no, q.body_offset, q.body_bytes, q.body_crc64, q.state = 'held'"
                        " FROM quarantine q JOIN quarantine_files f ON f.no = q.file_no"
                        " WHERE f.path = :path ORDER BY q.body_offset, q.sequence");
    QuarantineFile::Body body;
    statement.bind(path).into(body.row).into(body.offset).into(body.bytes).into(body.crc64);
    statement.into(body.is_held);
    QuarantineFile file;
    file.path = path;
    WEIR_TRY(file.bodies, collect(statement, body));
    return file;
  });
}

Result<void> Batches::forget_erased(const QuarantineFile& file) {
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const QuarantineFile::Body& body : file.bodies) {
      if (body.is_held) continue;
      Statement forget(session,
                       "UPDATE quarantine SET file_no = NULL, body_offset = NULL,"
                       " body_bytes = NULL, body_crc64 = NULL WHERE no = :no");
      WEIR_CHECK(forget.bind(body.row).run());
    }
    const bool is_gone = std::none_of(file.bodies.begin(), file.bodies.end(),
                                      [](const auto& body) { return body.is_held; });
    if (is_gone)
      WEIR_CHECK(Statement(session, "DELETE FROM quarantine_files WHERE path = :path")
                     .bind(file.path)
                     .run());
    return {};
  });
}

// -- What is held

Result<void> Batches::count_quarantine() {
  return database_.read([&](soci::session& session) -> Result<void> {
    Statement statement(session,
                        "SELECT COUNT(*) - COUNT(file_no), COALESCE(SUM(LENGTH(body)), 0),"
                        " COUNT(file_no), COALESCE(SUM(body_bytes), 0)"
                        " FROM quarantine WHERE state = 'held'");
    QuarantineHeld held;
    statement.into(held.payloads_in_catalog).into(held.bytes_in_catalog);
    statement.into(held.payloads_in_files).into(held.bytes_in_files);
    WEIR_CHECK(statement.next());
    held_in_catalog_.payloads = held.payloads_in_catalog;
    held_in_catalog_.bytes = held.bytes_in_catalog;
    held_in_files_.payloads = held.payloads_in_files;
    held_in_files_.bytes = held.bytes_in_files;
    return {};
  });
}

Batches::QuarantineHeld Batches::quarantine_held() const {
  return {held_in_catalog_.payloads, held_in_catalog_.bytes, held_in_files_.payloads,
          held_in_files_.bytes};
}

void Batches::count(const Quarantined& record, std::uint64_t bytes, Counted how) {
  auto& held = record.stored.path.empty() ? held_in_catalog_ : held_in_files_;
  if (how == Counted::added) {
    ++held.payloads;
    held.bytes += bytes;
  } else {
    --held.payloads;
    held.bytes -= bytes;
  }
}

}  // namespace weir::catalog
