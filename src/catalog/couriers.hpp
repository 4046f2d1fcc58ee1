#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

std::string_view to_string(Trigger trigger);
std::optional<Trigger> parse_trigger(std::string_view text);
std::string_view to_string(Location location);
std::optional<Location> parse_location(std::string_view text);

/// Couriers are stored as given; pipeline/courier decides what a valid one is.
class Couriers {
 public:
  explicit Couriers(Database& database) : database_(database) {}
  Result<Courier> add(std::uint32_t tenant_no, Courier courier);
  Result<Courier> find(std::uint32_t tenant_no, const std::string& id);
  /// Of one stream, or of all where none is named.
  Result<Page<Courier>> list(std::uint32_t tenant_no, const PageRequest& page,
                             const std::string& stream_id = {});
  /// Replaces everything but id, tenant and time. How far a live courier is stays as it is.
  Result<Courier> update(std::uint32_t tenant_no, const Courier& courier);
  /// Feeds and tables stay. conflict: a courier group names it.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

 private:
  Database& database_;
};

}  // namespace weir::catalog
