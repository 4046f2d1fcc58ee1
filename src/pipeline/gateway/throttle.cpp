#include "pipeline/gateway/throttle.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace weir::gateway {
namespace {

using catalog::RateLimit;

constexpr std::int64_t second = 1'000'000'000;

std::int64_t nanoseconds(Time time) {
  return std::chrono::nanoseconds(time.time_since_epoch()).count();
}

std::int64_t interval_of(RateLimit limit) {
  return second / limit.rate;
}

/// The time in which an empty bucket becomes full.
std::int64_t capacity_of(RateLimit limit) {
  return interval_of(limit) * limit.burst;
}

std::uint64_t packed(RateLimit limit) {
  return std::uint64_t{limit.rate} << 32 | limit.burst;
}

RateLimit unpacked(std::uint64_t limit) {
  return {static_cast<std::uint32_t>(limit >> 32), static_cast<std::uint32_t>(limit)};
}

/// Clamps the time for a clock that was set back or a limit that was changed: the bucket is full
/// now at the earliest, and at the latest after the time that an empty one takes.
std::int64_t bounded(std::int64_t full_at, RateLimit limit, std::int64_t now) {
  return std::clamp(full_at, now, now + capacity_of(limit));
}

/// The time until a token is available; 0: one is.
std::int64_t wait_for_token(std::int64_t full_at, RateLimit limit, std::int64_t now) {
  const std::int64_t after = bounded(full_at, limit, now) + interval_of(limit);
  return std::max<std::int64_t>(after - (now + capacity_of(limit)), 0);
}

/// The same, and takes the token if there is one.
std::int64_t take_token(std::atomic<std::int64_t>& full_at, RateLimit limit, std::int64_t now) {
  std::int64_t seen = full_at.load(std::memory_order_relaxed);
  for (;;) {
    if (const std::int64_t wait = wait_for_token(seen, limit, now)) {
      const std::int64_t empty = now + capacity_of(limit);
      if (seen > empty) full_at.compare_exchange_strong(seen, empty, std::memory_order_relaxed);
      return wait;
    }
    const std::int64_t next = bounded(seen, limit, now) + interval_of(limit);
    if (full_at.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return 0;
  }
}

std::chrono::seconds whole_seconds(std::int64_t nanos) {
  return std::chrono::seconds(std::max<std::int64_t>((nanos + second - 1) / second, 1));
}

void remember(std::atomic<std::uint64_t>& kept, RateLimit limit) {
  if (kept.load(std::memory_order_relaxed) != packed(limit))
    kept.store(packed(limit), std::memory_order_relaxed);
}

/// Writes lines into a fixed buffer; a line that does not fit is dropped, but none is that long.
class Lines {
 public:
  explicit Lines(Throttle::HeaderBuffer& out) : out_(out) {}
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    const auto wrote = fmt::format_to_n(out_.data() + used_, out_.size() - used_, format,
                                        std::forward<Values>(values)...);
    used_ = std::min(used_ + wrote.size, out_.size());
  }
  std::string_view text() const { return {out_.data(), used_}; }

 private:
  Throttle::HeaderBuffer& out_;
  std::size_t used_ = 0;
};

}  // namespace

struct Throttle::State {
  RateLimit limit;
  std::int64_t remaining = 0;
  std::int64_t seconds_to_full = 0;
};

RateLimit Throttle::tenant_limit(const catalog::StreamView& stream) const {
  return stream.tenant_rate_limit.is_set() ? stream.tenant_rate_limit : tenant_standard_;
}

