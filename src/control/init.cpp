#include "control/init.hpp"

#include "catalog/audit.hpp"
#include "token/token.hpp"

namespace weir::control {
namespace {

/// The tenant, new or left behind without a key.
Result<catalog::Tenant> found_or_added(catalog::Catalog& catalog, const std::string& name) {
  auto found = catalog.tenants().find(name);
  if (!found && found.error().code == Errc::not_found) return catalog.tenants().add(name);
  return found;
}

}  // namespace

Result<InitResult> first_key(catalog::Catalog& catalog, const catalog::Tenant& tenant,
                             const Clock& clock, Random& random, std::chrono::days life) {
  WEIR_TRY(const auto keys, catalog.keys().list(tenant.no, {1, ""}));
  if (!keys.items.empty())
    return fail(Errc::conflict, "Tenant \"" + tenant.name +
                                    "\" is set up already. Generate tokens with one of its API "
                                    "keys, or choose another name or directory.");
  WEIR_TRY(const auto key, catalog.keys().add(tenant.no, "Administrator",
                                              {"streaming-ingest-api:write", "api-keys:issue",
                                               "datagrid:operate", "api-keys:administer"}));
  const auto snapshot = catalog.snapshots().current();
  const Time now = clock.now();
  WEIR_TRY(const auto token, token::mint(snapshot->keys.at(key.id), now, now + life, random));
  return InitResult{tenant.name, key.id, token};
}

Result<InitResult> initialise(catalog::Catalog& catalog, const std::string& tenant,
                              const Clock& clock, Random& random) {
  WEIR_TRY(const auto added, found_or_added(catalog, tenant));
  const catalog::AuditScope audited({.tenant_no = added.no,
                                     .type = "api-key/created",
                                     .source = "server",
                                     .happened_at = clock.now()});
  return first_key(catalog, added, clock, random, admin_token_life);
}

}  // namespace weir::control
