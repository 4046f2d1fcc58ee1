#include "catalog/streams.hpp"

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/stream_samples.hpp"

/// Streams: where payloads are sent to (spec/files.md 1).
namespace weir::control {
namespace {

namespace json = boost::json;

json::value json_of_limit(const catalog::Stream& stream, std::uint32_t number) {
  return stream.rate_limit.is_set() ? json::value(number) : json::value();
}

json::object json_of_stream(const Call& call, const catalog::Stream& stream) {
  const std::string path = "/stream/v0/data/" + stream.id;
  return {{"id", stream.id},
          {"name", stream.name},
          {"description", stream.description},
          {"payload_type",
           stream.payload_type ? json::value(to_string(*stream.payload_type)) : json::value()},
          {"rate_limit", json_of_limit(stream, stream.rate_limit.rate)},
          {"rate_burst", json_of_limit(stream, stream.rate_limit.burst)},
          {"xml_check", stream.xml_check_sync ? "sync" : "async"},
          {"batch_age_s", stream.batch_age_s > 0 ? json::value(stream.batch_age_s) : json::value()},
          {"ingest_path", path},
          {"ingest_url", call.services.ingest_url(call.request, call.caller.tenant) + path},
          {"created_at", to_string(stream.created_at)},
          {"deleted_at",
           stream.deleted_at ? json::value(to_string(*stream.deleted_at)) : json::value()}};
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

/// Without a burst of its own, a stream gets one second's requests as burst.
Result<catalog::RateLimit> rate_limit_of(const Fields& body) {
  constexpr int most = limits::rate_limit_max;
  WEIR_TRY(const int rate, body.number_or("rate_limit", 0, 0, most));
  WEIR_TRY(const int burst, body.number_or("rate_burst", rate, 0, most));
  if (rate == 0 && burst != 0)
    return fail(Errc::bad_request,
                "\"rate_burst\" needs a \"rate_limit\": send both, or neither for no limit.");
  if (rate != 0 && burst == 0)
    return fail(Errc::bad_request,
                "\"rate_burst\" must be at least 1: with 0 no request would ever be taken.");
  return catalog::RateLimit{static_cast<std::uint32_t>(rate), static_cast<std::uint32_t>(burst)};
}

/// 0 where it is not given: the server's.
Result<std::uint32_t> batch_age_of(const Fields& body) {
  constexpr int hour_s = 3600;
  WEIR_TRY(const int seconds, body.number_or("batch_age_s", 0, 1, hour_s));
  return static_cast<std::uint32_t>(seconds);
}

Result<http::Response> list_streams(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto page, call.services.catalog.streams().list(call.caller.tenant_no, request));
  return answer_page(page, [&](const auto& item) { return json_of_stream(call, item); });
}

Result<http::Response> create_stream(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"name", "description", "payload_type", "xml_check",
                                          "rate_limit", "rate_burst", "batch_age_s"}));
  catalog::NewStream stream;
  WEIR_TRY(stream.name, body.text("name"));
  WEIR_TRY(stream.description, body.text_or("description", ""));
  WEIR_TRY(stream.payload_type, payload_type_of(body));
  WEIR_TRY(stream.xml_check_sync, xml_check_sync_of(body));
  WEIR_TRY(stream.rate_limit, rate_limit_of(body));
  WEIR_TRY(stream.batch_age_s, batch_age_of(body));
  WEIR_TRY(const auto added, call.services.catalog.streams().add(call.caller.tenant_no, stream));
  return answer(201, json_of_stream(call, added));
}

Result<http::Response> get_stream(const Call& call) {
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto stream, catalog.streams().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto totals, catalog.batches().totals(call.caller.tenant_no, call.id));
  json::object body = json_of_stream(call, stream);
  body["counts"] = {{"in_files", totals.in_files},
                    {"quarantined", totals.quarantined},
                    {"duplicates", totals.duplicates},
                    {"files", totals.files},
                    {"bytes", totals.bytes}};
  return answer(200, body);
}

Result<http::Response> update_stream(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "description"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_TRY(const auto description, body.text_or("description", ""));
  auto& streams = call.services.catalog.streams();
  WEIR_TRY(const auto stream, streams.rename(call.caller.tenant_no, call.id, name, description));
  return answer(200, json_of_stream(call, stream));
}

Result<http::Response> delete_stream(const Call& call) {
  WEIR_CHECK(call.services.catalog.streams().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

Result<http::Response> limit_stream(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"rate_limit", "rate_burst"}));
  WEIR_TRY(const auto limit, rate_limit_of(body));
  WEIR_TRY(const auto stream,
           call.services.catalog.streams().limit_rate(call.caller.tenant_no, call.id, limit));
  return answer(200, json_of_stream(call, stream));
}

Result<http::Response> limit_batch_age(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"batch_age_s"}));
  WEIR_TRY(const auto seconds, batch_age_of(body));
  auto& streams = call.services.catalog.streams();
  WEIR_TRY(const auto stream, streams.limit_batch_age(call.caller.tenant_no, call.id, seconds));
  return answer(200, json_of_stream(call, stream));
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

template <std::string (*sample)(const SampleSubject&)>
Result<http::Response> get_sample(const Call& call) {
  WEIR_TRY(const auto stream, call.services.catalog.streams().find(call.caller.tenant_no, call.id));
  http::Response response;
  if (sample != postman_sample) response.content_type = "text/plain; charset=utf-8";
  response.body = sample({.base_url = call.services.ingest_url(call.request, call.caller.tenant),
                          .tenant = call.caller.tenant,
                          .stream_id = stream.id,
                          .stream_name = stream.name,
                          .type = stream.payload_type});
  return response;
}

}  // namespace

void add_stream_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/streams";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listStreams", operate, list_streams, paged({"q"})});
  routes.push_back({"POST", all, "createStream", Access::configure, create_stream});
  routes.push_back({"GET", "/api/v0/streams/{id}", "getStream", operate, get_stream});
  routes.push_back(
      {"PUT", "/api/v0/streams/{id}", "updateStream", Access::configure, update_stream});
  routes.push_back(
      {"DELETE", "/api/v0/streams/{id}", "deleteStream", Access::configure, delete_stream});
  routes.push_back(
      {"PUT", "/api/v0/streams/{id}/rate-limit", "limitStream", Access::configure, limit_stream});
  routes.push_back({"PUT", "/api/v0/streams/{id}/batch-age", "limitBatchAge", Access::configure,
                    limit_batch_age});
  routes.push_back({"POST", "/api/v0/streams/{id}/flush", "flushStream", operate, flush_stream});
  routes.push_back({"GET", "/api/v0/streams/{id}/samples/postman", "getPostmanSample", operate,
                    get_sample<postman_sample>});
  routes.push_back({"GET", "/api/v0/streams/{id}/samples/curl", "getCurlSample", operate,
                    get_sample<curl_sample>});
  routes.push_back({"GET", "/api/v0/streams/{id}/samples/http", "getHttpSample", operate,
                    get_sample<http_sample>});
  routes.push_back({"GET", "/api/v0/streams/{id}/samples/python", "getPythonSample", operate,
                    get_sample<python_sample>});
}

}  // namespace weir::control
