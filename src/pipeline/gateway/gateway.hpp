#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/histogram.hpp"
#include "base/result.hpp"
#include "catalog/snapshot.hpp"
#include "env/clock.hpp"
#include "http/exchange.hpp"
#include "http/stats.hpp"
#include "pipeline/gateway/key_uses.hpp"
#include "pipeline/gateway/stream_bindings.hpp"
#include "pipeline/log/log.hpp"

/// The first stage: POST /stream/v0/data/{stream-id} becomes a record of the log, or a refusal that
/// says what to do. The 202 is sent only after the log has reported the record durable.
namespace weir::gateway {

/// Checks whether a document is well-formed XML within the limits; if not, says where. Any thread.
using XmlChecker = std::function<Result<void>(std::string_view)>;

inline constexpr std::string_view path_prefix = "/stream/v0/data/";

struct Limits {
  /// A payload without a result after this time is answered with 504, within one or two ticks of
  /// the server.
  std::chrono::milliseconds commit_timeout{10'000};
  /// For tenants without their own limit. Unset: no limit.
  catalog::RateLimit tenant_rate{};
  /// A host below it names the tenant (base/tenant_host.hpp); empty: no host does.
  std::string domain{};
};

/// What the gateway uses; all of it outlives the gateway.
struct Dependencies {
  const catalog::SnapshotSource& snapshots;
  log::Log& log;
  const Clock& clock;
  StreamBindings& bindings;
  XmlChecker check_xml;  // for streams with xml_check_sync
  Limits limits{};
};

/// Sums over all workers since start.
struct GatewayStats {
  std::array<std::uint64_t, http::StatusCounters::statuses.size()> replies{};  // as in statuses
  std::uint64_t payload_bytes = 0;  // handed to the log, as sent
  std::uint64_t token_cache_hits = 0;
  std::uint64_t token_cache_misses = 0;
  std::uint64_t in_flight = 0;       // appended to the log, without a result yet
  HistogramCounts accepted_seconds;  // from the append to the 202
};

/// Accepts payloads. The server has one Gateway; each of its workers has its own GatewayWorker, and
/// the workers share only the dependencies.
class Gateway {
 public:
  explicit Gateway(Dependencies dependencies);
  /// Destroyed after the servers that use its responders.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// Makes the responders for the server's route of path_prefix. A responder's destructor waits
  /// until the log has reported all of its results, which every log guarantees to do.
  http::ResponderFactory responder() const;

  /// Any thread.
  GatewayStats stats() const;
  /// The API keys used since the last call, and when.
  std::map<std::string, Time> take_key_uses();
  /// The payloads refused since the last call, by stream, where the caller might have sent one.
  /// What the server refuses by itself, as a body that is too large, is among them; a connection
  /// that breaks is not.
  std::unordered_map<StreamNo, std::uint64_t> take_refusals();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace weir::gateway
