#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ids.hpp"
#include "base/payload.hpp"
#include "base/time.hpp"

/// The part of the catalog that requests need, in memory and immutable.
namespace weir::catalog {

/// What a key may do (spec/access.md 2). Policies belong to the key, not to its tokens, so that a
/// change applies to existing tokens at once.
enum class Policy : std::uint8_t {
  streaming_ingest_write = 1 << 0,  // "streaming-ingest-api:write"
  token_issue = 1 << 1,             // "api-keys:issue": mint tokens for any key of the tenant
  operate = 1 << 2,                 // "datagrid:operate": streams, couriers, feeds, runs
  administer = 1 << 3,              // "api-keys:administer": everything, API keys too
};

using Policies = std::uint8_t;  // Policy bits
constexpr bool allows(Policies policies, Policy policy) {
  return (policies & static_cast<Policies>(policy)) != 0;
}

/// A rate limit: `rate` requests a second, up to `burst` at once after a pause. A rate of 0 means
/// no limit.
struct RateLimit {
  std::uint32_t rate = 0;
  std::uint32_t burst = 0;
  bool is_set() const { return rate != 0; }
  bool operator==(const RateLimit&) const = default;
};

class CrossOrigin;

struct StreamView {
  StreamNo no;
  std::uint32_t tenant_no = 0;
  std::string tenant;
  std::string id;
  std::optional<PayloadType> payload_type;  // unset until declared or until the first record
  bool xml_check_sync = false;
  std::uint64_t payload_bytes_max = 0;
  RateLimit rate_limit;  // of the stream
  RateLimit
      tenant_rate_limit;  // of all the tenant's streams together; unset: the server's standard
  std::shared_ptr<const CrossOrigin> cross_origin = nullptr;  // null: no browser's pages may send
  std::uint32_t batch_age_s = 0;  // of its batches at most; 0: the server's setting alone
};

struct SecretView {
  std::uint32_t version = 0;
  std::string secret;                  // raw bytes, for HS256
  std::optional<Time> accepted_until;  // a deposed secret's last moment
};

struct KeyView {
  std::string id;
  std::uint32_t tenant_no = 0;
  std::string tenant;
  Policies policies = 0;
  std::vector<SecretView> secrets;  // active and at most one deposed
};

struct TenantView {
  std::uint32_t no = 0;
  std::string name;
};

/// Of tenants that are not disabled.
struct Snapshot {
  std::uint64_t version = 0;
  std::unordered_map<std::string, TenantView> tenants;  // by name
  std::unordered_map<std::string, StreamView> streams;  // by id
  std::unordered_map<std::string, KeyView> keys;        // by id
};

/// Publishes the newest snapshot. Comparing the version is cheap enough for every request; the
/// pointer is loaded only when the version changed. Thread-safe.
class SnapshotSource {
 public:
  SnapshotSource() : current_(std::make_shared<const Snapshot>()) {}
  std::uint64_t version() const noexcept { return version_.load(std::memory_order_acquire); }
  std::shared_ptr<const Snapshot> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void publish(std::shared_ptr<const Snapshot> next) {
    const std::lock_guard lock(mutex_);
    current_ = std::move(next);
    version_.store(current_->version, std::memory_order_release);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
  std::atomic<std::uint64_t> version_{0};
};

}  // namespace weir::catalog
