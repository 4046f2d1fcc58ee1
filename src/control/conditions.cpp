#include "control/conditions.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/sha256.hpp"

// The ETag is made from the answer and not from a counter of the catalog: so every thing has one,
// without a column in each table, and a change back to what was before is no conflict. It stands
// for what is edited and is the same for each encoding of it, so caches are told to store nothing.
namespace weir::control {
namespace {

namespace json = boost::json;

/// They change without an edit, or with the address that was asked.
constexpr const char* moving[] = {
    "counts",       "activity", "ingest_url", "last_used_at", "last_signed_in_at", "live", "fired",
    "next_fire_at", "missed",   "caught_up",  "waiting",      "left_out",          "rows",
};

std::optional<json::object> object_of(const std::string& text) {
  json::parse_options options;
  options.max_depth = limits::json_depth_max;
  json::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

bool matches(const std::string& if_match, const std::string& etag) {
  return if_match == "*" || if_match.find(etag) != std::string::npos;
}

bool is_thing(const Route& route) {
  if (route.method != "GET") return false;
  return route.path.ends_with('}') || route.path == "/api/v0/tenant" || route.path == "/api/v0/me";
}

}  // namespace

const Route* thing_of(const Routes& routes, const Route& route) {
  for (std::string_view path = route.path; !path.empty(); path = path.substr(0, path.rfind('/')))
    for (const Route& each : routes)
      if (each.path == path && is_thing(each)) return &each;
  return nullptr;
}

Result<http::Response> seen_now(const Call& call, const Route& thing) {
  http::Request get = call.request;
  get.method = "GET";
  get.body.clear();
  get.query.clear();
  return thing.handler({call.services, get, call.caller, call.id});
}

std::string etag_of(const http::Response& response) {
  if (response.status != 200 || response.content_type != "application/json") return "";
  auto object = object_of(response.body);
  if (!object) return "";
  for (const char* name : moving)
    object->erase(name);
  return "\"" + sha256_hex(json::serialize(*object)).substr(0, 32) + "\"";
}

std::optional<http::Response> mismatch(const http::Request& edit, const http::Response& now) {
  const auto header = edit.headers.find("if-match");
  if (header == edit.headers.end()) return std::nullopt;
  const std::string etag = etag_of(now);
  if (etag.empty() || matches(header->second, etag)) return std::nullopt;
  const json::object theirs = object_of(now.body).value_or(json::object());
  json::array fields;
  const auto yours = object_of(edit.body);
  if (yours)
    for (const auto& [name, value] : *yours) {
      const json::value* current = theirs.if_contains(name);
      if (current != nullptr ? *current == value : value.is_null()) continue;
      fields.push_back(json::object{{"pointer", "/" + std::string(name)},
                                    {"theirs", current ? *current : json::value()},
                                    {"yours", value}});
    }
  if (yours && !yours->empty() && fields.empty()) return std::nullopt;
  json::object body{{"status", 412},
                    {"message",
                     "It was changed since you read it. Look at what it is now, and send the edit "
                     "again with its ETag in If-Match."},
                    {"request_id", edit.request_id},
                    {"etag", etag},
                    {"fields", std::move(fields)},
                    {"current", theirs}};
  http::Response response;
  response.status = 412;
  response.body = json::serialize(body);
  response.headers.emplace_back("ETag", etag);
  return response;
}

std::unique_lock<std::mutex> Turns::take(const std::string& path) {
  return std::unique_lock(mutexes_[std::hash<std::string>()(path) % mutexes_.size()]);
}

}  // namespace weir::control
