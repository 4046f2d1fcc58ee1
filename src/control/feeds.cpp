#include "catalog/feeds.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "pipeline/feed/feed.hpp"

/// Feeds: the schema of a domain table (spec/feeds.md).
namespace weir::control {
namespace {

namespace json = boost::json;

json::value json_of_field(const catalog::FeedField& field) {
  return {{"name", field.name},           {"type", field.type},
          {"rename_to", field.rename_to}, {"required", field.required},
          {"semantic", field.semantic},   {"format", field.format},
          {"scale", field.scale}};
}

json::value json_of_feed(const catalog::Feed& feed) {
  json::array fields;
  for (const catalog::FeedField& field : feed.fields)
    fields.push_back(json_of_field(field));
  return {{"id", feed.id},
          {"source", feed.source},
          {"name", feed.name},
          {"table", feed.table()},
          {"fields", std::move(fields)},
          {"primary_key", json::array(feed.primary_key.begin(), feed.primary_key.end())},
          {"last_updated", feed.last_updated},
          {"error_threshold", feed.error_threshold},
          {"active", feed.active},
          {"created_at", to_string(feed.created_at)}};
}

Result<catalog::FeedField> field_of(const Fields& given) {
  catalog::FeedField field;
  WEIR_TRY(field.name, given.text("name"));
  WEIR_TRY(field.type, given.text("type"));
  WEIR_TRY(field.rename_to, given.text_or("rename_to", ""));
  WEIR_TRY(field.required, given.flag_or("required", false));
  WEIR_TRY(field.semantic, given.text_or("semantic", ""));
  WEIR_TRY(field.format, given.text_or("format", ""));
  WEIR_TRY(field.scale, given.number_or("scale", field.scale, 0, 37));
  return field;
}

Result<catalog::Feed> feed_of(const http::Request& request) {
  WEIR_TRY(const auto body, Fields::of_body(request, {"source", "name", "fields", "primary_key",
                                                      "last_updated", "error_threshold"}));
  catalog::Feed feed;
  WEIR_TRY(feed.source, body.text("source"));
  WEIR_TRY(feed.name, body.text("name"));
  WEIR_TRY(const auto fields, body.items("fields", {"name", "type", "rename_to", "required",
                                                    "semantic", "format", "scale"}));
  for (const Fields& given : fields) {
    WEIR_TRY(auto field, field_of(given));
    feed.fields.push_back(std::move(field));
  }
  WEIR_TRY(feed.primary_key, body.texts("primary_key"));
  WEIR_TRY(feed.last_updated, body.text_or("last_updated", ""));
  WEIR_TRY(feed.error_threshold, body.number_or("error_threshold", feed.error_threshold, 0, 100));
  return feed;
}

Result<http::Response> list_feeds(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.feeds().list(call.caller.tenant_no, request));
  return answer_page(page, json_of_feed);
}

Result<http::Response> create_feed(const Call& call) {
  WEIR_TRY(const auto feed, feed_of(call.request));
  WEIR_CHECK(call.services.check_feed(feed));
  WEIR_TRY(const auto added, call.services.catalog.feeds().add(call.caller.tenant_no, feed));
  return answer(201, json_of_feed(added));
}

Result<http::Response> get_feed(const Call& call) {
  WEIR_TRY(const auto feed, call.services.catalog.feeds().find(call.caller.tenant_no, call.id));
  return answer(200, json_of_feed(feed));
}

Result<http::Response> activate_feed(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  auto& feeds = call.services.catalog.feeds();
  WEIR_TRY(const auto draft, feeds.find(call.caller.tenant_no, call.id));
  // The table first: an active feed has one, and a table without an active feed does no harm.
  WEIR_TRY(const auto load, feed::plan(draft, call.caller.tenant));
  WEIR_CHECK(call.services.engine.create_table(load));
  WEIR_TRY(const auto active, feeds.activate(call.caller.tenant_no, call.id));
  return answer(200, json_of_feed(active));
}

}  // namespace

void add_feed_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/feeds";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listFeeds", operate, list_feeds, {"limit", "next_token"}});
  routes.push_back({"POST", all, "createFeed", operate, create_feed});
  routes.push_back({"GET", "/api/v0/feeds/{id}", "getFeed", operate, get_feed});
  routes.push_back({"POST", "/api/v0/feeds/{id}/activate", "activateFeed", operate, activate_feed});
}

}  // namespace weir::control
