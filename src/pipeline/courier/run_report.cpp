// A task's detail is small and of a bounded size whatever was loaded: the engine keeps all rows in
// error, and here are the first ones.

#include "pipeline/courier/run_report.hpp"

#include <algorithm>

#include "catalog/runs.hpp"

namespace weir::courier {
namespace {

namespace json = boost::json;

constexpr std::size_t row_errors_shown = 20;
constexpr std::size_t files_shown = 100;
constexpr std::size_t files_told = 20;

json::array errors_json(const std::vector<engine::RowError>& errors) {
  json::array out;
  for (const auto& one : errors) {
    if (out.size() == row_errors_shown) break;
    out.push_back({{"file", one.file},
                   {"row", one.row},
                   {"field", one.field},
                   {"value", one.value},
                   {"reason", one.reason}});
  }
  return out;
}

json::array files_json(const std::vector<engine::FileCounts>& files) {
  json::array out;
  for (std::size_t i = 0; i < std::min(files.size(), files_shown); ++i)
    out.push_back({{"file", files[i].file}, {"read", files[i].read}, {"errors", files[i].errors}});
  return out;
}

}  // namespace

json::object counts_json(const engine::LoadCounts& counts) {
  json::object out{{"load", counts.load},       {"records", counts.records},
                   {"read", counts.read},       {"inserted", counts.inserted},
                   {"updated", counts.updated}, {"rejected", counts.rejected},
                   {"errors", counts.errors}};
  if (counts.taken_back > 0) out["taken_back"] = counts.taken_back;
  if (counts.deleted > 0) out["deleted"] = counts.deleted;
  if (counts.repeated) out["done_before"] = true;
  if (counts.over_threshold) out["over_threshold"] = true;
  if (!counts.warnings.empty())
    out["warnings"] = json::array(counts.warnings.begin(), counts.warnings.end());
  if (!counts.row_errors.empty()) out["row_errors"] = errors_json(counts.row_errors);
  if (counts.misfits.count > 0) {
    out["misfits"] = counts.misfits.count;
    out["first_misfits"] = errors_json(counts.misfits.first);
  }
  if (!counts.files.empty()) out["files"] = files_json(counts.files);
  return out;
}

json::object with_sums(json::object detail, const std::string& before, const catalog::Run& run) {
  boost::system::error_code unreadable;
  const json::value said = json::parse(before, unreadable);
  json::object sums;
  const json::object* earlier = unreadable ? nullptr : said.if_object();
  if (const json::value* held = earlier ? earlier->if_contains("all_rounds") : nullptr)
    if (held->is_object()) sums = held->get_object();
  const json::value* last = earlier ? earlier->if_contains("round") : nullptr;
  if (last == nullptr || last->to_number<std::uint64_t>(unreadable) != run.round.to)
    for (const auto& [name, value] : detail)
      if (value.is_number() && name != "load") {
        const json::value* sum = sums.if_contains(name);
        sums[name] = (sum != nullptr ? sum->to_number<std::uint64_t>() : 0) +
                     value.to_number<std::uint64_t>();
      }
  detail["round"] = run.round.to;
  detail["all_rounds"] = std::move(sums);
  return detail;
}

std::uint64_t warnings_of(const std::vector<catalog::RunTask>& tasks) {
  std::uint64_t warnings = 0;
  for (const catalog::RunTask& task : tasks) {
    boost::system::error_code error;
    const json::value detail = json::parse(task.detail, error);
    const json::value* listed =
        error || !detail.is_object() ? nullptr : detail.get_object().if_contains("warnings");
    if (listed != nullptr && listed->is_array()) warnings += listed->get_array().size();
  }
  return warnings;
}

std::string range_text(const catalog::RunRange& range) {
  if (!range.from && !range.to) return "at all";
  if (range.from && range.to && *range.to == *range.from + std::chrono::days(1))
    return "of " + weir::to_string(*range.from);
  return "from " + (range.from ? weir::to_string(*range.from) : std::string("the first day")) +
         " to " + (range.to ? weir::to_string(*range.to) + " (exclusive)" : std::string("today"));
}

void tell_loaded(std::vector<catalog::RunNotice>& notices, Time now, const std::string& table,
                 const engine::LoadCounts& counts) {
  const auto number = [](std::uint64_t count) { return std::to_string(count); };
  notices.push_back({now, "progress",
                     table + ": " + number(counts.read) + " read, " + number(counts.inserted) +
                         " inserted, " + number(counts.updated) + " updated, " +
                         number(counts.rejected) + " rejected, " + number(counts.errors) +
                         " errors" + (counts.repeated ? "; it was loaded before" : "")});
  for (std::size_t i = 0; i < std::min(counts.files.size(), files_told); ++i)
    notices.push_back({now, "progress",
                       table + ", " + counts.files[i].file + ": " + number(counts.files[i].read) +
                           " read, " + number(counts.files[i].errors) + " errors"});
  if (counts.files.size() > files_told)
    notices.push_back(
        {now, "progress",
         table + ": and " + number(counts.files.size() - files_told) + " more files"});
}

}  // namespace weir::courier
