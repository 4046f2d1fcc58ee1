#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "base/result.hpp"
#include "engine/duckdb/tenant.hpp"

namespace weir::engine::duckdb {

/// The tenants whose tables are open, with the memory of each: the shares never add up to more than
/// the engine's memory. Once nobody has used a tenant for a while, its log of changes goes into its
/// tables file, by a thread of this. Thread-safe; outlives its leases.
class OpenTenants {
 public:
  using Open = std::function<Result<std::unique_ptr<Tenant>>(const std::string& name,
                                                             std::uint64_t memory_bytes)>;
  /// `memory_bytes` 0: there are no shares; each tenant has DuckDB's default. A tenant rests when
  /// nobody has used it for `rests_after`, or up to twice as long.
  OpenTenants(std::uint64_t memory_bytes, Open open,
              std::chrono::milliseconds rests_after = std::chrono::seconds(10));
  ~OpenTenants();
  OpenTenants(const OpenTenants&) = delete;
  OpenTenants& operator=(const OpenTenants&) = delete;

 private:
  struct Seat {
    std::unique_ptr<Tenant> tenant;
    unsigned users = 0;
    std::uint64_t used_at = 0;     // counts leases
    std::uint64_t idle_since = 0;  // `used_at` when it was last seen without users
    std::uint64_t settled_at = 0;  // likewise, when its log was last moved
    bool settling = false;         // its log is being moved
  };

 public:
  /// A tenant in use by one call.
  class Lease {
   public:
    Lease(OpenTenants& all, Seat& seat) : all_(&all), seat_(&seat) {}
    Lease(Lease&& other) noexcept
        : all_(other.all_), seat_(std::exchange(other.seat_, nullptr)), first_(other.first_) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (seat_ != nullptr) all_->give_back(*seat_);
    }
    Tenant& operator*() const { return *seat_->tenant; }
    Tenant* operator->() const { return seat_->tenant.get(); }
    /// Whether no other call was using the tenant when this one began.
    bool first() const { return first_; }

   private:
    friend class OpenTenants;
    OpenTenants* all_;
    Seat* seat_;
    bool first_ = false;
  };

  /// Opens the tenant if necessary, with a fair share of memory. overloaded when other tenants hold
  /// all of it.
  Result<Lease> lease(const std::string& name);

 private:
  void give_back(Seat& seat);
  Result<void> make_room();
  Seat* next_resting();
  void look_for_resting(const std::stop_token& stop);
  Result<std::uint64_t> share_for(const Tenant* tenant);
  void shrink_to(const Tenant* spared, bool idle, std::uint64_t bytes);
  std::uint64_t free_for(const Tenant* tenant) const;

  const std::uint64_t memory_bytes_;
  const Open open_;
  const std::chrono::milliseconds rests_after_;
  std::mutex mutex_;
  std::map<std::string, Seat> seats_;
  std::uint64_t leases_ = 0;
  std::condition_variable_any stopped_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace weir::engine::duckdb
