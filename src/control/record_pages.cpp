#include <boost/json.hpp>

#include "base/base64.hpp"
#include "base/receipt.hpp"
#include "catalog/batches.hpp"
#include "catalog/streams.hpp"
#include "control/answers.hpp"
#include "control/live_limits.hpp"
#include "control/routes.hpp"
#include "control/text.hpp"

/// What was sent, to look at: the records of a batch file, and the payload of a receipt.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr int records_max = 200;
constexpr int waiting_max = 200;

json::value json_of_record(const batcher::RecordText& record) {
  return {{"offset", record.range.offset},
          {"bytes", record.range.bytes},
          {"text", as_utf8(record.text)}};
}

Result<http::Response> list_records(const Call& call) {
  const auto path = query_text(call.request, "path");
  if (!path) return fail(Errc::bad_request, "Say of which batch file: its \"path\" is missing.");
  WEIR_TRY(const auto limit, query_number(call.request, "limit", 1, records_max));
  WEIR_TRY(const auto offset, query_number(call.request, "offset", 0, limits::load_number_max));
  WEIR_TRY(const auto batch,
           call.services.catalog.batches().find_path(call.caller.tenant_no, *path));
  if (!batch)
    return fail(Errc::not_found, "There is no batch file \"" + *path + "\" in this tenant.");
  WEIR_TRY(const auto page,
           call.services.records(*batch, static_cast<std::uint64_t>(offset.value_or(0)),
                                 static_cast<std::uint64_t>(limit.value_or(20))));
  json::array items;
  for (const batcher::RecordText& record : page.records)
    items.push_back(json_of_record(record));
  return answer(
      200, {{"path", batch->path},
            {"items", std::move(items)},
            {"next_offset", page.next < batch->bytes ? json::value(page.next) : json::value()}});
}

/// What a list shows of each payload: the receipt has all of it.
std::string_view head_of(std::string_view body) {
  if (body.size() <= limits::live_payload_bytes_max) return body;
  std::size_t end = limits::live_payload_bytes_max;
  while (end > 0 && (static_cast<unsigned char>(body[end]) & 0xC0) == 0x80)
    --end;
  return body.substr(0, end == 0 ? limits::live_payload_bytes_max : end);
}

json::value json_of_waiting(const batcher::WaitingRecord& record) {
  const std::string_view head = head_of(record.body);
  json::object out{{"receipt", view(encode_receipt(record.address))},
                   {"received_at", to_string(record.received_at)},
                   {"payload_type", to_string(record.type)},
                   {"bytes", record.body.size()}};
  if (is_utf8(std::string(head)))
    out["payload"] = head;
  else
    out["payload_base64"] = to_base64(head);
  if (head.size() < record.body.size()) out["cut"] = true;
  return out;
}

Result<http::Response> list_waiting(const Call& call) {
  WEIR_TRY(const auto stream, call.services.catalog.streams().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto limit, query_number(call.request, "limit", 1, waiting_max));
  WEIR_TRY(const auto found,
           call.services.waiting(stream.no, static_cast<std::size_t>(limit.value_or(50))));
  json::array items;
  for (const batcher::WaitingRecord& record : found.newest)
    items.push_back(json_of_waiting(record));
  return answer(200,
                {{"stream_id", stream.id}, {"waiting", found.total}, {"items", std::move(items)}});
}

void put_bytes(json::object& body, const std::string& bytes) {
  if (is_utf8(bytes))
    body["body"] = bytes;
  else
    body["body_base64"] = to_base64(bytes);
}

Failure no_payload(const Call& call, const std::string& why) {
  return fail(Errc::conflict, "The payload of receipt \"" + call.id + "\" cannot be shown: " + why);
}

/// Of an XML payload in a file it is the tree that the file has.
Result<http::Response> get_payload(const Call& call) {
  const auto address = decode_receipt(call.id);
  if (!address)
    return fail(Errc::not_found, "\"" + call.id + "\" is no receipt: it has 26 characters.");
  WEIR_TRY(auto place, call.services.catalog.batches().place(call.caller.tenant_no, *address));
  Sequence at = address->sequence;
  if (place.duplicate_of) {
    at = *place.duplicate_of;
    const Address original{address->stream, address->partition, at};
    WEIR_TRY(place, call.services.catalog.batches().place(call.caller.tenant_no, original));
  }
  json::object body{{"receipt", call.id}};
  if (place.batch) {
    WEIR_TRY(const auto range, call.services.locate(*place.batch, at));
    WEIR_TRY(const auto page, call.services.records(*place.batch, range.offset, 1));
    body["form"] = place.batch->path.ends_with(".cbor") ? "tree" : "as_sent";
    put_bytes(body, page.records.empty() ? "" : page.records.front().text);
  } else if (place.quarantined) {
    if (place.quarantined->state != catalog::QuarantineState::held)
      return no_payload(call, "it is no longer in the quarantine, and its bytes are gone.");
    WEIR_TRY(const std::string bytes, call.services.quarantined_body(*place.quarantined));
    body["form"] = "as_sent";
    put_bytes(body, bytes);
  } else if (!place.accounted && at < call.services.next_sequence(*address)) {
    WEIR_TRY(const auto record,
             call.services.waiting_record({address->stream, address->partition, at}));
    if (!record)
      return no_payload(call,
                        "it is in the log and in no file yet, and more than can be looked through "
                        "came after it. Ask again in a minute.");
    body["form"] = "as_sent";
    put_bytes(body, record->body);
  } else {
    return fail(Errc::not_found,
                "No payload was ever given the receipt \"" + call.id + "\" in this tenant.");
  }
  return answer(200, body);
}

}  // namespace

void add_record_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  routes.push_back({"GET",
                    "/api/v0/batches/records",
                    "listBatchRecords",
                    operate,
                    list_records,
                    {"path", "offset", "limit"}});
  routes.push_back({"GET",
                    "/api/v0/streams/{id}/waiting",
                    "listWaitingPayloads",
                    operate,
                    list_waiting,
                    {"limit"}});
  routes.push_back(
      {"GET", "/api/v0/receipts/{id}/payload", "getReceiptPayload", operate, get_payload});
}

}  // namespace weir::control
