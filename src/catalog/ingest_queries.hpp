#pragma once

#include <string>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// The tenants' ingest queries, and what each was before: a save adds a version, of which the last
/// limits::query_versions_kept are kept. Thread-safe. not_found: the tenant has no such query.
class IngestQueries {
 public:
  explicit IngestQueries(Database& database) : database_(database) {}
  /// `query` without id, tenant, times and version. Names are unique within a tenant.
  Result<IngestQuery> add(std::uint32_t tenant_no, IngestQuery query);
  Result<IngestQuery> find(std::uint32_t tenant_no, const std::string& id);
  Result<IngestQuery> find_by_name(std::uint32_t tenant_no, const std::string& name);
  Result<Page<IngestQuery>> list(std::uint32_t tenant_no, const PageRequest& page);
  /// Replaces description and SQL by those of `query`, as `query.updated_by` saved them. Where they
  /// are the same, nothing changes.
  Result<IngestQuery> update(std::uint32_t tenant_no, const IngestQuery& query);
  /// Newest first.
  Result<Page<QueryVersion>> versions(std::uint32_t tenant_no, const std::string& id,
                                      const PageRequest& page);
  /// not_found also where the version is not kept any more.
  Result<QueryVersion> version(std::uint32_t tenant_no, const std::string& id,
                               std::uint64_t number);
  /// Makes the text that of a version again, which is a new version.
  Result<IngestQuery> restore(std::uint32_t tenant_no, const std::string& id, std::uint64_t number,
                              const std::string& by);
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
