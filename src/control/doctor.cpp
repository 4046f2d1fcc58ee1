#include <algorithm>

#include <boost/json.hpp>

#include "base/internal_error.hpp"
#include "control/answers.hpp"
#include "control/routes.hpp"
#include "control/text.hpp"

/// The server's health: conservation of all hours, the log, the batcher, the disk.
namespace weir::control {
namespace {

namespace json = boost::json;

using State = HealthCheck::State;

/// A tenant sees its own streams; of other tenants' differences it sees only the number.
std::unordered_map<StreamNo, std::string> own_streams(const Call& call) {
  std::unordered_map<StreamNo, std::string> own;
  for (const auto& [id, stream] : call.services.catalog.snapshots().current()->streams)
    if (stream.tenant_no == call.caller.tenant_no) own.emplace(stream.no, id);
  return own;
}

HealthCheck judge_conservation(const Result<batcher::ConservationReport>& report) {
  if (!report)
    return {"conservation", State::alarm,
            "conservation could not be checked: " + text_for_callers(report.error())};
  if (report->holds())
    return {"conservation", State::ok,
            "accepted = in log + in files + duplicates + quarantined, in all " +
                std::to_string(report->hours_checked) + " hours of " +
                std::to_string(report->streams.size()) + " streams"};
  return {"conservation", State::alarm,
          std::to_string(report->differences.size()) +
              " differences between what was accepted and what is accounted for; keep the data "
              "directory as it is and look at `differences`"};
}

json::array json_of_checks(const Services& services, const std::vector<HealthCheck>& checks) {
  json::array out;
  for (const HealthCheck& check : checks)
    out.push_back({{"name", check.name},
                   {"state", name_of(check.state)},
                   {"message", without_directory(check.message, services.data_directory)}});
  return out;
}

Result<http::Response> examine(const Call& call) {
  const auto report = call.services.check_conservation();
  std::vector<HealthCheck> checks{judge_conservation(report)};
  for (HealthCheck& check : call.services.health_checks())
    checks.push_back(std::move(check));
  const auto own = own_streams(call);
  json::array streams;
  json::array differences;
  if (report) {
    for (const batcher::StreamAccount& account : report->streams)
      if (const auto found = own.find(account.stream); found != own.end())
        streams.push_back({{"stream_id", found->second},
                           {"accepted", account.accepted},
                           {"accounted", account.accounted},
                           {"in_log", account.in_log()}});
    for (const batcher::Difference& difference : report->differences)
      if (const auto found = own.find(difference.stream); found != own.end())
        differences.push_back({{"stream_id", found->second}, {"message", difference.what}});
  }
  const bool healthy = std::none_of(checks.begin(), checks.end(), [](const HealthCheck& check) {
    return check.state == State::alarm;
  });
  return answer(200, {{"healthy", healthy},
                      {"checks", json_of_checks(call.services, checks)},
                      {"streams", std::move(streams)},
                      {"differences", std::move(differences)}});
}

}  // namespace

std::string_view name_of(HealthCheck::State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::warning:
      return "warning";
    case State::alarm:
      return "alarm";
  }
  return "unknown";
}

void add_doctor_routes(Routes& routes) {
  constexpr bool may_take_long = true;
  routes.push_back(
      {"GET", "/api/v0/doctor", "examine", Access::operate, examine, {}, may_take_long});
}

}  // namespace weir::control
