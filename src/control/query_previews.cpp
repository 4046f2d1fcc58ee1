#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "base/limits.hpp"
#include "catalog/ingest_queries.hpp"
#include "control/fields.hpp"
#include "control/query_input.hpp"
#include "control/query_json.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"

/// What ingest queries yield, and how two texts of one differ in it. Nothing is kept.
namespace weir::control {
namespace {

namespace json = boost::json;

using Sources = std::vector<engine::Source>;

Result<engine::Table> rows_of(const Call& call, const Sources& sources, const std::string& sql,
                              std::uint64_t rows_max) {
  engine::ReadLimits limits(rows_max);
  limits.allowance = call.allowance();
  return call.services.engine.preview(sources, sql, call.caller.tenant, limits);
}

Result<http::Response> preview(const Call& call, const Fields& body, const std::string& sql) {
  WEIR_TRY(const int rows_max, body.number_or("limit", 20, 1, limits::sample_rows_max));
  WEIR_TRY(const auto sources, query_inputs(call, body));
  WEIR_TRY(const auto table, rows_of(call, sources, sql, static_cast<std::uint64_t>(rows_max)));
  return answer_table(table);
}

Result<http::Response> preview_ingest_query(const Call& call) {
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"stream_id", "payloads", "file", "payload", "files",
                                          "file_tag", "schema", "row_tag", "trim", "limit"}));
  return preview(call, body, query.sql);
}

Result<http::Response> preview_sql(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"sql", "stream_id", "payloads", "file",
                                                           "payload", "files", "file_tag", "schema",
                                                           "row_tag", "trim", "limit"}));
  WEIR_TRY(const auto sql, sql_of(call, body));
  return preview(call, body, sql);
}

/// One of the two texts that are compared.
struct Side {
  std::string name;  // for people: "version 3"
  std::string sql;
  engine::Table rows = {};
};

/// How the columns of the sides belong together: by name, as a feed takes them.
struct Pairing {
  std::vector<std::pair<std::size_t, std::size_t>> both;
  json::array removed, added, changed;
};

Pairing paired(const engine::Table& from, const engine::Table& to) {
  Pairing out;
  std::multimap<std::string, std::size_t> places;  // of `to`
  for (std::size_t i = 0; i < to.columns.size(); ++i)
    places.emplace(folded_name(to.columns[i].name), i);
  for (std::size_t i = 0; i < from.columns.size(); ++i) {
    const engine::Column& column = from.columns[i];
    const auto found = places.find(folded_name(column.name));
    if (found == places.end()) {
      out.removed.push_back({{"name", column.name}, {"type", column.type}});
      continue;
    }
    const engine::Column& other = to.columns[found->second];
    if (other.type != column.type)
      out.changed.push_back({{"name", other.name}, {"from", column.type}, {"to", other.type}});
    out.both.emplace_back(i, found->second);
    places.erase(found);
  }
  for (std::size_t i = 0; i < to.columns.size(); ++i)
    for (const auto& [name, place] : places)
      if (place == i)
        out.added.push_back({{"name", to.columns[i].name}, {"type", to.columns[i].type}});
  return out;
}

/// The rows that only one side has, by the columns of both; a row counts as often as it is there.
struct RowDifference {
  std::uint64_t same = 0;
  std::uint64_t only_from = 0;
  std::uint64_t only_to = 0;
  std::vector<std::size_t> shown_from, shown_to;  // their places
};

RowDifference difference(const Side& from, const Side& to, const Pairing& columns,
                         std::size_t shown_max) {
  const auto key = [&](const std::vector<std::string>& row, bool is_from) {
    std::string out;
    for (const auto& [left, right] : columns.both)
      out += row[is_from ? left : right] + '\n';  // JSON has none outside of texts, where it is \n
    return out;
  };
  std::map<std::string, std::vector<std::size_t>> left;
  for (std::size_t i = from.rows.rows.size(); i-- > 0;)
    left[key(from.rows.rows[i], true)].push_back(i);
  RowDifference out;
  for (std::size_t i = 0; i < to.rows.rows.size(); ++i) {
    const auto found = left.find(key(to.rows.rows[i], false));
    if (found != left.end() && !found->second.empty()) {
      found->second.pop_back();
      ++out.same;
      continue;
    }
    if (++out.only_to <= shown_max) out.shown_to.push_back(i);
  }
  std::vector<std::size_t> rest;
  for (const auto& [row, places] : left)
    rest.insert(rest.end(), places.begin(), places.end());
  std::sort(rest.begin(), rest.end());
  out.only_from = rest.size();
  rest.resize(std::min(rest.size(), shown_max));
  out.shown_from = std::move(rest);
  return out;
}

