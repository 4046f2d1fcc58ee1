#include "catalog/credentials.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"

// A credential holds no secret: files are read with the server's own rights, streams by nobody
// else, and a secret that nothing uses can only be lost. One that couriers name is not deleted, as
// streams are not, so that a courier never names what is gone.
namespace weir::catalog {
namespace {

constexpr const char* columns = "id, tenant_no, name, description, created_at";

void into(Statement& statement, Credential& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.description);
  statement.into(row.created_at);
}

Result<Credential> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM credentials WHERE tenant_no = :tenant AND id = :id");
  Credential row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("credential", id);
  return *std::move(found);
}

/// conflict where another one than `id` has the name.
Result<void> check_free(soci::session& session, std::uint32_t tenant_no, const std::string& name,
                        const std::string& id) {
  Statement statement(session,
                      "SELECT id FROM credentials WHERE tenant_no = :tenant AND name = :name"
                      " AND id <> :id");
  std::string taken;
  WEIR_TRY(const bool found, statement.bind(tenant_no).bind(name).bind(id).into(taken).next());
  if (!found) return {};
  return fail(Errc::conflict, "There is a credential \"" + name + "\" already (" + taken +
                                  "). Choose another name or change that one.");
}

}  // namespace

Result<Credential> Credentials::add(std::uint32_t tenant_no, const Credential& credential) {
  WEIR_CHECK(check_name("a credential", credential.name));
  return database_.write([&](soci::session& session) -> Result<Credential> {
    WEIR_CHECK(check_free(session, tenant_no, credential.name, ""));
    WEIR_TRY(const std::string id, database_.new_id("credentials", credential_prefix, 8));
    Statement insert(session,
                     "INSERT INTO credentials (id, tenant_no, name, description, created_at)"
                     " VALUES (:id, :tenant, :name, :description, :now)");
    insert.bind(id).bind(tenant_no).bind(credential.name).bind(credential.description);
    WEIR_CHECK(insert.bind(database_.now()).run());
    return select(session, tenant_no, id);
  });
}

Result<Credential> Credentials::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Page<Credential>> Credentials::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) {
    const ListOf credentials{.name = "credentials", .searched = {"name", "id", "description"}};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM credentials WHERE tenant_no = :tenant" +
                                     page_sql(credentials, page));
    statement.bind(tenant_no);
    return read_page<Credential>(statement, credentials, page, into);
  });
}

Result<Credential> Credentials::update(std::uint32_t tenant_no, const Credential& credential) {
  WEIR_CHECK(check_name("a credential", credential.name));
  return database_.write([&](soci::session& session) -> Result<Credential> {
    WEIR_CHECK(check_free(session, tenant_no, credential.name, credential.id));
    Statement update(session,
                     "UPDATE credentials SET name = :name, description = :description"
                     " WHERE tenant_no = :tenant AND id = :id");
    update.bind(credential.name).bind(credential.description).bind(tenant_no).bind(credential.id);
    WEIR_CHECK(update.run());
    return select(session, tenant_no, credential.id);
  });
}

Result<void> Credentials::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement user(session,
                   "SELECT id FROM couriers WHERE tenant_no = :tenant AND credential_id = :id"
                   " ORDER BY no LIMIT 1");
    std::string courier;
    WEIR_TRY(const bool used, user.bind(tenant_no).bind(id).into(courier).next());
    if (used)
      return fail(Errc::conflict, "Courier " + courier + " names the credential \"" + id +
                                      "\"; give it another one first.");
    Statement drop(session, "DELETE FROM credentials WHERE tenant_no = :tenant AND id = :id");
    WEIR_TRY(const auto dropped, drop.bind(tenant_no).bind(id).run());
    if (dropped == 0) return no_such("credential", id);
    return {};
  });
}

}  // namespace weir::catalog
