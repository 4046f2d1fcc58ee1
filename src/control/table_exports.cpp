#include <string>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"

/// Tables as files: written once, and fetched in parts, so that neither side holds one in memory.
namespace weir::control {
namespace {

Result<engine::ExportFormat> format_of(const std::string& text) {
  if (text == "parquet") return engine::ExportFormat::parquet;
  if (text == "csv") return engine::ExportFormat::csv;
  return fail(Errc::bad_request, "\"format\" is parquet or csv.");
}

Result<http::Response> export_table(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"format", "as_of", "since"}));
  engine::ExportRequest request;
  request.table = call.id;
  WEIR_TRY(const std::string format, body.text_or("format", "parquet"));
  WEIR_TRY(request.format, format_of(format));
  WEIR_TRY(const int as_of, body.number_or("as_of", 0, 1, limits::load_number_max));
  WEIR_TRY(const int since, body.number_or("since", 0, 1, limits::load_number_max));
  if (as_of > 0 && since > 0)
    return fail(Errc::bad_request, "Give \"as_of\" or \"since\", not both.");
  request.as_of = static_cast<std::uint64_t>(as_of);
  request.since = static_cast<std::uint64_t>(since);
  WEIR_TRY(const auto made,
           call.services.engine.export_rows(call.caller.tenant, request, call.allowance()));
  return answer(
      201, boost::json::object{
               {"id", made.id}, {"table", call.id}, {"format", format}, {"bytes", made.bytes}});
}

Result<http::Response> read_export(const Call& call) {
  WEIR_TRY(const auto offset, query_number(call.request, "part", 0, limits::load_number_max));
  WEIR_TRY(std::string bytes,
           call.services.engine.read_export(
               call.caller.tenant, call.id,
               static_cast<std::uint64_t>(offset.value_or(0)) * limits::export_part_bytes));
  http::Response response;
  response.content_type = "application/octet-stream";
  response.body = std::move(bytes);
  return response;
}

Result<http::Response> drop_export(const Call& call) {
  WEIR_CHECK(call.services.engine.drop_export(call.caller.tenant, call.id));
  return http::Response{204, "", "", {}};
}

}  // namespace

void add_table_export_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back({"POST",
                    "/api/v0/tables/{name}/exports",
                    "exportTable",
                    operate,
                    export_table,
                    {},
                    may_take_long});
  routes.push_back({"GET", "/api/v0/exports/{id}", "readExport", operate, read_export, {"part"}});
  routes.push_back({"DELETE", "/api/v0/exports/{id}", "dropExport", operate, drop_export, {}});
}

}  // namespace weir::control
