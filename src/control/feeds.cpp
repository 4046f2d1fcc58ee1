#include "catalog/feeds.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "control/answers.hpp"
#include "control/feed_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/feed_change.hpp"

/// Feeds: the schema of a domain table (spec/feeds.md). What is done with their tables is in
/// feed_tables.cpp.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr int scale_max = 37;
constexpr const char* keep_latest = "latest";
constexpr const char* keep_loaded_last = "loaded_last";

Result<catalog::FeedField> field_of(const Fields& given) {
  catalog::FeedField field;
  WEIR_TRY(field.name, given.text("name"));
  WEIR_TRY(field.type, given.text("type"));
  WEIR_TRY(field.rename_to, given.text_or("rename_to", ""));
  WEIR_TRY(field.required, given.flag_or("required", false));
  WEIR_TRY(field.semantic, given.text_or("semantic", ""));
  WEIR_TRY(field.format, given.text_or("format", ""));
  if (given.has("scale")) {
    WEIR_TRY(field.scale, given.number_or("scale", 0, 0, scale_max));
  }
  if (given.has("combines")) {
    WEIR_TRY(field.combines, given.texts("combines"));
  }
  WEIR_TRY(field.uuid, given.flag_or("uuid", false));
  return field;
}

/// What the body says of a feed on top of what is there.
Result<catalog::Feed> feed_of(const Call& call, const Fields& body, catalog::Feed feed) {
  WEIR_TRY(feed.source, body.text_or("source", feed.source));
  WEIR_TRY(feed.name, body.text_or("name", feed.name));
  if (body.has("fields")) {
    WEIR_TRY(const auto fields,
             body.items("fields", {"name", "type", "rename_to", "required", "semantic", "format",
                                   "scale", "combines", "uuid"}));
    feed.fields.clear();
    for (const Fields& given : fields) {
      WEIR_TRY(auto field, field_of(given));
      feed.fields.push_back(std::move(field));
    }
  }
  if (body.has("primary_key")) {
    WEIR_TRY(feed.primary_key, body.texts("primary_key"));
  }
  WEIR_TRY(feed.last_updated, body.text_or("last_updated", feed.last_updated));
  WEIR_TRY(feed.error_threshold, body.number_or("error_threshold", feed.error_threshold, 0, 100));
  WEIR_TRY(feed.format, body.text_or("format", feed.format));
  WEIR_TRY(feed.scale, body.number_or("scale", feed.scale, 0, scale_max));
  WEIR_TRY(feed.identity_resolution, body.flag_or("identity_resolution", feed.identity_resolution));
  if (body.has("keep")) {
    WEIR_TRY(const auto keep, body.text("keep"));
    if (keep != keep_latest && keep != keep_loaded_last)
      return fail(Errc::bad_request,
                  "\"keep\" says which of two rows with one key stays: \"latest\", the later "
                  "record's, or \"loaded_last\", the one that is loaded later.");
    feed.loaded_last = keep == keep_loaded_last;
  }
  WEIR_TRY(feed.merge, body.flag_or("merge", feed.merge));
  if (body.has("delete_marker")) {
    WEIR_TRY(const auto marker, body.object("delete_marker", {"field", "value"}));
    WEIR_TRY(feed.deleted_field, marker.text("field"));
    WEIR_TRY(feed.deleted_value, marker.text_or("value", ""));
  }
  if (body.has("sample")) {
    WEIR_TRY(feed.sample, body.text("sample"));
    if (!feed.sample.empty()) WEIR_CHECK(sample_file(call, feed.sample));
  }
  return feed;
}

Result<http::Response> list_feeds(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto active, query_flag(call.request, "active"));
  WEIR_TRY(const auto page,
           call.services.catalog.feeds().list(call.caller.tenant_no, request, active));
  return answer_page(page, json_of_feed);
}

