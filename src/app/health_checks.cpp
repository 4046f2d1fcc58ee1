#include "app/health_checks.hpp"

#include <fmt/format.h>

// A pure check of numbers that were gathered elsewhere, so that tests can try each bound with
// invented numbers.
namespace weir::app {
namespace {

using control::HealthCheck;
using State = HealthCheck::State;

double gib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1024.0 * 1024.0 * 1024.0);
}

HealthCheck judge_log(const Vitals& vitals) {
  if (vitals.log) return {"log", State::ok, "takes records"};
  return {"log", State::alarm, vitals.log.error().message};
}

HealthCheck judge_catalog(const Vitals& vitals) {
  if (vitals.catalog) return {"catalog", State::ok, "answers: " + *vitals.catalog};
  return {"catalog", State::alarm, vitals.catalog.error().message};
}

HealthCheck judge_store(const Vitals& vitals) {
  const std::string name = vitals.store_url.empty() ? "the data directory" : vitals.store_url;
  if (!vitals.store)
    return {"store", State::alarm, fmt::format("{}: {}", name, vitals.store.error().message)};
  return {"store", State::ok, fmt::format("{} takes objects and gives them back", name)};
}

HealthCheck judge_clock(const Vitals& vitals) {
  const auto seconds = [](std::chrono::microseconds time) {
    return std::chrono::floor<std::chrono::seconds>(time).count();
  };
  if (vitals.clock.ahead.count() != 0)
    return {"clock", State::alarm,
            fmt::format("the clock jumped ahead by {} s and payloads are refused; set it right, or "
                        "restart the server if it is right; in {} s it is taken for true",
                        seconds(vitals.clock.ahead), seconds(vitals.clock.taken_after))};
  if (vitals.stamps_ahead > vitals.stamps_ahead_max)
    return {"clock", State::alarm,
            fmt::format("the clock was ahead once, so what comes is stamped {} s later than it is; "
                        "it lasts that long, or raise log.partition (docs/operations.md)",
                        seconds(vitals.stamps_ahead))};
  if (vitals.clock.jumps > 0)
    return {
        "clock", State::warning,
        fmt::format("the clock jumped ahead {} times since the start, {} of them for good; look "
                    "at what sets it",
                    vitals.clock.jumps, vitals.clock.jumps_taken)};
  return {"clock", State::ok, "goes as time does"};
}

HealthCheck judge_batcher(const Vitals& vitals) {
  if (vitals.batcher) return {"batcher", State::ok, "files what the log holds"};
  return {"batcher", State::alarm, vitals.batcher.error().message};
}

/// Several times older than the age at which a batch is closed: batching is too slow, or hangs.
HealthCheck judge_age(const Vitals& vitals) {
  const auto age = std::chrono::floor<std::chrono::seconds>(vitals.gauges.oldest_unbatched_age);
  const auto text = fmt::format("the oldest record in no file is {} s old, {} bytes of log wait",
                                age.count(), vitals.gauges.lag_bytes);
  const auto limit = vitals.batch_age_max;
  if (age > 10 * limit + std::chrono::seconds(60)) return {"unbatched", State::alarm, text};
  if (age > 3 * limit + std::chrono::seconds(10)) return {"unbatched", State::warning, text};
  return {"unbatched", State::ok, text};
}

HealthCheck judge_disk(const Vitals& vitals) {
  if (!vitals.bytes_free) return {"disk", State::alarm, vitals.bytes_free.error().message};
  if (!vitals.bytes_in_all) return {"disk", State::alarm, vitals.bytes_in_all.error().message};
  const auto text = fmt::format("{:.1f} GiB free of {:.1f} GiB below {}", gib(*vitals.bytes_free),
                                gib(*vitals.bytes_in_all), vitals.data_directory);
  if (*vitals.bytes_free < 2 * vitals.segment_bytes)
    return {"disk", State::alarm, text + "; payloads are about to be refused, make room"};
  if (*vitals.bytes_free < *vitals.bytes_in_all / 20)
    return {"disk", State::warning, text + "; make room soon"};
  return {"disk", State::ok, text};
}

HealthCheck judge_keys(const Vitals& vitals) {
  const auto& gauges = vitals.gauges;
  const auto hours = [](std::chrono::microseconds time) {
    return static_cast<double>(time.count()) / 3.6e9;
  };
  if (gauges.keys_forgotten_early == 0)
    return {"idempotency", State::ok,
            fmt::format("{} of at most {} keys are remembered", gauges.keys, gauges.keys_max)};
  return {"idempotency", State::warning,
          fmt::format("more keys come than are remembered ({}): the window is {:.1f} h instead of "
                      "{:.1f} h; raise idempotency.keys",
                      gauges.keys_max, hours(gauges.oldest_key_age), hours(gauges.key_window))};
}

/// Full means that somebody should look, and nothing worse: what comes is kept in files.
HealthCheck judge_quarantine(const Vitals& vitals) {
  const auto& held = vitals.quarantine;
  const auto text = fmt::format(
      "{} payloads are held: {} bytes in the catalog (at most {}), {} bytes in files of the store",
      held.payloads_in_catalog + held.payloads_in_files, held.bytes_in_catalog,
      vitals.quarantine_bytes_max, held.bytes_in_files);
  if (held.payloads_in_files == 0) return {"quarantine", State::ok, text};
  return {"quarantine", State::warning,
          text +
              "; look at `weir quarantine list`, replay or drop what it shows, and stop its "
              "sender"};
}

}  // namespace

std::vector<HealthCheck> judge(const Vitals& vitals) {
  return {judge_catalog(vitals), judge_log(vitals),     judge_store(vitals),
          judge_clock(vitals),   judge_batcher(vitals), judge_age(vitals),
          judge_disk(vitals),    judge_keys(vitals),    judge_quarantine(vitals)};
}

}  // namespace weir::app
