#include "catalog/database.hpp"
#include "catalog/policies.hpp"
#include "catalog/secrets.hpp"
#include "catalog/statement.hpp"
#include "catalog/stream_rows.hpp"

// The snapshot is read whole after each change that touches it. Changes come from people and are
// rare; a snapshot that was patched could drift from the tables, and nothing would notice.
namespace weir::catalog {
namespace {

Result<void> read_streams(soci::session& session, Snapshot& snapshot) {
  // Nothing is sent to a stream of landed files.
  Statement statement(session, std::string(stream_view_select) +
                                   " WHERE s.landed_for = '' AND s.deleted_at IS NULL"
                                   " AND t.disabled_at IS NULL");
  StreamView row;
  stream_view_columns(statement, row);
  WEIR_TRY(auto views, collect(statement, row));
  for (StreamView& view : views)
    snapshot.streams.emplace(view.id, view);
  return {};
}

Result<void> read_tenants(soci::session& session, Snapshot& snapshot) {
  Statement statement(session, "SELECT no, name FROM tenants WHERE disabled_at IS NULL");
  TenantView row;
  statement.into(row.no).into(row.name);
  WEIR_TRY(const auto views, collect(statement, row));
  for (const TenantView& view : views)
    snapshot.tenants.emplace(view.name, view);
  return {};
}

struct SecretRow {
  KeyView key;  // without secrets
  SecretView secret;
};

Result<void> read_keys(soci::session& session, Snapshot& snapshot) {
  Statement statement(session,
                      "SELECT k.id, k.tenant_no, t.name, k.policies, s.version, s.secret,"
                      " s.accepted_until FROM api_keys k JOIN tenants t ON t.no = k.tenant_no"
                      " JOIN api_key_secrets s ON s.key_no = k.no WHERE k.status = 'active'"
                      " AND t.disabled_at IS NULL"
                      " ORDER BY k.no, s.version DESC");  // the active secret first
  SecretRow row;
  statement.into(row.key.id).into(row.key.tenant_no).into(row.key.tenant);
  statement.into_text([&row](const std::string& packed) {
    const auto policies = unpack_policies(packed);
    row.key.policies = policies.value_or(0);
    return policies.has_value();
  });
  statement.into(row.secret.version);
  statement.into_text([&row](const std::string& hex) {
    const auto secret = from_hex(hex);
    row.secret.secret = secret.value_or("");
    return secret.has_value();
  });
  statement.into(row.secret.accepted_until);
  WEIR_TRY(auto rows, collect(statement, row));
  for (SecretRow& read : rows) {
    KeyView& key = snapshot.keys.try_emplace(read.key.id, read.key).first->second;
    key.secrets.push_back(std::move(read.secret));
  }
  return {};
}

}  // namespace

Result<Snapshot> read_snapshot(soci::session& session) {
  Snapshot snapshot;
  WEIR_CHECK(read_tenants(session, snapshot));
  WEIR_CHECK(read_streams(session, snapshot));
  WEIR_CHECK(read_keys(session, snapshot));
  return snapshot;
}

}  // namespace weir::catalog
