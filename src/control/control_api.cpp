#include "control/control_api.hpp"

#include <algorithm>

#include "control/text.hpp"

namespace weir::control {
namespace {

/// How exact an API key's last use is; each update is a write to the catalog.
constexpr std::chrono::minutes use_noted_every{1};

Failure no_such_route(const http::Request& request, const Match& match) {
  if (match.allow.empty())
    return fail(Errc::not_found, "There is no \"" + request.path +
                                     "\" here. What there is, is in the API document, "
                                     "api/control.yaml.");
  return fail(Errc::method_not_allowed, "\"" + request.path + "\" does not answer " +
                                            request.method + ". It answers " + match.allow + ".");
}

/// Callers are not told where the server keeps its things: the paths below `directory` are
/// relative.
http::Response refusal(const http::Request& request, const Match& match, const Error& why,
                       std::string_view directory) {
  http::Response response = http::error_response(
      {why.code, without_directory(as_utf8(why.message), directory)}, request.request_id);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 405) response.headers.emplace_back("Allow", match.allow);
  return response;
}

Result<void> check_query(const http::Request& request, const Route& route) {
  for (const auto& [name, value] : request.query) {
    if (std::find(route.query.begin(), route.query.end(), name) != route.query.end()) continue;
    std::string known;
    for (const std::string_view parameter : route.query)
      known.append(known.empty() ? " Known parameters: \"" : ", \"").append(parameter).append("\"");
    return fail(Errc::bad_request, "Unknown query parameter \"" + name + "\"." +
                                       (known.empty() ? " None is expected here." : known + "."));
  }
  return {};
}

}  // namespace

ControlApi::ControlApi(Services services) : services_(std::move(services)), routes_(all_routes()) {}

http::Response ControlApi::handle(const http::Request& request) {
  const Match match = find_route(routes_, request.method, request.path);
  auto answered = answer(request, match);
  if (answered) return *std::move(answered);
  return refusal(request, match, answered.error(), services_.data_directory);
}

std::optional<http::Response> ControlApi::refuse_by_head(const http::Request& head) const {
  const Match match = find_route(routes_, head.method, head.path);
  const auto caller = admit(head, match);
  if (!caller) return refusal(head, match, caller.error(), services_.data_directory);
  if (match.route->access == Access::everyone)  // or anyone could have it hold large bodies
    return refusal(head, match,
                   {Errc::bad_request, "\"" + head.path + "\" takes no body. Send none."},
                   services_.data_directory);
  return std::nullopt;
}

Result<Caller> ControlApi::admit(const http::Request& request, const Match& match) const {
  if (!match.route) return no_such_route(request, match);
  const auto snapshot = services_.catalog.snapshots().current();
  return authorize(request, match.route->access, *snapshot, services_.clock.now());
}

Result<http::Response> ControlApi::answer(const http::Request& request, const Match& match) {
  WEIR_TRY(const Caller caller, admit(request, match));
  if (!caller.key_id.empty()) note_use(caller.key_id);
  WEIR_CHECK(check_query(request, *match.route));
  const Call call{services_, request, caller, match.id};
  if (!match.route->may_take_long) return match.route->handler(call);
  WEIR_TRY(const auto pass, services_.queries.enter(caller.tenant));
  return match.route->handler(call);
}

void ControlApi::note_use(const std::string& key_id) {
  const Time now = services_.clock.now();
  {
    const std::lock_guard lock(mutex_);
    const auto [noted, first] = last_noted_.try_emplace(key_id, now);
    if (!first && now - noted->second < use_noted_every) return;
    noted->second = now;
  }
  // A failed update does not fail the request; the next one is tried within a
  // minute.
  static_cast<void>(services_.catalog.keys().mark_used({{key_id, now}}));
}

}  // namespace weir::control
