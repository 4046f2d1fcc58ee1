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

/// API keys (spec/access.md 1). A key owns its secrets and policies; a token carries neither. A
/// secret leaves this class only through the snapshot, and never leaves the process.
class Keys {
 public:
  explicit Keys(Database& database) : database_(database) {}
  /// Policies by their names (snapshot.hpp); an unknown one is bad_request and lists the known.
  Result<ApiKey> add(std::uint32_t tenant_no, const std::string& name,
                     const std::vector<std::string>& policies);
  Result<ApiKey> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<ApiKey>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Creates a new active secret; the previous one is deposed and accepted for 30 more days.
  Result<ApiKey> rotate(std::uint32_t tenant_no, const std::string& id);
  /// Drops the deposed secret now. With `all` the active one is replaced too, so that no token
  /// issued so far is accepted, and the OAuth client is dropped. Refused (conflict) for the
  /// tenant's last key that may administer: there, rotate, generate a token, and revoke with the
  /// new token.
  Result<void> revoke(std::uint32_t tenant_no, const std::string& id, bool all);
  /// No token of the key is accepted any more. conflict for the last key that may administer.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);
  /// Changes name or policies; what is not given stays. The key's existing tokens get the new
  /// policies at once. Refused (conflict) where no key could administer afterwards.
  Result<ApiKey> update(std::uint32_t tenant_no, const std::string& id,
                        const std::optional<std::string>& name,
                        const std::optional<std::vector<std::string>>& policies);
  /// The hash of the secret of the key's OAuth client, in place of an earlier one.
  Result<void> set_client_secret(std::uint32_t tenant_no, const std::string& id,
                                 const std::string& secret_hash);
  Result<void> drop_client_secret(std::uint32_t tenant_no, const std::string& id);
  Result<bool> is_client_secret(const std::string& id, const std::string& secret_hash);
  /// Writes last_used_at of the given key ids; a time never moves back. One transaction: callers
  /// collect uses for some time.
  Result<void> mark_used(const std::map<std::string, Time>& uses);

 private:
  Database& database_;
};

}  // namespace weir::catalog
