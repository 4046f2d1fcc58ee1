#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

class IngestQueries {
 public:
  explicit IngestQueries(Database& database) : database_(database) {}
  /// `query` without id, tenant and time. Names are unique within a tenant.
  Result<IngestQuery> add(std::uint32_t tenant_no, IngestQuery query);
  Result<IngestQuery> find(std::uint32_t tenant_no, const std::string& id);
  Result<IngestQuery> find_by_name(std::uint32_t tenant_no, const std::string& name);
  Result<Page<IngestQuery>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Replaces description and SQL.
  Result<IngestQuery> update(std::uint32_t tenant_no, const IngestQuery& query);
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
