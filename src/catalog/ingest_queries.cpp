#include "catalog/ingest_queries.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/query_limits.hpp"

// Keeps a query's text as it was sent. Whether it can be read is the engine's to say, before it
// gets here; it is parsed again for each run, so that a newer dialect reads old queries too. A
// version holds the whole text, not a difference: texts are small, and each can be read by itself.
namespace weir::catalog {
namespace {

std::string query_columns() {
  return "q.id, q.tenant_no, q.name, q.description, q.sql, q.created_at, q.version, v.saved_at,"
         " v.saved_by, " +
         name_of_principal("v.saved_by", "q.tenant_no");
}
constexpr const char* from_queries =
    " FROM ingest_queries q JOIN ingest_query_versions v"
    " ON v.query_no = q.no AND v.version = q.version";

void into(Statement& statement, IngestQuery& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.description).into(row.sql);
  statement.into(row.created_at).into(row.version).into(row.updated_at).into(row.updated_by);
  statement.into(row.updated_by_name);
}

std::string version_columns() {
  return "v.version, v.description, v.sql, v.saved_at, v.saved_by, " +
         name_of_principal("v.saved_by", "q.tenant_no") + ", v.restored";
}
constexpr const char* from_versions =
    " FROM ingest_query_versions v JOIN ingest_queries q ON q.no = v.query_no"
    " WHERE q.tenant_no = :tenant AND q.id = :id";

void version_into(Statement& statement, QueryVersion& row) {
  statement.into(row.number).into(row.description).into(row.sql).into(row.saved_at);
  statement.into(row.saved_by).into(row.saved_by_name).into(row.restored);
}

/// `by` is "id" or "name".
Result<std::optional<IngestQuery>> select(soci::session& session, std::uint32_t tenant_no,
                                          const std::string& by, const std::string& value) {
  Statement statement(session, "SELECT " + query_columns() + from_queries +
                                   " WHERE q.tenant_no = :tenant AND q." + by + " = :value");
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

Result<QueryVersion> existing_version(soci::session& session, std::uint32_t tenant_no,
                                      const std::string& id, std::uint64_t number) {
  Statement statement(session,
                      "SELECT " + version_columns() + from_versions + " AND v.version = :version");
  QueryVersion row;
  version_into(statement.bind(tenant_no).bind(id).bind(number), row);
  WEIR_TRY(auto found, first(statement, row));
  if (found) return *std::move(found);
  WEIR_TRY(const auto query, existing(session, tenant_no, "id", id));
  return fail(Errc::not_found, "Ingest query \"" + query.name + "\" has no version " +
                                   std::to_string(number) + ": it is at version " +
                                   std::to_string(query.version) + ", and the last " +
                                   std::to_string(limits::query_versions_kept) + " are kept.");
}

/// Of the row that is there by now, and forgets the one that is too old.
Result<void> add_version(soci::session& session, const QueryVersion& version,
                         const std::string& query_id) {
  Statement insert(session,
                   "INSERT INTO ingest_query_versions"
                   " (query_no, version, description, sql, saved_at, saved_by, restored)"
                   " SELECT no, :version, :description, :sql, :now, :by, :restored"
                   " FROM ingest_queries WHERE id = :id");
  insert.bind(version.number).bind(version.description).bind(version.sql).bind(version.saved_at);
  WEIR_CHECK(insert.bind(version.saved_by).bind(version.restored).bind(query_id).run());
  if (version.number <= limits::query_versions_kept) return {};
  Statement drop(session,
                 "DELETE FROM ingest_query_versions WHERE version <= :old AND query_no ="
                 " (SELECT no FROM ingest_queries WHERE id = :id)");
  WEIR_CHECK(drop.bind(version.number - limits::query_versions_kept).bind(query_id).run());
  return {};
}

/// The text of `version`, whose number and time are found here.
Result<IngestQuery> save(soci::session& session, std::uint32_t tenant_no, const std::string& id,
                         QueryVersion version, Time now) {
  WEIR_TRY(const auto before, existing(session, tenant_no, "id", id));
  if (before.description == version.description && before.sql == version.sql) return before;
  version.number = before.version + 1;
  version.saved_at = now;
  Statement update(session,
                   "UPDATE ingest_queries SET description = :description, sql = :sql,"
                   " version = :version WHERE id = :id");
  update.bind(version.description).bind(version.sql).bind(version.number).bind(id);
  WEIR_CHECK(update.run());
  WEIR_CHECK(add_version(session, version, id));
  return existing(session, tenant_no, "id", id);
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
    const Time now = database_.now();
    Statement insert(session,
                     "INSERT INTO ingest_queries (id, tenant_no, name, description, sql,"
                     " created_at, version) VALUES (:id, :tenant, :name, :description, :sql, :now,"
                     " 1)");
    insert.bind(id).bind(tenant_no).bind(query.name).bind(query.description).bind(query.sql);
    WEIR_CHECK(insert.bind(now).run());
    WEIR_CHECK(
        add_version(session, {1, query.description, query.sql, now, query.updated_by, {}, 0}, id));
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
    const ListOf queries{.name = "ingest_queries",
                         .number = "q.no",
                         .searched = {"q.name", "q.id", "q.description"}};
    Statement statement(session, "SELECT q.no, " + query_columns() + from_queries +
                                     " WHERE q.tenant_no = :tenant" + page_sql(queries, page));
    statement.bind(tenant_no);
    return read_page<IngestQuery>(statement, queries, page, into);
  });
}

Result<IngestQuery> IngestQueries::update(std::uint32_t tenant_no, const IngestQuery& query) {
  return database_.write([&](soci::session& session) {
    return save(session, tenant_no, query.id,
                {0, query.description, query.sql, {}, query.updated_by, {}, 0}, database_.now());
  });
}

Result<Page<QueryVersion>> IngestQueries::versions(std::uint32_t tenant_no, const std::string& id,
                                                   const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<QueryVersion>> {
    WEIR_CHECK(existing(session, tenant_no, "id", id));
    const ListOf all{
        .name = "ingest_query_versions", .number = "v.version", .order = Order::newest};
    Statement statement(
        session, "SELECT v.version, " + version_columns() + from_versions + page_sql(all, page));
    statement.bind(tenant_no).bind(id);
    return read_page<QueryVersion>(statement, all, page, version_into);
  });
}

Result<QueryVersion> IngestQueries::version(std::uint32_t tenant_no, const std::string& id,
                                            std::uint64_t number) {
  return database_.read(
      [&](soci::session& session) { return existing_version(session, tenant_no, id, number); });
}

Result<IngestQuery> IngestQueries::restore(std::uint32_t tenant_no, const std::string& id,
                                           std::uint64_t number, const std::string& by) {
  return database_.write([&](soci::session& session) -> Result<IngestQuery> {
    WEIR_TRY(QueryVersion again, existing_version(session, tenant_no, id, number));
    again.restored = number;
    again.saved_by = by;
    return save(session, tenant_no, id, std::move(again), database_.now());
  });
}

Result<void> IngestQueries::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement versions(session,
                       "DELETE FROM ingest_query_versions WHERE query_no IN"
                       " (SELECT no FROM ingest_queries WHERE tenant_no = :tenant AND id = :id)");
    WEIR_CHECK(versions.bind(tenant_no).bind(id).run());
    Statement drop(session, "DELETE FROM ingest_queries WHERE tenant_no = :tenant AND id = :id");
    WEIR_TRY(const auto dropped, drop.bind(tenant_no).bind(id).run());
    if (dropped == 0) return no_such("ingest query", id);
    return {};
  });
}

}  // namespace weir::catalog
