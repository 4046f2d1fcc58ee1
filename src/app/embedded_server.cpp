#include "app/embedded_server.hpp"

#include <spdlog/spdlog.h>

#include "app/logging.hpp"
#include "app/server_stages.hpp"
#include "catalog/audit.hpp"
#include "catalog/usage.hpp"
#include "catalog/users.hpp"

// Wires the stages explicitly, in the order of their members, so that they are destroyed in the
// reverse order. A dependency-injection container would choose that order by itself; here it can be
// read.
namespace weir::app {

void EmbeddedServer::Stages::forget_the_old() {
  auto forgotten = catalog->users().forget_expired(sign_ins->life().idle);
  if (const auto kept = std::chrono::days(config["audit.keep_days"]); forgotten && kept.count() > 0)
    if (auto events = catalog->audit().forget_before(clock.now() - kept); !events)
      forgotten = fail(std::move(events).error());
  const auto days_kept = std::chrono::days(config["usage.keep_days"]);
  if (forgotten) forgotten = catalog->usage().forget_before(day_of(clock.now()) - days_kept);
  if (!forgotten)
    spdlog::warn("Expired sessions, old audit events or days of usage are still there: {}",
                 forgotten.error().message);
}

void EmbeddedServer::Stages::write_uses() {
  if (!gateway) return;
  if (const auto written = catalog->keys().mark_used(gateway->take_key_uses()); !written)
    spdlog::warn("The last use of API keys could not be written down: {}", written.error().message);
  if (const auto written =
          catalog->usage().add_refused(gateway->take_refusals(), day_of(clock.now()));
      !written)
    spdlog::warn("Refused payloads could not be counted: {}", written.error().message);
}

void EmbeddedServer::Stages::compare_fields() {
  if (const auto compared = catalog->stream_fields().compare(day_of(clock.now())); !compared)
    spdlog::warn("The fields of streams were not compared with those of the week before: {}",
                 compared.error().message);
}

void EmbeddedServer::Stages::start_housekeeping() {
  housekeeping.emplace(Housekeeping::Chores{
      .write_uses = [this] { write_uses(); },
      .write_uses_every = std::chrono::seconds(config["keys.last_used_s"]),
      .ready = [this] { return log->health(); },
      .forget =
          [this] {
            if (roles.runner) forget_the_old();
          },
      .compare =
          [this] {
            if (roles.runner) compare_fields();
          },
      .watch = [this] { clock_report.look(clock.state(), log->stats().stamps_ahead); },
  });
}

/// What another process does is not told by this one: the sums over all processes are right.
Measured EmbeddedServer::Stages::measure() const {
  Measured measured;
  measured.http = http_server->stats();
  measured.log = log->stats();
  measured.clock = clock.state();
  measured.control_seconds = request_log.seconds();
  measured.log_ready = log->health().has_value();
  measured.disk_bytes_free = directory.bytes_free().value_or(0);
  measured.disk_bytes = directory.bytes_in_all().value_or(0);
  measured.process = process_state();
  measured.snapshot = catalog->snapshots().current();
  measured.streams_named_max = streams_named_max(config);
  if (gateway) measured.gateway = gateway->stats();
  if (roles.batcher) {
    measured.batcher = batchers->gauges();
    measured.batch_seconds = batchers->commit_seconds();
  }
  if (roles.runner) measure_runner(measured);
  return measured;
}

void EmbeddedServer::Stages::measure_runner(Measured& measured) const {
  measured.quarantine = catalog->batches().quarantine_held();
  measured.run_seconds = runs->seconds();
  measured.live_lag = runs->live_lag();
  measured.schedule_lateness = scheduler->lateness();
  measured.field_changes =
      catalog->stream_fields().change_totals(day_of(clock.now())).value_or(FieldChanges());
  measured.firings = catalog->courier_groups().counts().value_or(catalog::FiringCounts());
  measured.runs = catalog->runs().counts().value_or(std::vector<catalog::RunsInState>());
  measured.followers = live_hub->counts();
  measured.alerts_delivered = alerts->delivered();
  measured.alert_tries_failed = alerts->failed_tries();
  measured.conservation = conservation->newest();
  measured.conservation_checks = conservation->checks();
}

Result<Config::Changes> EmbeddedServer::Stages::reload(const Config& next) {
  const bool wants_tls = !next.text("tls.certificate").empty() || !next.text("tls.key").empty();
  if (wants_tls != (tls != nullptr))
    return fail(Errc::bad_request,
                "Whether TLS is spoken is decided at the start. Restart the server to change it.");
  if (tls) WEIR_CHECK(tls->reload(tls_files(next)));
  const Config::Changes changes = config.reload(next);
  set_up_logging(config.text("log.format"), config.text("log.level"));
  if (runs) runs->resize(count_of(config, "runs.parallel"));
  return changes;
}

void EmbeddedServer::Stages::stop() {
  operator_file.reset();
  if (scheduler) scheduler->stop();
  if (runs) runs->request_stop();
  if (engine) engine->stop();  // or requests in flight would last as long as their queries
  if (http_server) http_server->stop();
  if (live_events) live_events->stop();
  if (metrics_server) metrics_server->stop();
  if (housekeeping) housekeeping->stop();
  if (alerts) alerts->stop();
  if (log) log->close();
  if (conservation) conservation->stop();
  if (batchers) batchers->stop();
  if (runs) runs->stop();
  if (role) role->stop();
}

EmbeddedServer::EmbeddedServer(std::unique_ptr<Stages> stages) : stages_(std::move(stages)) {}

EmbeddedServer::~EmbeddedServer() {
  stop();
}

Result<std::unique_ptr<EmbeddedServer>> EmbeddedServer::start(DataDirectory directory,
                                                              const Config& config,
                                                              const Listen& listen,
                                                              const Roles& roles) {
  auto stages = std::make_unique<Stages>(std::move(directory), config, roles);
  std::unique_ptr<EmbeddedServer> server(new EmbeddedServer(std::move(stages)));
  Stages& all = *server->stages_;
  WEIR_CHECK(all.open_catalog());
  if (roles.runner) WEIR_CHECK(all.hold_role());
  WEIR_CHECK(all.open_log());
  if (roles.batcher || roles.runner) {
    WEIR_CHECK(all.open_store());
    if (roles.runner) WEIR_CHECK(all.close_earlier_partitions());
    all.start_batchers();
  }
  if (roles.runner) {
    all.watch_conservation();
    WEIR_CHECK(all.start_alerts());
    all.make_engine();
    WEIR_CHECK(all.start_runs());
  }
  WEIR_CHECK(all.listen(listen));
  WEIR_CHECK(all.serve_metrics());
  all.start_housekeeping();
  return server;
}

const std::string& EmbeddedServer::setup_code() const {
  return stages_->setup_code;
}

std::string EmbeddedServer::url() const {
  return stages_->url();
}

Result<Config::Changes> EmbeddedServer::reload(const Config& next) {
  return stages_->reload(next);
}

void EmbeddedServer::stop() {
  stages_->stop();
}

}  // namespace weir::app
