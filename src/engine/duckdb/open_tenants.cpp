/// DuckDB limits memory per instance, and each tenant has one instance, so the engine's memory is
/// divided. Active tenants share three quarters of it evenly; one quarter is reserved for a
/// newcomer. An instance releases memory when its limit is lowered, unless its calls need it; then
/// its limit stays and the newcomer gets less. An idle instance keeps its share, with its cache,
/// until another tenant needs it.
#include "engine/duckdb/open_tenants.hpp"

#include <algorithm>

#include "engine/duckdb/engine_limits.hpp"

namespace weir::engine::duckdb {

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

/// Each open one costs threads, descriptors and memory that no limit counts.
Result<void> OpenTenants::make_room() {
  if (seats_.size() < limits::open_tenants_max) return {};
  auto oldest = seats_.end();
  for (auto seat = seats_.begin(); seat != seats_.end(); ++seat) {
    if (seat->second.users > 0) continue;
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
