#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/errc.hpp"
#include "base/limits.hpp"
#include "control/every_page.hpp"
#include "control/fields.hpp"
#include "control/query_input.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"
#include "control/text.hpp"
#include "pipeline/feed/feed.hpp"
#include "pipeline/feed/load_operations.hpp"
#include "pipeline/feed/plan_operations.hpp"

/// What would become of a payload: at the door, behind it, and in each table that a courier of its
/// stream loads. Each of these is asked itself, with the payload in the place of a batch file, so
/// that no rule stands here a second time.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr int accepted = 202;

/// "payload", which is text as a form or a shell gives it; what it is says its first character.
std::string content_type_of(const std::string& payload) {
  const std::size_t begin = payload.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  const bool is_xml = begin != std::string::npos && payload[begin] == '<';
  return is_xml ? "application/xml" : "application/json";
}

/// A table that a courier would load the payload into.
struct Target {
  catalog::Courier courier;
  catalog::Feed feed;
  std::vector<feed::Operation> operations;
};

bool fills(const std::vector<feed::Operation>& operations) {
  for (const feed::Operation& operation : operations)
    if (operation.type != feed::Operation::Type::truncate) return true;
  return false;
}

Result<std::vector<Target>> targets_of(const Call& call) {
  auto& catalog = call.services.catalog;
  const std::uint32_t tenant_no = call.caller.tenant_no;
  WEIR_TRY(const auto couriers, every_page<catalog::Courier>([&](const catalog::PageRequest& page) {
             return catalog.couriers().list(tenant_no, page);
           }));
  std::vector<Target> out;
  for (const catalog::Courier& courier : couriers) {
    if (courier.stream_id != call.id) continue;
    const auto feeds = feed::parse_load_operations(courier.load_operations);
    if (!feeds) continue;
    for (const feed::FeedOperations& of_feed : *feeds) {
      if (!fills(of_feed.operations)) continue;
      auto feed = catalog.feeds().find(tenant_no, of_feed.feed_id);
      if (!feed && feed.error().code == Errc::not_found) continue;
      if (!feed) return fail(std::move(feed).error());
      out.push_back({courier, *std::move(feed), of_feed.operations});
    }
  }
  return out;
}

Result<engine::Tried> tried(const Call& call, const Target& target, const TriedPayload& payload,
                            StreamNo stream) {
  WEIR_TRY(engine::Load load, feed::plan(target.feed, call.caller.tenant));
  load.allowance = call.allowance();
  const bool is_xml = payload.type == PayloadType::xml;
  feed::Files files;
  files.format = is_xml ? engine::FileFormat::cbor : engine::FileFormat::ndjson;
  files.stream = stream;
  files.files.push_back(file_of_payload(call, payload.record));
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_CHECK(feed::add_operations(
      load, target.operations, {{target.courier.file_tag, std::move(files)}},
      [&](const std::string& name) -> Result<std::string> {
        WEIR_TRY(auto query, queries.find_by_name(call.caller.tenant_no, name));
        return std::move(query.sql);
      },
      feed::known_fields(call.services.catalog)));
  load.truncate = false;
  return call.services.engine.try_load(load, limits::sample_rows_max);
}

json::array json_of_errors(const std::vector<engine::RowError>& errors) {
  json::array out;
  for (const engine::RowError& error : errors)
    out.push_back(json::object{{"row", error.row},
                               {"field", as_utf8(error.field)},
                               {"value", as_utf8(error.value)},
                               {"reason", as_utf8(error.reason)}});
  return out;
}

/// A failure of the load itself is what would become of the payload; others are this call's.
bool is_of_load(const Error& error) {
  return error.code == Errc::bad_request || error.code == Errc::conflict ||
         error.code == Errc::not_found;
}

Result<std::string> text_of_target(const Call& call, const Target& target,
                                   const TriedPayload& payload, StreamNo stream) {
  json::object out{{"courier_id", target.courier.id},
                   {"feed_id", target.feed.id},
                   {"table", target.feed.table()},
                   {"active", target.feed.active}};
  const auto result = tried(call, target, payload, stream);
  if (!result && !is_of_load(result.error())) return fail(result.error());
  if (!result) {
    out["state"] = "failed";
    out["why"] = result.error().message;
    out["errors"] = json::array();
    return json::serialize(out);
  }
  const bool has_rows = !result->rows.rows.empty();
  const bool has_errors = !result->errors.empty();
  out["state"] = has_errors ? "error" : has_rows ? "rows" : "dropped";
  if (!result->warnings.empty()) out["why"] = result->warnings.front();
  out["errors"] = json_of_errors(result->errors);
  engine::Table rows = result->rows;
  rows.misfits = result->misfits;
  std::string text = json::serialize(out);
  text.pop_back();
  return text + ",\"rows\":" + text_of_table(rows) + "}";
}

Result<http::Response> validate(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"payload", "content_type"}));
  auto& streams = call.services.catalog.streams();
  WEIR_TRY(const auto stream, streams.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto payload, body.text("payload"));
  WEIR_TRY(const auto content_type, body.text_or("content_type", content_type_of(payload)));
  WEIR_TRY(const auto view, streams.view(stream.no));
  if (!view) return fail(Errc::not_found, "Stream " + call.id + " is deleted.");
  const TriedPayload door = call.services.try_payload(*view, content_type, payload);
  json::object head{{"status", accepted}, {"message", nullptr}, {"quarantined", nullptr}};
  if (door.refused) {
    head["status"] = outcome_of(door.refused->code).http_status;
    head["message"] = door.refused->message;
  }
  if (!door.quarantined.empty()) head["quarantined"] = door.quarantined;
  std::string tables;
  if (!door.refused && door.quarantined.empty()) {
    WEIR_TRY(const auto targets, targets_of(call));
    for (const Target& target : targets) {
      WEIR_TRY(const auto one, text_of_target(call, target, door, stream.no));
      tables += (tables.empty() ? "" : ",") + one;
    }
  }
  http::Response response;
  response.body = json::serialize(head);
  response.body.pop_back();
  response.body += ",\"tables\":[" + tables + "]}";
  return response;
}

}  // namespace

void add_validation_routes(Routes& routes) {
  constexpr bool may_take_long = true;
  routes.push_back({"POST",
                    "/api/v0/streams/{id}/validate",
                    "validatePayload",
                    Access::view,
                    validate,
                    {},
                    may_take_long});
}

}  // namespace weir::control
