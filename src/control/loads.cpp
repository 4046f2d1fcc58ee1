#include <charconv>
#include <string>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/table_json.hpp"

/// The ledger of loads: what changed tables, what that changed, and how it is undone
/// (spec/loads.md 8).
namespace weir::control {
namespace {

namespace json = boost::json;

Result<std::uint64_t> number_of(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size() && number > 0) return number;
  return fail(Errc::bad_request,
              "\"" + text + "\" is no number of a load; weir load list has them");
}

const char* name_of(engine::ChangeKind kind) {
  switch (kind) {
    case engine::ChangeKind::load:
      return "load";
    case engine::ChangeKind::removal:
      return "removal";
    case engine::ChangeKind::purge:
      return "purge";
    case engine::ChangeKind::renaming:
      return "renaming";
    case engine::ChangeKind::undo:
      return "undo";
    case engine::ChangeKind::swap:
      return "swap";
  }
  return "";
}

const char* name_of(engine::LoadState state) {
  switch (state) {
    case engine::LoadState::done:
      return "done";
    case engine::LoadState::over_threshold:
      return "over_threshold";
    case engine::LoadState::undone:
      return "undone";
  }
  return "";
}

json::value json_of_load(const engine::LoadRecord& load) {
  json::object out{{"number", load.counts.load}, {"kind", name_of(load.kind)},
                   {"table", load.table},        {"state", name_of(load.state)},
                   {"at", json_of(load.at)},     {"run_id", nullptr},
                   {"feed_id", nullptr}};
  if (!load.id.run.empty()) out["run_id"] = load.id.run;
  if (!load.id.feed.empty()) out["feed_id"] = load.id.feed;
  if (load.undoes > 0) out["undoes"] = load.undoes;
  if (!load.note.empty()) out["note"] = load.note;
  const engine::LoadCounts& counts = load.counts;
  out["read"] = counts.read;
  out["inserted"] = counts.inserted;
  out["updated"] = counts.updated;
  out["rejected"] = counts.rejected;
  out["errors"] = counts.errors;
  out["deleted"] = counts.deleted;
  return out;
}

Result<http::Response> list_loads(const Call& call) {
  WEIR_TRY(const auto page, page_request(call.request));
  engine::LedgerFilter filter;
  filter.table = query_text(call.request, "table").value_or("");
  filter.run = query_text(call.request, "run_id").value_or("");
  if (!page.next_token.empty()) {
    WEIR_TRY(filter.before, number_of(page.next_token));
  }
  filter.most = page.limit;
  WEIR_TRY(const auto loads, call.services.engine.ledger(call.caller.tenant, filter));
  json::array items;
  for (const engine::LoadRecord& load : loads)
    items.push_back(json_of_load(load));
  const bool more = loads.size() == page.limit;
  return answer_items(std::move(items), more ? std::to_string(loads.back().counts.load) : "");
}

Result<http::Response> undo_load(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"dry_run"}));
  WEIR_TRY(const bool dry_run, body.flag_or("dry_run", false));
  WEIR_TRY(const std::uint64_t number, number_of(call.id));
  WEIR_TRY(const auto undone, call.services.engine.undo(call.caller.tenant, number, dry_run));
  json::object out{{"load", number},
                   {"number", nullptr},
                   {"back", undone.back},
                   {"changed", undone.changed},
                   {"deleted", undone.deleted},
                   {"rejecting", json::value_from(undone.rejecting)}};
  if (undone.number > 0) out["number"] = undone.number;
  return answer(200, out);
}

Result<http::Response> table_changes(const Call& call) {
  WEIR_TRY(const auto page, page_request(call.request));
  WEIR_TRY(const auto since, query_number(call.request, "since", 1, limits::load_number_max));
  if (!since)
    return fail(Errc::bad_request,
                "say since which load: since=<number>; weir load list has the numbers");
  engine::ReadLimits limits(page.limit);
  limits.allowance = call.allowance();
  WEIR_TRY(const auto changes,
           call.services.engine.changes(
               call.caller.tenant, call.id,
               {.since = static_cast<std::uint64_t>(*since), .after = page.next_token}, limits));
  return answer_changes(changes);
}

}  // namespace

void add_load_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  routes.push_back({"GET",
                    "/api/v0/loads",
                    "listLoads",
                    operate,
                    list_loads,
                    {"table", "run_id", "limit", "next_token"},
                    may_take_long});
  routes.push_back(
      {"POST", "/api/v0/loads/{number}/undo", "undoLoad", operate, undo_load, {}, may_take_long});
  routes.push_back({"GET",
                    "/api/v0/tables/{name}/changes",
                    "listTableChanges",
                    operate,
                    table_changes,
                    {"since", "limit", "next_token"},
                    may_take_long});
}

}  // namespace weir::control
