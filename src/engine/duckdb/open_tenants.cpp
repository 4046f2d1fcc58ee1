/// DuckDB limits memory per instance, and each tenant has one instance, so the engine's memory is
/// divided. Active tenants share three quarters of it evenly; one quarter is reserved for a
/// newcomer. An instance releases memory when its limit is lowered, unless its calls need it; then
/// its limit stays and the newcomer gets less. An idle instance keeps its share, with its cache,
/// until another tenant needs it.
///
/// A checkpoint compresses up to 122,880 rows of each table anew, most of what a small load costs.
/// So loads leave their changes in DuckDB's log, up to its bound, and the log is moved when the
/// tenant rests. One thread looks now and then who was not used since it looked last.
#include "engine/duckdb/open_tenants.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <system_error>

#include "base/thread.hpp"
#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

namespace {

constexpr std::uint64_t log_rests_below = 1 * limits::mib;

/// Moves the log of changes into the file, unless it is small. Failing does no harm: it is done
/// after a later use, or when the file is closed.
void settle(Tenant& tenant) {
  std::filesystem::path log = tenant.tables_file();
  log += ".wal";
  std::error_code none;
  const auto bytes = std::filesystem::file_size(log, none);
  if (none || bytes < log_rests_below) return;
  auto connection = tenant.connect({});
  if (connection) static_cast<void>(connection->run("CHECKPOINT"));
}

}  // namespace

OpenTenants::OpenTenants(std::uint64_t memory_bytes, Open open,
                         std::chrono::milliseconds rests_after)
    : memory_bytes_(memory_bytes),
      open_(std::move(open)),
      rests_after_(rests_after),
      thread_([this](const std::stop_token& stop) { look_for_resting(stop); }) {}

OpenTenants::~OpenTenants() = default;

Result<OpenTenants::Lease> OpenTenants::lease(const std::string& name) {
  const std::lock_guard lock(mutex_);
  auto found = seats_.find(name);
  if (found == seats_.end()) {
    WEIR_CHECK(make_room());
    WEIR_TRY(const std::uint64_t share, share_for(nullptr));
    WEIR_TRY(auto tenant, open_(name, share));
    found = seats_.emplace(name, Seat{std::move(tenant)}).first;
  } else if (found->second.users == 0) {
    Tenant& tenant = *found->second.tenant;
    WEIR_TRY(const std::uint64_t share, share_for(&tenant));
    // If it cannot release its cache, it keeps its limit.
    if (share != tenant.memory_bytes()) static_cast<void>(tenant.limit_memory(share));
  }
  Seat& seat = found->second;
  Lease lease(*this, seat);
  lease.first_ = ++seat.users == 1;
  seat.used_at = ++leases_;
  return lease;
}

void OpenTenants::give_back(Seat& seat) {
  const std::lock_guard lock(mutex_);
  --seat.users;
}

/// One that nobody has used since the look before, for the first time since its last use; null if
/// there is none. It is no use: what a call finds when it begins meanwhile is as if nobody were
/// there.
OpenTenants::Seat* OpenTenants::next_resting() {
  for (auto& [name, seat] : seats_) {
    if (seat.users > 0 || seat.settled_at == seat.used_at) continue;
    if (seat.idle_since != seat.used_at) continue;
    seat.settled_at = seat.used_at;
    return &seat;
  }
  return nullptr;
}

void OpenTenants::look_for_resting(const std::stop_token& stop) {
  name_this_thread("weir-resting");
  lower_this_threads_priority(Waits::queries);
  std::unique_lock lock(mutex_);
  while (!stopped_.wait_for(lock, stop, rests_after_, [&stop] { return stop.stop_requested(); })) {
    for (Seat* seat = next_resting(); seat != nullptr && !stop.stop_requested();
         seat = next_resting()) {
      seat->settling = true;  // so it stays open
      lock.unlock();
      settle(*seat->tenant);
      lock.lock();
      seat->settling = false;
    }
    for (auto& [name, seat] : seats_)
      if (seat.users == 0) seat.idle_since = seat.used_at;
  }
}

/// Each open one costs threads, descriptors and memory that no limit counts.
Result<void> OpenTenants::make_room() {
  if (seats_.size() < limits::open_tenants_max) return {};
  auto oldest = seats_.end();
  for (auto seat = seats_.begin(); seat != seats_.end(); ++seat) {
    if (seat->second.users > 0 || seat->second.settling) continue;
    if (oldest == seats_.end() || seat->second.used_at < oldest->second.used_at) oldest = seat;
  }
  if (oldest == seats_.end())
    return fail(Errc::overloaded,
                "The tables of too many tenants are being worked on. Send this one again in a few "
                "seconds.");
  seats_.erase(oldest);
  return {};
}

/// The new limit of this tenant; null: of a tenant that is about to be opened.
Result<std::uint64_t> OpenTenants::share_for(const Tenant* tenant) {
  if (memory_bytes_ == 0) return 0;
  std::uint64_t working = 1;
  for (const auto& [name, seat] : seats_)
    working += seat.users > 0 ? 1 : 0;
  const std::uint64_t share = memory_bytes_ / 4 * 3 / working;
  const std::uint64_t least = std::min(limits::tenant_memory_bytes_min, share);
  if (free_for(tenant) < share) shrink_to(tenant, true, limits::idle_memory_bytes);
  if (free_for(tenant) < share) shrink_to(tenant, false, share);
  const std::uint64_t free = free_for(tenant);
  if (free >= share) return share;
  // Not all that is left, so that there is some for the next one too.
  const std::uint64_t part = std::max(free / 4 * 3, least);
  if (part <= free) return part;
  return fail(Errc::overloaded,
              "What other tenants are working on holds all of the engine's memory. Send this one "
              "again in a few seconds.");
}

void OpenTenants::shrink_to(const Tenant* spared, bool idle, std::uint64_t bytes) {
  for (auto& [name, seat] : seats_) {
    const bool chosen = seat.tenant.get() != spared && (seat.users == 0) == idle;
    // It keeps the memory that it cannot release.
    if (chosen && seat.tenant->memory_bytes() > bytes)
      static_cast<void>(seat.tenant->limit_memory(bytes));
  }
}

std::uint64_t OpenTenants::free_for(const Tenant* tenant) const {
  std::uint64_t taken = 0;
  for (const auto& [name, seat] : seats_)
    if (seat.tenant.get() != tenant) taken += seat.tenant->memory_bytes();
  return taken < memory_bytes_ ? memory_bytes_ - taken : 0;
}

}  // namespace weir::engine::duckdb
