#include <algorithm>

#include <fmt/format.h>

#include "alert/endpoint.hpp"
#include "app/logging.hpp"
#include "app/replay.hpp"
#include "app/server_stages.hpp"
#include "app/try_payload.hpp"
#include "base/tenant_host.hpp"
#include "catalog/users.hpp"
#include "control/authorize.hpp"
#include "control/live_limits.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/feed/feed.hpp"
#include "xml/xml_to_cbor.hpp"

// What is reached over HTTP: the gateway, the control API, the pages and the metrics. The control
// API gets functions, not stages: it knows none of the types that `app` wires.
namespace weir::app {
namespace {

/// For streams that check XML while the request is open.
Result<void> check_xml(std::string_view document) {
  thread_local xml::Converter converter;
  thread_local std::string converted;
  converted.clear();
  return converter.convert(document, converted);
}

}  // namespace

Result<void> EmbeddedServer::Stages::check_alert(const catalog::AlertEndpoint& endpoint) const {
  WEIR_CHECK(alert::check(endpoint));
  if (endpoint.channel == catalog::AlertChannel::webhook || !config.text("alerts.smtp_url").empty())
    return {};
  return fail(Errc::conflict,
              "This server sends no mail. Set alerts.smtp_url and alerts.smtp_from, and restart "
              "it, or use a webhook.");
}

Result<void> EmbeddedServer::Stages::make_sign_ins() {
  sign_ins.emplace(clock,
                   catalog::SessionLife{std::chrono::seconds(config["sessions.idle_s"]),
                                        std::chrono::seconds(config["sessions.life_s"])},
                   setup_code);
  WEIR_TRY(mail, send_mail(config, clock, random));
  WEIR_TRY(const auto settings, provider_settings(config));
  if (settings.issuer.empty()) return {};
  WEIR_TRY(auto rules, provider_rules(config));
  if (!rules.tenant.empty())
    if (const auto tenant = catalog->tenants().find(rules.tenant); !tenant)
      return fail_while("oidc.tenant", tenant.error());
  provider.emplace(settings, oidc::network_fetch(config.text("oidc.ca_file")), clock);
  provider_sign_ins.emplace(*provider, std::move(rules), clock, random);
  return {};
}

void EmbeddedServer::Stages::make_control_api() {
  queries.emplace(count_of(config, "queries.parallel"));
  control_api.emplace(control::Services{
      .catalog = *catalog,
      .engine = *engine,
      .clock = clock,
      .random = random,
      .queries = *queries,
      .query_time_max = std::chrono::seconds(config["queries.time_s"]),
      .sign_ins = *sign_ins,
      .provider_sign_ins = provider_sign_ins ? &*provider_sign_ins : nullptr,
      .send_mail = mail,
      .note_refused_sign_in =
          [](const std::string& why) {
            log_event(LogLevel::warning, "A sign-in with the provider was refused",
                      {LogMember{"cause", why}});
          },
      .token_life_max = std::chrono::days(config["tokens.days_max"]),
      .flush = [this](StreamNo stream) { return batchers->flush(stream); },
      .wake_runs =
          [this] {
            scheduler->wake();
            runs->wake();
          },
      .check_feed = [](const catalog::Feed& feed) { return feed::check(feed); },
      .check_courier =
          [this](std::uint32_t tenant_no, const catalog::Courier& courier) {
            return sources->check(tenant_no, courier);
          },
      .validate_courier =
          [this](std::uint32_t tenant_no, const catalog::Courier& courier) {
            return sources->validate(tenant_no, courier);
          },
      .check_alert =
          [this](const catalog::AlertEndpoint& endpoint) { return check_alert(endpoint); },
      .file_uri = [this](const std::string& path) { return store->uri(path); },
      .read_file = [this](const std::string& path, std::uint64_t offset,
                          std::uint64_t bytes) { return store->read_range(path, offset, bytes); },
      .base_url = [this](const http::Request& request) { return url_for(request); },
      .ingest_url = [this](const http::Request& request,
                           const std::string& tenant) { return ingest_url(request, tenant); },
      .domain = config.text("http.domain"),
      .ready = [this] { return log->health(); },
      .metrics = [this] { return metrics(); },
      .locate = [this](const catalog::Batch& batch,
                       Sequence sequence) { return batcher::locate(*store, batch, sequence); },
      .records =
          [this](const catalog::Batch& batch, std::uint64_t offset, std::uint64_t count) {
            return batcher::read_page(*store, batch, offset, count);
          },
      .try_payload =
          [this](const catalog::StreamView& stream, const std::string& content_type,
                 const std::string& body) {
            return try_payload({bindings, check_xml, clock.now()}, stream, content_type, body);
          },
      .next_sequence = [this](const Address& address) { return log->next_sequence(address); },
      .waiting = [this](StreamNo stream, std::size_t count) -> Result<batcher::WaitingRecords> {
        return batcher::newest_waiting(*log, *catalog, stream, count,
                                       limits::waiting_read_bytes_max);
      },
      .waiting_record =
          [this](const Address& address) -> Result<std::optional<batcher::WaitingRecord>> {
        const auto own = log->partitions();
        if (std::find(own.begin(), own.end(), address.partition) == own.end()) return std::nullopt;
        WEIR_TRY(const auto checkpoint, catalog->batches().checkpoint(address.partition));
        return batcher::find_waiting(*log, checkpoint.lsn, address, limits::waiting_read_bytes_max);
      },
      .replay = [this](const Address& of, PayloadType type, const std::string& key,
                       const std::string& body) { return replay(*log, of, type, key, body); },
      .quarantined_body =
          [this](const catalog::Quarantined& record) { return quarantine->body(record); },
      .settle_quarantined =
          [this](std::uint32_t tenant_no, const Address& address, catalog::QuarantineState state,
                 std::optional<Sequence> replayed_as) {
            return quarantine->settle(tenant_no, address, state, replayed_as);
          },
      .check_conservation = [this] { return conservation->check_now(); },
      .newest_conservation = [this] { return conservation->newest(); },
      .health_checks = [this] { return judge(vitals()); },
      .operator_token = operator_token,
      .metrics_token = config.text("metrics.token"),
      .data_directory = directory.path(),
  });
}

void EmbeddedServer::Stages::make_live() {
  live_hub.emplace(live::Hub::Options{
      .admit = [this](const http::Request& request) { return control_api->admit_live(request); },
      .now = [this] { return weir::to_string(clock.now()); },
      .on_answer =
          [this](const http::Request& request, const http::Response& response) {
            request_log.answer(request, [&](const http::Request&) { return response; });
          }});
  live_events.emplace(*live_hub, control_api->services(), *log, system_clock);
}

Result<void> EmbeddedServer::Stages::make_control() {
  WEIR_TRY(const bool any_user, catalog->users().any());
  if (!any_user) setup_code = random_id(random, "", 24);
  operator_token =
      random_id(random, control::operator_token_prefix, 43);  // alphanumerics: 256 bits
  WEIR_CHECK(make_sign_ins());
  make_control_api();
  make_live();
  return {};
}

/// Of a process that takes payloads or makes batches, and has no control API.
http::Response EmbeddedServer::Stages::answer_without_control(const http::Request& request) const {
  http::Response response;
  if (request.path == "/healthz") {
    response.body = "{\"status\":\"ok\"}";
  } else if (request.path == "/readyz") {
    if (const auto ready = log->health(); !ready)
      return http::error_response(ready.error(), request.request_id);
    response.body = "{\"status\":\"ready\"}";
  } else if (request.path == "/metrics") {
    const std::string& token = config.text("metrics.token");
    if (!token.empty())
      if (const auto may = control::authorize_metrics(request, token); !may)
        return http::error_response(may.error(), request.request_id);
    const auto text = metrics();
    if (!text) return http::error_response(text.error(), request.request_id);
    response.content_type = control::metrics_content_type;
    response.body = *text;
  } else {
    return http::error_response(
        {Errc::not_found, fmt::format("This process has the roles {} only. The control API and the "
                                      "web UI are where a process has the role control.",
                                      to_string(roles))},
        request.request_id);
  }
  return response;
}

Result<void> EmbeddedServer::Stages::listen(const Listen& listen) {
  host = listen.host;
  if (roles.gateway)
    gateway.emplace(gateway::Dependencies{catalog->snapshots(), *log, clock, bindings, check_xml,
                                          gateway_limits(config)});
  if (roles.runner) WEIR_CHECK(make_control());
  const http::Handler handler = [this](const http::Request& request) {
    if (!control_api) return answer_without_control(request);
    if (ui::way_in(request)) return page(request);
    return request_log.answer(
        request, [this](const http::Request& logged) { return control_api->handle(logged); });
  };
  const http::HeadCheck check_head = [this](const http::Request& head) {
    auto refusal = control_api ? control_api->refuse_by_head(head) : std::nullopt;
    if (refusal) request_log.answer(head, [&refusal](const http::Request&) { return *refusal; });
    return refusal;
  };
  // Those that may take long have threads of their number, so that they never hold the others.
  control_pool.emplace(handler,
                       http::PoolOptions{.threads = count_of(config, "http.control_threads") +
                                                    count_of(config, "queries.parallel"),
                                         .can_wait = true,
                                         .on_internal_error = log_internal_error},
                       check_head);
  probe_pool.emplace(
      handler,
      http::PoolOptions{
          .threads = 1, .body_bytes_max = limits::kib, .on_internal_error = log_internal_error},
      check_head);
  page_pool.emplace(
      [this](const http::Request& request) { return page(request); },
      http::PoolOptions{
          .threads = 1, .body_bytes_max = limits::kib, .on_internal_error = log_internal_error});
  http::Options options;
  options.on_internal_error = log_internal_error;
  options.host = listen.host;
  options.port = listen.port;
  WEIR_TRY(tls, load_tls(config));
  options.tls = tls;
  options.threads = count_of(config, "http.threads");
  options.connections_max = connections_max(config);
  options.timeouts.idle = std::chrono::seconds(config["http.idle_s"]);
  options.timeouts.head = std::chrono::seconds(config["http.head_s"]);
  options.timeouts.body = std::chrono::seconds(config["http.request_s"]);
  options.timeouts.grace = std::chrono::seconds(config["http.grace_s"]);
  std::vector<http::Route> routes;
  if (roles.gateway)
    routes.push_back({std::string(gateway::path_prefix), gateway->responder(),
                      bytes_of(config, "http.body_memory_mb")});
  if (roles.runner) routes.push_back({"/api/v0/live", live_hub->responder()});
  for (const char* const probe : {"/healthz", "/readyz", "/metrics"})
    routes.push_back({probe, probe_pool->responder()});
  if (roles.runner) routes.push_back({std::string(ui::path_prefix), page_pool->responder()});
  routes.push_back(
      {"", control_pool->responder(), bytes_of(config, "http.control_body_memory_mb")});
  http_server.emplace(options, std::move(routes), random);
  WEIR_CHECK(http_server->start());
  if (!roles.runner) return {};
  WEIR_TRY(auto file, OperatorFile::write(directory.path(), url(), operator_token));
  operator_file.emplace(std::move(file));
  return {};
}

http::Response EmbeddedServer::Stages::page(const http::Request& request) const {
  const auto tenant =
      control::tenant_of_host(request, *catalog->snapshots().current(), config.text("http.domain"));
  if (!tenant) return http::error_response(tenant.error(), request.request_id);
  const auto way = ui::way_in(request);
  return way ? *way : pages.handle(request);
}

Result<void> EmbeddedServer::Stages::serve_metrics() {
  if (config.text("metrics.listen").empty()) return {};
  auto address = parse_listen(config.text("metrics.listen"));
  if (!address) return fail_while("metrics.listen", std::move(address).error());
  metrics_server.emplace(MetricsServer::Dependencies{
      config.text("metrics.token"), [this] { return metrics_text(measure()); }, random});
  return metrics_server->start(*address);
}

/// Beside the API.
Result<std::string> EmbeddedServer::Stages::metrics() const {
  if (config.text("metrics.listen").empty()) return metrics_text(measure());
  return fail(Errc::not_found, "Metrics have an address of their own here (metrics.listen).");
}

/// Where the one who asks finds the server.
std::string EmbeddedServer::Stages::url_for(const http::Request& request) const {
  const std::string& set = config.text("http.public_url");
  if (!set.empty()) return set.ends_with('/') ? set.substr(0, set.size() - 1) : set;
  const auto header = request.headers.find("host");
  if (header == request.headers.end() || header->second.empty()) return url();
  if (header->second.starts_with("0.0.0.0") || header->second.starts_with("[::]")) return url();
  return fmt::format("{}://{}", tls ? "https" : "http", header->second);
}

std::string EmbeddedServer::Stages::ingest_url(const http::Request& request,
                                               const std::string& tenant) const {
  const std::string& domain = config.text("http.domain");
  const std::string url = url_for(request);
  return domain.empty() ? url : url_of_tenant(url, domain, tenant);
}

std::string EmbeddedServer::Stages::url() const {
  return url_of(tls ? "https" : "http", host, http_server->port());
}

}  // namespace weir::app
