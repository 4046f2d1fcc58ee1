#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/line_diff.hpp"
#include "catalog/ingest_queries.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/query_json.hpp"
#include "control/routes.hpp"

/// What an ingest query was before: its versions, how two of them differ, and the way back.
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_version(const catalog::QueryVersion& version) {
  json::object body{{"version", version.number},    {"description", version.description},
                    {"sql", version.sql},           {"saved_at", to_string(version.saved_at)},
                    {"saved_by", version.saved_by}, {"saved_by_name", version.saved_by_name},
                    {"restored", nullptr}};
  if (version.restored > 0) body["restored"] = version.restored;
  return body;
}

std::string_view name_of(DiffLine::Change change) {
  switch (change) {
    case DiffLine::Change::removed:
      return "removed";
    case DiffLine::Change::added:
      return "added";
    case DiffLine::Change::same:
      break;
  }
  return "same";
}

Result<std::optional<int>> version_number(const Call& call, const std::string& name) {
  return query_number(call.request, name, 1, limits::load_number_max);
}

Result<http::Response> list_versions(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto number, version_number(call, "version"));
  auto& queries = call.services.catalog.ingest_queries();
  if (number) {
    WEIR_TRY(const auto one,
             queries.version(call.caller.tenant_no, call.id, static_cast<std::uint64_t>(*number)));
    return answer_items({json_of_version(one)}, "", "");
  }
  WEIR_TRY(const auto page, queries.versions(call.caller.tenant_no, call.id, request));
  return answer_page(page, json_of_version);
}

Result<http::Response> diff_versions(const Call& call) {
  WEIR_TRY(const auto from, version_number(call, "from"));
  WEIR_TRY(const auto to, version_number(call, "to"));
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, call.id));
  const std::uint64_t last = to ? static_cast<std::uint64_t>(*to) : query.version;
  const std::uint64_t first = from ? static_cast<std::uint64_t>(*from) : last - 1;
  if (first == 0)
    return fail(Errc::bad_request,
                "Version 1 has none before it. Say with \"from\" which one to compare it with.");
  WEIR_TRY(const auto before, queries.version(call.caller.tenant_no, call.id, first));
  WEIR_TRY(const auto after, queries.version(call.caller.tenant_no, call.id, last));
  json::array lines;
  for (const DiffLine& line : line_diff(before.sql, after.sql))
    lines.push_back(json::object{{"change", name_of(line.change)}, {"text", line.text}});
  return answer(200, json::object{{"from", json_of_version(before)},
                                  {"to", json_of_version(after)},
                                  {"lines", std::move(lines)}});
}

/// The text was taken when it was saved; whether it still is says the dialect of now.
Result<http::Response> restore(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"version"}));
  if (!body.has("version"))
    return fail(Errc::bad_request,
                "\"version\" is missing: the number of the version whose text is to be taken.");
  WEIR_TRY(const int number, body.number_or("version", 1, 1, limits::load_number_max));
  auto& queries = call.services.catalog.ingest_queries();
  const auto wanted = static_cast<std::uint64_t>(number);
  WEIR_TRY(const auto version, queries.version(call.caller.tenant_no, call.id, wanted));
  WEIR_CHECK(call.services.engine.check(version.sql));
  WEIR_TRY(const auto query,
           queries.restore(call.caller.tenant_no, call.id, wanted, call.caller.key_id));
  return answer(200, json_of_query(query));
}

}  // namespace

void add_query_version_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", "/api/v0/ingest-queries/{id}/versions", "listIngestQueryVersions",
                    operate, list_versions, paged({"version"})});
  routes.push_back({"GET",
                    "/api/v0/ingest-queries/{id}/diff",
                    "diffIngestQueryVersions",
                    operate,
                    diff_versions,
                    {"from", "to"}});
  routes.push_back({"PUT", "/api/v0/ingest-queries/{id}/version", "restoreIngestQuery",
                    Access::configure, restore});
}

}  // namespace weir::control
