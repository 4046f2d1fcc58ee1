// One thread a partition, as the partitions of a topic are read one by one: a slow store holds up
// the files of one partition and not those of the others.
//
// Who reads which partition is worked out by each process for itself, from who is there. A leader
// that shares out would be one more thing that can be away.
#include "app/batchers.hpp"

#include <algorithm>

#include "base/thread.hpp"

namespace weir::app {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds lease{6000};
constexpr milliseconds look_every{1000};
constexpr milliseconds ask_every{50};
constexpr int looks_for_answers = 600;  // half a minute
const std::string present = "batcher ";
const std::string partition_of = "partition ";

std::string lease_of(PartitionNo partition) {
  return partition_of + std::to_string(partition.value);
}

batcher::BatcherThread::Settings thread_settings(const Batchers::Dependencies& dependencies) {
  batcher::BatcherThread::Settings settings;
  settings.on_error = dependencies.on_error;
  return settings;
}

/// What only ever grows.
void add_counts(batcher::BatcherGauges& sum, const batcher::BatcherGauges& own) {
  sum.batches += own.batches;
  sum.records += own.records;
  sum.bytes += own.bytes;
  sum.quarantined += own.quarantined;
  sum.duplicates += own.duplicates;
  sum.replayed += own.replayed;
  sum.repeated += own.repeated;
  sum.hours_sealed += own.hours_sealed;
  sum.keys_forgotten_early += own.keys_forgotten_early;
}

void add(batcher::BatcherGauges& sum, const batcher::BatcherGauges& own) {
  add_counts(sum, own);
  sum.keys += own.keys;
  sum.keys_max += own.keys_max;
  sum.key_window = own.key_window;
  sum.oldest_key_age = std::max(sum.oldest_key_age, own.oldest_key_age);
  sum.open_batches += own.open_batches;
  sum.oldest_unbatched_age = std::max(sum.oldest_unbatched_age, own.oldest_unbatched_age);
  sum.lag_bytes += own.lag_bytes;
}

}  // namespace

Batchers::Member::Member(const Dependencies& dependencies, const batcher::BatcherSettings& settings)
    : catalog(dependencies.catalog, dependencies.clock, dependencies.on_batches),
      batcher(dependencies.log, *dependencies.store, catalog, settings),
      thread(batcher, dependencies.clock, thread_settings(dependencies)) {}

Batchers::Batchers(Dependencies dependencies, const batcher::BatcherSettings& settings)
    : dependencies_(std::move(dependencies)),
      settings_(settings),
      partitions_(dependencies_.log.partitions()) {
  const auto share = static_cast<std::uint32_t>(partitions_.size());
  settings_.open_batches_max = std::max(settings.open_batches_max / share, 64U);
  settings_.keys.keys_max = std::max<std::uint64_t>(settings.keys.keys_max / share, 1000);
  settings_.held_bytes_max = std::max(settings.held_bytes_max / share, 8 * limits::mib);
  if (!dependencies_.holder) {
    for (const PartitionNo partition : partitions_)
      start(partition);
    return;
  }
  keeper_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Batchers::stop() {
  keeper_.request_stop();
  if (keeper_.joinable()) keeper_.join();
  for (const auto& [partition, member] : members())
    member->thread.stop();
}

Batchers::Members Batchers::members() const {
  const std::lock_guard lock(mutex_);
  return members_;
}

void Batchers::start(PartitionNo partition) {
  batcher::BatcherSettings settings = settings_;
  settings.partition = partition;
  auto member = std::make_shared<Member>(dependencies_, settings);
  const std::lock_guard lock(mutex_);
  members_[partition] = std::move(member);
}

/// What its open batches hold stays in the log, for the next one.
void Batchers::give_up(PartitionNo partition) {
  std::shared_ptr<Member> member;
  {
    const std::lock_guard lock(mutex_);
    member = std::move(members_.extract(partition).mapped());
  }
  member->thread.stop();
  const std::lock_guard lock(mutex_);
  add_counts(gone_, member->thread.gauges());
  member->catalog.add_commit_seconds(gone_seconds_);
}

// -- Sharing

/// Nobody takes more than its part, so that one who comes finds something to take; nobody gives up
/// what it has before another is there.
Result<void> Batchers::share_out() {
  auto& leases = dependencies_.catalog.leases();
  const catalog::Leases::Holder& holder = *dependencies_.holder;
  WEIR_CHECK(leases.hold(present + holder.owner, holder, lease));
  WEIR_TRY(const auto batching, leases.held(present));
  const std::size_t processes = std::max<std::size_t>(batching.size(), 1);
  const std::size_t part = (partitions_.size() + processes - 1) / processes;
  for (const auto& [partition, member] : members()) {
    WEIR_TRY(const bool is_ours, leases.hold(lease_of(partition), holder, lease));
    if (is_ours && members().size() <= part) continue;
    give_up(partition);
    if (is_ours) WEIR_CHECK(leases.release(lease_of(partition), holder.owner));
  }
  for (const PartitionNo partition : partitions_) {
    const Members own = members();
    if (own.size() >= part) break;
    if (own.contains(partition)) continue;
    WEIR_TRY(const bool is_ours, leases.hold(lease_of(partition), holder, lease));
    if (is_ours) start(partition);
  }
  return {};
}

void Batchers::answer_others() {
  const auto asked = dependencies_.catalog.flushes().open();
  if (!asked) return;
  const Members own = members();
  for (const catalog::Flushes::Request& request : *asked) {
    const auto member = own.find(request.partition);
    if (member == own.end()) continue;
    const auto flushed = member->second->thread.flush(request.stream);
    static_cast<void>(dependencies_.catalog.flushes().answer(
        request.no, flushed ? std::string() : flushed.error().message));
  }
}

void Batchers::run(const std::stop_token& stop) {
  name_this_thread("weir-partitions");
  while (!stop.stop_requested()) {
    if (dependencies_.store != nullptr) {
      const auto shared = share_out();
      answer_others();
      const std::lock_guard lock(mutex_);
      trouble_ = shared ? std::nullopt : std::optional(shared.error());
    } else if (const auto held = dependencies_.catalog.leases().held(partition_of)) {
      const std::lock_guard lock(mutex_);
      trouble_.reset();
      if (held->size() < partitions_.size())
        trouble_ = Error{Errc::unavailable,
                         std::to_string(partitions_.size() - held->size()) + " of " +
                             std::to_string(partitions_.size()) +
                             " partitions are batched by nobody; start a server with the role "
                             "batcher"};
    }
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, look_every, [] { return false; });
  }
  for (const auto& [partition, member] : members()) {
    give_up(partition);
    static_cast<void>(
        dependencies_.catalog.leases().release(lease_of(partition), dependencies_.holder->owner));
  }
  static_cast<void>(dependencies_.catalog.leases().release(present + dependencies_.holder->owner,
                                                           dependencies_.holder->owner));
}

