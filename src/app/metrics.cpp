#include "app/metrics.hpp"

#include <limits>
#include <map>
#include <unordered_map>
#include <vector>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

// Numbers are gathered at each scrape and passed to prometheus-cpp for its text format only. With
// its registry, each request would write counters that all threads share.
namespace weir::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

template <class Count>
MetricFamily family(const char* name, const char* help, MetricType type, Count value) {
  ClientMetric metric;
  if (type == MetricType::Counter)
    metric.counter.value = static_cast<double>(value);
  else
    metric.gauge.value = static_cast<double>(value);
  return {name, help, type, {metric}};
}

template <class Count>
MetricFamily counter(const char* name, const char* help, Count value) {
  return family(name, help, MetricType::Counter, value);
}

template <class Count>
MetricFamily gauge(const char* name, const char* help, Count value) {
  return family(name, help, MetricType::Gauge, value);
}

template <class Counts>
MetricFamily by_status(const char* name, const char* help, const Counts& counts) {
  MetricFamily out{name, help, MetricType::Counter, {}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    ClientMetric metric;
    metric.label = {{"code", std::to_string(http::StatusCounters::statuses[i])}};
    metric.counter.value = static_cast<double>(counts[i]);
    out.metric.push_back(std::move(metric));
  }
  return out;
}

ClientMetric histogram_of(const HistogramCounts& counts, const std::array<double, 20>& bounds) {
  ClientMetric metric;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts.classes.size(); ++i) {
    sum += counts.classes[i];
    const double bound = i < bounds.size() ? bounds[i] : std::numeric_limits<double>::infinity();
    metric.histogram.bucket.push_back({sum, bound});
  }
  metric.histogram.sample_count = sum;
  metric.histogram.sample_sum = counts.sum;
  return metric;
}

/// The duration of each stage's unit of work.
MetricFamily stage_seconds(const Measured& measured) {
  MetricFamily out{
      "weir_stage_seconds",
      "gateway: payload handed to the log to its 202; log: write and sync of a commit; "
      "batcher: commit of batches in the catalog; courier: a workflow run; control: a "
      "control request.",
      MetricType::Histogram,
      {}};
  for (const auto& [stage, counts] :
       {std::pair("gateway", &measured.gateway.accepted_seconds),
        std::pair("log", &measured.log.commit_seconds),
        std::pair("batcher", &measured.batch_seconds), std::pair("courier", &measured.run_seconds),
        std::pair("control", &measured.control_seconds)}) {
    ClientMetric metric = histogram_of(*counts, second_bounds);
    metric.label = {{"stage", stage}};
    out.metric.push_back(std::move(metric));
  }
  return out;
}

MetricFamily commit_bytes(const Measured& measured) {
  return {"weir_log_commit_bytes",
          "Size of the log's commits.",
          MetricType::Histogram,
          {histogram_of(measured.log.commit_bytes, byte_bounds)}};
}

MetricFamily lateness(const HistogramCounts& counts) {
  return {"weir_schedule_lateness_seconds",
          "How long after its time a schedule fired.",
          MetricType::Histogram,
          {histogram_of(counts, second_bounds)}};
}

MetricFamily live_lag(const Measured& measured) {
  MetricFamily out{
      "weir_live_lag_seconds",
      "Live tables: from the reception of a batch's first record until its rows stood.",
      MetricType::Histogram,
      {}};
  const std::size_t most = measured.streams_named_max;
  HistogramCounts rest;
  bool is_rest = most == 0;
  for (std::size_t i = 0; i < measured.live_lag.size(); ++i) {
    const auto& [courier, counts] = measured.live_lag[i];
    if (i < most && courier != "other") {
      out.metric.push_back(histogram_of(counts, second_bounds));
      out.metric.back().label = {{"courier", courier}};
      continue;
    }
    is_rest = true;
    for (std::size_t j = 0; j < counts.classes.size(); ++j)
      rest.classes[j] += counts.classes[j];
    rest.sum += counts.sum;
  }
  if (!is_rest) return out;
  out.metric.push_back(histogram_of(rest, second_bounds));
  if (most > 0) out.metric.back().label = {{"courier", "other"}};
  return out;
}

