#include "catalog/streams.hpp"

#include "base/limits.hpp"
#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/stream_rows.hpp"

// A stream's number never changes and is never given again: it stands in the log's records and in
// receipts. Its id is what people see, and is drawn by chance so that it cannot be guessed.
namespace weir::catalog {
namespace {

Result<Stream> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + stream_columns +
                                   " FROM streams WHERE tenant_no = :tenant AND id = :id");
  Stream row;
  read_stream(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("stream", id);
  return *std::move(found);
}

}  // namespace

Result<void> check_rate_limit(RateLimit limit) {
  const auto possible = [](std::uint32_t number) {
    return number >= 1 && number <= limits::rate_limit_max;
  };
  if (!limit.is_set() || (possible(limit.rate) && possible(limit.burst))) return {};
  return fail(Errc::bad_request,
              "A rate limit is 1 to " + std::to_string(limits::rate_limit_max) +
                  " requests a second, and so is its burst; a rate of 0 is no limit.");
}

Result<StreamNo> find_stream_no(soci::session& session, std::uint32_t tenant_no,
                                const std::string& id) {
  WEIR_TRY(const Stream stream, select(session, tenant_no, id));
  return stream.no;
}

Result<void> check_stream(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  if (id.empty()) return {};
  WEIR_CHECK(find_stream_no(session, tenant_no, id));
  return {};
}

Result<Stream> Streams::add(std::uint32_t tenant_no, const NewStream& stream) {
  WEIR_CHECK(check_name("a stream", stream.name));
  WEIR_CHECK(check_rate_limit(stream.rate_limit));
  return database_.write_and_publish([&](soci::session& session) -> Result<Stream> {
    WEIR_TRY(const std::string id, database_.new_id("streams", id_prefix::stream, 9));
    Statement insert(session,
                     "INSERT INTO streams (id, tenant_no, name, description, payload_type,"
                     " xml_check_sync, created_at, rate_limit, rate_burst, batch_age_s) VALUES"
                     " (:id, :tenant, :name, :description, :type, :sync, :now, :rate, :burst,"
                     " :age)");
    insert.bind(id).bind(tenant_no).bind(stream.name).bind(stream.description);
    insert.bind(stream.payload_type).bind(stream.xml_check_sync).bind(database_.now());
    insert.bind(stream.rate_limit.rate).bind(stream.rate_limit.burst);
    insert.bind(stream.batch_age_s);
    WEIR_CHECK(insert.run());
    return select(session, tenant_no, id);
  });
}

Result<Stream> Streams::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Stream> Streams::limit_rate(std::uint32_t tenant_no, const std::string& id,
                                   RateLimit limit) {
  WEIR_CHECK(check_rate_limit(limit));
  return database_.write_and_publish([&](soci::session& session) -> Result<Stream> {
    Statement update(session,
                     "UPDATE streams SET rate_limit = :rate, rate_burst = :burst"
                     " WHERE tenant_no = :tenant AND id = :id");
    WEIR_CHECK(update.bind(limit.rate).bind(limit.burst).bind(tenant_no).bind(id).run());
    return select(session, tenant_no, id);
  });
}

Result<Stream> Streams::limit_batch_age(std::uint32_t tenant_no, const std::string& id,
                                        std::uint32_t seconds) {
  return database_.write_and_publish([&](soci::session& session) -> Result<Stream> {
    Statement update(
        session, "UPDATE streams SET batch_age_s = :age WHERE tenant_no = :tenant AND id = :id");
    WEIR_CHECK(update.bind(seconds).bind(tenant_no).bind(id).run());
    return select(session, tenant_no, id);
  });
}

Result<Stream> Streams::rename(std::uint32_t tenant_no, const std::string& id,
                               const std::string& name, const std::string& description) {
  WEIR_CHECK(check_name("a stream", name));
  return database_.write([&](soci::session& session) -> Result<Stream> {
    Statement update(session,
                     "UPDATE streams SET name = :name, description = :description"
                     " WHERE tenant_no = :tenant AND id = :id AND deleted_at IS NULL");
    WEIR_TRY(const auto changed,
             update.bind(name).bind(description).bind(tenant_no).bind(id).run());
    if (changed == 0) return no_such("stream", id);
    return select(session, tenant_no, id);
  });
}

Result<void> Streams::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write_and_publish([&](soci::session& session) -> Result<void> {
    Statement named(session,
                    "SELECT name FROM couriers WHERE tenant_no = :tenant AND stream_id = :id"
                    " ORDER BY no LIMIT 1");
    std::string courier;
    WEIR_TRY(const bool is_named, named.bind(tenant_no).bind(id).into(courier).next());
    if (is_named)
      return fail(Errc::conflict, "The courier \"" + courier + "\" loads from the stream \"" + id +
                                      "\"; delete it or give it another stream first.");
    Statement update(session,
                     "UPDATE streams SET deleted_at = :now WHERE tenant_no = :tenant AND id = :id"
                     " AND landed_for = '' AND deleted_at IS NULL");
    WEIR_TRY(const auto changed, update.bind(database_.now()).bind(tenant_no).bind(id).run());
    if (changed == 0) return no_such("stream", id);
    return {};
  });
}

Result<Page<Stream>> Streams::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const ListOf streams{.name = "streams", .searched = {"name", "id", "description"}};
    Statement statement(session, std::string("SELECT no, ") + stream_columns +
                                     " FROM streams WHERE tenant_no = :tenant"
                                     " AND landed_for = '' AND deleted_at IS NULL" +
                                     page_sql(streams, page));
    statement.bind(tenant_no);
    return read_page<Stream>(statement, streams, page, read_stream);
  });
}

Result<std::optional<StreamView>> Streams::view(StreamNo no) {
  return database_.read([&](soci::session& session) {
    Statement statement(session, std::string(stream_view_select) + " WHERE s.no = :no");
    StreamView row;
    stream_view_columns(statement.bind(no), row);
    return first(statement, row);
  });
}

}  // namespace weir::catalog
