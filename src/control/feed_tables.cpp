#include <optional>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "control/answers.hpp"
#include "control/feed_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/run_json.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/load_operations.hpp"
#include "pipeline/feed/plan_operations.hpp"

/// What is done with the table of a feed: made, filled, emptied (spec/feeds.md 1).
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr const char* sample_tag = "sample";

/// Loads the file that the feed was made from, as a courier would.
Result<engine::LoadCounts> load_sample(const Call& call, const catalog::Feed& feed) {
  if (feed.sample.empty())
    return fail(Errc::conflict,
                "Feed " + feed.id +
                    " was not made from a batch file, so there is no sample to load. An uploaded "
                    "sample is looked at and not kept: its records were never accepted. Send them "
                    "to the stream, and let a courier load them.");
  WEIR_TRY(const auto batch, sample_file(call, feed.sample));
  WEIR_TRY(auto load, feed::plan(feed, call.caller.tenant));
  engine::Source source;
  source.tag = sample_tag;
  source.files.push_back(feed::file_of(batch, call.services.file_uri(batch.path)));
  load.operations.push_back({{std::move(source)}});
  load.allowance = call.allowance();
  WEIR_TRY(auto counts, call.services.engine.load(load));
  if (counts.over_threshold) return fail(engine::over_threshold_error(load, counts));
  return counts;
}

json::value json_of_counts(const engine::LoadCounts& counts) {
  return {
      {"read", counts.read},         {"inserted", counts.inserted},     {"updated", counts.updated},
      {"rejected", counts.rejected}, {"taken_back", counts.taken_back}, {"errors", counts.errors}};
}

/// The table first: an active feed has one, and a table without an active feed does no harm. A
/// sample that cannot be loaded leaves the feed a draft.
Result<http::Response> activate_feed(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"load_sample", "take_table"}));
  WEIR_TRY(const bool loads, body.flag_or("load_sample", false));
  WEIR_TRY(const bool takes, body.flag_or("take_table", false));
  auto& feeds = call.services.catalog.feeds();
  WEIR_TRY(const auto draft, feeds.find(call.caller.tenant_no, call.id));
  if (!draft.active && !takes) WEIR_CHECK(check_no_table_left(call, draft));
  WEIR_CHECK(make_table(call, draft));
  json::value sample;
  if (loads) {
    WEIR_TRY(const auto counts, load_sample(call, draft));
    sample = json_of_counts(counts);
  }
  WEIR_TRY(const auto active, feeds.activate(call.caller.tenant_no, call.id));
  json::object answered = json_of_feed(active).as_object();
  if (loads) answered["loaded"] = std::move(sample);
  return answer(200, answered);
}

Result<catalog::Feed> active_feed(const Call& call) {
  WEIR_TRY(auto feed, call.services.catalog.feeds().find(call.caller.tenant_no, call.id));
  if (!feed.active)
    return fail(Errc::conflict,
                "Feed " + feed.id + " is not active, so it has no table yet: activate it first.");
  return feed;
}

Result<http::Response> truncate_feed(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto feed, active_feed(call));
  WEIR_TRY(auto load, feed::plan(feed, call.caller.tenant));
  load.truncate = true;
  load.allowance = call.allowance();
  WEIR_CHECK(call.services.engine.load(load));
  WEIR_CHECK(call.services.catalog.loads().note_emptied(call.caller.tenant_no, feed.table()));
  return answer(200, json_of_feed(feed));
}

Result<http::Response> purge_feed(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto feed, active_feed(call));
  WEIR_CHECK(make_table_anew(call, feed));
  return answer(200, json_of_feed(feed));
}

/// The tenant's table of that name, without regard to case.
Result<std::optional<engine::TableInfo>> table_named(const Call& call, const std::string& name) {
  WEIR_TRY(const auto tables, call.services.engine.tables(call.caller.tenant));
  for (const engine::TableInfo& table : tables)
    if (same_name(table.name, name)) return std::optional(table);
  return std::optional<engine::TableInfo>();
}

