#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/routes.hpp"

/// Liveness, readiness and metrics.
namespace weir::control {
namespace {

Result<http::Response> get_health(const Call&) {
  return answer(200, {{"status", "ok"}});
}

Result<http::Response> get_readiness(const Call& call) {
  WEIR_CHECK(call.services.ready());
  return answer(200, {{"status", "ready"}});
}

Result<http::Response> get_metrics(const Call& call) {
  if (!call.services.metrics_token.empty())
    WEIR_CHECK(authorize_metrics(call.request, call.services.metrics_token));
  http::Response response;
  response.content_type = metrics_content_type;
  WEIR_TRY(response.body, call.services.metrics());
  return response;
}

}  // namespace

void add_health_routes(Routes& routes) {
  routes.push_back({"GET", "/healthz", "getHealth", Access::everyone, get_health});
  routes.push_back({"GET", "/readyz", "getReadiness", Access::everyone, get_readiness});
  routes.push_back({"GET", "/metrics", "getMetrics", Access::everyone, get_metrics});
}

}  // namespace weir::control
