#include <boost/json.hpp>

#include "base/receipt.hpp"
#include "catalog/batches.hpp"
#include "control/answers.hpp"
#include "control/routes.hpp"
#include "control/stream_names.hpp"
#include "control/text.hpp"

/// Payloads that could not be converted, and why (decision 1.12).
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_record(const catalog::Quarantined& record, const std::string& stream_id) {
  const Receipt receipt = encode_receipt(record.address);
  return {{"receipt", view(receipt)},
          {"stream_id", stream_id},
          {"partition", record.address.partition.value},
          {"sequence", record.address.sequence.value},
          {"received_at", to_string(record.received_at)},
          {"payload_type", to_string(record.type)},
          {"reason", record.reason},
          {"body_bytes", record.body.size()}};
}

Result<http::Response> list_quarantine(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto page,
           catalog.batches().quarantined(call.caller.tenant_no,
                                         query_text(call.request, "stream_id"), request));
  StreamNames names(catalog.streams());
  json::array items;
  for (const catalog::Quarantined& record : page.items) {
    WEIR_TRY(const std::string stream_id, names.id_of(record.address.stream));
    items.push_back(json_of_record(record, stream_id));
  }
  return answer_items(std::move(items), page.next_token);
}

Failure not_quarantined(const std::string& receipt) {
  return fail(Errc::not_found, "No payload of this tenant with the receipt \"" + receipt +
                                   "\" is in the quarantine.");
}

Result<http::Response> get_quarantined(const Call& call) {
  const auto address = decode_receipt(call.id);
  if (!address) return not_quarantined(call.id);
  auto& catalog = call.services.catalog;
  auto found = catalog.batches().place(call.caller.tenant_no, *address);
  if (!found && found.error().code == Errc::not_found) return not_quarantined(call.id);
  WEIR_TRY(const auto place, std::move(found));
  if (!place.quarantined) return not_quarantined(call.id);
  StreamNames names(catalog.streams());
  WEIR_TRY(const std::string stream_id, names.id_of(address->stream));
  json::object body = json_of_record(*place.quarantined, stream_id);
  // What could not be read may well be no text.
  const std::string& bytes = place.quarantined->body;
  if (is_utf8(bytes))
    body["body"] = bytes;
  else
    body["body_base64"] = to_base64(bytes);
  return answer(200, body);
}

}  // namespace

void add_quarantine_routes(Routes& routes) {
  routes.push_back({"GET",
                    "/api/v0/quarantine",
                    "listQuarantine",
                    Access::operate,
                    list_quarantine,
                    {"stream_id", "limit", "next_token"}});
  routes.push_back(
      {"GET", "/api/v0/quarantine/{id}", "getQuarantined", Access::operate, get_quarantined});
}

}  // namespace weir::control
