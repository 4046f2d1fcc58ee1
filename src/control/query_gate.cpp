#include "control/query_gate.hpp"

namespace weir::control {

Result<QueryGate::Pass> QueryGate::enter(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  const auto own = by_tenant_.find(tenant);
  if (own != by_tenant_.end() && own->second >= tenant_at_once())
    return fail(Errc::throttled,
                "This tenant has " + std::to_string(own->second) +
                    " queries going on, its part of what is worked on at once. Wait for one of "
                    "them to end, and send this one again.");
  if (inside_ >= at_once_)
    return fail(Errc::overloaded,
                "The server is working on as many queries as it does at once. Send this one again "
                "in a few seconds.");
  ++inside_;
  ++by_tenant_[tenant];
  return Pass(*this, tenant);
}

void QueryGate::leave(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  --inside_;
  const auto own = by_tenant_.find(tenant);
  if (--own->second == 0) by_tenant_.erase(own);
}

}  // namespace weir::control
