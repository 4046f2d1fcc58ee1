#include <boost/json.hpp>

#include "base/base64.hpp"
#include "base/receipt.hpp"
#include "catalog/batches.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/stream_names.hpp"
#include "control/text.hpp"

/// Payloads that could not be converted, and why (spec/files.md 6).
namespace weir::control {
namespace {

namespace json = boost::json;

json::value replayed_as(const catalog::Quarantined& record) {
  if (!record.replayed_as) return nullptr;
  const Address& at = record.address;
  const Receipt receipt = encode_receipt({at.stream, at.partition, *record.replayed_as});
  return json::value(view(receipt));
}

json::object json_of_record(const catalog::Quarantined& record, const std::string& stream_id) {
  const Receipt receipt = encode_receipt(record.address);
  return {{"receipt", view(receipt)},
          {"stream_id", stream_id},
          {"partition", record.address.partition.value},
          {"sequence", record.address.sequence.value},
          {"received_at", to_string(record.received_at)},
          {"payload_type", to_string(record.type)},
          {"reason", record.reason},
          {"body_bytes", record.body_bytes},
          {"state", to_string(record.state)},
          {"settled_at", json_of(record.settled_at)},
          {"replayed_as", replayed_as(record)}};
}

Result<std::optional<catalog::QuarantineState>> state_of(const http::Request& request) {
  using catalog::QuarantineState;
  const auto text = query_text(request, "state");
  if (!text) return std::nullopt;
  for (const auto state :
       {QuarantineState::held, QuarantineState::replayed, QuarantineState::dropped})
    if (*text == to_string(state)) return state;
  return fail(Errc::bad_request,
              "\"state\" must be \"held\", \"replayed\" or \"dropped\", not \"" + *text + "\".");
}

Result<http::Response> list_quarantine(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  catalog::Batches::QuarantineFilter filter;
  filter.stream_id = query_text(call.request, "stream_id");
  WEIR_TRY(filter.state, state_of(call.request));
  WEIR_TRY(filter.received_from, query_time(call.request, "received_from"));
  WEIR_TRY(filter.received_to, query_time(call.request, "received_to"));
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto page, catalog.batches().quarantined(call.caller.tenant_no, filter, request));
  StreamNames names(catalog.streams());
  json::array items;
  for (const catalog::Quarantined& record : page.items) {
    WEIR_TRY(const std::string stream_id, names.id_of(record.address.stream));
    items.push_back(json_of_record(record, stream_id));
  }
  return answer_items(std::move(items), page.next_token, page.previous_token);
}

Failure not_quarantined(const std::string& receipt) {
  return fail(Errc::not_found, "No payload of this tenant with the receipt \"" + receipt +
                                   "\" is in the quarantine.");
}

/// The record of the receipt in the path.
Result<catalog::Quarantined> find_record(const Call& call) {
  const auto address = decode_receipt(call.id);
  if (!address) return not_quarantined(call.id);
  auto found = call.services.catalog.batches().place(call.caller.tenant_no, *address);
  if (!found && found.error().code == Errc::not_found) return not_quarantined(call.id);
  WEIR_TRY(auto place, std::move(found));
  if (!place.quarantined) return not_quarantined(call.id);
  return *std::move(place.quarantined);
}

/// The catalog's row, without the payload's bytes.
Result<http::Response> answer_record(const Call& call) {
  WEIR_TRY(const auto record, find_record(call));
  StreamNames names(call.services.catalog.streams());
  WEIR_TRY(const std::string stream_id, names.id_of(record.address.stream));
  return answer(200, json_of_record(record, stream_id));
}

/// The bytes in the request, or else those in the quarantine.
Result<std::string> mended_body(const Call& call, const Fields& fields,
                                const catalog::Quarantined& record) {
  if (fields.has("body") && fields.has("body_base64"))
    return fail(Errc::bad_request, "Send \"body\" or \"body_base64\", not both.");
  if (fields.has("body")) return fields.text("body");
  if (!fields.has("body_base64")) return call.services.quarantined_body(record);
  WEIR_TRY(const std::string encoded, fields.text("body_base64"));
  auto decoded = from_base64(encoded);
  if (!decoded) return fail(Errc::bad_request, "\"body_base64\" is no base64.");
  return *std::move(decoded);
}

Result<http::Response> replay_quarantined(const Call& call) {
  WEIR_TRY(const auto fields, Fields::of_body(call.request, {"body", "body_base64"}));
  WEIR_TRY(const auto record, find_record(call));
  auto& catalog = call.services.catalog;
  if (record.state != catalog::QuarantineState::held)
    return fail(Errc::conflict, "The payload was " + std::string(to_string(record.state)) +
                                    " already; its bytes are gone from the quarantine.");
  WEIR_TRY(const auto stream, catalog.streams().view(record.address.stream));
  if (!stream) return not_quarantined(call.id);
  WEIR_TRY(const std::string body, mended_body(call, fields, record));
  if (body.size() > stream->payload_bytes_max)
    return fail(Errc::too_large, "The payload is larger than the " +
                                     std::to_string(stream->payload_bytes_max) +
                                     " bytes the stream takes.");
  // If the server dies before the row is updated, the same replay makes a duplicate of this record.
  // No header can contain such a key.
  const std::string key = "\x01replay " + call.id;
  WEIR_TRY(
      const Address address,
      call.services.replay(record.address, stream->payload_type.value_or(record.type), key, body));
  WEIR_CHECK(call.services.settle_quarantined(
      call.caller.tenant_no, record.address, catalog::QuarantineState::replayed, address.sequence));
  return answer_record(call);
}

Result<http::Response> drop_quarantined(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto record, find_record(call));
  WEIR_CHECK(call.services.settle_quarantined(call.caller.tenant_no, record.address,
                                              catalog::QuarantineState::dropped, std::nullopt));
  return answer_record(call);
}

Result<http::Response> get_quarantined(const Call& call) {
  WEIR_TRY(const auto record, find_record(call));
  StreamNames names(call.services.catalog.streams());
  WEIR_TRY(const std::string stream_id, names.id_of(record.address.stream));
  json::object body = json_of_record(record, stream_id);
  // A payload that does not parse may not be text.
  WEIR_TRY(const std::string bytes, call.services.quarantined_body(record));
  if (is_utf8(bytes))
    body["body"] = bytes;
  else
    body["body_base64"] = to_base64(bytes);
  return answer(200, body);
}

}  // namespace

void add_quarantine_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/quarantine", "listQuarantine", Access::operate, list_quarantine,
                    paged({"stream_id", "state", "q", "received_from", "received_to"})});
  routes.push_back(
      {"GET", "/api/v0/quarantine/{id}", "getQuarantined", Access::operate, get_quarantined});
  routes.push_back({"POST", "/api/v0/quarantine/{id}/replay", "replayQuarantined", Access::operate,
                    replay_quarantined});
  routes.push_back({"POST", "/api/v0/quarantine/{id}/drop", "dropQuarantined", Access::operate,
                    drop_quarantined});
}

}  // namespace weir::control
