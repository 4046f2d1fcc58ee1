#include "app/embedded_server.hpp"

#include <atomic>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "alert/endpoint.hpp"
#include "app/alert_delivery.hpp"
#include "app/batch_catalog_adapter.hpp"
#include "app/clock_report.hpp"
#include "app/conservation_monitor.hpp"
#include "app/courier_sources.hpp"
#include "app/earlier_partition.hpp"
#include "app/health_checks.hpp"
#include "app/housekeeping.hpp"
#include "app/logging.hpp"
#include "app/metrics.hpp"
#include "app/metrics_server.hpp"
#include "app/replay.hpp"
#include "app/request_log.hpp"
#include "app/run_threads.hpp"
#include "app/scheduler_thread.hpp"
#include "app/server_settings.hpp"
#include "catalog/audit.hpp"
#include "catalog/catalog.hpp"
#include "catalog/users.hpp"
#include "control/control_api.hpp"
#include "control/sign_ins.hpp"
#include "control/text.hpp"
#include "engine/duckdb/duckdb_engine.hpp"
#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "env/watched_clock.hpp"
#include "http/handler_pool.hpp"
#include "http/server.hpp"
#include "pipeline/batcher/batcher_thread.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/batcher/record_index.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "pipeline/log/segmented_log.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "ui/pages.hpp"
#include "xml/xml_to_cbor.hpp"

// Wires the stages explicitly, in the order of their members, so that they are destroyed in the
// reverse order. A dependency-injection container would choose that order by itself; here it can be
// read.
namespace weir::app {
namespace {

constexpr std::uint64_t segments_kept_free = 8;  // of the disk, from what the engine spills

/// For streams that check XML while the request is open.
Result<void> check_xml(std::string_view document) {
  thread_local xml::Converter converter;
  thread_local std::string converted;
  converted.clear();
  return converter.convert(document, converted);
}

}  // namespace

/// Members are in the order of construction; each uses only those above it.
struct EmbeddedServer::Stages {
  Stages(DataDirectory directory_, const Config& config_)
      : directory(std::move(directory_)),
        config(config_),
        partition{static_cast<std::uint16_t>(config["log.partition"])},
        clock(system_clock, system_clock, clock_bounds(config)) {}

  Result<void> open_catalog();
  Result<void> open_log();
  Result<void> open_store();
  Result<void> close_earlier_partitions();
  void start_batcher();
  void watch_conservation();
  Vitals vitals() const;
  void raise_conservation(const batcher::Difference& difference);
  Result<void> start_alerts();
  Result<void> check_alert(const catalog::AlertEndpoint& endpoint) const;
  void make_engine();
  Result<void> start_runs();
  void start_scheduler();
  void make_control_api();
  Result<void> listen(const Listen& listen);
  void start_housekeeping();
  void forget_the_old();
  Result<void> serve_metrics();
  Result<std::string> metrics() const;
  std::string url() const;
  std::string url_for(const http::Request& request) const;
  Measured measure() const;
  Result<Config::Changes> reload(const Config& next);
  void stop();

  const DataDirectory directory;
  Config config;
  const PartitionNo partition;
  std::string host;
  std::shared_ptr<http::Tls> tls;
  PosixDisk disk;
  SystemClock system_clock;
  WatchedClock clock;
  SystemRandom random;

  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<log::SegmentedLog> log;
  std::unique_ptr<store::LocalDirectoryStore> store;
  std::optional<batcher::Quarantine> quarantine;
  std::optional<BatchCatalogAdapter> manifest;
  std::optional<batcher::Batcher> batcher;
  std::optional<batcher::BatcherThread> batcher_thread;
  std::optional<ConservationMonitor> conservation;
  std::optional<AlertDelivery> alerts;
  std::optional<engine::duckdb::DuckDbEngine> engine;
  std::optional<CourierSources> sources;
  std::optional<RunThreads> runs;
  std::atomic<RunThreads*> runs_to_wake{nullptr};  // by the batcher's thread
  std::optional<SchedulerThread> scheduler;
  std::atomic<SchedulerThread*> scheduler_to_wake{nullptr};  // by the threads of runs

