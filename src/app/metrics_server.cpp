// A server of its own rather than a route: who may reach it is then a matter of addresses, and
// whatever the other one is busy with does not hold it up.
#include "app/metrics_server.hpp"

#include "control/authorize.hpp"

namespace weir::app {
namespace {

constexpr std::uint32_t scrapers_max = 64;

}  // namespace

MetricsServer::MetricsServer(Dependencies dependencies)
    : dependencies_(std::move(dependencies)),
      pool_([this](const http::Request& request) { return answer(request); }, {.threads = 1}) {}

Result<void> MetricsServer::start(const Listen& listen) {
  http::Options options;
  options.host = listen.host;
  options.port = listen.port;
  options.threads = 1;
  options.connections_max = scrapers_max;
  server_.emplace(options, std::vector<http::Route>{{"", pool_.responder()}}, dependencies_.random);
  return server_->start();
}

void MetricsServer::stop() {
  if (server_) server_->stop();
}

http::Response MetricsServer::answer(const http::Request& request) const {
  if (request.path != "/metrics")
    return http::error_response({Errc::not_found, "There is nothing here but /metrics."},
                                request.request_id);
  if (request.method != "GET" && request.method != "HEAD")
    return http::error_response({Errc::method_not_allowed, "Metrics are read with GET."},
                                request.request_id);
  if (!dependencies_.token.empty())
    if (const auto may = control::authorize_metrics(request, dependencies_.token); !may)
      return http::error_response(may.error(), request.request_id);
  http::Response response;
  response.content_type = control::metrics_content_type;
  response.body = dependencies_.text();
  return response;
}

}  // namespace weir::app