// -- For others

Result<void> Batchers::ask_others(const Members& own, StreamNo stream) {
  std::vector<std::pair<PartitionNo, std::uint64_t>> asked;
  for (const PartitionNo partition : partitions_) {
    if (own.contains(partition)) continue;
    WEIR_TRY(const std::uint64_t no, dependencies_.catalog.flushes().ask(partition, stream));
    asked.emplace_back(partition, no);
  }
  int looks = 0;
  for (const auto& [partition, no] : asked) {
    for (;;) {
      WEIR_TRY(const auto answer, dependencies_.catalog.flushes().answer_to(no));
      if (answer && answer->empty()) break;
      if (answer)
        return fail(Errc::unavailable,
                    "The batcher of partition " + std::to_string(partition.value) + ": " + *answer);
      if (++looks > looks_for_answers)
        return fail(Errc::unavailable, "No process batches partition " +
                                           std::to_string(partition.value) +
                                           ". Start one with the role batcher.");
      std::this_thread::sleep_for(ask_every);
    }
  }
  return {};
}

Result<std::vector<catalog::Batch>> Batchers::flush(StreamNo stream) {
  std::vector<catalog::Batch> all;
  const Members own = members();
  for (const auto& [partition, member] : own) {
    WEIR_TRY(auto batches, member->thread.flush(stream));
    all.insert(all.end(), std::make_move_iterator(batches.begin()),
               std::make_move_iterator(batches.end()));
  }
  if (own.size() < partitions_.size()) WEIR_CHECK(ask_others(own, stream));
  return all;
}

batcher::BatcherGauges Batchers::gauges() const {
  const std::lock_guard lock(mutex_);
  batcher::BatcherGauges sum = gone_;
  for (const auto& [partition, member] : members_)
    add(sum, member->thread.gauges());
  return sum;
}

Result<void> Batchers::health() const {
  const std::lock_guard lock(mutex_);
  if (trouble_) return fail(*trouble_);
  for (const auto& [partition, member] : members_)
    WEIR_CHECK(member->thread.health());
  return {};
}

HistogramCounts Batchers::commit_seconds() const {
  const std::lock_guard lock(mutex_);
  HistogramCounts sum = gone_seconds_;
  for (const auto& [partition, member] : members_)
    member->catalog.add_commit_seconds(sum);
  return sum;
}

}  // namespace weir::app