Result<http::Response> create_feed(const Call& call) {
  WEIR_TRY(
      const auto body,
      Fields::of_body(call.request, {"source", "name", "fields", "primary_key", "last_updated",
                                     "error_threshold", "format", "scale", "identity_resolution",
                                     "sample", "keep", "merge", "delete_marker"}));
  for (const char* needed : {"source", "name"})
    WEIR_CHECK(body.text(needed));
  for (const char* needed : {"fields", "primary_key"})
    if (!body.has(needed))
      return fail(Errc::bad_request,
                  "\"" + std::string(needed) + "\" is missing: it must be an array.");
  WEIR_TRY(const auto feed, feed_of(call, body, {}));
  WEIR_CHECK(call.services.check_feed(feed));
  WEIR_TRY(const auto added, call.services.catalog.feeds().add(call.caller.tenant_no, feed));
  return answer(201, json_of_feed(added));
}

Result<http::Response> get_feed(const Call& call) {
  WEIR_TRY(const auto feed, call.services.catalog.feeds().find(call.caller.tenant_no, call.id));
  return answer(200, json_of_feed(feed));
}

Result<std::uint64_t> rows_of(const Call& call, const std::string& table) {
  WEIR_TRY(const auto tables, call.services.engine.tables(call.caller.tenant));
  const auto found = std::find_if(tables.begin(), tables.end(),
                                  [&table](const auto& info) { return info.name == table; });
  return found == tables.end() ? 0 : found->rows;
}

/// What a change of a feed may do to its table.
struct TableChange {
  bool purge = false;
  bool rename = false;
  bool take = false;  // go on with one that an earlier feed left
};

Result<TableChange> table_change_of(const Fields& body) {
  TableChange change;
  WEIR_TRY(change.purge, body.flag_or("purge", false));
  WEIR_TRY(change.rename, body.flag_or("rename_table", false));
  WEIR_TRY(change.take, body.flag_or("take_table", false));
  return change;
}

/// Whether the table has to be made anew for the change; conflict where it may not be.
Result<bool> has_to_purge(const Call& call, catalog::Feed before, const catalog::Feed& after,
                          const TableChange& change) {
  const std::string table = before.table();
  if (change.rename) {
    before.source = after.source;
    before.name = after.name;
  }
  const std::string reason = feed::reason_to_purge(before, after);
  if (reason.empty()) return false;
  WEIR_TRY(const std::uint64_t rows, rows_of(call, table));
  if (rows == 0 || change.purge) return true;
  return fail(Errc::conflict, "The table \"" + table + "\" has " + std::to_string(rows) +
                                  (rows == 1 ? " row, and " : " rows, and ") + reason +
                                  ". Its rows have to be purged for that: send \"purge\": true, "
                                  "and load the data again.");
}

/// Another name is another table, unless the one that stands is renamed.
Result<void> check_name(const Call& call, const catalog::Feed& before, const catalog::Feed& after,
                        const TableChange& change) {
  if (before.table() == after.table() || change.rename) return {};
  if (same_name(before.table(), after.table()))
    return fail(Errc::conflict, "\"" + after.table() + "\" cannot be a table beside \"" +
                                    before.table() +
                                    "\", from which it differs in case alone. Send "
                                    "\"rename_table\": true to spell that one so.");
  return change.take ? Result<void>() : check_no_table_left(call, after);
}

Result<void> change_table(const Call& call, const catalog::Feed& before, const catalog::Feed& after,
                          bool renames, bool purges) {
  if (renames) WEIR_CHECK(move_table(call, before.table(), after.table()));
  auto made = purges ? make_table_anew(call, after) : make_table(call, after);
  if (!made && renames) WEIR_CHECK(move_table(call, after.table(), before.table()));
  return made;
}

