// The engine keeps the log; a page at a time is read from it. CSV is made of the same errors, so
// that both say the same.

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/limits.hpp"
#include "catalog/runs.hpp"
#include "control/answers.hpp"
#include "control/batch_json.hpp"
#include "control/csv.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/run_json.hpp"

/// The rows that loads could not take, why, and how they are mended (spec/feeds.md 9).
namespace weir::control {
namespace {

namespace json = boost::json;
using engine::ErrorState;

constexpr std::uint64_t read_together = 10'000;

/// "12.345": the error's load and its number there.
std::string id_of(const engine::LoggedError& each) {
  return std::to_string(each.load) + "." + std::to_string(each.number);
}

bool read_id(const std::string& id, std::uint64_t& load, std::uint64_t& number) {
  const char* const end = id.data() + id.size();
  const auto first = std::from_chars(id.data(), end, load);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return false;
  const auto second = std::from_chars(first.ptr + 1, end, number);
  return second.ec == std::errc() && second.ptr == end;
}

json::value text_or_null(const std::string& text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

json::value number_or_null(std::uint64_t number) {
  return number == 0 ? json::value(nullptr) : json::value(number);
}

json::object json_of_error(const engine::LoggedError& each) {
  return {{"id", id_of(each)},
          {"state", name_of(each.state)},
          {"load", each.load},
          {"table", each.table},
          {"run_id", text_or_null(each.run)},
          {"feed_id", text_or_null(each.feed)},
          {"file", text_or_null(each.error.file)},
          {"row", each.error.row},
          {"record", number_or_null(each.record)},
          {"receipt", text_or_null(each.receipt)},
          {"field", text_or_null(each.error.field)},
          {"value", each.error.value},
          {"reason", each.error.reason},
          {"kind", each.kind},
          {"settled_by", number_or_null(each.settled_by)}};
}

/// With the file of a file courier that the row's record was landed from.
Result<json::object> json_of_row_error(const Call& call, const engine::LoggedError& each) {
  json::object out = json_of_error(each);
  if (each.error.file.empty()) return out;
  WEIR_TRY(const auto landed, call.services.catalog.landings().origin_of(each.error.file));
  const auto row = static_cast<std::uint64_t>(each.error.row);
  if (landed)
    out["landed_from"] = json_of_landed_record(*landed, each.record > 0 ? each.record : row);
  return out;
}

/// The run must be the caller's own.
Result<engine::ErrorFilter> errors_of_run(const Call& call) {
  WEIR_TRY(const auto run, call.services.catalog.runs().find(call.caller.tenant_no, call.id));
  engine::ErrorFilter filter;
  filter.run = run.id;
  const auto state = query_text(call.request, "state");
  if (!state) return filter;
  for (const auto each :
       {ErrorState::open, ErrorState::mended, ErrorState::repeated, ErrorState::dismissed}) {
    if (*state == name_of(each)) filter.state = each;
  }
  if (filter.state) return filter;
  return fail(Errc::bad_request,
              "\"state\" must be \"open\", \"mended\", \"repeated\" or \"dismissed\", not \"" +
                  *state + "\".");
}

Result<http::Response> list_errors(const Call& call) {
  WEIR_TRY(const auto page, page_request(call.request));
  WEIR_TRY(auto filter, errors_of_run(call));
  if (!page.next_token.empty() && !read_id(page.next_token, filter.after_load, filter.after_number))
    return fail(Errc::bad_request, "\"next_token\" is none of this list's.");
  filter.most = page.limit + std::uint64_t{1};
  WEIR_TRY(auto errors, call.services.engine.row_errors(call.caller.tenant, filter));
  std::string next;
  if (errors.size() > page.limit) {
    errors.pop_back();
    next = id_of(errors.back());
  }
  json::array items;
  for (const engine::LoggedError& each : errors) {
    WEIR_TRY(auto item, json_of_row_error(call, each));
    items.push_back(std::move(item));
  }
  return answer_items(std::move(items), next);
}

Result<http::Response> list_kinds(const Call& call) {
  WEIR_TRY(const auto filter, errors_of_run(call));
  WEIR_TRY(const auto kinds, call.services.engine.error_kinds(call.caller.tenant, filter));
  json::array items;
  for (const engine::ErrorKind& each : kinds)
    items.push_back(json::object{{"table", each.table},
                                 {"field", text_or_null(each.field)},
                                 {"kind", each.kind},
                                 {"count", each.count},
                                 {"open", each.open}});
  return answer(200, json::object{{"items", std::move(items)}});
}

Failure too_many_for_csv() {
  return fail(Errc::bad_request,
              "These are more errors than one CSV may have: ask for those of one \"load\", or read "
              "the list page by page.");
}

Result<std::string> csv_of_files(const Call& call, engine::ErrorFilter filter) {
  std::string csv;
  append_csv_line(
      csv, {"id", "state", "table", "load", "file", "row", "receipt", "field", "value", "reason"});
  filter.most = read_together;
  for (std::uint64_t lines = 0;;) {
    WEIR_TRY(const auto errors, call.services.engine.row_errors(call.caller.tenant, filter));
    for (const engine::LoggedError& each : errors) {
      append_csv_line(csv,
                      {id_of(each), std::string(name_of(each.state)), each.table,
                       std::to_string(each.load), each.error.file, std::to_string(each.error.row),
                       each.receipt, each.error.field, each.error.value, each.error.reason});
      if (++lines > limits::row_errors_logged_max || csv.size() > limits::error_csv_bytes_max)
        return too_many_for_csv();
    }
    if (errors.size() < read_together) return csv;
    filter.after_load = errors.back().load;
    filter.after_number = errors.back().number;
  }
}

Result<std::string> csv_of_feeds(const Call& call, const engine::ErrorFilter& filter) {
  WEIR_TRY(const auto kinds, call.services.engine.error_kinds(call.caller.tenant, filter));
  std::string csv;
  append_csv_line(csv, {"table", "field", "error", "count", "open"});
  for (const engine::ErrorKind& each : kinds)
    append_csv_line(csv, {each.table, each.field, each.kind, std::to_string(each.count),
                          std::to_string(each.open)});
  return csv;
}

Result<http::Response> download_errors(const Call& call) {
  const std::string level = query_text(call.request, "level").value_or("file");
  if (level != "feed" && level != "file")
    return fail(Errc::bad_request,
                "\"level\" must be \"feed\" or \"file\", not \"" + level + "\".");
  WEIR_TRY(auto filter, errors_of_run(call));
  WEIR_TRY(const auto load, query_number(call.request, "load", 1, std::numeric_limits<int>::max()));
  filter.load = static_cast<std::uint64_t>(load.value_or(0));
  http::Response response;
  response.content_type = "text/csv; charset=utf-8";
  WEIR_TRY(response.body,
           level == "feed" ? csv_of_feeds(call, filter) : csv_of_files(call, filter));
  response.headers.emplace_back(
      "Content-Disposition", "attachment; filename=\"" + call.id + "-" + level + "-errors.csv\"");
  return response;
}

Result<engine::LoggedError> find_error(const Call& call) {
  engine::ErrorFilter filter;
  filter.most = 1;
  if (read_id(call.id, filter.load, filter.after_number) && filter.load > 0 &&
      filter.after_number > 0) {
    const std::uint64_t number = filter.after_number--;
    filter.after_load = filter.load;
    WEIR_TRY(const auto found, call.services.engine.row_errors(call.caller.tenant, filter));
    if (!found.empty() && found.front().number == number) return found.front();
  }
  return fail(Errc::not_found, "There is no row error \"" + call.id + "\" of this tenant.");
}

/// With its record, where that can still be read.
Result<http::Response> answer_error(const Call& call) {
  WEIR_TRY(const auto error, find_error(call));
  WEIR_TRY(json::object body, json_of_row_error(call, error));
  body["stored_record"] = nullptr;
  body["mended_record"] = nullptr;
  body["mended_by"] = nullptr;
  body["mended_at"] = nullptr;
  if (error.record > 0) {
    engine::SourceFile file;
    file.uri = call.services.file_uri(error.error.file);
    file.key = error.error.file;
    WEIR_TRY(const auto record,
             call.services.engine.record(call.caller.tenant, file, error.record));
    body["stored_record"] = text_or_null(record.stored);
    if (record.mended) {
      body["mended_record"] = record.mended->text;
      body["mended_by"] = record.mended->by;
      body["mended_at"] = to_string(record.mended->at);
    }
  }
  return answer(200, body);
}

Result<http::Response> mend_error(const Call& call) {
  WEIR_TRY(const auto fields, Fields::of_body(call.request, {"record"}));
  WEIR_TRY(const std::string text, fields.text("record"));
  WEIR_TRY(const auto error, find_error(call));
  if (error.record == 0)
    return fail(Errc::conflict,
                "The row is of no single record, so there is none to mend: change the feed or its "
                "query, and load the errors again.");
  WEIR_CHECK(call.services.engine.mend(call.caller.tenant, error.error.file, error.record,
                                       {text, call.caller.key_id, {}}));
  return answer_error(call);
}

Result<http::Response> dismiss_error(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto error, find_error(call));
  WEIR_CHECK(call.services.engine.dismiss_error(call.caller.tenant, error.load, error.number));
  return answer_error(call);
}

/// A run of the same courier over the same days, which reads the rows in error alone.
Result<http::Response> load_errors(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  auto& runs = call.services.catalog.runs();
  WEIR_TRY(const auto run, runs.find(call.caller.tenant_no, call.id));
  catalog::Run again;
  again.courier_id = run.courier_id;
  if (!run.live) again.range = run.range;
  again.only_errors = true;
  again.started_by = call.caller.key_id;
  again.skip_missing = true;
  WEIR_TRY(const auto added, runs.add(call.caller.tenant_no, std::move(again)));
  call.services.wake_runs();
  return answer(201, json_of_run(call.services, added));
}

}  // namespace

void add_row_error_routes(Routes& routes) {
  constexpr auto operate = Access::operate;
  constexpr bool may_take_long = true;
  const std::string_view of_run = "/api/v0/workflow/runs/{id}/errors";
  routes.push_back(
      {"GET", of_run, "listRowErrors", operate, list_errors, {"state", "limit", "next_token"}});
  routes.push_back({"GET",
                    "/api/v0/workflow/runs/{id}/error-kinds",
                    "listErrorKinds",
                    operate,
                    list_kinds,
                    {"state"}});
  routes.push_back({"GET",
                    "/api/v0/workflow/runs/{id}/errors.csv",
                    "downloadRowErrors",
                    operate,
                    download_errors,
                    {"level", "load", "state"},
                    may_take_long});
  routes.push_back(
      {"POST", "/api/v0/workflow/runs/{id}/load-errors", "loadRowErrors", operate, load_errors});
  routes.push_back(
      {"GET", "/api/v0/row-errors/{id}", "getRowError", operate, answer_error, {}, may_take_long});
  routes.push_back({"POST", "/api/v0/row-errors/{id}/mend", "mendRowError", operate, mend_error});
  routes.push_back(
      {"POST", "/api/v0/row-errors/{id}/dismiss", "dismissRowError", operate, dismiss_error});
}

}  // namespace weir::control
