#include <boost/json.hpp>

#include "catalog/tenants.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/tenant_json.hpp"

/// The caller's tenant, and what is set for all its streams.
namespace weir::control {
namespace {

namespace json = boost::json;

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

json::object json_of_tenant(const catalog::Tenant& tenant) {
  const auto or_null = [](std::uint32_t number) {
    return number == 0 ? json::value() : json::value(number);
  };
  return {
      {"name", tenant.name},
      {"allowed_origins",
       json::array(tenant.allowed_origins.begin(), tenant.allowed_origins.end())},
      {"payload_bytes_max", tenant.payload_bytes_max},
      {"rate_limit", or_null(tenant.rate_limit.rate)},
      {"rate_burst", or_null(tenant.rate_limit.burst)},
      {"sandbox_of", tenant.sandbox_of.empty() ? json::value() : json::value(tenant.sandbox_of)},
      {"disabled_at", json_of(tenant.disabled_at)},
      {"created_at", to_string(tenant.created_at)}};
}

void add_tenant_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/tenant", "getTenant", Access::operate, get_tenant});
  routes.push_back(
      {"PUT", "/api/v0/tenant/allowed-origins", "allowOrigins", Access::configure, allow_origins});
}

}  // namespace weir::control
