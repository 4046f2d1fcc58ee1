#include "catalog/streams.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/stream_rows.hpp"

namespace weir::catalog {
namespace {

constexpr const char* columns =
    "no, tenant_no, id, name, description, payload_type, xml_check_sync, created_at";

void into(Statement& statement, Stream& row) {
  statement.into(row.no).into(row.tenant_no).into(row.id).into(row.name).into(row.description);
  statement.into(row.payload_type).into(row.xml_check_sync).into(row.created_at);
}

Result<Stream> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM streams WHERE tenant_no = :tenant AND id = :id");
  Stream row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("stream", id);
  return *std::move(found);
}

}  // namespace

Result<StreamNo> find_stream_no(soci::session& session, std::uint32_t tenant_no,
                                const std::string& id) {
  WEIR_TRY(const Stream stream, select(session, tenant_no, id));
  return stream.no;
}

Result<Stream> Streams::add(std::uint32_t tenant_no, const NewStream& stream) {
  WEIR_CHECK(check_name("a stream", stream.name));
  return database_.write_and_publish([&](soci::session& session) -> Result<Stream> {
    WEIR_TRY(const std::string id, database_.new_id("streams", id_prefix::stream, 9));
    Statement insert(session,
                     "INSERT INTO streams (id, tenant_no, name, description, payload_type,"
                     " xml_check_sync, created_at) VALUES (:id, :tenant, :name, :description,"
                     " :type, :sync, :now)");
    insert.bind(id).bind(tenant_no).bind(stream.name).bind(stream.description);
    insert.bind(stream.payload_type).bind(stream.xml_check_sync).bind(database_.now());
    WEIR_CHECK(insert.run());
    return select(session, tenant_no, id);
  });
}

Result<Stream> Streams::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Page<Stream>> Streams::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM streams WHERE tenant_no = :tenant AND no > :after"
                                     " ORDER BY no LIMIT :limit");
    statement.bind(tenant_no);
    return read_page<Stream>(statement, "streams", page, into);
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
