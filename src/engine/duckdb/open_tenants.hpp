#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"

namespace weir::engine {

/// Which tenants' tables are open, and how much memory each has: the shares of all never add up to
/// more than the engine's. Thread-safe; outlives its leases.
class OpenTenants {
 public:
  using Open = std::function<Result<std::unique_ptr<Tenant>>(const std::string& name,
                                                             std::uint64_t memory_bytes)>;
  /// `memory_bytes` 0: no share is dealt out, each tenant has what DuckDB takes.
  OpenTenants(std::uint64_t memory_bytes, Open open)
      : memory_bytes_(memory_bytes), open_(std::move(open)) {}

 private:
  struct Seat {
    std::unique_ptr<Tenant> tenant;
    unsigned users = 0;
    std::uint64_t used_at = 0;  // counts leases
  };

 public:
  /// A tenant in use, for one call.
  class Lease {
   public:
    Lease(OpenTenants& all, Seat& seat) : all_(&all), seat_(&seat) {}
    Lease(Lease&& other) noexcept : all_(other.all_), seat_(std::exchange(other.seat_, nullptr)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (seat_ != nullptr) all_->give_back(*seat_);
    }
    Tenant& operator*() const { return *seat_->tenant; }
    Tenant* operator->() const { return seat_->tenant.get(); }
    /// Nobody else was using it when this began.
    bool first() const { return first_; }

   private:
    friend class OpenTenants;
    OpenTenants* all_;
    Seat* seat_;
    bool first_ = false;
  };

  /// Opens the tenant where it is not, with a fair share of memory. Overloaded when the others hold
  /// it all.
  Result<Lease> lease(const std::string& name);

 private:
  void give_back(Seat& seat);
  Result<void> make_room();
  Result<std::uint64_t> share_for(const Tenant* tenant);
  void shrink_to(const Tenant* spared, bool idle, std::uint64_t bytes);
  std::uint64_t free_for(const Tenant* tenant) const;

  const std::uint64_t memory_bytes_;
  const Open open_;
  std::mutex mutex_;
  std::map<std::string, Seat> seats_;
  std::uint64_t leases_ = 0;
};

}  // namespace weir::engine
