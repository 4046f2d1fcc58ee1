#include "catalog/ingest_queries.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/query_preview.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"
#include "pipeline/feed/plan_operations.hpp"

/// Ingest queries: Spark SQL between batches and a feed (spec/queries.md), and what they yield.
namespace weir::control {
namespace {

boost::json::value json_of_query(const catalog::IngestQuery& query) {
  return {{"id", query.id},
          {"name", query.name},
          {"description", query.description},
          {"sql", query.sql},
          {"created_at", to_string(query.created_at)}};
}

Result<std::string> sql_of(const Call& call, const Fields& body) {
  WEIR_TRY(auto sql, body.text("sql"));
  if (sql.find_first_not_of(" \t\r\n") == std::string::npos)
    return fail(Errc::bad_request, "\"sql\" must not be empty.");
  WEIR_CHECK(call.services.engine.check(sql));
  return sql;
}

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
  WEIR_TRY(const auto updated, queries.update(call.caller.tenant_no, query));
  return answer(200, json_of_query(updated));
}

Result<http::Response> delete_ingest_query(const Call& call) {
  WEIR_CHECK(call.services.catalog.ingest_queries().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> preview(const Call& call, const Fields& body, const std::string& sql) {
  WEIR_TRY(const int rows_max, body.number_or("limit", 20, 1, limits::sample_rows_max));
  WEIR_TRY(const auto source, newest_files(call, body));
  engine::ReadLimits limits(static_cast<std::uint64_t>(rows_max));
  limits.allowance = call.allowance();
  WEIR_TRY(const auto table,
           call.services.engine.preview({source}, sql, call.caller.tenant, limits));
  return answer_table(table);
}

Result<http::Response> preview_ingest_query(const Call& call) {
  auto& queries = call.services.catalog.ingest_queries();
  WEIR_TRY(const auto query, queries.find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"stream_id", "file_tag", "schema",
                                                           "row_tag", "trim", "limit"}));
  return preview(call, body, query.sql);
}

Result<http::Response> preview_sql(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"sql", "stream_id", "file_tag", "schema",
                                                           "row_tag", "trim", "limit"}));
  WEIR_TRY(const auto sql, sql_of(call, body));
  return preview(call, body, sql);
}

}  // namespace

Result<engine::Source> newest_files(const Call& call, const Fields& body) {
  engine::Source source;
  WEIR_TRY(const auto stream_id, body.text("stream_id"));
  WEIR_TRY(source.tag, body.text_or("file_tag", "streaming"));
  WEIR_TRY(source.schema_json, body.object_text("schema"));
  WEIR_TRY(source.row_tag, body.text_or("row_tag", "row"));
  WEIR_TRY(source.trim, body.flag_or("trim", false));
  WEIR_TRY(const auto batches, call.services.catalog.batches().newest(
                                   call.caller.tenant_no, stream_id, limits::sample_files_max));
  if (batches.empty())
    return fail(Errc::conflict, "Stream \"" + stream_id +
                                    "\" has no batch file yet. Send it a payload and flush it.");
  // A stream has one payload type, so its files have one format.
  source.format = batches.back().path.ends_with(".cbor") ? engine::FileFormat::cbor
                                                         : engine::FileFormat::ndjson;
  for (const catalog::Batch& batch : batches)
    source.files.push_back(feed::file_of(batch, call.services.file_uri(batch.path)));
  return source;
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
  constexpr bool may_take_long = true;
  routes.push_back({"POST",
                    "/api/v0/ingest-queries/{id}/preview",
                    "previewIngestQuery",
                    Access::view,
                    preview_ingest_query,
                    {},
                    may_take_long});
  routes.push_back({"POST",
                    "/api/v0/ingest-queries/preview",
                    "previewSql",
                    Access::view,
                    preview_sql,
                    {},
                    may_take_long});
}

}  // namespace weir::control
