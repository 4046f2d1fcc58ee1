#include "catalog/courier_groups.hpp"

#include <map>
#include <set>

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/run_rows.hpp"

// When a group fires next is a column, so that a look each second reads the few rows that are due
// and no schedule. A firing is recorded with the time up to which the schedule was looked at, in
// one transaction, and (group, time) is unique: a crash, a second scheduler or a clock that goes
// back can repeat a look, and never a run.
namespace weir::catalog {
namespace {

constexpr const char* columns =
    "id, tenant_no, name, schedule, time_zone, file_ranges_in_zone, past_day_only, active,"
    " runtime_alert_s, overlap, catch_up_s, after_group, created_at, looked_to, next_fire_at, "
    "fired,"
    " missed, caught_up";

void into(Statement& statement, CourierGroup& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.schedule).into(row.time_zone);
  statement.into(row.file_ranges_in_zone).into(row.past_day_only).into(row.active);
  statement.into(row.runtime_alert_s);
  statement.into_text([&row](const std::string& text) {
    const auto overlap = parse_overlap(text);
    row.overlap = overlap.value_or(row.overlap);
    return overlap.has_value();
  });
  statement.into(row.catch_up_s).into(row.after_group).into(row.created_at).into(row.looked_to);
  statement.into(row.next_fire_at).into(row.fired).into(row.missed).into(row.caught_up);
}

void bind_settings(Statement& statement, const CourierGroup& group) {
  statement.bind(group.name).bind(group.schedule).bind(group.time_zone);
  statement.bind(group.file_ranges_in_zone).bind(group.past_day_only).bind(group.active);
  statement.bind(group.runtime_alert_s).bind(std::string(to_string(group.overlap)));
  statement.bind(group.catch_up_s).bind(group.after_group);
}

Result<std::vector<GroupCourier>> couriers_of(soci::session& session, const std::string& group_id) {
  Statement statement(session,
                      "SELECT courier_id, wait_s, offset_s, as_soon_as_sealed, notify_when_missing,"
                      " stop_when_missing, covered_to FROM group_couriers WHERE group_id = :id"
                      " ORDER BY position");
  GroupCourier row;
  statement.bind(group_id).into(row.courier_id).into(row.wait_s).into(row.offset_s);
  statement.into(row.as_soon_as_sealed).into(row.notify_when_missing).into(row.stop_when_missing);
  return collect(statement.into(row.covered_to), row);
}

Result<CourierGroup> select(soci::session& session, std::uint32_t tenant_no,
                            const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM courier_groups WHERE tenant_no = :tenant AND id = :id");
  CourierGroup row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("courier group", id);
  WEIR_TRY(found->couriers, couriers_of(session, id));
  return *std::move(found);
}

Result<void> check_references(soci::session& session, std::uint32_t tenant_no,
                              const CourierGroup& group) {
  std::set<std::string> seen;
  for (const GroupCourier& courier : group.couriers) {
    if (!seen.insert(courier.courier_id).second)
      return fail(Errc::bad_request, "The courier \"" + courier.courier_id +
                                         "\" is named twice; a group runs a courier once.");
    Statement statement(session,
                        "SELECT COUNT(*) FROM couriers WHERE tenant_no = :tenant AND id = :id");
    int there = 0;
    WEIR_CHECK(statement.bind(tenant_no).bind(courier.courier_id).into(there).next());
    if (there == 0)
      return fail(Errc::bad_request, "There is no courier \"" + courier.courier_id +
                                         "\" in this tenant; add it first.");
  }
  std::string next = group.after_group;
  std::set<std::string> passed{group.id};
  while (!next.empty()) {
    if (!passed.insert(next).second)
      return fail(Errc::bad_request, "The group would wait for itself: \"" + group.after_group +
                                         "\" waits, directly or through others, for it.");
    const auto other = select(session, tenant_no, next);
    if (!other && other.error().code == Errc::not_found)
      return fail(Errc::bad_request, "\"after_group\": " + other.error().message);
    if (!other) return fail(other.error());
    next = other->after_group;
  }
  return {};
}

Result<void> check_name_free(soci::session& session, std::uint32_t tenant_no,
                             const CourierGroup& group) {
  Statement statement(session,
                      "SELECT COUNT(*) FROM courier_groups WHERE tenant_no = :tenant"
                      " AND name = :name AND id <> :id");
  int others = 0;
  WEIR_CHECK(statement.bind(tenant_no).bind(group.name).bind(group.id).into(others).next());
  if (others > 0)
    return fail(Errc::conflict, "There is a courier group named \"" + group.name +
                                    "\" already; choose another name.");
  return {};
}

/// A zone's day is not another's, so a change of zone goes back by one: days are loaded again, and
/// none is left out.
Result<void> save_couriers(soci::session& session, const CourierGroup& group,
                           const std::vector<GroupCourier>& before, bool other_days) {
  std::map<std::string, std::optional<Day>> covered;
  for (const GroupCourier& courier : before) {
    covered[courier.courier_id] = courier.covered_to;
    if (other_days && courier.covered_to)
      covered[courier.courier_id] = *courier.covered_to - std::chrono::days(1);
  }
  Statement clear(session, "DELETE FROM group_couriers WHERE group_id = :id");
  WEIR_CHECK(clear.bind(group.id).run());
  int position = 0;
  for (const GroupCourier& courier : group.couriers) {
    Statement insert(
        session,
        "INSERT INTO group_couriers (group_id, position, courier_id, wait_s, offset_s,"
        " as_soon_as_sealed, notify_when_missing, stop_when_missing, covered_to)"
        " VALUES (:group, :position, :courier, :wait, :offset, :sealed, :notify, :stop,"
        " :covered)");
    insert.bind(group.id).bind(position++).bind(courier.courier_id).bind(courier.wait_s);
    insert.bind(courier.offset_s).bind(courier.as_soon_as_sealed);
    insert.bind(courier.notify_when_missing).bind(courier.stop_when_missing);
    WEIR_CHECK(insert.bind(covered[courier.courier_id]).run());
  }
  return {};
}

Result<std::uint64_t> count(soci::session& session, const std::string& sql, const std::string& id) {
  Statement statement(session, sql);
  std::uint64_t counted = 0;
  WEIR_CHECK(statement.bind(id).into(counted).next());
  return counted;
}

}  // namespace