MetricFamily runs_by_state(const std::vector<catalog::RunsInState>& runs) {
  MetricFamily out{"weir_workflow_runs", "Workflow runs that are kept.", MetricType::Gauge, {}};
  for (const catalog::RunsInState& one : runs) {
    ClientMetric metric;
    metric.label = {{"kind", one.kind}, {"state", one.state}};
    metric.gauge.value = static_cast<double>(one.runs);
    out.metric.push_back(std::move(metric));
  }
  return out;
}

MetricFamily by_kind(const FieldChanges& changes) {
  MetricFamily out{
      "weir_field_changes",
      "Fields of streams that differ today from the week before, compared each minute.",
      MetricType::Gauge,
      {}};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    ClientMetric metric;
    metric.label = {{"kind", std::string(to_string(static_cast<fields::Change::Kind>(i)))}};
    metric.gauge.value = static_cast<double>(changes[i]);
    out.metric.push_back(std::move(metric));
  }
  return out;
}

MetricFamily by_place(const char* name, const char* help, std::uint64_t in_catalog,
                      std::uint64_t in_files) {
  MetricFamily out{name, help, MetricType::Gauge, {}};
  for (const auto& [place, value] :
       {std::pair("catalog", in_catalog), std::pair("files", in_files)}) {
    ClientMetric metric;
    metric.label = {{"place", place}};
    metric.gauge.value = static_cast<double>(value);
    out.metric.push_back(std::move(metric));
  }
  return out;
}

/// A stream's label: its id or, were it gone, its number; "other" beyond the bound. The oldest
/// streams are named, so that which ones are does not change from one look to the next.
class StreamLabels {
 public:
  StreamLabels(const std::shared_ptr<const catalog::Snapshot>& snapshot, std::uint32_t named_max)
      : named_max_(named_max) {
    if (!snapshot) return;
    for (const auto& [id, stream] : snapshot->streams)
      ids_.emplace(stream.no, id);
  }
  std::string of(StreamNo stream) const {
    if (stream.value > named_max_) return "other";
    const auto found = ids_.find(stream);
    return found == ids_.end() ? "no " + std::to_string(stream.value) : found->second;
  }
  bool any() const { return named_max_ != 0; }

 private:
  std::uint32_t named_max_;
  std::unordered_map<StreamNo, std::string> ids_;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// Values by their labels, added up where these are the same.
class Sums {
 public:
  Sums(const char* name, const char* help, const StreamLabels& streams)
      : family_{name, help, MetricType::Gauge, {}}, streams_(streams) {}

  void add(StreamNo stream, Labels labels, std::uint64_t value) {
    if (streams_.any()) labels.emplace(labels.begin(), "stream", streams_.of(stream));
    sums_[std::move(labels)] += value;
  }
  MetricFamily family() && {
    for (const auto& [labels, sum] : sums_) {
      ClientMetric metric;
      for (const auto& [name, value] : labels)
        metric.label.push_back({name, value});
      metric.gauge.value = static_cast<double>(sum);
      family_.metric.push_back(std::move(metric));
    }
    return std::move(family_);
  }

