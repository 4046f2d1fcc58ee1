#include "catalog/ingest_queries.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/query_json.hpp"
#include "control/routes.hpp"

/// Ingest queries: Spark SQL between batches and a feed (spec/queries.md), and what they yield.
namespace weir::control {
namespace {

Result<http::Response> list_ingest_queries(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto page, queries.list(call.caller.tenant_no, request));
  return answer_page(page, json_of_query);
}

Result<http::Response> create_ingest_query(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "description", "sql"}));
  catalog::IngestQuery query;
  WEIR_TRY(query.name, body.text("name"));
  WEIR_TRY(query.description, body.text_or("description", ""));
  WEIR_TRY(query.sql, sql_of(call, body));
  query.updated_by = call.caller.key_id;
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto added, queries.add(call.caller.tenant_no, query));
  return answer(201, json_of_query(added));
}

Result<http::Response> get_ingest_query(const Call& call) {
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, call.id));
  return answer(200, json_of_query(query));
}

Result<http::Response> update_ingest_query(const Call& call) {
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(auto query, queries.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "description", "sql"}));
  WEIR_TRY(const auto name, body.text_or("name", query.name));
  if (name != query.name)
    return fail(Errc::bad_request,
                "The name of an ingest query stays: load operations refer to "
                "it. Add another query named \"" +
                    name + "\" instead.");
  WEIR_TRY(query.description, body.text_or("description", ""));
  WEIR_TRY(query.sql, sql_of(call, body));
  query.updated_by = call.caller.key_id;
  WEIR_TRY(const auto updated, queries.update(call.caller.tenant_no, query));
  return answer(200, json_of_query(updated));
}

Result<http::Response> delete_ingest_query(const Call& call) {
  WEIR_CHECK(call.services.catalog.ingest_queries().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

}  // namespace

boost::json::object json_of_query(const catalog::IngestQuery& query) {
  return {{"id", query.id},
          {"name", query.name},
          {"description", query.description},
          {"sql", query.sql},
          {"created_at", to_string(query.created_at)},
          {"version", query.version},
          {"updated_at", to_string(query.updated_at)},
          {"updated_by", query.updated_by},
          {"updated_by_name", query.updated_by_name}};
}

Result<std::string> sql_of(const Call& call, const Fields& body) {
  WEIR_TRY(auto sql, body.text("sql"));
  if (sql.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Errc::bad_request, "\"sql\" must not be empty.");
  WEIR_CHECK(call.services.engine.check(sql));
  return sql;
}

void add_ingest_query_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/ingest-queries";
  constexpr std::string_view one = "/api/v0/ingest-queries/{id}";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listIngestQueries", operate, list_ingest_queries, paged({"q"})});
  routes.push_back({"POST", all, "createIngestQuery", Access::configure, create_ingest_query});
  routes.push_back({"GET", one, "getIngestQuery", operate, get_ingest_query});
  routes.push_back({"PUT", one, "updateIngestQuery", Access::configure, update_ingest_query});
  routes.push_back({"DELETE", one, "deleteIngestQuery", Access::configure, delete_ingest_query});
}

}  // namespace weir::control
