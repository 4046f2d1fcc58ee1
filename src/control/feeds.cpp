#include "catalog/feeds.hpp"

#include <algorithm>

#include <boost/json.hpp>

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
  if (body.has("sample")) {
    WEIR_TRY(feed.sample, body.text("sample"));
    if (!feed.sample.empty()) WEIR_CHECK(sample_file(call, feed.sample));
  }
  return feed;
}

Result<http::Response> list_feeds(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.feeds().list(call.caller.tenant_no, request));
  return answer_page(page, json_of_feed);
}

Result<http::Response> create_feed(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"source", "name", "fields", "primary_key", "last_updated",
                                          "error_threshold", "format", "scale",
                                          "identity_resolution", "sample"}));
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

/// Whether the table has to be emptied for the change; conflict where it may not be.
Result<bool> has_to_purge(const Call& call, const catalog::Feed& before, const catalog::Feed& after,
                          bool may_purge) {
  const std::string reason = feed::reason_to_purge(before, after);
  if (reason.empty() || !before.active) return false;
  WEIR_TRY(const std::uint64_t rows, rows_of(call, before.table()));
  if (rows == 0 || may_purge) return true;
  return fail(Errc::conflict, "The table \"" + before.table() + "\" has " + std::to_string(rows) +
                                  (rows == 1 ? " row, and " : " rows, and ") + reason +
                                  ". Its rows have to be purged for that: send \"purge\": true, "
                                  "and load the data again.");
}

/// The catalog first: if the table cannot be made, the feed becomes again what it was.
Result<http::Response> update_feed(const Call& call) {
  auto& feeds = call.services.catalog.feeds();
  WEIR_TRY(const auto before, feeds.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"source", "name", "fields", "primary_key", "last_updated",
                                          "error_threshold", "format", "scale",
                                          "identity_resolution", "sample", "purge"}));
  WEIR_TRY(const bool may_purge, body.flag_or("purge", false));
  WEIR_TRY(const auto after, feed_of(call, body, before));
  WEIR_CHECK(feed::check_change(before, after));
  WEIR_CHECK(call.services.check_feed(after));
  WEIR_TRY(const bool purges, has_to_purge(call, before, after, may_purge));
  WEIR_TRY(const auto updated, feeds.update(call.caller.tenant_no, after));
  if (before.active) {
    const auto made = purges ? empty_table(call, updated) : make_table(call, updated);
    if (!made) {
      WEIR_CHECK(feeds.update(call.caller.tenant_no, before));
      return fail(made.error());
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
          {"active", feed.active},
          {"created_at", to_string(feed.created_at)}};
}

void add_feed_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/feeds";
  constexpr std::string_view one = "/api/v0/feeds/{id}";
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back({"GET", all, "listFeeds", operate, list_feeds, {"limit", "next_token"}});
  routes.push_back({"POST", all, "createFeed", operate, create_feed});
  routes.push_back({"GET", one, "getFeed", operate, get_feed});
  routes.push_back({"PATCH", one, "updateFeed", operate, update_feed, {}, may_take_long});
  routes.push_back({"DELETE", one, "deleteFeed", operate, delete_feed});
  routes.push_back({"POST", "/api/v0/feeds/{id}/copy", "copyFeed", operate, copy_feed});
}

}  // namespace weir::control
