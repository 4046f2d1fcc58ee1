#include "catalog/keys.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/policies.hpp"
#include "catalog/secrets.hpp"

// Every change is published with its transaction, so that a revoked key is refused from the next
// request on. Secrets are stored as they are and not hashed, since HS256 verifies with the secret
// itself. So dropped secrets are erased from the database's files, too.
namespace weir::catalog {
namespace {

struct KeyRow {
  std::uint64_t no = 0;
  ApiKey key;
  Policies policies = 0;
};

constexpr const char* columns =
    "no, id, tenant_no, name, policies, status, created_at, last_used_at";

void into(Statement& statement, KeyRow& row) {
  ApiKey& key = row.key;
  statement.into(row.no).into(key.id).into(key.tenant_no).into(key.name);
  statement.into_text([&row](const std::string& packed) {
    const auto policies = unpack_policies(packed);
    row.policies = policies.value_or(0);
    row.key.policies = policy_names(row.policies);
    return policies.has_value();
  });
  statement.into(key.status).into(key.created_at).into(key.last_used_at);
}

Result<KeyRow> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM api_keys WHERE tenant_no = :tenant AND id = :id"
                                   " AND status = 'active'");
  KeyRow row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("API key", id);
  return *std::move(found);
}

Result<void> add_secret(soci::session& session, std::uint64_t key_no, std::uint32_t version,
                        Random& random) {
  Statement insert(session,
                   "INSERT INTO api_key_secrets (key_no, version, secret)"
                   " VALUES (:key, :version, :secret)");
  WEIR_CHECK(insert.bind(key_no).bind(version).bind(to_hex(new_secret(random))).run());
  return {};
}

Result<std::uint32_t> active_version(soci::session& session, std::uint64_t key_no) {
  Statement statement(session, "SELECT MAX(version) FROM api_key_secrets WHERE key_no = :key");
  std::uint32_t version = 0;
  WEIR_CHECK(statement.bind(key_no).into(version).next());
  return version;
}

Result<void> drop_secrets_before(soci::session& session, std::uint64_t key_no,
                                 std::uint32_t version) {
  Statement drop(session, "DELETE FROM api_key_secrets WHERE key_no = :key AND version < :version");
  WEIR_CHECK(drop.bind(key_no).bind(version).run());
  return {};
}

/// Without a key that administers, no key could ever be changed again.
Result<void> check_not_last_administrator(soci::session& session, const KeyRow& row,
                                          const char* instead) {
  if (!allows(row.policies, Policy::administer)) return {};
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM api_keys WHERE tenant_no = :tenant AND no <> :no"
                                   " AND status = 'active'");
  KeyRow other;
  into(statement.bind(row.key.tenant_no).bind(row.no), other);
  WEIR_TRY(const auto others, collect(statement, other));
  for (const KeyRow& candidate : others)
    if (allows(candidate.policies, Policy::administer)) return {};
  return fail(Errc::conflict, "API key " + row.key.id +
                                  " is the tenant's last one that may administer API keys: this "
                                  "would lock everyone out. " +
                                  instead);
}

}  // namespace

Result<ApiKey> Keys::add(std::uint32_t tenant_no, const std::string& name,
                         const std::vector<std::string>& policies) {
  WEIR_CHECK(check_name("an API key", name));
  WEIR_TRY(const Policies parsed, parse_policies(policies));
  return database_.write_and_publish([&](soci::session& session) -> Result<ApiKey> {
    WEIR_TRY(const std::string id, database_.new_id("api_keys", id_prefix::api_key, 11));
    Statement insert(session,
                     "INSERT INTO api_keys (id, tenant_no, name, policies, status, created_at)"
                     " VALUES (:id, :tenant, :name, :policies, 'active', :now)");
    insert.bind(id).bind(tenant_no).bind(name).bind(pack_policies(parsed)).bind(database_.now());
    WEIR_CHECK(insert.run());
    WEIR_TRY(KeyRow row, select(session, tenant_no, id));
    WEIR_CHECK(add_secret(session, row.no, 1, database_.random()));
    return std::move(row.key);
  });
}

Result<ApiKey> Keys::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) -> Result<ApiKey> {
    WEIR_TRY(KeyRow row, select(session, tenant_no, id));
    return std::move(row.key);
  });
}

