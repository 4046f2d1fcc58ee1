#include "catalog/couriers.hpp"

#include "catalog/database.hpp"
#include "catalog/names.hpp"
#include "catalog/paging.hpp"
#include "catalog/run_rows.hpp"

// A courier refers to streams, feeds and queries by their ids, without foreign keys: a placeholder
// may stand until its target is made (spec/couriers.md 3). Load operations are stored as the text
// that was sent, since only the courier stage interprets them.
namespace weir::catalog {
namespace {

constexpr const char* columns =
    "id, tenant_no, name, stream_id, file_format, file_tag, file_pattern_prefix, load_operations,"
    " started_by, created_at, location, folder, load_settings, credential_id";

void into(Statement& statement, Courier& row) {
  statement.into(row.id).into(row.tenant_no).into(row.name).into(row.stream_id);
  statement.into(row.file_format).into(row.file_tag).into(row.file_pattern_prefix);
  statement.into(row.load_operations);
  statement.into_text([&row](const std::string& text) {
    const auto trigger = parse_trigger(text);
    row.trigger = trigger.value_or(row.trigger);
    return trigger.has_value();
  });
  statement.into(row.created_at);
  statement.into_text([&row](const std::string& text) {
    const auto location = parse_location(text);
    row.location = location.value_or(row.location);
    return location.has_value();
  });
  statement.into(row.folder).into(row.load_settings).into(row.credential_id);
}

/// The part that add and update write alike.
void bind_settings(Statement& statement, const Courier& courier) {
  statement.bind(courier.name).bind(courier.stream_id).bind(courier.file_format);
  statement.bind(courier.file_tag).bind(courier.file_pattern_prefix);
  statement.bind(courier.load_operations).bind(std::string(to_string(courier.trigger)));
  statement.bind(std::string(to_string(courier.location))).bind(courier.folder);
  statement.bind(courier.load_settings).bind(courier.credential_id);
}

/// A live courier begins with the batches that are committed from now on: its switch is no order to
/// load years. One that was live before goes on where it was. What was put off is tried at once,
/// since the cause may be mended.
Result<void> begin_live(soci::session& session, const std::string& id) {
  Statement begin(session,
                  "UPDATE couriers SET live_failures = 0, live_probed = 0, live_retry_at = NULL,"
                  " live_to = COALESCE(live_to, (SELECT COALESCE(MAX(no), 0) FROM batches))"
                  " WHERE id = :id AND started_by = 'each_batch'");
  WEIR_CHECK(begin.bind(id).run());
  return {};
}

/// Ends the runs of the courier that nobody is at work on and that are `live`, or not.
Result<void> end_idle(soci::session& session, Database& database, const std::string& id, bool live,
                      RunState state, const std::string& error) {
  Statement idle(session,
                 "SELECT id FROM runs WHERE courier_id = :id AND live = :live"
                 " AND ended_at IS NULL AND lease_owner IS NULL ORDER BY no");
  std::string run_id;
  WEIR_TRY(const auto runs, collect(idle.bind(id).bind(live).into(run_id), run_id));
  for (const std::string& run : runs) {
    if (!error.empty())
      WEIR_CHECK(
          add_notices(session, run, {{database.now(), std::string(to_string(state)), error}}));
    WEIR_CHECK(end_run(session, database, run, state, error));
  }
  return {};
}

/// Ends the live run of a courier that is live no more. A round at work ends it by itself.
Result<void> end_live(soci::session& session, Database& database, const std::string& id) {
  return end_idle(session, database, id, true, RunState::succeeded, "");
}

Result<Courier> select(soci::session& session, std::uint32_t tenant_no, const std::string& id) {
  Statement statement(session, std::string("SELECT ") + columns +
                                   " FROM couriers WHERE tenant_no = :tenant AND id = :id");
  Courier row;
  into(statement.bind(tenant_no).bind(id), row);
  WEIR_TRY(auto found, first(statement, row));
  if (!found) return no_such("courier", id);
  return *std::move(found);
}

}  // namespace

std::string_view to_string(Trigger trigger) {
  return trigger == Trigger::each_batch ? "each_batch" : "by_hand";
}

std::optional<Trigger> parse_trigger(std::string_view text) {
  for (const Trigger trigger : {Trigger::by_hand, Trigger::each_batch})
    if (to_string(trigger) == text) return trigger;
  return std::nullopt;
}

std::string_view to_string(Location location) {
  return location == Location::store ? "store" : "folder";
}

std::optional<Location> parse_location(std::string_view text) {
  for (const Location location : {Location::folder, Location::store})
    if (to_string(location) == text) return location;
  return std::nullopt;
}

Result<Courier> Couriers::add(std::uint32_t tenant_no, Courier courier) {
  WEIR_CHECK(check_name("a courier", courier.name));
  return database_.write([&](soci::session& session) -> Result<Courier> {
    WEIR_TRY(const std::string id, database_.new_id("couriers", id_prefix::courier, 8));
    Statement insert(session,
                     "INSERT INTO couriers (name, stream_id, file_format, file_tag,"
                     " file_pattern_prefix, load_operations, started_by, location, folder,"
                     " load_settings, credential_id, id, tenant_no, created_at) VALUES (:name,"
                     " :stream, :format, :tag, :prefix, :operations, :by, :location, :folder,"
                     " :settings, :credential, :id, :tenant, :now)");
    bind_settings(insert, courier);
    WEIR_CHECK(insert.bind(id).bind(tenant_no).bind(database_.now()).run());
    WEIR_CHECK(begin_live(session, id));
    return select(session, tenant_no, id);
  });
}

Result<Courier> Couriers::find(std::uint32_t tenant_no, const std::string& id) {
  return database_.read([&](soci::session& session) { return select(session, tenant_no, id); });
}

Result<Page<Courier>> Couriers::list(std::uint32_t tenant_no, const PageRequest& page,
                                     const std::string& stream_id) {
  return database_.read([&](soci::session& session) {
    const ListOf couriers{.name = "couriers", .searched = {"name", "id"}};
    Statement statement(session, std::string("SELECT no, ") + columns +
                                     " FROM couriers WHERE tenant_no = :tenant" +
                                     (stream_id.empty() ? "" : " AND stream_id = :stream") +
                                     page_sql(couriers, page));
    statement.bind(tenant_no);
    if (!stream_id.empty()) statement.bind(stream_id);
    return read_page<Courier>(statement, couriers, page, into);
  });
}

Result<Courier> Couriers::update(std::uint32_t tenant_no, const Courier& courier) {
  WEIR_CHECK(check_name("a courier", courier.name));
  return database_.write([&](soci::session& session) -> Result<Courier> {
    Statement update(session,
                     "UPDATE couriers SET name = :name, stream_id = :stream, file_format = :format,"
                     " file_tag = :tag, file_pattern_prefix = :prefix, load_operations ="
                     " :operations, started_by = :by, location = :location, folder = :folder,"
                     " load_settings = :settings, credential_id = :credential"
                     " WHERE id = :id AND tenant_no = :tenant");
    bind_settings(update, courier);
    WEIR_TRY(const auto updated, update.bind(courier.id).bind(tenant_no).run());
    if (updated > 0) WEIR_CHECK(begin_live(session, courier.id));
    if (updated > 0 && !courier.is_live()) WEIR_CHECK(end_live(session, database_, courier.id));
    return select(session, tenant_no, courier.id);
  });
}

Result<void> Couriers::remove(std::uint32_t tenant_no, const std::string& id) {
  return database_.write([&](soci::session& session) -> Result<void> {
    Statement member(
        session,
        "SELECT g.name FROM group_couriers m JOIN courier_groups g ON g.id = m.group_id"
        " WHERE g.tenant_no = :tenant AND m.courier_id = :id ORDER BY g.no LIMIT 1");
    std::string group;
    WEIR_TRY(const bool in_group, member.bind(tenant_no).bind(id).into(group).next());
    if (in_group)
      return fail(Errc::conflict, "The courier \"" + id + "\" belongs to the courier group \"" +
                                      group + "\"; take it out of that first.");
    Statement drop(session, "DELETE FROM couriers WHERE tenant_no = :tenant AND id = :id");
    WEIR_TRY(const auto dropped, drop.bind(tenant_no).bind(id).run());
    if (dropped == 0) return no_such("courier", id);
    // What was asked of it and not begun would load by settings that nobody can see any more.
    WEIR_CHECK(end_idle(session, database_, id, false, RunState::canceled,
                        "The courier was deleted while the run waited for its turn."));
    return end_live(session, database_, id);
  });
}

}  // namespace weir::catalog
