#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "base/result.hpp"

namespace weir::control {

/// Bounds the long calls that run at once, in total and per tenant. Never waits, since waiting
/// would occupy the thread. Thread-safe; outlives its passes.
class QueryGate {
 public:
  explicit QueryGate(unsigned at_once) : at_once_(at_once) {}

  class Pass {
   public:
    Pass(QueryGate& gate, std::string tenant) : gate_(&gate), tenant_(std::move(tenant)) {}
    Pass(Pass&& other) noexcept
        : gate_(std::exchange(other.gate_, nullptr)), tenant_(std::move(other.tenant_)) {}
    Pass& operator=(Pass&&) = delete;
    ~Pass() {
      if (gate_ != nullptr) gate_->leave(tenant_);
    }

   private:
    QueryGate* gate_;
    std::string tenant_;
  };

  /// Errors: throttled (429) above the tenant's part, overloaded (503) above the total.
  Result<Pass> enter(const std::string& tenant);
  /// Half of the total, so that one tenant never keeps the others out.
  unsigned tenant_at_once() const { return at_once_ > 1 ? at_once_ / 2 : 1; }

 private:
  void leave(const std::string& tenant);

  const unsigned at_once_;
  std::mutex mutex_;
  unsigned inside_ = 0;
  std::map<std::string, unsigned> by_tenant_;
};

}  // namespace weir::control
