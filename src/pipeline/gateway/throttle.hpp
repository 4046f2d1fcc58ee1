#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "catalog/snapshot.hpp"
#include "env/clock.hpp"
#include "pipeline/gateway/dense_table.hpp"

namespace weir::gateway {

/// Rate limits of streams and tenants (spec/ingest.md 7): a token bucket each, filled at `rate` a
/// second up to `burst`. A request takes a token of its stream and one of its tenant. A bucket is
/// one number, the time at which it will be full, so workers share it without locks. Without a
/// limit, a request costs a comparison and reads no clock. Thread-safe.
class Throttle {
 public:
  /// `tenant_standard`: the limit of tenants that have none in the catalog.
  explicit Throttle(catalog::RateLimit tenant_standard) : tenant_standard_(tenant_standard) {}

  struct Refusal {
    bool by_tenant = false;  // else by the stream
    catalog::RateLimit limit;
    std::chrono::seconds retry_after{1};
  };
  /// Takes the tokens of one request, or takes none and says why.
  std::optional<Refusal> take(const catalog::StreamView& stream, const Clock& clock);
  /// The result that take() would have; takes nothing.
  std::optional<Refusal> peek(const catalog::StreamView& stream, const Clock& clock);

  using HeaderBuffer = std::array<char, 640>;
  /// The RateLimit header lines of a stream for which take() or peek() found a limit; empty for
  /// other streams.
  std::string_view headers(StreamNo stream, const Clock& clock, HeaderBuffer& out);

 private:
  struct Bucket {
    std::atomic<std::int64_t> full_at{0};  // nanoseconds since the epoch
    std::atomic<std::uint64_t> limit{0};   // as last seen, packed, for headers()
  };
  struct StreamBucket : Bucket {
    std::atomic<std::uint32_t> tenant{0};
  };
  struct State;
  catalog::RateLimit tenant_limit(const catalog::StreamView& stream) const;
  void forget(StreamNo stream);
  static State state_of(const Bucket& bucket, std::int64_t now);

  const catalog::RateLimit tenant_standard_;
  std::atomic<bool> limits_any_{false};
  DenseTable<StreamBucket> streams_;
  DenseTable<Bucket> tenants_;
};

}  // namespace weir::gateway