std::string_view to_string(Overlap overlap) {
  return overlap == Overlap::skip ? "skip" : "queue_one";
}

std::optional<Overlap> parse_overlap(std::string_view text) {
  for (const Overlap overlap : {Overlap::queue_one, Overlap::skip})
    if (to_string(overlap) == text) return overlap;
  return std::nullopt;
}

Result<CourierGroup> CourierGroups::add(std::uint32_t tenant_no, CourierGroup group) {
  WEIR_CHECK(check_name("a courier group", group.name));
  return database_.write([&](soci::session& session) -> Result<CourierGroup> {
    WEIR_TRY(group.id, database_.new_id("courier_groups", id_prefix::courier_group, 9));
    WEIR_CHECK(check_name_free(session, tenant_no, group));
    WEIR_CHECK(check_references(session, tenant_no, group));
    Statement insert(
        session,
        "INSERT INTO courier_groups (name, schedule, time_zone, file_ranges_in_zone,"
        " past_day_only, active, runtime_alert_s, overlap, catch_up_s, after_group, id,"
        " tenant_no, created_at, looked_to) VALUES (:name, :schedule, :zone, :in_zone,"
        " :past, :active, :alert, :overlap, :catch_up, :after, :id, :tenant, :now,"
        " :looked)");
    bind_settings(insert, group);
    insert.bind(group.id).bind(tenant_no).bind(database_.now()).bind(database_.now());
    WEIR_CHECK(insert.run());
    WEIR_CHECK(save_couriers(session, group, {}, false));
    return select(session, tenant_no, group.id);
  });
}

Result<CourierGroup> CourierGroups::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Page<CourierGroup>> CourierGroups::list(std::uint32_t tenant_no, const PageRequest& page,
                                               const GroupFilter& filter) {
  return database_.read([&](soci::session& session) -> Result<Page<CourierGroup>> {
    const ListOf groups{.name = "groups", .searched = {"name", "id"}};
    const std::string with_courier =
        " AND id IN (SELECT group_id FROM group_couriers WHERE courier_id = :courier)";
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM courier_groups WHERE tenant_no = :tenant" +
                                     (filter.active ? " AND active = :active" : "") +
                                     (filter.courier_id.empty() ? "" : with_courier) +
                                     page_sql(groups, page));
    statement.bind(tenant_no);
    if (filter.active) statement.bind(*filter.active);
    if (!filter.courier_id.empty()) statement.bind(filter.courier_id);
    WEIR_TRY(auto found, read_page<CourierGroup>(statement, groups, page, into));
    for (CourierGroup& group : found.items) {
      WEIR_TRY(group.couriers, couriers_of(session, group.id));
    }
    return found;
  });
}

Result<CourierGroup> CourierGroups::update(std::uint32_t tenant_no, const CourierGroup& group) {
  WEIR_CHECK(check_name("a courier group", group.name));
  return database_.write([&](soci::session& session) -> Result<CourierGroup> {
    WEIR_TRY(const CourierGroup before, select(session, tenant_no, group.id));
    WEIR_CHECK(check_name_free(session, tenant_no, group));
    WEIR_CHECK(check_references(session, tenant_no, group));
    const bool rearmed = before.schedule != group.schedule || before.time_zone != group.time_zone ||
                         before.active != group.active;
    Statement update(session,
                     "UPDATE courier_groups SET name = :name, schedule = :schedule, time_zone ="
                     " :zone, file_ranges_in_zone = :in_zone, past_day_only = :past, active ="
                     " :active, runtime_alert_s = :alert, overlap = :overlap, catch_up_s ="
                     " :catch_up, after_group = :after, looked_to = :looked, next_fire_at = NULL"
                     " WHERE id = :id");
    bind_settings(update, group);
    WEIR_CHECK(update.bind(rearmed ? database_.now() : before.looked_to).bind(group.id).run());
    const auto zone_of = [](const CourierGroup& of) {
      return of.file_ranges_in_zone ? of.time_zone : std::string("UTC");
    };
    WEIR_CHECK(save_couriers(session, group, before.couriers, zone_of(before) != zone_of(group)));
    return select(session, tenant_no, group.id);
  });
}

