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
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = call.services.metrics();
  return response;
}

}  // namespace

void add_health_routes(Routes& routes) {
  routes.push_back({"GET", "/healthz", "getHealth", Access::everyone, get_health});
  routes.push_back({"GET", "/readyz", "getReadiness", Access::everyone, get_readiness});
  routes.push_back({"GET", "/metrics", "getMetrics", Access::everyone, get_metrics});
}

}  // namespace weir::control
