#include "catalog/streams.hpp"

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"

/// Streams: where payloads are sent to (reference 3).
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_stream(const Services& services, const catalog::Stream& stream) {
  const std::string path = "/stream/v0/data/" + stream.id;
  return {{"id", stream.id},
          {"name", stream.name},
          {"description", stream.description},
          {"payload_type",
           stream.payload_type ? json::value(to_string(*stream.payload_type)) : json::value()},
          {"xml_check", stream.xml_check_sync ? "sync" : "async"},
          {"ingest_path", path},
          {"ingest_url", services.base_url() + path},
          {"created_at", to_string(stream.created_at)}};
}

Result<std::optional<PayloadType>> payload_type_of(const Fields& body) {
  if (!body.has("payload_type")) return std::nullopt;
  WEIR_TRY(const auto text, body.text("payload_type"));
  for (const PayloadType type : {PayloadType::json, PayloadType::xml})
    if (text == to_string(type)) return type;
  return fail(Errc::bad_request, "\"payload_type\" must be \"json\" or \"xml\", not \"" + text +
                                     "\". Leave it out to let the first request decide.");
}

Result<bool> xml_check_sync_of(const Fields& body) {
  WEIR_TRY(const auto text, body.text_or("xml_check", "async"));
  if (text != "sync" && text != "async")
    return fail(Errc::bad_request,
                "\"xml_check\" must be \"sync\" or \"async\", not \"" + text + "\".");
  return text == "sync";
}

Result<http::Response> list_streams(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.streams().list(call.caller.tenant_no, request));
  return answer_page(page, [&](const auto& item) { return json_of_stream(call.services, item); });
}

Result<http::Response> create_stream(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"name", "description", "payload_type", "xml_check"}));
  catalog::NewStream stream;
  WEIR_TRY(stream.name, body.text("name"));
  WEIR_TRY(stream.description, body.text_or("description", ""));
  WEIR_TRY(stream.payload_type, payload_type_of(body));
  WEIR_TRY(stream.xml_check_sync, xml_check_sync_of(body));
  WEIR_TRY(const auto added, call.services.catalog.streams().add(call.caller.tenant_no, stream));
  return answer(201, json_of_stream(call.services, added));
}

Result<http::Response> get_stream(const Call& call) {
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto stream, catalog.streams().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto totals, catalog.batches().totals(call.caller.tenant_no, call.id));
  json::object body = json_of_stream(call.services, stream);
  body["counts"] = {{"in_files", totals.in_files},
                    {"quarantined", totals.quarantined},
                    {"duplicates", totals.duplicates},
                    {"files", totals.files},
                    {"bytes", totals.bytes}};
  return answer(200, body);
}

Result<http::Response> flush_stream(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto stream, call.services.catalog.streams().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto batches, call.services.flush(stream.no));
  json::array items;
  for (const catalog::Batch& batch : batches)
    items.push_back(json_of_batch(batch, stream.id));
  return answer(200, {{"batches", std::move(items)}});
}

}  // namespace

void add_stream_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/streams";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listStreams", operate, list_streams, {"limit", "next_token"}});
  routes.push_back({"POST", all, "createStream", operate, create_stream});
  routes.push_back({"GET", "/api/v0/streams/{id}", "getStream", operate, get_stream});
  routes.push_back({"POST", "/api/v0/streams/{id}/flush", "flushStream", operate, flush_stream});
}

}  // namespace weir::control
