#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

inline constexpr std::string_view credential_prefix = "cd-";  // of ids

/// Credentials that couriers may name (spec/users.md 6).
class Credentials {
 public:
  explicit Credentials(Database& database) : database_(database) {}
  /// `credential` without id, tenant and time. conflict: its name is taken.
  Result<Credential> add(std::uint32_t tenant_no, const Credential& credential);
  Result<Credential> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<Credential>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Replaces name and description. conflict: the name is another one's.
  Result<Credential> update(std::uint32_t tenant_no, const Credential& credential);
  /// conflict: a courier names it.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
