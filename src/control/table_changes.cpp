#include <limits>

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/feed_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"

/// What is done to a domain table by its name: rows deleted, the table renamed or purged. What is
/// done to it as the table of a feed is in feed_tables.cpp.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr std::uint64_t rows_shown = 20;
constexpr int days_max = 36'500;

/// The day so many days ago, as a text of a date or a datetime.
std::string day_before(const Call& call, int days) {
  return to_string(day_of(call.services.clock.now() - std::chrono::days(days)));
}

Result<engine::RowCondition> condition_of(const Call& call, const Fields& body) {
  engine::RowCondition which;
  WEIR_TRY(which.column, body.text("column"));
  const bool by_age = body.has("older_than_days");
  const bool by_period = body.has("from") || body.has("to");
  const bool by_value = body.has("value");
  if (int{by_age} + int{by_period} + int{by_value} != 1)
    return fail(Errc::bad_request,
                "Say which rows, in one way: {\"older_than_days\": 90}, {\"from\": \"2027-03-01\", "
                "\"to\": \"2027-03-08\"} (\"to\" is not included, and one of them is enough), or "
                "{\"value\": \"x\"}.");
  if (by_age) {
    WEIR_TRY(const int days, body.number_or("older_than_days", 0, 0, days_max));
    which.to = day_before(call, days);
  }
  const auto text = [&body](const char* name, std::optional<std::string>& target) -> Result<void> {
    if (!body.has(name)) return {};
    WEIR_TRY(target, body.text(name));
    return {};
  };
  WEIR_CHECK(text("from", which.from));
  WEIR_CHECK(text("value", which.value));
  if (!by_age) WEIR_CHECK(text("to", which.to));
  return which;
}

Result<http::Response> delete_rows(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"column", "older_than_days", "from",
                                                           "to", "value", "dry_run", "expected"}));
  engine::Removal removal{.tenant = call.caller.tenant,
                          .table = call.id,
                          .shown_max = rows_shown,
                          .allowance = call.allowance()};
  WEIR_TRY(removal.which, condition_of(call, body));
  WEIR_TRY(removal.dry_run, body.flag_or("dry_run", false));
  if (body.has("expected")) {
    WEIR_TRY(const int rows, body.number_or("expected", 0, 0, std::numeric_limits<int>::max()));
    removal.expected = static_cast<std::uint64_t>(rows);
  }
  WEIR_TRY(const auto found, call.services.engine.remove_rows(removal));
  http::Response response;
  response.body = json::serialize(
      json::object{{"table", call.id}, {"rows", found.rows}, {"deleted", !removal.dry_run}});
  // Cells are JSON text already, so that no number loses a digit.
  response.body.pop_back();
  response.body += ",\"first\":" + answer_table(found.first).body + "}";
  return response;
}

/// conflict where an active feed fills the table: it is changed through the feed.
Result<void> check_no_feed(const Call& call, const std::string& instead) {
  WEIR_TRY(const auto feed, call.services.catalog.feeds().of_table(call.caller.tenant_no, call.id));
  if (!feed || !feed->active) return {};
  return fail(Errc::conflict,
              "The table \"" + call.id + "\" is the one of feed " + feed->id + ". " + instead);
}

Result<void> check_there_is(const Call& call) {
  WEIR_TRY(const bool there, has_table(call, call.id));
  if (there) return {};
  return fail(Errc::not_found, "There is no domain table \"" + call.id + "\" in this tenant.");
}

Result<http::Response> rename_table(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_CHECK(check_there_is(call));
  WEIR_CHECK(check_no_feed(call,
                           "Change the feed's name with \"rename_table\": true (weir feed edit "
                           "--name ... --rename-table)."));
  WEIR_CHECK(move_table(call, call.id, name));
  return answer(200, json::object{{"name", name}});
}

Result<http::Response> purge_table(const Call& call) {
  WEIR_CHECK(check_there_is(call));
  WEIR_CHECK(check_no_feed(
      call, "Purge it through the feed (weir feed purge), or delete the feed first."));
  WEIR_CHECK(call.services.engine.purge(call.caller.tenant, call.id));
  WEIR_CHECK(call.services.catalog.loads().note_emptied(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

}  // namespace

void add_table_change_routes(Routes& routes) {
  constexpr bool may_take_long = true;
  const auto add = [&](std::string_view method, std::string_view path, std::string_view id,
                       Access access, Handler handler) {
    routes.push_back({method, path, id, access, handler, {}, may_take_long});
  };
  add("POST", "/api/v0/tables/{name}/delete-rows", "deleteRows", Access::delete_data, delete_rows);
  add("POST", "/api/v0/tables/{name}/rename", "renameTable", Access::configure, rename_table);
  add("DELETE", "/api/v0/tables/{name}", "purgeTable", Access::configure, purge_table);
}

}  // namespace weir::control