  const ui::Pages pages{ui::files(), random};
  RequestLog request_log{clock};
  ClockReport clock_report{std::chrono::seconds(config["clock.jump_max_s"])};
  gateway::StreamBindings bindings;
  std::optional<gateway::Gateway> gateway;
  std::optional<control::QueryGate> queries;
  std::string setup_code;  // while there is no user
  std::optional<control::SignIns> sign_ins;
  std::optional<control::ControlApi> control_api;
  std::optional<http::HandlerPool> control_pool;
  std::optional<http::HandlerPool> probe_pool;
  std::optional<http::HandlerPool> page_pool;
  std::optional<http::Server> http_server;
  std::optional<MetricsServer> metrics_server;
  std::optional<Housekeeping> housekeeping;
};

Result<void> EmbeddedServer::Stages::open_catalog() {
  WEIR_TRY(catalog, catalog::Catalog::open_existing(directory.catalog(), clock, random));
  return {};
}

Result<void> EmbeddedServer::Stages::open_log() {
  log::SegmentedLog::Options options;
  options.directory = directory.log();
  options.partition = partition;
  options.segment_bytes = static_cast<std::uint64_t>(config["log.segment_bytes"]);
  WEIR_TRY(const catalog::Checkpoint checkpoint, catalog->batches().checkpoint(partition));
  options.watched_clock = &clock;
  options.catalog.checkpoint = checkpoint.lsn;
  WEIR_TRY(options.catalog.next_sequences, catalog->batches().positions(partition));
  WEIR_TRY(options.catalog.complete_until, catalog->hours().sealed_until(partition));
  WEIR_TRY(log, log::SegmentedLog::open(disk, clock, random, std::move(options)));
  log->release(partition, checkpoint.lsn);

  const log::Recovered& found = log->recovered();
  for (const auto& [stream, type] : found.streams_seen)
    bindings.bind(stream, type);
  spdlog::info("The log holds {} records in {} bytes{}", found.records, found.bytes,
               found.torn_tail ? "; a last commit that was never acknowledged was cut" : "");
  return {};
}

Result<void> EmbeddedServer::Stages::open_store() {
  WEIR_TRY(store, store::LocalDirectoryStore::open(disk, directory.store()));
  WEIR_CHECK(store->sweep());
  quarantine.emplace(catalog->batches(), *store);
  // A full disk takes no file that is written again, and must not keep the server from starting.
  if (const auto clean = quarantine->clean_up(); !clean)
    spdlog::warn("Bytes of dropped or replayed payloads are still in the store: {}",
                 clean.error().message);
  return {};
}

/// Those that were written before `log.partition` was raised.
Result<void> EmbeddedServer::Stages::close_earlier_partitions() {
  for (std::uint16_t before = 0; before < partition.value; ++before)
    WEIR_CHECK(close_partition({before}, directory.log(), {disk, clock, random, *catalog, *store}));
  return {};
}

void EmbeddedServer::Stages::start_batcher() {
  batcher::BatcherSettings settings;
  settings.partition = partition;
  settings.roll.bytes_max = static_cast<std::uint64_t>(config["batch.bytes"]);
  settings.roll.records_max = static_cast<std::uint32_t>(config["batch.records"]);
  settings.roll.age_max = std::chrono::seconds(config["batch.age_s"]);
  settings.keys.window = std::chrono::seconds(config["idempotency.window_s"]);
  settings.keys.keys_max = static_cast<std::uint64_t>(config["idempotency.keys"]);
  settings.quarantine.catalog_bytes_max = static_cast<std::uint64_t>(config["quarantine.bytes"]);
  // Runs begin after the batcher. What is committed before is found when they do.
  manifest.emplace(*catalog, clock, [this] {
    if (RunThreads* const woken = runs_to_wake.load()) woken->wake();
  });
  batcher.emplace(*log, *store, *manifest, settings);
  batcher::BatcherThread::Settings thread;
  thread.on_error = [](const Error& error) {
    spdlog::error("Batches cannot be made: {}", error.message);
  };
  batcher_thread.emplace(*batcher, clock, std::move(thread));
}

void EmbeddedServer::Stages::watch_conservation() {
  ConservationMonitor::Dependencies dependencies{
      *log, *catalog, partition, [this](const batcher::Difference& difference) {
        spdlog::error("CONSERVATION DOES NOT HOLD, stream no {}: {}", difference.stream.value,
                      difference.what);
        raise_conservation(difference);
      }};
  conservation.emplace(std::move(dependencies),
                       std::chrono::seconds(config["conservation.check_s"]));
}

/// Every tenant hears of a difference that is no stream's.
void EmbeddedServer::Stages::raise_conservation(const batcher::Difference& difference) {
  catalog::AlertEvent event{.kind = catalog::AlertKind::conservation,
                            .title = "Conservation does not hold",
                            .text = difference.what};
  const auto stream = catalog->streams().view(difference.stream);
  const bool is_of_one = stream && *stream;
  if (is_of_one) {
    event.title += " for stream " + (*stream)->id;
    event.stream_id = (*stream)->id;
  }
  const auto raised = is_of_one ? catalog->alerts().raise((*stream)->tenant_no, event)
                                : catalog->alerts().raise_everywhere(event);
  if (!raised) spdlog::error("Its alert cannot be raised: {}", raised.error().message);
}

Result<void> EmbeddedServer::Stages::start_alerts() {
  WEIR_TRY(auto network, alert_settings(config));
  network.as_told = [this](std::string text) {
    return control::as_utf8(control::without_directory(std::move(text), directory.path()));
  };
  alerts.emplace(AlertDelivery::Dependencies{*catalog, clock, random, std::move(network),
                                             alert_retries(config),
                                             std::chrono::days(config["alerts.keep_days"])});
  return {};
}

Result<void> EmbeddedServer::Stages::check_alert(const catalog::AlertEndpoint& endpoint) const {
  WEIR_CHECK(alert::check(endpoint));
  if (endpoint.channel == catalog::AlertChannel::webhook || !config.text("alerts.smtp_url").empty())
    return {};
  return fail(Errc::conflict,
              "This server sends no mail. Set alerts.smtp_url and alerts.smtp_from, and restart "
              "it, or use a webhook.");
}

Vitals EmbeddedServer::Stages::vitals() const {
  return {.log = log->health(),
          .clock = clock.state(),
          .stamps_ahead = log->stats().stamps_ahead,
          .stamps_ahead_max = std::chrono::seconds(config["clock.jump_max_s"]),
          .batcher = batcher_thread->health(),
          .gauges = batcher_thread->gauges(),
          .batch_age_max = std::chrono::seconds(config["batch.age_s"]),
          .quarantine = catalog->batches().quarantine_held(),
          .quarantine_bytes_max = static_cast<std::uint64_t>(config["quarantine.bytes"]),
          .data_directory = directory.path(),
          .bytes_free = directory.bytes_free(),
          .bytes_in_all = directory.bytes_in_all(),
          .segment_bytes = static_cast<std::uint64_t>(config["log.segment_bytes"])};
}

void EmbeddedServer::Stages::make_engine() {
  engine::duckdb::DuckDbOptions options{
      .tables_folder = directory.tables(),
      .store_root = directory.store(),
      .memory_bytes = bytes_of(config, "engine.memory_mb"),
      .spill_bytes = bytes_of(config, "engine.spill_mb"),
      .threads = static_cast<int>(config["engine.threads"]),
      .history = {.loads = static_cast<std::uint64_t>(config["engine.history_loads"]),
                  .age = std::chrono::days(config["engine.history_days"])},
      .disk_free = [this] { return directory.bytes_free(); },
      // The log continues with its own segments while the engine frees space.
      .disk_reserve_bytes =
          segments_kept_free * static_cast<std::uint64_t>(config["log.segment_bytes"])};
  engine.emplace(std::move(options), clock);
}

/// We hold the data directory exclusively, so every earlier owner of a run is dead: end all leases.
Result<void> EmbeddedServer::Stages::start_runs() {
  WEIR_TRY(const std::uint64_t left, catalog->runs().end_leases());
  if (left > 0) spdlog::info("{} workflow runs were left behind; they are taken up now", left);
  sources.emplace(*catalog, clock,
                  CourierFolders{config.text("couriers.folder"), directory.store()});
  runs.emplace(
      RunThreads::Dependencies{*catalog, *engine, *store, clock, random,
                               std::chrono::seconds(config["runs.time_s"]), sources->folders(),
                               [this] {
                                 if (auto* const woken = scheduler_to_wake.load()) woken->wake();
                               }},
      count_of(config, "runs.parallel"));
  runs_to_wake = &*runs;
  start_scheduler();
  return {};
}

void EmbeddedServer::Stages::start_scheduler() {
  workflow::Scheduler::Options options;
  options.owner = random_id(random, "instance ", 16);
  options.keep_runs = std::chrono::days(static_cast<int>(config["runs.keep_days"]));
  options.on_error = [](const std::string& id, const Error& error) {
    log_event(LogLevel::error, "A courier group, or a run of one, could not be looked at",
              {{"id", id}, {"cause", error.message}});
  };
  const auto files = [this](std::uint32_t tenant_no, const catalog::Courier& courier,
                            const catalog::RunRange& range) {
    return sources->hours(tenant_no, courier, range);
  };
  scheduler.emplace(workflow::Scheduler(*catalog, clock, random, files, std::move(options)),
                    [this] { runs->wake(); });
  scheduler_to_wake = &*scheduler;
}

void EmbeddedServer::Stages::make_control_api() {
  queries.emplace(count_of(config, "queries.parallel"));
  sign_ins.emplace(clock,
                   catalog::SessionLife{std::chrono::seconds(config["sessions.idle_s"]),
                                        std::chrono::seconds(config["sessions.life_s"])},
                   setup_code);
  control_api.emplace(control::Services{
      .catalog = *catalog,
      .engine = *engine,
      .clock = clock,
      .random = random,
      .queries = *queries,
      .query_time_max = std::chrono::seconds(config["queries.time_s"]),
      .sign_ins = *sign_ins,
      .token_life_max = std::chrono::days(config["tokens.days_max"]),
      .flush = [this](StreamNo stream) { return batcher_thread->flush(stream); },
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
      .read_file = [this](const std::string& path,
                          std::uint64_t bytes) { return store->read_range(path, 0, bytes); },
      .base_url = [this](const http::Request& request) { return url_for(request); },
      .ready = [this] { return log->health(); },
      .metrics = [this] { return metrics(); },
      .locate = [this](const catalog::Batch& batch,
                       Sequence sequence) { return batcher::locate(*store, batch, sequence); },
      .records =
          [this](const catalog::Batch& batch, std::uint64_t offset, std::uint64_t count) {
            return batcher::read_page(*store, batch, offset, count);
          },
      .next_sequence = [this](const Address& address) { return log->next_sequence(address); },
      .replay = [this](StreamNo stream, PayloadType type, const std::string& key,
                       const std::string& body) { return replay(*log, stream, type, key, body); },
      .quarantined_body =
          [this](const catalog::Quarantined& record) { return quarantine->body(record); },
      .settle_quarantined =
          [this](std::uint32_t tenant_no, const Address& address, catalog::QuarantineState state,
                 std::optional<Sequence> replayed_as) {
            return quarantine->settle(tenant_no, address, state, replayed_as);
          },
      .check_conservation = [this] { return conservation->check_now(); },
      .health_checks = [this] { return judge(vitals()); },
      .metrics_token = config.text("metrics.token"),
      .data_directory = directory.path(),
  });
}

Result<void> EmbeddedServer::Stages::listen(const Listen& listen) {
  host = listen.host;
  WEIR_TRY(const bool any_user, catalog->users().any());
  if (!any_user) setup_code = random_id(random, "", 24);
  gateway.emplace(gateway::Dependencies{catalog->snapshots(), *log, clock, bindings, check_xml,
                                        gateway_limits(config)});
  make_control_api();
  const http::Handler handler = [this](const http::Request& request) {
    if (request.path == "/") return ui::to_first_page();
    return request_log.answer(
        request, [this](const http::Request& logged) { return control_api->handle(logged); });
  };
  const http::HeadCheck check_head = [this](const http::Request& head) {
    auto refusal = control_api->refuse_by_head(head);
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
      [this](const http::Request& request) { return pages.handle(request); },
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
  http_server.emplace(
      options,
      std::vector<http::Route>{
          {std::string(gateway::path_prefix), gateway->responder(),
           bytes_of(config, "http.body_memory_mb")},
          {"/healthz", probe_pool->responder()},
          {"/readyz", probe_pool->responder()},
          {"/metrics", probe_pool->responder()},
          {std::string(ui::path_prefix), page_pool->responder()},
          {"", control_pool->responder(), bytes_of(config, "http.control_body_memory_mb")}},
      random);
  return http_server->start();
}

void EmbeddedServer::Stages::forget_the_old() {
  auto forgotten = catalog->users().forget_expired(sign_ins->life().idle);
  if (const auto kept = std::chrono::days(config["audit.keep_days"]); forgotten && kept.count() > 0)
    if (auto events = catalog->audit().forget_before(clock.now() - kept); !events)
      forgotten = fail(std::move(events).error());
  if (!forgotten)
    spdlog::warn("Expired sessions and old audit events are still there: {}",
                 forgotten.error().message);
}

void EmbeddedServer::Stages::start_housekeeping() {
  housekeeping.emplace(Housekeeping::Chores{
      .write_key_uses =
          [this] {
            const auto written = catalog->keys().mark_used(gateway->take_key_uses());
            if (!written)
              spdlog::warn("The last use of API keys could not be written down: {}",
                           written.error().message);
          },
      .write_key_uses_every = std::chrono::seconds(config["keys.last_used_s"]),
      .ready = [this] { return log->health(); },
      .forget = [this] { forget_the_old(); },
      .watch = [this] { clock_report.look(clock.state(), log->stats().stamps_ahead); },
  });
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

std::string EmbeddedServer::Stages::url() const {
  return url_of(tls ? "https" : "http", host, http_server->port());
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
          .firings = catalog->courier_groups().counts().value_or(catalog::FiringCounts()),
          .runs = catalog->runs().counts().value_or(std::vector<catalog::RunsInState>()),
          .control_seconds = request_log.seconds(),
          .alerts_delivered = alerts->delivered(),
          .alert_tries_failed = alerts->failed_tries(),
          .log_ready = log->health().has_value(),
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
  if (scheduler) scheduler->stop();
  if (runs) runs->request_stop();
  if (engine) engine->stop();  // or requests in flight would last as long as their queries
  if (http_server) http_server->stop();
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
