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
    {"http.head_s", "A request's head must have arrived within this time of its first byte.", 10, 1,
     3600},
    {"http.request_s", "A request's body must have arrived within this time of its head.", 30, 1,
     3600},
    {"http.body_memory_mb", "Memory for bodies over 16 KiB on their way, all together; then 503.",
     256, 16, 1'000'000},
    {"http.grace_s", "On SIGTERM, what is in flight is answered for at most this long.", 20, 1,
     600},
    {"ingest.commit_timeout_s", "A payload that is not known to be durable after so long: 504.", 10,
     1, 600},
    {"ingest.tenant_rate", "Requests a second of a tenant without a limit of its own; 0: no limit.",
     0, 0, rate_limit_max},
    {"ingest.tenant_burst", "How many of them may come at once; 0: as many as a second's.", 0, 0,
     rate_limit_max},
    {"log.segment_bytes", "Size of one segment of the log.", signed_of(segment_bytes_default),
     signed_of(2 * commit_bytes_max), signed_of(1024 * mib)},
    {"batch.bytes", "A batch file is closed at this size.", signed_of(batch_bytes_default), 1024,
     signed_of(1024 * mib)},
    {"batch.records", "A batch file is closed at this many records.", batch_records_max, 1,
     batch_records_max},
    {"batch.age_s", "A batch file is closed when its first record is this old.", 60, 1, 3600},
    {"engine.memory_mb", "Memory of the embedded engine, for each tenant.", 2048, 64, 1'000'000},
    {"engine.threads", "Threads of the embedded engine.", 2, 1, 256},
    {"runs.parallel", "Workflow runs worked on at once.", 2, 1, 64, Takes::on_reload},
    {"keys.last_used_s", "How often the last use of API keys is written down.", 30, 1, 3600},
};

constexpr TextSetting text_table[] = {
    {"tls.certificate",
     "PEM file of the server's certificate and its chain. With it and `tls.key`, https is spoken "
     "(TLS 1.2 and 1.3).",
     "", "", Takes::on_reload},
    {"tls.key", "PEM file of the certificate's key.", "", "", Takes::on_reload},
    {"log.format", "What the server says on standard error: lines of text, or of JSON.", "text",
     "text|json", Takes::on_reload},
    {"log.level", "The least that is said. `debug` has every control request.", "info",
     "debug|info|warning|error", Takes::on_reload},
};

template <class Table>
auto* find_in(const Table& all, std::string_view key) {
  const auto* found =
      std::find_if(std::begin(all), std::end(all), [&](const auto& one) { return one.key == key; });
  return found == std::end(all) ? nullptr : found;
}

Failure unknown(std::string_view key) {
  return fail(Errc::bad_request,
              fmt::format("There is no setting \"{}\"; `weir settings` lists them all.", key));
}

bool is_choice(std::string_view choices, std::string_view value) {
  while (!choices.empty()) {
    const std::size_t end = std::min(choices.find('|'), choices.size());
    if (choices.substr(0, end) == value) return true;
    choices.remove_prefix(std::min(end + 1, choices.size()));
  }
  return false;
}

/// Of one kind of values: those that differ, taken where a running server can.
template <class Table, class Values>
void take(const Table& all, Values& own, const Values& next, Config::Changes& changes) {
  for (const auto& one : all) {
    auto& value = own.find(one.key)->second;
    const auto& wanted = next.find(one.key)->second;
    if (value == wanted) continue;
    if (one.takes == Takes::on_reload) value = wanted;
    auto& list = one.takes == Takes::on_reload ? changes.taken : changes.waiting;
    list.emplace_back(one.key);
  }
}

}  // namespace

std::span<const Setting> settings() {
  return table;
}

std::span<const TextSetting> text_settings() {
  return text_table;
}

Config::Config() {
  for (const Setting& one : table)
    numbers_.emplace(one.key, one.standard);
  for (const TextSetting& one : text_table)
    texts_.emplace(one.key, one.standard);
}

Result<void> Config::set(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos)
    return fail(Errc::bad_request,
                fmt::format("\"{}\" is no setting: write it as key=value.", assignment));
  const std::string_view key = assignment.substr(0, equals);
  const std::string_view text = assignment.substr(equals + 1);
  if (find_in(text_table, key)) return set(key, text);
  if (!find_in(table, key)) return unknown(key);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(Errc::bad_request,
                fmt::format("Setting {}: \"{}\" is no whole number.", key, text));
  return set(key, value);
}

Result<void> Config::set(std::string_view key, std::int64_t value) {
  const Setting* setting = find_in(table, key);
  if (!setting) return unknown(key);
  if (value < setting->min || value > setting->max)
    return fail(Errc::bad_request, fmt::format("Setting {} must be from {} to {}; {} is not.", key,
                                               setting->min, setting->max, value));
  numbers_.find(key)->second = value;
  return {};
}

Result<void> Config::set(std::string_view key, std::string_view value) {
  const TextSetting* setting = find_in(text_table, key);
  if (!setting) return unknown(key);
  if (!setting->choices.empty() && !is_choice(setting->choices, value))
    return fail(Errc::bad_request, fmt::format("Setting {} must be one of {}; \"{}\" is not.", key,
                                               setting->choices, value));
  texts_.find(key)->second = value;
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
        const auto text = value.value_exact<std::string>();
        const bool wants_text = find_in(text_table, key) != nullptr;
        if (find_in(table, key) && !number)
          return fail(Errc::bad_request, fmt::format("{}: {} is no whole number.", path, key));
        if (wants_text && !text)
          return fail(Errc::bad_request, fmt::format("{}: {} is no text in quotes.", path, key));
        auto done = wants_text ? set(key, *text) : set(key, number.value_or(0));
        if (!done) return fail_while(path, done.error());
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
  const auto found = numbers_.find(key);
  WEIR_ASSERT(found != numbers_.end());
  return found->second;
}

const std::string& Config::text(std::string_view key) const {
  const auto found = texts_.find(key);
  WEIR_ASSERT(found != texts_.end());
  return found->second;
}

Config::Changes Config::reload(const Config& next) {
  Changes changes;
  take(table, numbers_, next.numbers_, changes);
  take(text_table, texts_, next.texts_, changes);
  return changes;
}

std::string settings_markdown() {
  std::string out =
      "# Configuration\n\nSettings come from `--config FILE` (TOML) and `--set key=value`, the "
      "later "
      "winning. An unknown key is refused.\nThis page is what `weir settings` prints; a test "
      "holds the two together.\n\n"
      "On SIGHUP a running server reads its configuration file again (`--set` still wins) and "
      "takes over those settings that\nsay so; the others wait for the next start, which the "
      "log says. A file with an error changes nothing.\n\n"
      "| key | standard | from | to | on SIGHUP | meaning |\n|---|--:|--:|--:|---|---|\n";
  const auto when = [](Takes takes) { return takes == Takes::on_reload ? "yes" : ""; };
  for (const Setting& one : table)
    out += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", one.key, one.standard, one.min,
                       one.max, when(one.takes), one.doc);
  out += "\n| key | standard | one of | on SIGHUP | meaning |\n|---|---|---|---|---|\n";
  for (const TextSetting& one : text_table) {
    std::string choices(one.choices);
    std::replace(choices.begin(), choices.end(), '|', ' ');
    out += fmt::format("| `{}` | {} | {} | {} | {} |\n", one.key, one.standard, choices,
                       when(one.takes), one.doc);
  }
  return out;
}

}  // namespace weir::app
