#include <chrono>

#include <spdlog/spdlog.h>

#include "app/earlier_partition.hpp"
#include "app/logging.hpp"
#include "app/server_stages.hpp"
#include "control/text.hpp"
#include "pipeline/store/local_directory_store.hpp"
#include "pipeline/store/store_trial.hpp"

// The way of a payload: catalog, log, store, batcher, engine, runs. Stages are filled one after
// the other by functions of their own, so that what each needs stands beside it.
namespace weir::app {
namespace {

constexpr std::uint64_t segments_kept_free = 8;  // of the disk, from what the engine spills

}  // namespace

/// Whether other processes may use the catalog too.
bool EmbeddedServer::Stages::is_shared() const {
  return !config.text("catalog.url").empty();
}

/// Whether other processes may batch, too.
bool EmbeddedServer::Stages::shares_log() const {
  return is_shared() && has_kafka_log(config);
}

catalog::Leases::Holder EmbeddedServer::Stages::holder() const {
  return {instance.own, name_of_process() + ": " + to_string(roles)};
}

/// What an earlier process on this data directory held is free: we hold the directory exclusively,
/// so it is dead.
Result<void> EmbeddedServer::Stages::open_catalog() {
  WEIR_TRY(instance, directory.begin_instance(random));
  WEIR_TRY(catalog,
           catalog::Catalog::open_existing(catalog_address(directory, config), clock, random));
  std::uint64_t left = 0;
  if (!is_shared()) {
    WEIR_TRY(left, catalog->runs().end_leases());
  } else if (!instance.previous.empty()) {
    WEIR_TRY(left, catalog->runs().end_leases(instance.previous));
  }
  if (left > 0) spdlog::info("{} workflow runs were left behind; they are taken up now", left);
  return {};
}

Result<void> EmbeddedServer::Stages::hold_role() {
  if (!is_shared()) return {};
  WEIR_TRY(role, RoleKeeper::take(*catalog, "runner", holder(),
                                  [](const Error& error) { spdlog::error("{}", error.message); }));
  return {};
}

Result<void> EmbeddedServer::Stages::open_log() {
  return has_kafka_log(config) ? open_kafka_log() : open_embedded_log();
}

Result<void> EmbeddedServer::Stages::open_kafka_log() {
  WEIR_TRY(auto settings, kafka_settings(config));
  settings.on_event = [](const std::string& text) { spdlog::warn("Kafka: {}", text); };
  lanes.emplace(*catalog);
  const std::string topic = settings.topic;
  auto opened = log::kafka::KafkaLog::open(std::move(settings), *lanes, clock);
  if (!opened) return fail_while("The log in Kafka", std::move(opened).error());
  const auto& found = (*opened)->topic();
  spdlog::info("The log is the topic {} of {} with {} partitions and {} replicas{}", topic,
               config.text("kafka.brokers"), found.partitions, found.replicas,
               found.is_new ? ", made just now" : "");
  for (const std::string& warning : found.warnings)
    spdlog::warn("{}", warning);
  log = *std::move(opened);
  return {};
}

Result<void> EmbeddedServer::Stages::open_embedded_log() {
  WEIR_TRY(const auto written, catalog->batches().partitions());
  for (const PartitionNo one : written)
    if (!is_gapless(one))
      return fail(Errc::conflict,
                  "This catalog has taken records from a Kafka topic, and payloads in it may be in "
                  "no file yet. Set kafka.brokers and kafka.topic as before.");
  log::SegmentedLog::Options options;
  options.directory = directory.log();
  options.partition = partition;
  options.segment_bytes = static_cast<std::uint64_t>(config["log.segment_bytes"]);
  WEIR_TRY(const catalog::Checkpoint checkpoint, catalog->batches().checkpoint(partition));
  options.watched_clock = &clock;
  options.catalog.checkpoint = checkpoint.lsn;
  WEIR_TRY(options.catalog.next_sequences, catalog->batches().positions(partition));
  WEIR_TRY(options.catalog.complete_until, catalog->hours().sealed_until(partition));
  WEIR_TRY(auto own, log::SegmentedLog::open(disk, clock, random, std::move(options)));
  own->release(partition, checkpoint.lsn);

  const log::Recovered& found = own->recovered();
  for (const auto& [stream, type] : found.streams_seen)
    bindings.bind(stream, type);
  spdlog::info("The log holds {} records in {} bytes{}", found.records, found.bytes,
               found.torn_tail ? "; a last commit that was never acknowledged was cut" : "");
  log = std::move(own);
  return {};
}

/// Whether the store answers. What only somebody can put right ends the start; a store that does
/// not answer does not, since the log takes payloads without it.
Result<bool> EmbeddedServer::Stages::look_at_remote_store() {
  const std::string url = config.text("store.url");
  const auto tried = store::try_out(*store, random);
  if (!tried && tried.error().code == Errc::unavailable) {
    spdlog::error(
        "Store {}: {}. Payloads are taken, and wait in the log until the store is there; `weir "
        "doctor` tells when it is",
        url, tried.error().message);
    return false;
  }
  if (!tried) return fail_while("Store " + url, tried.error());
  spdlog::info("Batch files go to {}", url);
  return true;
}

Result<void> EmbeddedServer::Stages::open_store() {
  if (has_remote_store(config)) {
    WEIR_TRY(store, open_remote_store(
                        config, {disk, clock, random, directory.spool(), environment_variable}));
    remote_files.emplace(*store);
  } else {
    WEIR_TRY(store, store::LocalDirectoryStore::open(disk, directory.store()));
  }
  quarantine.emplace(catalog->batches(), *store);
  if (remote_files) {
    WEIR_TRY(const bool answers, look_at_remote_store());
    if (!answers) return {};
  }
  const auto swept = store->sweep();
  if (!swept && !remote_files) return fail(swept.error());
  if (!swept) spdlog::warn("Uploads that nobody ends are still there: {}", swept.error().message);
  // A full disk takes no file that is written again, and must not keep the server from starting.
  // Where several batch, a file that no row names may be one that another has just put.
  if (shares_log()) return {};
  if (const auto clean = quarantine->clean_up(); !clean)
    spdlog::warn("Bytes of dropped or replayed payloads are still in the store: {}",
                 clean.error().message);
  return {};
}

/// Those that were written before `log.partition` was raised, or the log moved to Kafka.
Result<void> EmbeddedServer::Stages::close_earlier_partitions() {
  WEIR_TRY(const auto written, catalog->batches().partitions());
  for (const PartitionNo before : written)
    if (is_gapless(before) && (before < partition || has_kafka_log(config)))
      WEIR_CHECK(close_partition(before, directory.log(), {disk, clock, random, *catalog, *store}));
  return {};
}

void EmbeddedServer::Stages::start_batchers() {
  batcher::BatcherSettings settings;
  settings.roll.bytes_max = static_cast<std::uint64_t>(config["batch.bytes"]);
  settings.roll.records_max = static_cast<std::uint32_t>(config["batch.records"]);
  settings.roll.age_max = std::chrono::seconds(config["batch.age_s"]);
  settings.keys.window = std::chrono::seconds(config["idempotency.window_s"]);
  settings.keys.keys_max = static_cast<std::uint64_t>(config["idempotency.keys"]);
  settings.quarantine.catalog_bytes_max = static_cast<std::uint64_t>(config["quarantine.bytes"]);
  // Runs begin after the batcher. What is committed before is found when they do.
  batchers.emplace(
      Batchers::Dependencies{.log = *log,
                             .store = roles.batcher ? &*store : nullptr,
                             .catalog = *catalog,
                             .clock = clock,
                             .holder = shares_log() ? std::optional(holder()) : std::nullopt,
                             .on_batches =
                                 [this] {
                                   if (auto* const woken = runs_to_wake.load()) woken->wake();
                                 },
                             .on_error =
                                 [](const Error& error) {
                                   spdlog::error("Batches cannot be made: {}", error.message);
                                 }},
      settings);
}

void EmbeddedServer::Stages::watch_conservation() {
  ConservationMonitor::Dependencies dependencies{
      *log, *catalog, [this](const batcher::Difference& difference) {
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

Vitals EmbeddedServer::Stages::vitals() {
  return {.catalog = catalog->probe(),
          .log = log->health(),
          .store_url = config.text("store.url"),
          .store = store::try_out(*store, random),
          .clock = clock.state(),
          .stamps_ahead = log->stats().stamps_ahead,
          .stamps_ahead_max = std::chrono::seconds(config["clock.jump_max_s"]),
          .batcher = batchers->health(),
          .gauges = batchers->gauges(),
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
      .remote = remote_files ? &*remote_files : nullptr,
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

Result<void> EmbeddedServer::Stages::start_runs() {
  sources.emplace(*catalog, clock,
                  CourierFolders{config.text("couriers.folder"),
                                 remote_files ? std::string() : directory.store()});
  runs.emplace(
      RunThreads::Dependencies{*catalog, *engine, *store, clock, random, instance.own,
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
  options.holder = holder();
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

}  // namespace weir::app
