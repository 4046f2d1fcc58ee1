#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"
#include "catalog/snapshot.hpp"

namespace weir::catalog {

class Database;

/// What of a tenant's limits is changed; what is not given stays.
struct TenantLimits {
  std::optional<std::uint64_t> payload_bytes_max;
  std::optional<RateLimit> rate_limit;  // one that is unset: the server's setting applies
};

/// The tenants of the installation. Who may add or change one is not known here.
class Tenants {
 public:
  explicit Tenants(Database& database) : database_(database) {}
  /// Names are 1 to 63 lower-case letters, digits and hyphens, with no hyphen at either end: they
  /// are part of paths and of host names. conflict: the name is taken. `sandbox_of`: the tenant it
  /// is a sandbox of, which is none itself (bad_request) and exists (not_found); empty: none.
  Result<Tenant> add(const std::string& name, const std::string& sandbox_of = "");
  Result<Tenant> find(const std::string& name);
  Result<Tenant> find(std::uint32_t no);
  Result<Page<Tenant>> list(const PageRequest& page);
  /// In force with the next request. The largest payload is 1 .. limits::payload_bytes_ceiling, 254
  /// KiB at first; the rate is that of all the tenant's streams together.
  Result<Tenant> limit(const std::string& name, const TenantLimits& limits);
  /// A disabled tenant's keys and users are refused everything, and nothing of it is scheduled.
  /// What it has stays. Done already: nothing changes.
  Result<Tenant> disable(const std::string& name);
  Result<Tenant> enable(const std::string& name);
  /// Of pages that may send from a browser; bad_request for what is no origin. None at first.
  Result<Tenant> allow_origins(const std::string& name, const std::vector<std::string>& origins);

 private:
  template <class Value>
  Result<Tenant> change(const std::string& name, const char* assignment, const Value& value);

  Database& database_;
};

}  // namespace weir::catalog
