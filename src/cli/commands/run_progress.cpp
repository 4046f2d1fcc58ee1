// The server tells every two seconds how many records of the files a load has read, of how many:
// what comes after that, writing, has no measure, so no end is foretold.

#include "cli/commands/run_progress.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ostream>

#include <boost/json.hpp>

#include "cli/commands/output.hpp"
#include "cli/print/table.hpp"

namespace weir::cli {
namespace {

namespace json = boost::json;
using std::chrono::seconds;

constexpr std::size_t bar_width = 16;
constexpr std::size_t line_max = 79;
constexpr const char* erase_line = "\r\x1b[K";

const json::array* array_of(const json::value& of, const char* name) {
  const json::value* found = of.is_object() ? of.get_object().if_contains(name) : nullptr;
  return found == nullptr ? nullptr : found->if_array();
}

std::uint64_t number_of(const json::value& of, const char* name) {
  const json::value* found = of.is_object() ? of.get_object().if_contains(name) : nullptr;
  boost::system::error_code error;
  const auto number = found == nullptr ? 0 : found->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

/// What one task at work says, and its place among all.
struct AtWork {
  std::size_t place = 0;
  std::size_t all = 0;
  std::string what;
  std::string stage;
  std::uint64_t records = 0;
  std::uint64_t read = 0;
};

AtWork at_work(const json::value& run) {
  AtWork found;
  const json::array* tasks = array_of(run, "tasks");
  if (tasks == nullptr) return found;
  found.all = tasks->size();
  for (std::size_t i = 0; i < tasks->size() && found.place == 0; ++i) {
    const json::value& task = (*tasks)[i];
    if (text_of(task, "state") != "running") continue;
    found.place = i + 1;
    found.what = text_of(task, "kind") + " " + text_of(task, "name");
    const json::value* detail = task.as_object().if_contains("detail");
    if (detail == nullptr) continue;
    found.stage = text_of(*detail, "stage");
    found.records = number_of(*detail, "records");
    // A query may read a file several times.
    found.read = std::min(number_of(*detail, "rows_read"), found.records);
  }
  return found;
}

std::string clock_text(std::chrono::microseconds time) {
  const auto whole = std::chrono::floor<seconds>(time).count();
  char text[32];
  std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(whole / 60),
                static_cast<long long>(whole % 60));
  return text;
}

/// A line that is longer than the terminal is wide could not be taken away again.
std::string cut(std::string line) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if ((static_cast<unsigned char>(line[i]) & 0xC0) == 0x80) continue;
    if (++characters <= line_max) continue;
    line.resize(i);
    break;
  }
  return line;
}

std::string text_of_work(const AtWork& work) {
  if (work.place == 0) return "";
  std::string text =
      "task " + std::to_string(work.place) + " of " + std::to_string(work.all) + ", " + work.what;
  if (!work.stage.empty()) text += ": " + work.stage;
  if (work.stage == "reading")
    text += ", " + grouped(work.read) + " of " + grouped(work.records) + " records";
  return text;
}

}  // namespace

std::string progress_text(const json::value& run) {
  return text_of_work(at_work(run));
}

RunProgress::RunProgress(Terminal& terminal)
    : terminal_(terminal), begun_(terminal.now()), task_seen_(begun_) {}

void RunProgress::tell_notices(const json::value& run) {
  const json::array* notices = array_of(run, "notices");
  if (notices == nullptr || notices->size() <= told_) return;
  end();
  for (; told_ < notices->size(); ++told_) {
    const std::string at = text_of((*notices)[told_], "at");
    terminal_.err << (at.size() > 19 ? at.substr(11, 8) : at) << "  "
                  << visible(text_of((*notices)[told_], "text")) << std::endl;
  }
}

std::string RunProgress::drawn(const json::value& run, const std::string& text) {
  const AtWork work = at_work(run);
  const Time now = terminal_.now();
  if (task_ != work.what) task_seen_ = now;
  task_ = work.what;
  const std::string line = clock_text(now - begun_) + "  ";
  if (work.stage != "reading" || work.records == 0) return cut(line + visible(text));
  const double part = static_cast<double>(work.read) / static_cast<double>(work.records);
  std::string bar(static_cast<std::size_t>(part * bar_width), '=');
  if (bar.size() < bar_width) bar += '>';
  bar.resize(bar_width, ' ');
  std::string end = grouped(work.read) + " of " + grouped(work.records);
  const double since = std::chrono::duration<double>(now - task_seen_).count();
  if (since >= 1)
    end +=
        "  " + grouped(static_cast<std::uint64_t>(static_cast<double>(work.read) / since)) + "/s";
  return cut(line + "[" + bar + "] " + std::to_string(static_cast<int>(part * 100)) + "%  " + end +
             "  " + visible(work.what));
}

void RunProgress::show(const json::value& run) {
  tell_notices(run);
  const std::string text = progress_text(run);
  if (text.empty()) return end();
  if (terminal_.is_interactive) {
    line_ = drawn(run, text);
    terminal_.err << erase_line << line_ << std::flush;
    return;
  }
  if (text != line_) terminal_.err << "          " << visible(text) << std::endl;
  line_ = text;
}

void RunProgress::end() {
  if (!line_.empty() && terminal_.is_interactive) {
    terminal_.err << erase_line << std::flush;
    line_.clear();
  }
}

}  // namespace weir::cli
