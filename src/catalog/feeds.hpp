#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

/// Feeds are stored as given; pipeline/feed checks them before.
class Feeds {
 public:
  explicit Feeds(Database& database) : database_(database) {}
  /// `feed` without id, tenant and times. A table name that is taken is a conflict.
  Result<Feed> add(std::uint32_t tenant_no, Feed feed);
  Result<Feed> find(std::uint32_t tenant_no, const std::string& id);
  /// The feed that fills the table of this name, without regard to case; a draft will fill it.
  Result<std::optional<Feed>> of_table(std::uint32_t tenant_no, const std::string& table);
  /// The active ones, the drafts, or both.
  Result<Page<Feed>> list(std::uint32_t tenant_no, const PageRequest& page,
                          std::optional<bool> active = std::nullopt);
  Result<Feed> activate(std::uint32_t tenant_no, const std::string& id);
  /// Replaces everything but id, tenant, time and whether it is active.
  Result<Feed> update(std::uint32_t tenant_no, const Feed& feed);
  /// The table and the couriers that name the feed stay.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
