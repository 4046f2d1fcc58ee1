#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// API keys (spec/access.md 1): a key owns its secret and policies; tokens carry neither. What a
/// secret is never leaves this process but through the snapshot.
class Keys {
 public:
  explicit Keys(Database& database) : database_(database) {}
  /// Policies by their names (snapshot.hpp); an unknown one is bad_request and lists the known.
  Result<ApiKey> add(std::uint32_t tenant_no, const std::string& name,
                     const std::vector<std::string>& policies);
  Result<ApiKey> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<ApiKey>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// A new secret becomes active; the one before is deposed and accepted for 30 days more.
  Result<ApiKey> rotate(std::uint32_t tenant_no, const std::string& id);
  /// Otherwise the deposed secret is dropped now; `all`: the active one too, for a new one, so that
  /// no token issued so far is accepted. Refused (conflict) for the tenant's last key that may
  /// administer: rotate, generate, and revoke with the new token instead.
  Result<void> revoke(std::uint32_t tenant_no, const std::string& id, bool all);
  /// All its tokens stop being accepted. Refused (conflict) for the last key that may administer.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);
  /// Another name or other policies; what is not given stays. Tokens of the key are judged by its
  /// new policies from now on. Refused (conflict) where nobody could administer afterwards.
  Result<ApiKey> update(std::uint32_t tenant_no, const std::string& id,
                        const std::optional<std::string>& name,
                        const std::optional<std::vector<std::string>>& policies);
  /// Writes last_used_at of keys by their ids, never back in time. One transaction: callers gather
  /// uses for a while.
  Result<void> mark_used(const std::map<std::string, Time>& uses);

 private:
  Database& database_;
};

}  // namespace weir::catalog