std::string shown(const Side& side, const std::vector<std::size_t>& places) {
  engine::Table table;
  table.columns = side.rows.columns;
  for (const std::size_t place : places)
    table.rows.push_back(side.rows.rows[place]);
  table.truncated = side.rows.truncated;
  table.misfits = side.rows.misfits;
  return text_of_table(table);
}

/// The versions that the body names; without names the text that is sent, or the query as it is,
/// and what it was before.
Result<std::pair<Side, Side>> sides_of(const Call& call, const Fields& body) {
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, call.id));
  const auto side = [&](std::uint64_t number) -> Result<Side> {
    WEIR_TRY(auto version, queries.version(call.caller.tenant_no, call.id, number));
    return Side{"Version " + std::to_string(number), std::move(version.sql)};
  };
  if (body.has("sql") && body.has("to"))
    return fail(Errc::bad_request, "\"sql\" is the text to end with, and so is \"to\": send one.");
  const auto newest = static_cast<int>(query.version);
  WEIR_TRY(const int to, body.number_or("to", newest, 1, limits::load_number_max));
  WEIR_TRY(const int from, body.number_or("from", body.has("sql") ? newest : std::max(1, to - 1), 1,
                                          limits::load_number_max));
  WEIR_TRY(auto first, side(static_cast<std::uint64_t>(from)));
  if (body.has("sql")) {
    WEIR_TRY(auto sql, sql_of(call, body));
    return std::pair(std::move(first), Side{"The text that was sent", std::move(sql)});
  }
  WEIR_TRY(auto last, side(static_cast<std::uint64_t>(to)));
  return std::pair(std::move(first), std::move(last));
}

Result<http::Response> compare_versions(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request,
                           {"from", "to", "sql", "stream_id", "payloads", "file", "payload",
                            "files", "file_tag", "schema", "row_tag", "trim", "limit"}));
  WEIR_TRY(const int shown_max, body.number_or("limit", 20, 1, limits::sample_rows_max));
  WEIR_TRY(auto sides, sides_of(call, body));
  WEIR_TRY(const auto sources, query_inputs(call, body));
  auto& [from, to] = sides;
  for (Side* const side : {&from, &to}) {
    auto rows = rows_of(call, sources, side->sql, limits::query_rows_max);
    if (!rows) return fail_while(side->name, std::move(rows).error());
    side->rows = *std::move(rows);
  }
  const Pairing columns = paired(from.rows, to.rows);
  const RowDifference rows = difference(from, to, columns, static_cast<std::size_t>(shown_max));
  http::Response response;
  response.body =
      "{\"columns\":" +
      json::serialize(json::object{
          {"removed", columns.removed}, {"added", columns.added}, {"changed", columns.changed}}) +
      ",\"same_rows\":" + std::to_string(rows.same) +
      ",\"only_from_rows\":" + std::to_string(rows.only_from) +
      ",\"only_to_rows\":" + std::to_string(rows.only_to) +
      ",\"only_from\":" + shown(from, rows.shown_from) +
      ",\"only_to\":" + shown(to, rows.shown_to) + "}";
  return response;
}

}  // namespace

void add_query_preview_routes(Routes& routes) {
  constexpr bool may_take_long = true;
  const auto add = [&](std::string_view path, std::string_view operation, Handler handler) {
    routes.push_back({"POST", path, operation, Access::view, handler, {}, may_take_long});
  };
  add("/api/v0/ingest-queries/{id}/preview", "previewIngestQuery", preview_ingest_query);
  add("/api/v0/ingest-queries/preview", "previewSql", preview_sql);
  add("/api/v0/ingest-queries/{id}/compare", "compareIngestQueryVersions", compare_versions);
}

}  // namespace weir::control
