#include "control/needs_you.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "base/sha256.hpp"
#include "catalog/attention.hpp"
#include "catalog/stream_fields.hpp"
#include "control/answers.hpp"
#include "control/routes.hpp"
#include "control/text.hpp"

// An item's `id` stays while the same thing is wrong, and `version` changes with what is wrong with
// it: a page may put an item aside until it changes, without the server keeping who put what aside.
namespace weir::control {
namespace {

namespace json = boost::json;

struct Item {
  std::string kind;
  std::string object_id;  // what to open: a stream, a run, an endpoint; empty: the server
  bool is_failure = false;
  std::string title;
  std::string text;
  std::uint64_t count = 1;
  std::optional<Time> since{};
};

json::object json_of_item(const Item& item) {
  const std::string whole = item.title + '\n' + item.text + '\n' + std::to_string(item.count);
  return {{"id", item.object_id.empty() ? item.kind : item.kind + ":" + item.object_id},
          {"version", sha256_hex(whole).substr(0, 16)},
          {"kind", item.kind},
          {"severity", item.is_failure ? "failed" : "warning"},
          {"object_id", item.object_id.empty() ? json::value() : json::value(item.object_id)},
          {"title", item.title},
          {"text", item.text},
          {"count", item.count},
          {"since", json_of(item.since)}};
}

std::string counted(std::uint64_t count, const std::string& one) {
  return std::to_string(count) + ' ' + one + (count == 1 ? "" : "s");
}

Item quarantine_item(const catalog::Attention::HeldPayloads& held) {
  return {.kind = "quarantine",
          .object_id = held.stream_id,
          .title = counted(held.payloads, "payload") + " of " + held.stream_name + " in quarantine",
          .text =
              "They could not be converted and are in no file. Mend and replay them, or drop "
              "them.",
          .count = held.payloads,
          .since = held.since};
}

Item run_item(const Services& services, const catalog::Attention::FailedRuns& failed) {
  const catalog::Run& run = failed.newest;
  const std::string error = without_directory(run.error, services.data_directory);
  return {
      .kind = "failed_run",
      .object_id = run.id,
      .is_failure = true,
      .title = run.name + " failed" +
               (failed.runs > 1 ? ", " + counted(failed.runs, "run") + " since one succeeded" : ""),
      .text = error.empty() ? "No run has succeeded since." : error,
      .count = failed.runs,
      .since = run.ended_at};
}

Item endpoint_item(const catalog::Attention::DeadEndpoint& endpoint) {
  return {.kind = "alert_endpoint",
          .object_id = endpoint.id,
          .is_failure = true,
          .title = "Alerts do not reach " + endpoint.name,
          .text = endpoint.is_gone
                      ? "Its server answered that it is gone. Set a target that is there."
                      : "The last alert to it was given up after its retries. Look at its "
                        "deliveries, and redeliver."};
}

/// A tenant is told of its own streams; that something is wrong elsewhere, without saying where.
Item conservation_item(const batcher::ConservationReport& report) {
  return {.kind = "conservation",
          .object_id = {},
          .is_failure = true,
          .title = "Conservation does not hold",
          .text =
              "What was accepted is not all accounted for. Keep the data directory as it is, "
              "and look at weir doctor.",
          .count = report.differences.size()};
}

Item health_item(const Services& services, const HealthCheck& check) {
  return {.kind = "health:" + check.name,
          .object_id = {},
          .is_failure = check.state == HealthCheck::State::alarm,
          .title = "The server's " + check.name + " needs a look",
          .text = without_directory(check.message, services.data_directory)};
}

/// "1 field gone, 2 of another type, 1 new".
std::string changes_text(const catalog::StreamFields::Changes& changes) {
  using Kind = fields::Change::Kind;
  std::string out;
  for (const auto& [kind, words] : {std::pair<Kind, const char*>{Kind::gone, " gone"},
                                    {Kind::type_changed, " of another type"},
                                    {Kind::appeared, " new"},
                                    {Kind::share_moved, " in another share of payloads"}}) {
    const std::uint64_t count = changes.counts[static_cast<std::size_t>(kind)];
    if (count == 0) continue;
    out += out.empty() ? counted(count, "field") : ", " + std::to_string(count);
    out += words;
  }
  return out;
}

Item fields_item(const catalog::StreamFields::Changes& changes) {
  Item item{.kind = "fields",
            .object_id = changes.stream_id,
            .title = changes.stream_name + ": " + changes_text(changes),
            .text = "Today against the week before:",
            .count = 0};
  for (const std::string& path : changes.paths)
    item.text += (item.text.ends_with(':') ? " " : ", ") + path;
  for (const std::uint64_t count : changes.counts)
    item.count += count;
  item.text += item.count > changes.paths.size() ? " and more." : ".";
  return item;
}

Result<std::vector<Item>> items_of(const Services& services, std::uint32_t tenant_no,
                                   Rights rights) {
  auto& attention = services.catalog.attention();
  std::vector<Item> items;
  if (const auto report = services.newest_conservation(); report && !report->holds())
    items.push_back(conservation_item(*report));
  for (const HealthCheck& check : services.health_checks())
    if (check.state != HealthCheck::State::ok) items.push_back(health_item(services, check));
  WEIR_TRY(const auto failed, attention.failed_runs(tenant_no));
  for (const auto& runs : failed)
    items.push_back(run_item(services, runs));
  if (permits(Access::administer, rights)) {
    WEIR_TRY(const auto endpoints, attention.dead_endpoints(tenant_no));
    for (const auto& endpoint : endpoints)
      items.push_back(endpoint_item(endpoint));
  }
  WEIR_TRY(const auto quarantined, attention.quarantined(tenant_no));
  for (const auto& held : quarantined)
    items.push_back(quarantine_item(held));
  WEIR_TRY(const auto changed,
           services.catalog.stream_fields().changes(tenant_no, day_of(services.clock.now()),
                                                    limits::page_items_default));
  for (const auto& changes : changed)
    items.push_back(fields_item(changes));
  return items;
}

Result<http::Response> list_needs_you(const Call& call) {
  WEIR_TRY(auto items, needs_you(call.services, call.caller.tenant_no, call.caller.rights));
  return answer(200, {{"items", std::move(items)}});
}

}  // namespace

Result<json::array> needs_you(const Services& services, std::uint32_t tenant_no, Rights rights) {
  WEIR_TRY(auto items, items_of(services, tenant_no, rights));
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.is_failure > b.is_failure; });
  json::array out;
  for (const Item& item : items)
    out.push_back(json_of_item(item));
  return out;
}

void add_needs_you_routes(Routes& routes) {
  routes.push_back({"GET", "/api/v0/needs-you", "listNeedsYou", Access::view, list_needs_you});
}

}  // namespace weir::control
