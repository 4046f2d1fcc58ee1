#include <boost/json.hpp>

#include "catalog/streams.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"

/// The caller's tenant, and what is set for all its streams.
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_tenant(const catalog::Tenant& tenant) {
  return {{"name", tenant.name},
          {"allowed_origins",
           json::array(tenant.allowed_origins.begin(), tenant.allowed_origins.end())},
          {"created_at", to_string(tenant.created_at)}};
}

Result<http::Response> get_tenant(const Call& call) {
  WEIR_TRY(const auto tenant, call.services.catalog.tenants().find(call.caller.tenant));
  return answer(200, json_of_tenant(tenant));
}

Result<http::Response> allow_origins(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"allowed_origins"}));
  WEIR_TRY(const auto origins, body.texts("allowed_origins"));
  WEIR_TRY(const auto tenant,
           call.services.catalog.tenants().allow_origins(call.caller.tenant, origins));
  return answer(200, json_of_tenant(tenant));
}

}  // namespace

void add_tenant_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/tenant", "getTenant", Access::operate, get_tenant});
  routes.push_back(
      {"PUT", "/api/v0/tenant/allowed-origins", "allowOrigins", Access::configure, allow_origins});
}

}  // namespace weir::control