std::optional<Throttle::Refusal> Throttle::take(const catalog::StreamView& stream,
                                                const Clock& clock) {
  const RateLimit own = stream.rate_limit;
  const RateLimit tenants = tenant_limit(stream);
  if (!own.is_set() && !tenants.is_set()) {
    if (limits_any_.load(std::memory_order_relaxed)) forget(stream.no);
    return std::nullopt;
  }
  limits_any_.store(true, std::memory_order_relaxed);
  const std::int64_t at = nanoseconds(clock.now());
  StreamBucket& bucket = streams_[stream.no.value];
  Bucket& tenant_bucket = tenants_[stream.tenant_no];
  remember(bucket.limit, own);
  remember(tenant_bucket.limit, tenants);
  bucket.tenant.store(stream.tenant_no, std::memory_order_relaxed);
  if (own.is_set())
    if (const std::int64_t wait = take_token(bucket.full_at, own, at))
      return Refusal{false, own, whole_seconds(wait)};
  if (tenants.is_set())
    if (const std::int64_t wait = take_token(tenant_bucket.full_at, tenants, at)) {
      if (own.is_set()) bucket.full_at.fetch_sub(interval_of(own), std::memory_order_relaxed);
      return Refusal{true, tenants, whole_seconds(wait)};
    }
  return std::nullopt;
}

std::optional<Throttle::Refusal> Throttle::peek(const catalog::StreamView& stream,
                                                const Clock& clock) {
  const RateLimit own = stream.rate_limit;
  const RateLimit tenants = tenant_limit(stream);
  const auto wait = [&](const Bucket& bucket, RateLimit limit) {
    return wait_for_token(bucket.full_at.load(std::memory_order_relaxed), limit,
                          nanoseconds(clock.now()));
  };
  if (own.is_set())
    if (const auto needed = wait(streams_[stream.no.value], own))
      return Refusal{false, own, whole_seconds(needed)};
  if (tenants.is_set())
    if (const auto needed = wait(tenants_[stream.tenant_no], tenants))
      return Refusal{true, tenants, whole_seconds(needed)};
  return std::nullopt;
}

/// The stream's limits were removed.
void Throttle::forget(StreamNo stream) {
  if (StreamBucket* bucket = streams_.find(stream.value)) {
    remember(bucket->limit, {});
    bucket->tenant.store(0, std::memory_order_relaxed);
  }
}

Throttle::State Throttle::state_of(const Bucket& bucket, std::int64_t now) {
  const RateLimit limit = unpacked(bucket.limit.load(std::memory_order_relaxed));
  if (!limit.is_set()) return {};
  const std::int64_t full_at =
      bounded(bucket.full_at.load(std::memory_order_relaxed), limit, now) - now;
  return {limit, (capacity_of(limit) - full_at) / interval_of(limit),
          (full_at + second - 1) / second};
}

std::string_view Throttle::headers(StreamNo stream, const Clock& clock, HeaderBuffer& out) {
  if (!limits_any_.load(std::memory_order_relaxed)) return {};
  StreamBucket* bucket = streams_.find(stream.value);
  if (!bucket) return {};
  const std::int64_t at = nanoseconds(clock.now());
  const State own = state_of(*bucket, at);
  const Bucket* tenant_bucket = tenants_.find(bucket->tenant.load(std::memory_order_relaxed));
  const State tenants = tenant_bucket ? state_of(*tenant_bucket, at) : State{};
  if (!own.limit.is_set() && !tenants.limit.is_set()) return {};

  Lines lines(out);
  const auto each = [&](const auto& write) {
    if (own.limit.is_set()) write("stream", own, "");
    if (tenants.limit.is_set()) write("tenant", tenants, own.limit.is_set() ? ", " : "");
  };
  lines.add("RateLimit-Policy: ");
  each([&](std::string_view name, const State& state, std::string_view separator) {
    lines.add("{}\"{}\";q={};w=1;burst={}", separator, name, state.limit.rate, state.limit.burst);
  });
  lines.add("\r\nRateLimit: ");
  each([&](std::string_view name, const State& state, std::string_view separator) {
    lines.add("{}\"{}\";r={};t={}", separator, name, state.remaining, state.seconds_to_full);
  });
  // The fields of the draft's earlier versions, which most clients read: of the tighter bucket.
  const bool tenant_is_tighter =
      !own.limit.is_set() || (tenants.limit.is_set() && tenants.remaining < own.remaining);
  const State& tighter = tenant_is_tighter ? tenants : own;
  lines.add("\r\nRateLimit-Limit: {}\r\nRateLimit-Remaining: {}\r\nRateLimit-Reset: {}\r\n",
            tighter.limit.rate, tighter.remaining, tighter.seconds_to_full);
  return lines.text();
}

}  // namespace weir::gateway
