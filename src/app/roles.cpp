// Five names, as the specification has them (spec/scale.md 1), and three things that can be done
// apart from each other today.
#include "app/roles.hpp"

#include <array>
#include <string_view>

#include <fmt/format.h>

#include "app/kafka_settings.hpp"
#include "app/store_settings.hpp"

namespace weir::app {
namespace {

constexpr std::array<std::string_view, 5> names = {"gateway", "batcher", "runner", "scheduler",
                                                   "control"};

}  // namespace

Result<Roles> parse_roles(const std::string& text) {
  if (text.empty()) return Roles{};
  std::array<bool, names.size()> named{};
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string_view name = std::string_view(text).substr(begin, end - begin);
    bool is_known = false;
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) is_known = named[i] = true;
    if (!is_known)
      return fail(
          Errc::bad_request,
          fmt::format("There is no role \"{}\". Roles are {}; name some of them with commas "
                      "between.",
                      name, fmt::join(names, ", ")));
    begin = end + 1;
  }
  const auto [gateway, batcher, runner, scheduler, control] = named;
  if (runner != scheduler || runner != control)
    return fail(Errc::bad_request,
                "The roles runner, scheduler and control go together: domain tables are in files "
                "of one process. Name all three, or none.");
  return Roles{gateway, batcher, runner};
}

std::string to_string(const Roles& roles) {
  std::string out;
  const auto add = [&out](bool has, std::string_view name) {
    if (has) out += (out.empty() ? "" : ", ") + std::string(name);
  };
  add(roles.gateway, "gateway");
  add(roles.batcher, "batcher");
  add(roles.runner, "runner, scheduler, control");
  return out;
}

Result<void> check_roles(const Roles& roles, const Config& config) {
  if (roles.all()) return {};
  const auto needs = [](std::string_view key, std::string_view what) {
    return fail(Errc::bad_request,
                fmt::format("A process with some of the roles only needs {}, so that the others "
                            "reach {}.",
                            key, what));
  };
  if (config.text("catalog.url").empty()) return needs("catalog.url", "the catalog");
  if (!has_kafka_log(config)) return needs("kafka.brokers", "the log");
  if (roles.batcher != roles.runner && !has_remote_store(config))
    return needs("store.url", "the batch files");
  return {};
}

}  // namespace weir::app
