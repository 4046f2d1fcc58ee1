#include "catalog/ingest_queries.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"

// Keeps a query's text as it was sent. Whether it can be read is the engine's to say, before it
// gets here; it is parsed again for each run, so that a newer dialect reads old queries too.
namespace weir::catalog {
namespace {

constexpr const char* columns = "id, tenant_no, name, description, sql, created_at";

void into(Statement& statement, IngestQuery& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.description).into(row.sql);
  statement.into(row.created_at);
}

/// `by` is "id" or "name".
Result<std::optional<IngestQuery>> select(soci::session& session, std::uint32_t tenant_no,
                                          const char* by, const std::string& value) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM ingest_queries WHERE tenant_no = :tenant AND " + by +
                                   " = :value");
  IngestQuery row;
  into(statement.bind(tenant_no).bind(value), row);
  return first(statement, row);
}

Result<IngestQuery> existing(soci::session& session, std::uint32_t tenant_no, const char* by,
                             const std::string& value) {
  WEIR_TRY(auto found, select(session, tenant_no, by, value));
  if (!found) return no_such("ingest query", value);
  return *std::move(found);
}

}  // namespace

Result<IngestQuery> IngestQueries::add(std::uint32_t tenant_no, IngestQuery query) {
  WEIR_CHECK(check_name("an ingest query", query.name));
  return database_.write([&](soci::session& session) -> Result<IngestQuery> {
    WEIR_TRY(const auto taken, select(session, tenant_no, "name", query.name));
    if (taken)
      return fail(Errc::conflict, "There is an ingest query \"" + query.name + "\" already (" +
                                      taken->id + "). Choose another name or change that one.");
    WEIR_TRY(const std::string id, database_.new_id("ingest_queries", id_prefix::ingest_query, 8));
    Statement insert(session,
                     "INSERT INTO ingest_queries (id, tenant_no, name, description, sql,"
                     " created_at) VALUES (:id, :tenant, :name, :description, :sql, :now)");
    insert.bind(id).bind(tenant_no).bind(query.name).bind(query.description).bind(query.sql);
    WEIR_CHECK(insert.bind(database_.now()).run());
    return existing(session, tenant_no, "id", id);
  });
}

Result<IngestQuery> IngestQueries::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read(
      [&](soci::session& session) { return existing(session, tenant_no, "id", id); });
}

Result<IngestQuery> IngestQueries::find_by_name(std::uint32_t tenant_no, const std::string& name) {
  return database_.read(
      [&](soci::session& session) { return existing(session, tenant_no, "name", name); });
}

Result<Page<IngestQuery>> IngestQueries::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const ListOf queries{.name = "ingest_queries", .searched = {"name", "id", "description"}};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM ingest_queries WHERE tenant_no = :tenant" +
                                     page_sql(queries, page));
    statement.bind(tenant_no);
    return read_page<IngestQuery>(statement, queries, page, into);
  });
}

Result<IngestQuery> IngestQueries::update(std::uint32_t tenant_no, const IngestQuery& query) {
  return database_.write([&](soci::session& session) -> Result<IngestQuery> {
    Statement update(session,
                     "UPDATE ingest_queries SET description = :description, sql = :sql"
                     " WHERE tenant_no = :tenant AND id = :id");
    update.bind(query.description).bind(query.sql).bind(tenant_no).bind(query.id);
    WEIR_CHECK(update.run());
    return existing(session, tenant_no, "id", query.id);
  });
}

Result<void> IngestQueries::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement drop(session, "DELETE FROM ingest_queries WHERE tenant_no = :tenant AND id = :id");
    WEIR_TRY(const auto dropped, drop.bind(tenant_no).bind(id).run());
    if (dropped == 0) return no_such("ingest query", id);
    return {};
  });
}

}  // namespace weir::catalog
