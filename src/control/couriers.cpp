#include "catalog/couriers.hpp"

#include <initializer_list>
#include <set>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/run_json.hpp"
#include "control/text.hpp"

/// Couriers: which batches of a stream go into which feeds, and running them (spec/couriers.md).
namespace weir::control {
namespace {

namespace json = boost::json;

json::object json_of_courier(const catalog::Courier& courier) {
  json::object out{{"id", courier.id},
                   {"name", courier.name},
                   {"kind", courier.reads_files() ? "file" : "stream"},
                   {"stream_id", courier.stream_id},
                   {"file_format", courier.file_format},
                   {"file_tag", courier.file_tag},
                   {"file_pattern_prefix", courier.file_pattern_prefix},
                   {"load_operations", json_of_stored(courier.load_operations)},
                   {"trigger", to_string(courier.trigger)},
                   {"created_at", to_string(courier.created_at)}};
  if (!courier.credential_id.empty()) out["credential_id"] = courier.credential_id;
  if (!courier.reads_files()) return out;
  out["location"] = to_string(courier.location);
  out["folder"] = courier.folder;
  out["load_settings"] = json_of_stored(courier.load_settings);
  return out;
}

/// The streams that hold the files which a courier landed: for samples.
Result<json::array> json_of_landed(const Call& call, const catalog::Courier& courier) {
  WEIR_TRY(const auto streams, call.services.catalog.landings().streams_of(courier.id));
  json::array out;
  for (const catalog::Stream& stream : streams)
    out.push_back({{"file_tag", stream.landed_tag}, {"stream_id", stream.id}});
  return out;
}

/// A courier with how far it is, if it is live.
Result<http::Response> answer_courier(const Call& call, int status,
                                      const catalog::Courier& courier) {
  json::object body = json_of_courier(courier);
  if (courier.reads_files()) {
    WEIR_TRY(body["landed"], json_of_landed(call, courier));
  }
  WEIR_TRY(const auto live,
           call.services.catalog.live_runs().state(call.caller.tenant_no, courier.id));
  if (live) {
    json::object& state = body["live"].emplace_object();
    state["waiting_batches"] = live->waiting;
    state["failures"] = live->progress.failures;
    state["retry_at"] = json_of(live->progress.retry_at);
    state["run_id"] = live->run_id.empty() ? json::value() : json::value(live->run_id);
    if (!live->error.empty())
      state["error"] = without_directory(live->error, call.services.data_directory);
  }
  return answer(status, body);
}

Result<catalog::Trigger> trigger_of(const Fields& body) {
  const std::string by_hand(to_string(catalog::Trigger::by_hand));
  WEIR_TRY(const auto text, body.text_or("trigger", by_hand));
  if (const auto trigger = catalog::parse_trigger(text)) return *trigger;
  return fail(Errc::bad_request, "\"trigger\" is by_hand or each_batch, not \"" + text + "\".");
}

Result<std::string> stream_id_of(const Call& call, const Fields& body) {
  WEIR_TRY(const auto stream_id, body.text("stream_id"));
  const auto stream = call.services.catalog.streams().find(call.caller.tenant_no, stream_id);
  if (stream && !stream->deleted_at) return stream_id;
  if (stream)
    return fail(Errc::bad_request, "\"stream_id\": the stream \"" + stream_id +
                                       "\" was deleted; name one that is there.");
  if (stream.error().code != Errc::not_found) return fail(stream.error());
  return fail(Errc::bad_request, "\"stream_id\": " + stream.error().message +
                                     " Add the stream first or name one that is there.");
}

/// The fields of the other kind, which mean nothing in this one.
Result<void> refuse(const Fields& body, const char* kind,
                    std::initializer_list<std::string_view> others) {
  for (const std::string_view name : others)
    if (body.has(name))
      return fail(Errc::bad_request, "\"" + std::string(name) +
                                         "\" is not for a courier of \"kind\" " + kind +
                                         ": take it out.");
  return {};
}

Result<void> read_stream_settings(const Call& call, const Fields& body, catalog::Courier& courier) {
  WEIR_CHECK(refuse(body, "stream", {"location", "folder", "load_settings"}));
  WEIR_TRY(courier.stream_id, stream_id_of(call, body));
  WEIR_TRY(courier.file_format, body.text("file_format"));
  WEIR_TRY(courier.file_tag, body.text("file_tag"));
  WEIR_TRY(courier.file_pattern_prefix, body.text_or("file_pattern_prefix", ""));
  return {};
}

Result<void> read_file_settings(const Fields& body, catalog::Courier& courier) {
  WEIR_CHECK(refuse(body, "file", {"stream_id", "file_format", "file_tag", "file_pattern_prefix"}));
  WEIR_TRY(const auto location, body.text_or("location", "folder"));
  const auto parsed = catalog::parse_location(location);
  if (!parsed)
    return fail(Errc::bad_request, "\"location\" is folder or store, not \"" + location + "\".");
  courier.location = *parsed;
  WEIR_TRY(courier.folder, body.text_or("folder", ""));
  WEIR_TRY(courier.load_settings, body.array_text("load_settings"));
  if (!courier.load_settings.empty()) return {};
  return fail(Errc::bad_request,
              "\"load_settings\" is missing: it must be a JSON array that says which files there "
              "are and how they are read.");
}

/// Empty: none.
Result<std::string> credential_id_of(const Call& call, const Fields& body) {
  WEIR_TRY(auto id, body.text_or("credential_id", ""));
  if (id.empty()) return id;
  const auto found = call.services.catalog.credentials().find(call.caller.tenant_no, id);
  if (found) return id;
  if (found.error().code != Errc::not_found) return fail(found.error());
  return fail(Errc::bad_request, "\"credential_id\": " + found.error().message +
                                     " Add it first or name one that is there.");
}

Result<catalog::Courier> courier_of(const Call& call) {
  WEIR_TRY(
      const auto body,
      Fields::of_body(call.request, {"name", "kind", "stream_id", "file_format", "file_tag",
                                     "file_pattern_prefix", "location", "folder", "load_settings",
                                     "credential_id", "load_operations", "trigger"}));
  catalog::Courier courier;
  courier.tenant_no = call.caller.tenant_no;
  WEIR_TRY(courier.name, body.text("name"));
  WEIR_TRY(const auto kind, body.text_or("kind", "stream"));
  if (kind != "stream" && kind != "file")
    return fail(Errc::bad_request, "\"kind\" is stream or file, not \"" + kind + "\".");
  WEIR_CHECK(kind == "file" ? read_file_settings(body, courier)
                            : read_stream_settings(call, body, courier));
  WEIR_TRY(courier.credential_id, credential_id_of(call, body));
  WEIR_TRY(courier.load_operations, body.object_text("load_operations"));
  if (courier.load_operations.empty())
    return fail(Errc::bad_request,
                "\"load_operations\" is missing: it must be a JSON object; {} loads nothing.");
  WEIR_TRY(courier.trigger, trigger_of(body));
  WEIR_CHECK(call.services.check_courier(call.caller.tenant_no, courier));
  return courier;
}

Result<http::Response> list_couriers(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  const std::string stream_id = query_text(call.request, "stream_id").value_or("");
  WEIR_TRY(const auto page,
           call.services.catalog.couriers().list(call.caller.tenant_no, request, stream_id));
  return answer_page(page, json_of_courier);
}

Result<http::Response> create_courier(const Call& call) {
  WEIR_TRY(const auto courier, courier_of(call));
  WEIR_TRY(const auto added, call.services.catalog.couriers().add(call.caller.tenant_no, courier));
  return answer_courier(call, 201, added);
}

Result<http::Response> get_courier(const Call& call) {
  auto& couriers = call.services.catalog.couriers();
  WEIR_TRY(const auto courier, couriers.find(call.caller.tenant_no, call.id));
  return answer_courier(call, 200, courier);
}

Result<http::Response> update_courier(const Call& call) {
  auto& couriers = call.services.catalog.couriers();
  WEIR_CHECK(couriers.find(call.caller.tenant_no, call.id));
  WEIR_TRY(auto courier, courier_of(call));
  courier.id = call.id;
  WEIR_TRY(const auto updated, couriers.update(call.caller.tenant_no, courier));
  call.services.wake_runs();  // what a live courier put off is tried at once
  return answer_courier(call, 200, updated);
}

/// "Orders (copy)", "Orders (copy 2)": the first that no courier has.
Result<std::string> name_of_copy(const Call& call, const std::string& name) {
  std::set<std::string> taken;
  catalog::PageRequest request;
  request.limit = limits::page_items_max;
  do {
    WEIR_TRY(const auto page,
             call.services.catalog.couriers().list(call.caller.tenant_no, request));
    for (const catalog::Courier& courier : page.items)
      taken.insert(courier.name);
    request.next_token = page.next_token;
  } while (!request.next_token.empty());
  std::string copy = name + " (copy)";
  for (int number = 2; taken.contains(copy); ++number)
    copy = name + " (copy " + std::to_string(number) + ")";
  return copy;
}

Result<http::Response> copy_courier(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name"}));
  auto& couriers = call.services.catalog.couriers();
  WEIR_TRY(auto courier, couriers.find(call.caller.tenant_no, call.id));
  WEIR_TRY(auto name, body.text_or("name", ""));
  if (name.empty()) {
    WEIR_TRY(name, name_of_copy(call, courier.name));
  }
  courier.name = std::move(name);
  // Two live couriers with one target would load each batch twice.
  courier.trigger = catalog::Trigger::by_hand;
  WEIR_TRY(const auto added, couriers.add(call.caller.tenant_no, courier));
  return answer_courier(call, 201, added);
}

Result<http::Response> delete_courier(const Call& call) {
  WEIR_CHECK(call.services.catalog.couriers().remove(call.caller.tenant_no, call.id));
  return http::Response{204, "", "", {}};
}

/// What a run would miss is the answer, not an error.
Result<http::Response> validate_courier(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  auto& couriers = call.services.catalog.couriers();
  WEIR_TRY(const auto courier, couriers.find(call.caller.tenant_no, call.id));
  const auto valid = call.services.validate_courier(call.caller.tenant_no, courier);
  if (valid) return answer(200, {{"valid", true}, {"message", nullptr}});
  if (outcome_of(valid.error().code).http_status >= 500) return fail(valid.error());
  return answer(200, {{"valid", false}, {"message", valid.error().message}});
}

Result<http::Response> run_courier(const Call& call) {
  WEIR_CHECK(call.services.catalog.couriers().find(call.caller.tenant_no, call.id));
  WEIR_TRY(const auto asked, run_of(call.request));
  return start_courier(call, call.id, asked);
}

}  // namespace

Result<http::Response> start_courier(const Call& call, const std::string& courier_id,
                                     catalog::Run asked) {
  asked.courier_id = courier_id;
  asked.started_by = call.caller.key_id;
  WEIR_TRY(const auto added,
           call.services.catalog.runs().add(call.caller.tenant_no, std::move(asked)));
  call.services.wake_runs();
  return answer(201, json_of_run(call.services, added));
}

void add_courier_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/couriers";
  constexpr std::string_view one = "/api/v0/couriers/{id}";
  constexpr auto operate = Access::operate;
  routes.push_back({"GET", all, "listCouriers", operate, list_couriers, paged({"q", "stream_id"})});
  routes.push_back({"POST", all, "createCourier", Access::configure, create_courier});
  routes.push_back({"GET", one, "getCourier", operate, get_courier});
  routes.push_back({"PUT", one, "updateCourier", Access::configure, update_courier});
  routes.push_back({"DELETE", one, "deleteCourier", Access::configure, delete_courier});
  routes.push_back(
      {"POST", "/api/v0/couriers/{id}/copy", "copyCourier", Access::configure, copy_courier});
  routes.push_back(
      {"POST", "/api/v0/couriers/{id}/validate", "validateCourier", operate, validate_courier});
  routes.push_back({"POST", "/api/v0/couriers/{id}/runs", "runCourier", operate, run_courier});
}

}  // namespace weir::control
