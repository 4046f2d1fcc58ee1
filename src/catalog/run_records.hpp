#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"

/// The rows of workflow runs as plain values (catalog/records.hpp).
namespace weir::catalog {

/// Batches by the order of their commits: those after `after`, up to and including `to`.
struct BatchRange {
  std::uint64_t after = 0;
  std::uint64_t to = 0;
  bool operator==(const BatchRange&) const = default;
};

/// Which UTC hours a run loads: those from `from`, `from_hour` on and before `to`, `to_hour`; or
/// all. The hours are 0 but for days of a zone other than UTC.
struct RunRange {
  std::optional<Day> from;
  std::optional<Day> to;  // exclusive; both empty: all
  int from_hour = 0;
  int to_hour = 0;
  bool operator==(const RunRange&) const = default;
};

/// States of runs and of tasks (spec/workflows.md 5).
enum class RunState : std::uint8_t {
  scheduled,
  started,
  in_progress,
  running,
  finalizing,
  stopping,
  stopped,
  succeeded,
  failed,
  skipped,
  canceled
};

/// An ingest job is a run that loads again what another one found (spec/workflows.md 8).
enum class RunKind : std::uint8_t { courier, group, ingest_job };

struct RunTask {
  std::string id;
  std::string run_id;
  int position = 0;
  /// "find-batches", "load-operations", "load"; of a group: "wait-for-group", "find-files", "load"
  std::string kind;
  std::string name;  // for people
  RunState state = RunState::scheduled;
  std::string error;
  std::string detail;  // JSON: counts, and what else is told of it
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  std::string stage;                 // for people: "pull", "ingest"; "waiting", "loading"
  std::string inputs;                // JSON: what it was planned with
  std::string outputs;               // JSON: what those after it use
  int attempt = 0;                   // how often it was begun, or looked at
  std::optional<Time> not_before{};  // when it is looked at next
  std::vector<int> needs{};          // positions of the tasks that must have gone well
  std::vector<int> after{};          // positions of the tasks that must be over, however they ended
};

struct Run {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string courier_id;
  std::string name;
  RunState state = RunState::scheduled;
  RunRange range;
  bool load_only = false;
  bool skip_missing = false;
  bool shadow = false;       // loads into the shadows of its tables
  bool only_errors = false;  // loads again what is in error, and no more
  std::string error;
  Time created_at;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
  /// A live run holds the rounds of a live courier in one UTC day (catalog/live_runs.hpp).
  bool live = false;
  BatchRange round = {};     // of a live run: what its last round was to load
  std::uint64_t rounds = 0;  // of a live run: how many were done

  RunKind kind = RunKind::courier;
  std::string parent;  // the run of a group that it belongs to, or the run whose job it does again
  std::string group_id;                 // of a group's run, and of those that it made
  std::optional<Time> scheduled_for{};  // when the schedule fired
  bool automatic = false;               // of a group: the days are those that its settings give
  std::string started_by;               // "schedule", or the id of an API key or a user
  std::string started_by_name{};        // of that key or user; empty: gone, or none
  std::string config;                   // the settings it was started with, JSON
  std::uint64_t warnings = 0;
  std::uint64_t warn_after_ms = 0;   // how long it may take before people are told; 0: for ever
  std::optional<Time> not_before{};  // it is not looked at before
};

/// One step of a run, as people are told it.
struct RunNotice {
  Time at;
  std::string kind;  // "requested", "waiting", "missing", "loading", "runtime", ...
  std::string text;
};

/// What a firing does while the run before is at work (spec/workflows.md 2).
enum class Overlap : std::uint8_t { queue_one, skip };

/// A courier as a group runs it.
struct GroupCourier {
  std::string courier_id;
  std::uint32_t wait_s = 0;
  std::uint32_t offset_s = 0;
  bool as_soon_as_sealed = false;
  bool notify_when_missing = false;
  bool stop_when_missing = false;
  std::optional<Day> covered_to{};  // the days before it were loaded by runs of the group
};

struct CourierGroup {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string name;
  std::string schedule;  // empty: it is run by hand only
  std::string time_zone = "UTC";
  bool file_ranges_in_zone = false;
  bool past_day_only = false;
  bool active = true;
  std::uint32_t runtime_alert_s = 0;  // 0: none
  Overlap overlap = Overlap::queue_one;
  std::uint32_t catch_up_s = 0;
  std::string after_group;  // it waits until that group's run is over; empty: none
  std::vector<GroupCourier> couriers{};
  Time created_at;
  Time looked_to;                      // firings up to then are dealt with, or never were
  std::optional<Time> next_fire_at{};  // as was last worked out
  std::uint64_t fired = 0;
  std::uint64_t missed = 0;
  std::uint64_t caught_up = 0;
};

}  // namespace weir::catalog
