#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
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

/// The first stage: POST /stream/v0/data/{stream-id} becomes a record of the log, or a refusal
/// that says what to do. The 202 leaves once the log has said that the record is durable.
namespace weir::gateway {

/// Says whether a document is well-formed XML within the limits, or where it is not. Any thread.
using XmlChecker = std::function<Result<void>(std::string_view)>;

inline constexpr std::string_view path_prefix = "/stream/v0/data/";

struct Limits {
  /// A payload whose result the log has not told by then is answered with 504; told within a tick
  /// or two of the server.
  std::chrono::milliseconds commit_timeout{10'000};
  /// Of tenants without a limit of their own. Unset: none.
  catalog::RateLimit tenant_rate{};
};

/// What the gateway stands on; all of it outlives the gateway.
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
  std::uint64_t in_flight = 0;       // handed to the log, not yet decided
  HistogramCounts accepted_seconds;  // from there to the 202
};

/// Admits payloads. One object for the server; each of its workers has a GatewayWorker of its own,
/// which shares nothing with the others but the dependencies.
class Gateway {
 public:
  explicit Gateway(Dependencies dependencies);
  /// After the servers that its responders were given to.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// For the server's route of path_prefix. A responder's destruction waits until the log has told
  /// the result of all it was given, which every log promises to do.
  http::ResponderFactory responder() const;

  /// Any thread.
  GatewayStats stats() const;
  /// The API keys used since the last call, and when.
  std::map<std::string, Time> take_key_uses();

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace weir::gateway
