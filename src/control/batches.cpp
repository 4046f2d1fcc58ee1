#include "catalog/batches.hpp"

#include <unordered_map>

#include <boost/json.hpp>

#include "base/receipt.hpp"
#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/record_traces.hpp"
#include "control/routes.hpp"
#include "control/stream_names.hpp"

/// The manifest's files, and where the record of a receipt is.
namespace weir::control {
namespace {

namespace json = boost::json;

Result<catalog::BatchFilter> filter_of(const http::Request& request) {
  catalog::BatchFilter filter;
  filter.stream_id = query_text(request, "stream_id").value_or("");
  WEIR_TRY(filter.from, query_day(request, "from"));
  WEIR_TRY(filter.to, query_day(request, "to"));
  WEIR_TRY(filter.hour, query_number(request, "hour", 0, 23));
  return filter;
}

Result<http::Response> list_batches(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  WEIR_TRY(const auto filter, filter_of(call.request));
  auto& catalog = call.services.catalog;
  WEIR_TRY(const auto page, catalog.batches().list(call.caller.tenant_no, filter, request));
  StreamNames names(catalog.streams());
  json::array items;
  for (const catalog::Batch& batch : page.items) {
    WEIR_TRY(const std::string stream_id, names.id_of(batch.stream));
    items.push_back(json_of_batch(batch, stream_id));
  }
  return answer_items(std::move(items), page.next_token, page.previous_token);
}

std::string receipt_of(const Address& address, Sequence sequence) {
  const Receipt receipt = encode_receipt({address.stream, address.partition, sequence});
  return std::string(view(receipt));
}

/// Files of an older weir have no index; then the record's place in the file is not reported.
Result<void> tell_of_file(const Call& call, const Address& address, const catalog::Batch& batch,
                          const std::string& stream_id, json::object& body) {
  body["state"] = "in_file";
  body["batch"] = json_of_batch(batch, stream_id);
  body["byte_range"] = nullptr;
  const auto range = call.services.locate(batch, address.sequence);
  if (range)
    body["byte_range"] = {{"offset", range->offset}, {"bytes", range->bytes}};
  else if (range.error().code != Errc::not_found)
    return fail(range.error());
  WEIR_TRY(const auto landed, call.services.catalog.landings().origin_of(batch.path));
  if (landed)
    body["landed_from"] =
        json_of_landed_record(*landed, address.sequence.value - batch.first_sequence.value + 1);
  WEIR_TRY(const bool tables, query_flag(call.request, "tables", true));
  if (!tables) return {};
  WEIR_TRY(body["tables"], json_of_tables(call, batch, stream_id, call.id));
  return {};
}

void tell_of_quarantine(const catalog::Quarantined& record, json::object& body) {
  body["state"] = "quarantined";
  body["reason"] = record.reason;
  body["quarantine"] = to_string(record.state);
  if (record.replayed_as) body["replayed_as"] = receipt_of(record.address, *record.replayed_as);
}

Result<http::Response> get_receipt(const Call& call) {
  const auto address = decode_receipt(call.id);
  if (!address)
    return fail(Errc::not_found, "\"" + call.id +
                                     "\" is no receipt. Send the request_id of a 202 as it was "
                                     "given: 26 characters.");
  auto& catalog = call.services.catalog;
  auto found = catalog.batches().place(call.caller.tenant_no, *address);
  if (!found && found.error().code == Errc::not_found)
    return fail(Errc::not_found, "Receipt \"" + call.id + "\" is of no stream of this tenant.");
  WEIR_TRY(const auto place, std::move(found));
  StreamNames names(catalog.streams());
  WEIR_TRY(const std::string stream_id, names.id_of(address->stream));
  json::object body{{"receipt", call.id}, {"stream_id", stream_id}, {"state", "in_log"}};
  if (place.batch) {
    WEIR_CHECK(tell_of_file(call, *address, *place.batch, stream_id, body));
  } else if (place.quarantined) {
    tell_of_quarantine(*place.quarantined, body);
  } else if (place.duplicate_of) {
    body["state"] = "duplicate";
    body["duplicate_of"] = receipt_of(*address, *place.duplicate_of);
  } else if (place.accounted) {
    return fail(Errc::corrupt, "The record of receipt \"" + call.id +
                                   "\" is accounted for and stands nowhere: "
                                   "conservation does not hold. Run `weir doctor`.");
  } else if (address->sequence >= call.services.next_sequence(*address)) {
    return fail(Errc::not_found, "No payload was ever given the receipt \"" + call.id + "\".");
  }
  return answer(200, body);
}

}  // namespace

json::object json_of_landed_record(const catalog::LandedFrom& from, std::uint64_t record) {
  return {{"path", from.path},
          {"member", from.member.empty() ? json::value() : json::value(from.member)},
          {"record", from.first_record + record - 1}};
}

json::value json_of_batch(const catalog::Batch& batch, const std::string& stream_id) {
  return {{"path", batch.path},
          {"stream_id", stream_id},
          {"partition", batch.partition.value},
          {"day", to_string(batch.day)},
          {"hour", batch.hour},
          {"first_sequence", batch.first_sequence.value},
          {"last_sequence", batch.last_sequence.value},
          {"records", batch.records},
          {"quarantined", batch.quarantined},
          {"duplicates", batch.duplicates},
          {"bytes", batch.bytes},
          {"sha256", batch.sha256},
          {"first_received_at", to_string(batch.first_received_at)},
          {"last_received_at", to_string(batch.last_received_at)}};
}

void add_batch_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/batches", "listBatches", Access::operate, list_batches,
                    paged({"stream_id", "from", "to", "hour"})});
  routes.push_back(
      {"GET", "/api/v0/receipts/{id}", "getReceipt", Access::operate, get_receipt, {"tables"}});
}

}  // namespace weir::control