 private:
  MetricFamily family_;
  const StreamLabels& streams_;
  std::map<Labels, std::uint64_t> sums_;
};

/// Sealed hours are left out: they do not change, and there are more of them every hour.
MetricFamily conservation_by_hour(const batcher::ConservationReport& conservation,
                                  const StreamLabels& streams) {
  Sums sums("weir_conservation_hour_records",
            "Conservation, per hour that is not sealed: accepted = in_files + duplicates + "
            "quarantined, what is in the log aside.",
            streams);
  for (const catalog::Hour& hour : conservation.hours) {
    if (hour.sealed()) continue;
    const std::string time = to_string(Time(hour.end() - std::chrono::hours(1))).substr(0, 13);
    for (const auto& [part, value] :
         {std::pair<const char*, std::uint64_t>{"accepted", hour.accepted()},
          {"in_files", hour.in_files},
          {"duplicates", hour.duplicates},
          {"quarantined", hour.quarantined}})
      sums.add(hour.stream, {{"hour", time}, {"part", part}}, value);
  }
  return std::move(sums).family();
}

void add_conservation(std::vector<MetricFamily>& families,
                      const batcher::ConservationReport& conservation,
                      const StreamLabels& streams) {
  Sums records("weir_conservation_records",
               "Records since the beginning: accepted by the log's numbers, accounted for by the "
               "catalog's rows, and the rest, in the log.",
               streams);
  for (const batcher::StreamAccount& account : conservation.streams)
    for (const auto& [part, value] :
         {std::pair<const char*, std::uint64_t>{"accepted", account.accepted},
          {"accounted", account.accounted},
          {"in_log", account.in_log()}})
      records.add(account.stream, {{"part", part}}, value);
  Sums differences("weir_conservation_differences",
                   "Differences found by the check of conservation; any is an alarm.", streams);
  for (const batcher::Difference& difference : conservation.differences)
    differences.add(difference.stream, {}, 1);
  families.push_back(std::move(records).family());
  families.push_back(conservation_by_hour(conservation, streams));
  families.push_back(std::move(differences).family());
  families.push_back(gauge("weir_conservation_holds", "1 while conservation holds.",
                           conservation.holds() ? 1 : 0));
}

/// What is left of the machine. An unknown size of the disk is left out: as 0 it would be an alarm.
void add_machine(std::vector<MetricFamily>& families, const Measured& measured) {
  if (measured.disk_bytes > 0) {
    families.push_back(gauge("weir_disk_free_bytes",
                             "Room on the disk of the data directory, for the server's user.",
                             measured.disk_bytes_free));
    families.push_back(gauge("weir_disk_size_bytes", "Size of the disk of the data directory.",
                             measured.disk_bytes));
  }
  const ProcessState& process = measured.process;
  families.push_back(
      counter("process_cpu_seconds_total", "CPU time of the process.", process.cpu_seconds));
  families.push_back(gauge("process_resident_memory_bytes", "Resident memory of the process.",
                           process.resident_bytes));
  families.push_back(gauge("process_open_fds", "Open file descriptors.", process.open_files));
  families.push_back(gauge("process_max_fds", "File descriptors it may have open at most.",
                           process.open_files_max));
  families.push_back(
      gauge("process_start_time_seconds", "Start of the process, since 1970.", process.started_at));
}

}  // namespace

