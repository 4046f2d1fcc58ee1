#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>

#include "app/alert_delivery.hpp"
#include "app/batchers.hpp"
#include "app/clock_report.hpp"
#include "app/conservation_monitor.hpp"
#include "app/courier_sources.hpp"
#include "app/embedded_server.hpp"
#include "app/health_checks.hpp"
#include "app/housekeeping.hpp"
#include "app/kafka_settings.hpp"
#include "app/metrics.hpp"
#include "app/metrics_server.hpp"
#include "app/operator_file.hpp"
#include "app/people_settings.hpp"
#include "app/request_log.hpp"
#include "app/role_keeper.hpp"
#include "app/roles.hpp"
#include "app/run_threads.hpp"
#include "app/scheduler_thread.hpp"
#include "app/server_settings.hpp"
#include "app/store_settings.hpp"
#include "catalog/catalog.hpp"
#include "control/control_api.hpp"
#include "control/sign_ins.hpp"
#include "engine/duckdb/duckdb_engine.hpp"
#include "env/real/posix_disk.hpp"
#include "env/real/system_clock.hpp"
#include "env/real/system_random.hpp"
#include "env/watched_clock.hpp"
#include "http/handler_pool.hpp"
#include "http/server.hpp"
#include "live/live.hpp"
#include "pipeline/batcher/quarantine.hpp"
#include "pipeline/gateway/gateway.hpp"
#include "pipeline/log/segmented_log.hpp"
#include "pipeline/store/object_store.hpp"
#include "ui/pages.hpp"

namespace weir::app {

/// What a server is made of, and how the stages know each other. Members are in the order of
/// construction; each uses only those above it. Used by the thread that starts and stops the
/// server; `measure` and `vitals` by those that answer requests, too.
struct EmbeddedServer::Stages {
  Stages(DataDirectory directory_, const Config& config_, const Roles& roles_)
      : directory(std::move(directory_)),
        config(config_),
        roles(roles_),
        partition{static_cast<std::uint16_t>(config["log.partition"])},
        clock(system_clock, system_clock, clock_bounds(config)) {}

  bool is_shared() const;
  bool shares_log() const;
  catalog::Leases::Holder holder() const;
  Result<void> open_catalog();
  Result<void> hold_role();
  Result<void> open_log();
  Result<void> open_embedded_log();
  Result<void> open_kafka_log();
  Result<void> open_store();
  Result<bool> look_at_remote_store();
  Result<void> close_earlier_partitions();
  void start_batchers();
  void watch_conservation();
  Vitals vitals();
  void raise_conservation(const batcher::Difference& difference);
  Result<void> start_alerts();
  Result<void> check_alert(const catalog::AlertEndpoint& endpoint) const;
  void make_engine();
  Result<void> start_runs();
  void start_scheduler();
  Result<void> make_sign_ins();
  void make_control_api();
  Result<void> make_control();
  http::Response answer_without_control(const http::Request& request) const;
  void make_live();
  Result<void> listen(const Listen& listen);
  void start_housekeeping();
  void forget_the_old();
  void compare_fields();
  void write_uses();
  Result<void> serve_metrics();
  Result<std::string> metrics() const;
  std::string url() const;
  std::string url_for(const http::Request& request) const;
  std::string ingest_url(const http::Request& request, const std::string& tenant) const;
  http::Response page(const http::Request& request) const;
  Measured measure() const;
  void measure_runner(Measured& measured) const;
  Result<Config::Changes> reload(const Config& next);
  void stop();

  const DataDirectory directory;
  Config config;
  const Roles roles;
  const PartitionNo partition;
  std::string host;
  std::shared_ptr<http::Tls> tls;
  PosixDisk disk;
  SystemClock system_clock;
  WatchedClock clock;
  SystemRandom random;

  DataDirectory::Instance instance;
  std::unique_ptr<catalog::Catalog> catalog;
  std::unique_ptr<RoleKeeper> role;   // where several processes share the catalog
  std::optional<CatalogLanes> lanes;  // of a log in Kafka
  std::unique_ptr<log::Log> log;
  std::unique_ptr<store::ObjectStore> store;
  std::optional<FilesOfStore> remote_files;  // of a store that is no directory
  std::optional<batcher::Quarantine> quarantine;
  std::optional<Batchers> batchers;
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
  std::string operator_token;
  std::optional<control::SignIns> sign_ins;
  std::optional<oidc::Provider> provider;
  std::optional<control::ProviderSignIns> provider_sign_ins;
  SendMail mail;
  std::optional<control::ControlApi> control_api;
  std::optional<live::Hub> live_hub;
  std::optional<live::Live> live_events;
  std::optional<http::HandlerPool> control_pool;
  std::optional<http::HandlerPool> probe_pool;
  std::optional<http::HandlerPool> page_pool;
  std::optional<http::Server> http_server;
  std::optional<MetricsServer> metrics_server;
  std::optional<Housekeeping> housekeeping;
  std::optional<OperatorFile> operator_file;
};

}  // namespace weir::app
