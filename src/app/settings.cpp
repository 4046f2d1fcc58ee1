#include "app/settings.hpp"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "base/assert.hpp"
#include "base/limits.hpp"

namespace weir::app {
namespace {

using namespace limits;

constexpr auto signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

constexpr Setting table[] = {
    {"http.threads", "Threads that take requests; each is one event loop.", 1, 1, 64},
    {"http.control_threads", "Threads that work on control API requests.", 4, 1, 64},
    {"http.connections", "Connections kept open at once; more are closed at once.", 20'000, 16,
     1'000'000},
    {"http.idle_s", "An idle connection is closed after this long.", 75, 1, 3600},
    {"http.request_s", "A request must have arrived whole within this time.", 30, 1, 3600},
    {"http.grace_s", "On SIGTERM, what is in flight is answered for at most this long.", 20, 1,
     600},
    {"log.segment_bytes", "Size of one segment of the log.", signed_of(segment_bytes_default),
     signed_of(2 * commit_bytes_max), signed_of(1024 * mib)},
    {"batch.bytes", "A batch file is closed at this size.", signed_of(batch_bytes_default), 1024,
     signed_of(1024 * mib)},
    {"batch.records", "A batch file is closed at this many records.", batch_records_max, 1,
     batch_records_max},
    {"batch.age_s", "A batch file is closed when its first record is this old.", 60, 1, 3600},
    {"idempotency.window_s", "An Idempotency-Key is remembered for this long; 0: not at all.",
     86'400, 0, 31 * 86'400},
    {"idempotency.keys",
     "Idempotency keys remembered at most, of all streams; above it the oldest are forgotten "
     "first.",
     signed_of(idempotency_keys_default), 1000, signed_of(idempotency_keys_ceiling)},
    {"law.check_s", "The law of conservation is checked this often.", 10, 1, 3600},
    {"engine.memory_mb", "Memory of the embedded engine, for each tenant.", 2048, 64, 1'000'000},
    {"engine.threads", "Threads of the embedded engine.", 2, 1, 256},
    {"runs.parallel", "Workflow runs worked on at once.", 2, 1, 64},
};

const Setting* find(std::string_view key) {
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const Setting& one) { return one.key == key; });
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

std::span<const Setting> settings() {
  return table;
}

Config::Config() {
  for (const Setting& one : table)
    values_.emplace(one.key, one.standard);
}

Result<void> Config::set(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return fail(Errc::bad_request,
                fmt::format("\"{}\" is no setting: write it as key=value.", assignment));
  const std::string_view text = assignment.substr(equals + 1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Errc::bad_request, fmt::format("Setting {}: \"{}\" is no whole number.",
                                               assignment.substr(0, equals), text));
  return set(assignment.substr(0, equals), value);
}

Result<void> Config::set(std::string_view key, std::int64_t value) {
  const Setting* setting = find(key);
  if (!setting)
    return fail(Errc::bad_request,
                fmt::format("There is no setting \"{}\"; `weir settings` lists them all.", key));
  if (value < setting->min || value > setting->max)
    return fail(Errc::bad_request, fmt::format("Setting {} must be from {} to {}; {} is not.", key,
                                               setting->min, setting->max, value));
  values_.find(key)->second = value;
  return {};
}

Result<void> Config::load(const std::string& path) {
  try {
    const toml::table file = toml::parse_file(path);
    for (const auto& [section, node] : file) {
      const toml::table* group = node.as_table();
      if (!group)
        return fail(Errc::bad_request,
                    fmt::format("{}: \"{}\" stands outside of a section.", path, section.str()));
      for (const auto& [name, value] : *group) {
        const std::string key = fmt::format("{}.{}", section.str(), name.str());
        const auto number = value.value_exact<std::int64_t>();
        if (!number)
          return fail(Errc::bad_request, fmt::format("{}: {} is no whole number.", path, key));
        if (auto done = set(key, *number); !done) return fail_while(path, done.error());
      }
    }
  } catch (const toml::parse_error& error) {
    std::ostringstream where;
    where << error.source().begin;
    return fail(Errc::bad_request,
                fmt::format("{}, {}: {}", path, where.str(), error.description()));
  }
  return {};
}

std::int64_t Config::operator[](std::string_view key) const {
  const auto found = values_.find(key);
  WEIR_ASSERT(found != values_.end());
  return found->second;
}

std::string settings_markdown() {
  std::string out =
      "# Configuration\n\nSettings come from `--config FILE` (TOML) and `--set key=value`, the "
      "later "
      "winning. This page is\nwhat `weir settings` prints; a test holds the two together.\n\n"
      "| key | standard | from | to | meaning |\n|---|--:|--:|--:|---|\n";
  for (const Setting& one : table)
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", one.key, one.standard, one.min, one.max,
                       one.doc);
  return out;
}

}  // namespace weir::app
