// It stands in the task's detail, as what else is told of it does: nothing looks for tasks by it.

#include "workflow/attribution.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "catalog/catalog.hpp"

namespace weir::workflow {
namespace {

namespace json = boost::json;
using catalog::RunTask;

constexpr std::string_view customer = "customer";
constexpr std::string_view installation = "installation";

json::object object_of(const std::string& text) {
  boost::system::error_code error;
  const json::value parsed = json::parse(text.empty() ? "{}" : text, error);
  return error || !parsed.is_object() ? json::object() : parsed.get_object();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* found = object.if_contains(name);
  return found == nullptr || !found->is_string() ? "" : std::string(found->get_string());
}

}  // namespace

std::string_view attribution_of(Errc code) {
  switch (code) {
    case Errc::bad_request:
    case Errc::unauthorized:
    case Errc::forbidden:
    case Errc::not_found:
    case Errc::method_not_allowed:
    case Errc::conflict:
    case Errc::length_required:
    case Errc::too_large:
    case Errc::unsupported_media:
    case Errc::headers_too_large:
      return customer;
    case Errc::request_timeout:
    case Errc::throttled:
    case Errc::overloaded:
    case Errc::disk_full:
    case Errc::log_failed:
    case Errc::commit_timeout:
    case Errc::unavailable:
    case Errc::corrupt:
    case Errc::newer_version:
    case Errc::locked:
    case Errc::io:
    case Errc::internal:
      return installation;
  }
  return installation;
}

void attribute(RunTask& task, Errc code) {
  json::object detail = object_of(task.detail);
  detail["attribution"] = attribution_of(code);
  task.detail = json::serialize(detail);
}

Result<std::vector<std::string>> attributions_of(catalog::Catalog& catalog,
                                                 const std::vector<RunTask>& tasks) {
  std::vector<std::string> out;
  for (const RunTask& task : tasks) {
    std::string& mine = out.emplace_back();
    if (task.error.empty()) continue;
    mine = text_of(object_of(task.detail), "attribution");
    const std::string made = text_of(object_of(task.outputs), "run_id");
    if (!mine.empty() || task.kind != "load" || made.empty()) continue;
    WEIR_TRY(const auto of_child, catalog.runs().tasks(made));
    WEIR_TRY(const auto found, attributions_of(catalog, of_child));
    mine = attribution_of_run(found);
  }
  return out;
}

std::string attribution_of_run(const std::vector<std::string>& of_tasks) {
  const bool is_customers =
      std::find(of_tasks.begin(), of_tasks.end(), customer) != of_tasks.end() &&
      std::find(of_tasks.begin(), of_tasks.end(), installation) == of_tasks.end();
  return std::string(is_customers ? customer : installation);
}

}  // namespace weir::workflow