/// Whether the courier's operations name the feed.
bool loads_into(const catalog::Courier& courier, const std::string& feed_id) {
  const auto operations = feed::parse_load_operations(courier.load_operations);
  if (!operations) return false;
  for (const auto& one : *operations)
    if (one.feed_id == feed_id && !one.operations.empty()) return true;
  return false;
}

Result<std::vector<catalog::Courier>> couriers_of(const Call& call, const std::string& feed_id) {
  std::vector<catalog::Courier> found;
  catalog::PageRequest page;
  page.limit = limits::page_items_max;
  do {
    WEIR_TRY(const auto some, call.services.catalog.couriers().list(call.caller.tenant_no, page));
    for (const catalog::Courier& courier : some.items)
      if (loads_into(courier, feed_id)) found.push_back(courier);
    page.next_token = some.next_token;
  } while (!page.next_token.empty());
  return found;
}

/// A run of each courier that loads into the feed. Such a run loads the courier's other feeds, too.
Result<http::Response> load_feed(const Call& call) {
  WEIR_TRY(const auto feed, active_feed(call));
  WEIR_TRY(const auto wanted, run_of(call.request));
  WEIR_TRY(const auto couriers, couriers_of(call, feed.id));
  if (couriers.empty())
    return fail(Errc::conflict, "No courier loads into feed " + feed.id +
                                    ". Add one whose load operations name it.");
  json::array runs;
  for (const catalog::Courier& courier : couriers) {
    catalog::Run run = wanted;
    run.courier_id = courier.id;
    run.started_by = call.caller.key_id;
    WEIR_TRY(const auto added, call.services.catalog.runs().add(call.caller.tenant_no, run));
    runs.push_back(json_of_run(call.services, added));
  }
  call.services.wake_runs();
  return answer(201, json::object{{"runs", std::move(runs)}});
}

}  // namespace

Result<void> make_table(const Call& call, const catalog::Feed& feed) {
  WEIR_TRY(const auto load, feed::plan(feed, call.caller.tenant));
  return call.services.engine.create_table(load);
}

Result<void> make_table_anew(const Call& call, const catalog::Feed& feed) {
  WEIR_TRY(auto load, feed::plan(feed, call.caller.tenant));
  load.truncate = true;
  load.allowance = call.allowance();
  WEIR_CHECK(call.services.engine.create_table(load));
  return call.services.catalog.loads().note_emptied(call.caller.tenant_no, feed.table());
}

Result<bool> has_table(const Call& call, const std::string& name) {
  WEIR_TRY(const auto table, table_named(call, name));
  return table.has_value();
}

Result<void> move_table(const Call& call, const std::string& from, const std::string& to) {
  WEIR_CHECK(call.services.engine.rename_table(call.caller.tenant, from, to));
  return call.services.catalog.loads().note_renamed(call.caller.tenant_no, from, to);
}

Result<void> check_no_table_left(const Call& call, const catalog::Feed& feed) {
  WEIR_TRY(const auto table, table_named(call, feed.table()));
  if (!table || table->rows == 0) return {};
  return fail(Errc::conflict,
              "There is a table \"" + table->name + "\" already, with " +
                  std::to_string(table->rows) + (table->rows == 1 ? " row" : " rows") +
                  ", which an earlier feed left. Send \"take_table\": true to go on with its rows, "
                  "purge or rename it (weir table purge, weir table rename), or give the feed "
                  "another name.");
}

void add_feed_table_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  const auto add = [&](std::string_view path, std::string_view id, Handler handler) {
    routes.push_back({"POST", path, id, operate, handler, {}, may_take_long});
  };
  add("/api/v0/feeds/{id}/activate", "activateFeed", activate_feed);
  add("/api/v0/feeds/{id}/truncate", "truncateFeed", truncate_feed);
  add("/api/v0/feeds/{id}/purge", "purgeFeed", purge_feed);
  add("/api/v0/feeds/{id}/load", "loadFeed", load_feed);
}

}  // namespace weir::control