Result<Page<ApiKey>> Keys::list(std::uint32_t tenant_no, const PageRequest& page) {
  return database_.read([&](soci::session& session) -> Result<Page<ApiKey>> {
    const ListOf listed{.name = "api_keys", .searched = {"name", "id"}};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM api_keys WHERE tenant_no = :tenant"
                                     " AND status = 'active'" +
                                     page_sql(listed, page));
    statement.bind(tenant_no);
    WEIR_TRY(auto rows, read_page<KeyRow>(statement, listed, page, into));
    Page<ApiKey> keys{{}, rows.next_token, rows.previous_token};
    for (KeyRow& row : rows.items)
      keys.items.push_back(std::move(row.key));
    return keys;
  });
}

Result<ApiKey> Keys::rotate(std::uint32_t tenant_no, const std::string& id) {
  return database_.write_publish_and_erase([&](soci::session& session) -> Result<ApiKey> {
    WEIR_TRY(KeyRow row, select(session, tenant_no, id));
    WEIR_TRY(const std::uint32_t active, active_version(session, row.no));
    WEIR_CHECK(drop_secrets_before(session, row.no, active));
    Statement depose(session,
                     "UPDATE api_key_secrets SET accepted_until = :until WHERE key_no = :key");
    WEIR_CHECK(depose.bind(database_.now() + deposed_secret_life).bind(row.no).run());
    WEIR_CHECK(add_secret(session, row.no, active + 1, database_.random()));
    return std::move(row.key);
  });
}

Result<void> Keys::revoke(std::uint32_t tenant_no, const std::string& id, bool all) {
  return database_.write_publish_and_erase([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const KeyRow row, select(session, tenant_no, id));
    WEIR_TRY(const std::uint32_t active, active_version(session, row.no));
    if (!all) return drop_secrets_before(session, row.no, active);
    WEIR_CHECK(check_not_last_administrator(
        session, row,
        "Rotate its secret, generate a new token, and revoke the old tokens only with it."));
    WEIR_CHECK(drop_secrets_before(session, row.no, active + 1));
    // Whoever has the secret of its OAuth client could get a new token at once.
    Statement clients(session, "DELETE FROM key_clients WHERE key_no = :key");
    WEIR_CHECK(clients.bind(row.no).run());
    return add_secret(session, row.no, active + 1, database_.random());
  });
}

Result<void> Keys::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write_publish_and_erase([&](soci::session& session) -> Result<void> {
    WEIR_TRY(const KeyRow row, select(session, tenant_no, id));
    WEIR_CHECK(check_not_last_administrator(session, row, "Add another such key first."));
    Statement drop(session, "DELETE FROM api_key_secrets WHERE key_no = :key");
    WEIR_CHECK(drop.bind(row.no).run());
    // The row stays, so that its id is never reused and old audit trails can be read.
    Statement mark(session, "UPDATE api_keys SET status = 'deleted' WHERE no = :no");
    WEIR_CHECK(mark.bind(row.no).run());
    return {};
  });
}

Result<ApiKey> Keys::update(std::uint32_t tenant_no, const std::string& id,
                            const std::optional<std::string>& name,
                            const std::optional<std::vector<std::string>>& policies) {
  if (name) WEIR_CHECK(check_name("an API key", *name));
  std::optional<Policies> wanted;
  if (policies) {
    WEIR_TRY(wanted, parse_policies(*policies));
  }
  return database_.write_and_publish([&](soci::session& session) -> Result<ApiKey> {
    WEIR_TRY(const KeyRow row, select(session, tenant_no, id));
    const Policies next = wanted.value_or(row.policies);
    if (!allows(next, Policy::administer))
      WEIR_CHECK(check_not_last_administrator(session, row, "Give another key that policy first."));
    Statement update(session,
                     "UPDATE api_keys SET name = :name, policies = :policies"
                     " WHERE no = :no");
    update.bind(name.value_or(row.key.name)).bind(pack_policies(next)).bind(row.no);
    WEIR_CHECK(update.run());
    WEIR_TRY(KeyRow changed, select(session, tenant_no, id));
    return std::move(changed.key);
  });
}

Result<void> Keys::mark_used(const std::map<std::string, Time>& uses) {
  if (uses.empty()) return {};
  return database_.write([&](soci::session& session) -> Result<void> {
    for (const auto& [id, at] : uses) {
      Statement update(session,
                       "UPDATE api_keys SET last_used_at = :at WHERE id = :id"
                       " AND (last_used_at IS NULL OR last_used_at < :at_least)");
      WEIR_CHECK(update.bind(at).bind(id).bind(at).run());
    }
    return {};
  });
}

}  // namespace weir::catalog