Result<void> CourierGroups::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(select(session, tenant_no, id));
    WEIR_TRY(const auto open, count(session,
                                    "SELECT COUNT(*) FROM runs WHERE group_id = :id AND kind ="
                                    " 'group' AND ended_at IS NULL",
                                    id));
    if (open > 0)
      return fail(Errc::conflict, "A run of the group \"" + id +
                                      "\" is not over yet; wait for it or stop it first.");
    WEIR_TRY(const auto waiting,
             count(session, "SELECT COUNT(*) FROM courier_groups WHERE after_group = :id", id));
    if (waiting > 0)
      return fail(Errc::conflict, "Another group waits for \"" + id +
                                      "\" (its after_group); take that out of it first.");
    for (const char* sql : {"DELETE FROM group_couriers WHERE group_id = :id",
                            "DELETE FROM courier_groups WHERE id = :id"})
      WEIR_CHECK(Statement(session, sql).bind(id).run());
    return {};
  });
}

Result<std::vector<GroupToFire>> CourierGroups::to_fire() {
  return database_.read([&](soci::session& session) -> Result<std::vector<GroupToFire>> {
    Statement statement(session,
                        std::string("SELECT ") + columns +
                            " FROM courier_groups WHERE active = 1 AND schedule <> ''"
                            " AND tenant_no IN (SELECT no FROM tenants"
                            " WHERE disabled_at IS NULL)"
                            " AND (next_fire_at IS NULL OR next_fire_at <= :now"
                            "   OR looked_to > :back) ORDER BY COALESCE(next_fire_at, ''), no");
    CourierGroup row;
    into(statement.bind(database_.now()).bind(database_.now() + clock_back_max), row);
    WEIR_TRY(auto groups, collect(statement, row));
    std::vector<GroupToFire> found;
    for (CourierGroup& group : groups) {
      WEIR_TRY(group.couriers, couriers_of(session, group.id));
      WEIR_TRY(const auto open, count(session,
                                      "SELECT COUNT(*) FROM runs WHERE group_id = :id AND kind ="
                                      " 'group' AND ended_at IS NULL",
                                      group.id));
      found.push_back({std::move(group), open});
    }
    return found;
  });
}

Result<std::optional<Run>> CourierGroups::fire(const CourierGroup& looked_at,
                                               const FiringsDone& done) {
  return database_.write([&](soci::session& session) -> Result<std::optional<Run>> {
    bool repeated = false;
    if (done.run) {
      Statement same(session,
                     "SELECT COUNT(*) FROM runs WHERE group_id = :group AND scheduled_for = :at");
      int there = 0;
      same.bind(looked_at.id).bind(done.run->scheduled_for).into(there);
      WEIR_CHECK(same.next());
      repeated = there > 0;
    }
    const bool fires = done.run && !repeated && !is_over(done.run->state);
    Statement update(session,
                     "UPDATE courier_groups SET looked_to = :to, next_fire_at = :next,"
                     " fired = fired + :fired, missed = missed + :missed,"
                     " caught_up = caught_up + :caught_up WHERE id = :id AND looked_to = :was"
                     " AND active = 1 AND schedule = :schedule AND time_zone = :zone");
    update.bind(done.looked_to).bind(done.next_fire_at).bind(fires);
    update.bind(repeated ? 0 : done.missed).bind(fires && done.caught_up).bind(looked_at.id);
    update.bind(looked_at.looked_to).bind(looked_at.schedule).bind(looked_at.time_zone);
    WEIR_TRY(const auto updated, update.run());
    if (updated == 0)
      return fail(Errc::conflict,
                  "The group " + looked_at.id + " was changed or looked at by another meanwhile.");
    if (!done.run || repeated) return std::nullopt;
    WEIR_TRY(Run run, insert_run(session, database_, *done.run));
    WEIR_CHECK(add_notices(session, run.id, done.notices));
    return run;
  });
}

Result<void> CourierGroups::forget_next() {
  return database_.write([&](soci::session& session) -> Result<void> {
    WEIR_CHECK(Statement(session, "UPDATE courier_groups SET next_fire_at = NULL").run());
    return {};
  });
}

Result<FiringCounts> CourierGroups::counts() {
  return database_.read([&](soci::session& session) -> Result<FiringCounts> {
    Statement statement(session,
                        "SELECT COALESCE(SUM(fired), 0), COALESCE(SUM(missed), 0),"
                        " COALESCE(SUM(caught_up), 0) FROM courier_groups");
    FiringCounts sums;
    WEIR_CHECK(statement.into(sums.fired).into(sums.missed).into(sums.caught_up).next());
    return sums;
  });
}

}  // namespace weir::catalog