/// The catalog first: if the table cannot be changed, the feed becomes again what it was.
Result<http::Response> update_feed(const Call& call) {
  auto& feeds = call.services.catalog.feeds();
  WEIR_TRY(const auto before, feeds.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"source", "name", "fields", "primary_key", "last_updated",
                                          "error_threshold", "format", "scale",
                                          "identity_resolution", "sample", "keep", "merge",
                                          "delete_marker", "purge", "rename_table", "take_table"}));
  WEIR_TRY(const auto change, table_change_of(body));
  WEIR_TRY(const auto after, feed_of(call, body, before));
  WEIR_CHECK(feed::check_change(before, after));
  WEIR_CHECK(call.services.check_feed(after));
  bool purges = false;
  if (before.active) {
    WEIR_CHECK(check_name(call, before, after, change));
    WEIR_TRY(purges, has_to_purge(call, before, after, change));
  }
  WEIR_TRY(const auto updated, feeds.update(call.caller.tenant_no, after));
  if (before.active) {
    const bool renames = change.rename && before.table() != after.table();
    const auto changed = change_table(call, before, updated, renames, purges);
    if (!changed) {
      WEIR_CHECK(feeds.update(call.caller.tenant_no, before));
      return fail(changed.error());
    }
  }
  return answer(200, json_of_feed(updated));
}

Result<http::Response> copy_feed(const Call& call) {
  auto& feeds = call.services.catalog.feeds();
  WEIR_TRY(auto feed, feeds.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"source", "name"}));
  WEIR_TRY(feed.source, body.text_or("source", feed.source));
  WEIR_TRY(feed.name, body.text_or("name", feed.name));
  feed.active = false;
  WEIR_CHECK(call.services.check_feed(feed));
  WEIR_TRY(const auto added, feeds.add(call.caller.tenant_no, feed));
  return answer(201, json_of_feed(added));
}

Result<http::Response> delete_feed(const Call& call) {
  WEIR_CHECK(call.services.catalog.feeds().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

json::value json_of_marker(const catalog::Feed& feed) {
  if (feed.deleted_field.empty()) return {};
  return {{"field", feed.deleted_field}, {"value", feed.deleted_value}};
}

}  // namespace

json::value json_of_feed_field(const catalog::FeedField& field) {
  return {{"name", field.name},
          {"type", field.type},
          {"rename_to", field.rename_to},
          {"required", field.required},
          {"semantic", field.semantic},
          {"format", field.format},
          {"scale", field.scale ? json::value(*field.scale) : json::value()},
          {"combines", json::array(field.combines.begin(), field.combines.end())},
          {"uuid", field.uuid}};
}

json::value json_of_feed(const catalog::Feed& feed) {
  json::array fields;
  for (const catalog::FeedField& field : feed.fields)
    fields.push_back(json_of_feed_field(field));
  return {{"id", feed.id},
          {"source", feed.source},
          {"name", feed.name},
          {"table", feed.table()},
          {"fields", std::move(fields)},
          {"primary_key", json::array(feed.primary_key.begin(), feed.primary_key.end())},
          {"last_updated", feed.last_updated},
          {"error_threshold", feed.error_threshold},
          {"format", feed.format},
          {"scale", feed.scale},
          {"identity_resolution", feed.identity_resolution},
          {"sample", feed.sample.empty() ? json::value() : json::value(feed.sample)},
          {"keep", feed.loaded_last ? keep_loaded_last : keep_latest},
          {"merge", feed.merge},
          {"delete_marker", json_of_marker(feed)},
          {"active", feed.active},
          {"created_at", to_string(feed.created_at)}};
}

void add_feed_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/feeds";
  constexpr std::string_view one = "/api/v0/feeds/{id}";
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back({"GET", all, "listFeeds", operate, list_feeds, paged({"q", "active"})});
  routes.push_back({"POST", all, "createFeed", operate, create_feed});
  routes.push_back({"GET", one, "getFeed", operate, get_feed});
  routes.push_back({"PATCH", one, "updateFeed", operate, update_feed, {}, may_take_long});
  routes.push_back({"DELETE", one, "deleteFeed", operate, delete_feed});
  routes.push_back({"POST", "/api/v0/feeds/{id}/copy", "copyFeed", operate, copy_feed});
}

}  // namespace weir::control
