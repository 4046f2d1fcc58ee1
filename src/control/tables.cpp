#include <algorithm>

#include <boost/json.hpp>

#include "base/case_fold.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/record_traces.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"

/// Domain tables, which the engine keeps, and SQL over them.
namespace weir::control {
namespace {

namespace json = boost::json;

boost::json::value json_of_table(const engine::TableInfo& table) {
  return {{"name", table.name}, {"rows", table.rows}, {"columns", json_of_columns(table.columns)}};
}

Result<std::vector<engine::TableInfo>> sorted_tables(const Call& call) {
  WEIR_TRY(auto tables, call.services.engine.tables(call.caller.tenant));
  std::sort(tables.begin(), tables.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return tables;
}

/// The engine lists all tables at once; a page continues after the given name, or ends before it.
Result<http::Response> list_tables(const Call& call) {
  WEIR_TRY(const auto page, page_request(call.request));
  WEIR_TRY(auto tables, sorted_tables(call));
  const std::string text = folded_name(page.text);
  std::erase_if(tables, [&](const engine::TableInfo& table) {
    return folded_name(table.name).find(text) == std::string::npos;
  });
  const auto by_name = [](const auto& table, const std::string& name) { return table.name < name; };
  auto begin = tables.begin();
  if (!page.previous_token.empty()) {
    const auto end = std::lower_bound(begin, tables.end(), page.previous_token, by_name);
    begin = end - std::min<std::ptrdiff_t>(end - begin, page.limit);
  } else if (!page.next_token.empty()) {
    begin = std::lower_bound(begin, tables.end(), page.next_token, by_name);
    if (begin != tables.end() && begin->name == page.next_token) ++begin;
  }
  const auto end = begin + std::min<std::ptrdiff_t>(tables.end() - begin, page.limit);
  json::array items;
  for (auto table = begin; table != end; ++table)
    items.push_back(json_of_table(*table));
  const bool any = begin != end;
  return answer_items(std::move(items), any && end != tables.end() ? std::prev(end)->name : "",
                      any && begin != tables.begin() ? begin->name : "");
}

Result<http::Response> get_table(const Call& call) {
  WEIR_TRY(const auto tables, sorted_tables(call));
  for (const engine::TableInfo& table : tables)
    if (same_name(table.name, call.id)) return answer(200, json_of_table(table));
  return fail(Errc::not_found, "There is no domain table \"" + call.id +
                                   "\" in this tenant. A table is there once its feed is active.");
}

Result<http::Response> get_lineage(const Call& call) {
  const auto key = query_text(call.request, "row");
  if (!key || key->empty())
    return fail(Errc::bad_request, "Say which row with \"row\": its _pk or its _uuid_pk.");
  WEIR_TRY(const auto row, call.services.engine.record_of(call.caller.tenant, call.id, *key));
  WEIR_TRY(const auto record, json_of_row_record(call, row));
  return answer(200, json::object{{"table", call.id}, {"_pk", row.pk}, {"record", record}});
}

Result<http::Response> query_tables(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"sql", "limit", "as_of"}));
  WEIR_TRY(const auto sql, body.text("sql"));
  WEIR_TRY(const int rows_max,
           body.number_or("limit", limits::query_rows_max, 1, limits::query_rows_max));
  engine::ReadLimits limits(static_cast<std::uint64_t>(rows_max));
  limits.allowance = call.allowance();
  WEIR_TRY(const int as_of, body.number_or("as_of", 0, 1, limits::load_number_max));
  auto& engine = call.services.engine;
  WEIR_TRY(const auto table, as_of == 0
                                 ? engine.query(call.caller.tenant, sql, limits)
                                 : engine.query_as_of(call.caller.tenant, sql,
                                                      static_cast<std::uint64_t>(as_of), limits));
  return answer_table(table);
}

Result<http::Response> copy_to_shadow(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_CHECK(call.services.engine.copy_to_shadow(call.caller.tenant, call.id));
  return answer(201, boost::json::object{{"table", call.id}});
}

Result<http::Response> shadow_changes(const Call& call) {
  WEIR_TRY(const auto page, page_request(call.request));
  engine::ReadLimits limits(page.limit);
  limits.allowance = call.allowance();
  WEIR_TRY(const auto changes, call.services.engine.shadow_changes(call.caller.tenant, call.id,
                                                                   page.next_token, limits));
  return answer_changes(changes);
}

Result<http::Response> drop_shadow(const Call& call) {
  WEIR_CHECK(call.services.engine.drop_shadow(call.caller.tenant, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> swap_with_shadow(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto number, call.services.engine.swap_with_shadow(call.caller.tenant, call.id));
  return answer(200, boost::json::object{{"table", call.id}, {"number", number}});
}

}  // namespace

void add_table_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back({"POST",
                    "/api/v0/tables/{name}/shadow",
                    "copyTableToShadow",
                    operate,
                    copy_to_shadow,
                    {},
                    may_take_long});
  routes.push_back({"GET",
                    "/api/v0/tables/{name}/shadow",
                    "listShadowChanges",
                    operate,
                    shadow_changes,
                    {"limit", "next_token"},
                    may_take_long});
  routes.push_back({"DELETE",
                    "/api/v0/tables/{name}/shadow",
                    "dropShadow",
                    operate,
                    drop_shadow,
                    {},
                    may_take_long});
  routes.push_back({"POST",
                    "/api/v0/tables/{name}/swap",
                    "swapWithShadow",
                    Access::configure,
                    swap_with_shadow,
                    {},
                    may_take_long});
  routes.push_back({"GET",
                    "/api/v0/tables",
                    "listTables",
                    operate,
                    list_tables,
                    {"limit", "next_token", "previous_token", "q"},
                    may_take_long});
  routes.push_back(
      {"GET", "/api/v0/tables/{name}", "getTable", operate, get_table, {}, may_take_long});
  routes.push_back({"GET",
                    "/api/v0/tables/{name}/lineage",
                    "getRowLineage",
                    operate,
                    get_lineage,
                    {"row"},
                    may_take_long});
  routes.push_back(
      {"POST", "/api/v0/query", "queryTables", Access::view, query_tables, {}, may_take_long});
}

}  // namespace weir::control
