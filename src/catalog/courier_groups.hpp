#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalog/page.hpp"
#include "catalog/records.hpp"

namespace weir::catalog {

class Database;

std::string_view to_string(Overlap overlap);
std::optional<Overlap> parse_overlap(std::string_view text);

/// When the clock goes back by more, it was wrong before, and schedules are looked at from now on.
inline constexpr std::chrono::hours clock_back_max{24};

/// A group whose schedule is to be looked at.
struct GroupToFire {
  CourierGroup group;
  std::uint64_t runs_open = 0;  // of the group, not over
};

/// What became of a group's firings up to `looked_to`.
struct FiringsDone {
  std::optional<Time> next_fire_at;
  Time looked_to;
  std::uint64_t missed = 0;
  bool caught_up = false;
  /// The run that the newest firing makes, or one that is over and says why it makes none.
  std::optional<Run> run{};
  std::vector<RunNotice> notices{};
};

/// Counts of all groups since their first firing.
struct FiringCounts {
  std::uint64_t fired = 0;
  std::uint64_t missed = 0;
  std::uint64_t caught_up = 0;
};

/// Which groups a list is to hold; what is empty restricts nothing.
struct GroupFilter {
  std::optional<bool> active{};
  std::string courier_id{};  // those that run this courier
};

/// Courier groups (spec/workflows.md 1). They are stored as given, but for what refers to other
/// rows: couriers must be there, and groups that wait for each other must not do so in a circle.
/// When a schedule fires is decided by workflow/firing.hpp.
class CourierGroups {
 public:
  explicit CourierGroups(Database& database) : database_(database) {}

  /// Its schedule fires after now only. bad_request: a courier or a group that is not there, or a
  /// circle; conflict: another group of the tenant has the name.
  Result<CourierGroup> add(std::uint32_t tenant_no, CourierGroup group);
  Result<CourierGroup> find(std::uint32_t tenant_no, const std::string& id);
  Result<Page<CourierGroup>> list(std::uint32_t tenant_no, const PageRequest& page,
                                  const GroupFilter& filter = {});
  /// Replaces everything but id, tenant and time. A change of the schedule, its zone or `active`
  /// does not fire the past. A courier that stays keeps the days it has covered.
  Result<CourierGroup> update(std::uint32_t tenant_no, const CourierGroup& group);
  /// Couriers and past runs stay. conflict: a run of it is not over, or another group waits for it.
  Result<void> remove(std::uint32_t tenant_no, const std::string& id);

  /// Active groups with a schedule whose next firing has come, or is not known, or that were looked
  /// at while the clock was far ahead. Of all tenants.
  Result<std::vector<GroupToFire>> to_fire();
  /// Writes what a look at such a group has decided, all or nothing. nullopt, and nothing is
  /// written but the next firing: the time was fired before. conflict: another has looked
  /// meanwhile.
  Result<std::optional<Run>> fire(const CourierGroup& looked_at, const FiringsDone& done);
  /// Works out all next firings again: tzdata may have changed.
  Result<void> forget_next();
  Result<FiringCounts> counts();

 private:
  Database& database_;
};

}  // namespace weir::catalog
