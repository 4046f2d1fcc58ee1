#include "pipeline/gateway/gateway.hpp"

#include <mutex>

#include "pipeline/gateway/gateway_worker.hpp"

namespace weir::gateway {

struct Gateway::Shared {
  explicit Shared(Dependencies given)
      : dependencies(std::move(given)), throttle(dependencies.limits.tenant_rate) {}
  const Dependencies dependencies;
  Throttle throttle;
  mutable std::mutex mutex;
  std::vector<std::shared_ptr<WorkerCounters>> counters;  // of all workers since the start
  KeyUses key_uses;
  Refusals refusals;
};

Gateway::Gateway(Dependencies dependencies)
    : shared_(std::make_shared<Shared>(std::move(dependencies))) {}

Gateway::~Gateway() = default;

http::ResponderFactory Gateway::responder() const {
  return [shared = shared_](http::Loop& loop) -> std::unique_ptr<http::Responder> {
    auto counters = std::make_shared<WorkerCounters>();
    const std::lock_guard lock(shared->mutex);
    shared->counters.push_back(counters);
    return std::make_unique<GatewayWorker>(loop, shared->dependencies, shared->throttle,
                                           shared->key_uses, shared->refusals, std::move(counters));
  };
}

GatewayStats Gateway::stats() const {
  GatewayStats sum;
  const std::lock_guard lock(shared_->mutex);
  for (const auto& counters : shared_->counters) {
    for (std::size_t i = 0; i < sum.replies.size(); ++i)
      sum.replies[i] += counters->replies.value(i);
    sum.payload_bytes += counters->payload_bytes.value();
    sum.token_cache_hits += counters->token_cache_hits.value();
    sum.token_cache_misses += counters->token_cache_misses.value();
    sum.in_flight += counters->in_flight.value();
    counters->accepted_seconds.add_to(sum.accepted_seconds);
  }
  return sum;
}

std::map<std::string, Time> Gateway::take_key_uses() {
  return shared_->key_uses.take();
}

std::unordered_map<StreamNo, std::uint64_t> Gateway::take_refusals() {
  return shared_->refusals.take();
}

}  // namespace weir::gateway
