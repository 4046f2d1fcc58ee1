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
      .forget = [this] { forget_the_old(); },
      .compare = [this] { compare_fields(); },
      .watch = [this] { clock_report.look(clock.state(), log->stats().stamps_ahead); },
  });
}

Measured EmbeddedServer::Stages::measure() const {
  return {.gateway = gateway->stats(),
          .http = http_server->stats(),
          .log = log->stats(),
          .clock = clock.state(),
          .batcher = batcher_thread->gauges(),
          .quarantine = catalog->batches().quarantine_held(),
          .batch_seconds = manifest->commit_seconds(),
          .run_seconds = runs->seconds(),
          .live_lag = runs->live_lag(),
          .schedule_lateness = scheduler->lateness(),
          .field_changes =
              catalog->stream_fields().change_totals(day_of(clock.now())).value_or(FieldChanges()),
          .firings = catalog->courier_groups().counts().value_or(catalog::FiringCounts()),
          .runs = catalog->runs().counts().value_or(std::vector<catalog::RunsInState>()),
          .control_seconds = request_log.seconds(),
          .followers = live_hub->counts(),
          .alerts_delivered = alerts->delivered(),
          .alert_tries_failed = alerts->failed_tries(),
          .log_ready = log->health().has_value(),
          .disk_bytes_free = directory.bytes_free().value_or(0),
          .disk_bytes = directory.bytes_in_all().value_or(0),
          .process = process_state(),
          .conservation = conservation->newest(),
          .conservation_checks = conservation->checks(),
          .snapshot = catalog->snapshots().current(),
          .streams_named_max = streams_named_max(config)};
}

Result<Config::Changes> EmbeddedServer::Stages::reload(const Config& next) {
  const bool wants_tls = !next.text("tls.certificate").empty() || !next.text("tls.key").empty();
  if (wants_tls != (tls != nullptr))
    return fail(Errc::bad_request,
                "Whether TLS is spoken is decided at the start. Restart the server to change it.");
  if (tls) WEIR_CHECK(tls->reload(tls_files(next)));
  const Config::Changes changes = config.reload(next);
  set_up_logging(config.text("log.format"), config.text("log.level"));
  runs->resize(count_of(config, "runs.parallel"));
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
  if (batcher_thread) batcher_thread->stop();
  if (runs) runs->stop();
}

EmbeddedServer::EmbeddedServer(std::unique_ptr<Stages> stages) : stages_(std::move(stages)) {}

EmbeddedServer::~EmbeddedServer() {
  stop();
}

Result<std::unique_ptr<EmbeddedServer>> EmbeddedServer::start(DataDirectory directory,
                                                              const Config& config,
                                                              const Listen& listen) {
  auto stages = std::make_unique<Stages>(std::move(directory), config);
  std::unique_ptr<EmbeddedServer> server(new EmbeddedServer(std::move(stages)));
  Stages& all = *server->stages_;
  WEIR_CHECK(all.open_catalog());
  WEIR_CHECK(all.open_log());
  WEIR_CHECK(all.open_store());
  WEIR_CHECK(all.close_earlier_partitions());
  all.start_batcher();
  all.watch_conservation();
  WEIR_CHECK(all.start_alerts());
  all.make_engine();
  WEIR_CHECK(all.start_runs());
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
