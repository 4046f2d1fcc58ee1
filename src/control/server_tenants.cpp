#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/audit.hpp"
#include "catalog/tenants.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/init.hpp"
#include "control/routes.hpp"
#include "control/tenant_json.hpp"

/// All tenants of the server, for who operates it (docs/decisions/0017-several-tenants.md). The
/// audit event of a change stands in the log of the tenant that it is about.
namespace weir::control {
namespace {

namespace json = boost::json;

Result<catalog::Tenant> tenant_of(const Call& call) {
  WEIR_TRY(auto tenant, call.services.catalog.tenants().find(call.id));
  if (call.act) call.act->tenant_no = tenant.no;
  return tenant;
}

Result<http::Response> list_tenants(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.tenants().list(request));
  return answer_page(page, json_of_tenant);
}

/// New, or left behind by a call that ended before its key was made.
Result<catalog::Tenant> keyless_tenant(const Call& call, const std::string& name,
                                       const std::string& sandbox_of) {
  auto& catalog = call.services.catalog;
  auto added = catalog.tenants().add(name, sandbox_of);
  if (added || added.error().code != Errc::conflict) return added;
  WEIR_TRY(auto tenant, catalog.tenants().find(name));
  WEIR_TRY(const auto keys, catalog.keys().list(tenant.no, {1, ""}));
  if (!keys.items.empty() || tenant.disabled_at || tenant.sandbox_of != sandbox_of) return added;
  call.act->tenant_no = tenant.no;
  return tenant;
}

/// With the first key, as `weir init` makes it: who gets its token hands out the others.
Result<http::Response> create_tenant(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "sandbox_of"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_TRY(const auto sandbox_of, body.text_or("sandbox_of", ""));
  const auto& services = call.services;
  WEIR_TRY(const auto tenant, keyless_tenant(call, name, sandbox_of));
  const auto life = services.token_life_max.count() == 0
                        ? admin_token_life
                        : std::min(admin_token_life, services.token_life_max);
  WEIR_TRY(const auto made,
           first_key(services.catalog, tenant, services.clock, services.random, life));
  return answer(201, {{"tenant", json_of_tenant(tenant)},
                      {"admin_key", made.admin_key},
                      {"admin_token", made.admin_token}});
}

Result<http::Response> get_server_tenant(const Call& call) {
  WEIR_TRY(const auto tenant, tenant_of(call));
  return answer(200, json_of_tenant(tenant));
}

Result<http::Response> update_tenant(const Call& call) {
  constexpr auto rate_max = static_cast<int>(limits::rate_limit_max);
  constexpr auto bytes_max = static_cast<int>(limits::payload_bytes_ceiling);
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"payload_bytes_max", "rate_limit", "rate_burst"}));
  catalog::TenantLimits limits;
  if (body.has("payload_bytes_max")) {
    WEIR_TRY(limits.payload_bytes_max, body.number_or("payload_bytes_max", 0, 1, bytes_max));
  }
  WEIR_TRY(const int rate, body.number_or("rate_limit", 0, 0, rate_max));
  WEIR_TRY(const int burst, body.number_or("rate_burst", rate, rate == 0 ? 0 : 1, rate_max));
  if (!body.has("rate_limit") && body.has("rate_burst"))
    return fail(Errc::bad_request, "\"rate_burst\" needs a \"rate_limit\": send both.");
  if (rate == 0 && burst != 0)
    return fail(Errc::bad_request,
                "\"rate_burst\" must be 0 with a \"rate_limit\" of 0, which means none.");
  if (body.has("rate_limit"))
    limits.rate_limit =
        catalog::RateLimit{static_cast<std::uint32_t>(rate), static_cast<std::uint32_t>(burst)};
  WEIR_CHECK(tenant_of(call));
  WEIR_TRY(const auto tenant, call.services.catalog.tenants().limit(call.id, limits));
  return answer(200, json_of_tenant(tenant));
}

Result<http::Response> disable_tenant(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_CHECK(tenant_of(call));
  WEIR_TRY(const auto tenant, call.services.catalog.tenants().disable(call.id));
  return answer(200, json_of_tenant(tenant));
}

Result<http::Response> enable_tenant(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_CHECK(tenant_of(call));
  WEIR_TRY(const auto tenant, call.services.catalog.tenants().enable(call.id));
  return answer(200, json_of_tenant(tenant));
}

}  // namespace

void add_server_tenant_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/tenants";
  constexpr std::string_view one = "/api/v0/tenants/{name}";
  constexpr auto access = Access::operate_server;
  routes.push_back({"GET", all, "listTenants", access, list_tenants, paged({"q"})});
  routes.push_back({"POST", all, "createTenant", access, create_tenant});
  routes.push_back({"GET", one, "getServerTenant", access, get_server_tenant});
  routes.push_back({"PUT", one, "updateTenant", access, update_tenant});
  routes.push_back(
      {"POST", "/api/v0/tenants/{name}/disable", "disableTenant", access, disable_tenant});
  routes.push_back(
      {"POST", "/api/v0/tenants/{name}/enable", "enableTenant", access, enable_tenant});
}

}  // namespace weir::control