std::string metrics_text(const Measured& measured) {
  const auto& [gateway, http, log, clock, batcher, quarantine, batch_seconds, run_seconds,
               live_lag_by_courier, schedule_lateness, field_changes, firings, runs,
               control_seconds, followers, alerts_delivered, alert_tries_failed, log_ready,
               disk_bytes_free, disk_bytes, process, conservation, conservation_checks, snapshot,
               streams_named_max] = measured;
  std::vector<MetricFamily> families{
      by_status("weir_gateway_replies_total", "Answers of the ingest endpoint.", gateway.replies),
      counter("weir_gateway_payload_bytes_total", "Bytes of accepted payloads, as sent.",
              gateway.payload_bytes),
      counter("weir_gateway_token_cache_hits_total", "Tokens found verified.",
              gateway.token_cache_hits),
      counter("weir_gateway_token_cache_misses_total", "Tokens that had to be verified.",
              gateway.token_cache_misses),
      gauge("weir_gateway_in_flight", "Payloads handed to the log and not decided.",
            gateway.in_flight),
      by_status("weir_http_replies_total", "Answers of the whole server.", http.replies),
      gauge("weir_http_connections", "Connections open now.", http.connections_open),
      counter("weir_http_connections_refused_total", "Connections over the limit.",
              http.connections_refused),
      gauge("weir_http_large_body_bytes",
            "Memory that bodies on their way hold beyond 16 KiB each.", http.large_body_bytes),
      gauge("weir_followers", "Live connections open now.", followers.open),
      counter("weir_follower_events_total", "Events sent to them.", followers.events),
      counter("weir_follower_payloads_left_out_total",
              "Payloads that clients did not get, since they read too slowly.",
              followers.payloads_lost),
      counter("weir_followers_dropped_total", "Live connections ended, for the same reason.",
              followers.dropped),
      counter("weir_followers_refused_total", "Live connections over their limit.",
              followers.refused),
      stage_seconds(measured),
      commit_bytes(measured),
      gauge("weir_log_segments", "Segments of the log in use.", log.segments),
      gauge("weir_log_disk_bytes", "Disk space of the log, spare segments included.",
            log.disk_bytes),
      gauge("weir_log_kept_bytes", "Log that a restart would read again.", log.kept_bytes),
      gauge("weir_log_ready", "1 while the log takes records.", log_ready ? 1 : 0),
      gauge("weir_clock_ahead_seconds", "How far the clock has jumped ahead; payloads are refused.",
            static_cast<double>(clock.ahead.count()) / 1e6),
      counter("weir_clock_jumps_total", "Jumps ahead of the clock.", clock.jumps),
      gauge("weir_log_stamps_ahead_seconds",
            "How much later than the clock says new records are stamped, since it was ahead once.",
            static_cast<double>(log.stamps_ahead.count()) / 1e6),
      counter("weir_batcher_records_total", "Records put into batch files.", batcher.records),
      counter("weir_batcher_batches_total", "Batch files made visible.", batcher.batches),
      counter("weir_batcher_bytes_total", "Bytes of batch files.", batcher.bytes),
      counter("weir_batcher_quarantined_total", "Payloads put into the quarantine.",
              batcher.quarantined),
      by_kind(field_changes),
      by_place("weir_quarantine_payloads", "Payloads that the quarantine holds.",
               quarantine.payloads_in_catalog, quarantine.payloads_in_files),
      by_place("weir_quarantine_bytes", "Their bytes.", quarantine.bytes_in_catalog,
               quarantine.bytes_in_files),
      counter("weir_batcher_duplicates_total", "Records that repeated an Idempotency-Key.",
              batcher.duplicates),
      counter("weir_batcher_hours_sealed_total", "Hours of streams sealed.", batcher.hours_sealed),
      gauge("weir_idempotency_keys", "Idempotency keys remembered.", batcher.keys),
      gauge("weir_idempotency_keys_max", "Idempotency keys remembered at most.", batcher.keys_max),
      counter("weir_idempotency_keys_forgotten_early_total",
              "Keys forgotten before their window closed, because too many came.",
              batcher.keys_forgotten_early),
      gauge("weir_idempotency_oldest_key_age_seconds", "Age of the oldest key remembered.",
            static_cast<double>(batcher.oldest_key_age.count()) / 1e6),
      runs_by_state(runs),
      live_lag(measured),
      lateness(schedule_lateness),
      counter("weir_schedule_fired_total", "Runs of courier groups that schedules made.",
              firings.fired),
      counter("weir_schedule_missed_total", "Firings of schedules that made no run.",
              firings.missed),
      counter("weir_schedule_caught_up_total", "Runs that schedules made late.", firings.caught_up),
      counter("weir_alerts_delivered_total", "Messages of alerts that were delivered.",
              alerts_delivered),
      counter("weir_alert_tries_failed_total", "Tries to deliver one that failed.",
              alert_tries_failed),
      counter("weir_conservation_checks_total", "Checks of conservation.", conservation_checks),
      counter("weir_batcher_replayed_total", "Records read again after a start and dropped.",
              batcher.replayed),
      counter("weir_batcher_repeated_total",
              "Records that a topic had twice and that were taken once.", batcher.repeated),
      gauge("weir_batcher_lag_bytes", "Log that is not accounted for yet.", batcher.lag_bytes),
      gauge("weir_batcher_oldest_unbatched_age_seconds", "Age of the oldest record in no file.",
            static_cast<double>(batcher.oldest_unbatched_age.count()) / 1e6)};
  add_machine(families, measured);
  if (conservation)
    add_conservation(families, *conservation, StreamLabels(snapshot, streams_named_max));
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace weir::app
