#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Couriers are stored as given; pipeline/courier decides what a valid one is.
class Couriers {
 public:
  explicit Couriers(Database& database) : database_(database) {}
  Result<Courier> add(std::uint32_t tenant_no, Courier courier);
  Result<Courier> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<Courier>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Replaces everything but id, tenant and time.
  Result<Courier> update(std::uint32_t tenant_no, const Courier& courier);
  /// Feeds and tables stay.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
