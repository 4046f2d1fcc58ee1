#include "catalog/database.hpp"
#include "catalog/keys.hpp"
#include "catalog/names.hpp"
#include "catalog/statement.hpp"

// OAuth client credentials (spec/access.md 8): another way to the tokens of a key. The client's
// secret is compared, never signed with, so that its hash is enough.
namespace weir::catalog {
namespace {

Result<std::uint64_t> number_of(soci::session& session, std::uint32_t tenant_no,
                                const std::string& id) {
  Statement statement(session,
                      "SELECT no FROM api_keys WHERE tenant_no = :tenant AND id = :id"
                      " AND status = 'active'");
  std::uint64_t no = 0;
  statement.bind(tenant_no).bind(id).into(no);
  WEIR_TRY(const bool found, statement.next());
  if (!found) return no_such("API key", id);
  return no;
}

Result<void> drop(soci::session& session, std::uint64_t key_no) {
  WEIR_CHECK(Statement(session, "DELETE FROM key_clients WHERE key_no = :key").bind(key_no).run());
  return {};
}

}  // namespace

Result<void> Keys::set_client_secret(std::uint32_t tenant_no, const std::string& id,
                                     const std::string& secret_hash) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const std::uint64_t no, number_of(session, tenant_no, id));
    WEIR_CHECK(drop(session, no));
    Statement insert(session,
                     "INSERT INTO key_clients (key_no, secret_hash, created_at)"
                     " VALUES (:key, :hash, :now)");
    WEIR_CHECK(insert.bind(no).bind(secret_hash).bind(database_.now()).run());
    return {};
  });
}

Result<void> Keys::drop_client_secret(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const std::uint64_t no, number_of(session, tenant_no, id));
    return drop(session, no);
  });
}

Result<bool> Keys::is_client_secret(const std::string& id, const std::string& secret_hash) {
  return database_.read([&](soci::session& session) -> Result<bool> {
    Statement statement(session,
                        "SELECT COUNT(*) FROM key_clients c JOIN api_keys k ON k.no = c.key_no"
                        " WHERE k.id = :id AND k.status = 'active' AND c.secret_hash = :hash");
    int found = 0;
    WEIR_CHECK(statement.bind(id).bind(secret_hash).into(found).next());
    return found > 0;
  });
}

}  // namespace weir::catalog
