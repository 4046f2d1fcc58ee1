#include "control/control_api.hpp"

#include <algorithm>
#include <cstdlib>

#include "catalog/audit.hpp"
#include "catalog/users.hpp"
#include "control/audit_type.hpp"
#include "control/compress.hpp"
#include "control/refusal.hpp"
#include "control/sign_ins.hpp"
#include "control/text.hpp"

namespace weir::control {
namespace {

/// How exact the last use of an API key or a session is; each update is a write to the catalog.
constexpr std::chrono::minutes use_noted_every{1};
constexpr std::size_t noted_max = 10'000;

Failure no_such_route(const http::Request& request, const Match& match) {
  if (match.allow.empty())
    return fail(Errc::not_found, "There is no \"" + request.path +
                                     "\" here. What there is, is in the API document, "
                                     "api/control.yaml.");
  return fail(Errc::method_not_allowed, "\"" + request.path + "\" does not answer " +
                                            request.method + ". It answers " + match.allow + ".");
}

http::Response refused(const http::Request& request, const Match& match, const Error& why,
                       std::string_view directory) {
  http::Response response = refusal(request, why, directory);
  if (response.status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (response.status == 405) response.headers.emplace_back("Allow", match.allow);
  return response;
}

Result<void> check_query(const http::Request& request, const Route& route) {
  for (const auto& [name, value] : request.query) {
    if (name == tenant_query) continue;
    if (std::find(route.query.begin(), route.query.end(), name) != route.query.end()) continue;
    std::string known;
    for (const std::string_view parameter : route.query)
      known.append(known.empty() ? " Known parameters: \"" : ", \"").append(parameter).append("\"");
    return fail(Errc::bad_request, "Unknown query parameter \"" + name + "\"." +
                                       (known.empty() ? " None is expected here." : known + "."));
  }
  return {};
}

/// Of whom nothing is known; or anyone could have the server hold large bodies.
Result<void> check_strangers_body(const http::Request& head, Access access) {
  constexpr std::size_t bytes_max = 4096;
  if (access == Access::everyone)
    return fail(Errc::bad_request, "\"" + head.path + "\" takes no body. Send none.");
  if (access != Access::sign_in) return {};
  const auto header = head.headers.find("content-length");
  if (header == head.headers.end())
    return fail(Errc::length_required, "Send this body with a Content-Length.");
  const std::string& length = header->second;
  if (length.size() <= 4 && std::strtoul(length.c_str(), nullptr, 10) <= bytes_max) return {};
  return fail(Errc::too_large,
              "This body has " + std::to_string(bytes_max) + " bytes at most before one signs in.");
}

}  // namespace

ControlApi::ControlApi(Services services) : services_(std::move(services)), routes_(all_routes()) {}

http::Response ControlApi::handle(const http::Request& request) {
  const Match match = find_route(routes_, request.method, request.path);
  auto answered = answer(request, match);
  http::Response response =
      answered ? *std::move(answered)
               : refused(request, match, answered.error(), services_.data_directory);
  // What is one caller's own, or a secret, is for no cache on the way.
  response.headers.emplace_back("Cache-Control", "no-store");
  // Or a browser might take a payload in an answer for a page.
  response.headers.emplace_back("X-Content-Type-Options", "nosniff");
  compress(request, response);
  return response;
}

std::optional<http::Response> ControlApi::refuse_by_head(const http::Request& head) const {
  const Match match = find_route(routes_, head.method, head.path);
  const auto caller = admit(head, match);
  if (!caller) return refused(head, match, caller.error(), services_.data_directory);
  const auto body = check_strangers_body(head, match.route->access);
  if (!body) return refused(head, match, body.error(), services_.data_directory);
  return std::nullopt;
}

std::variant<LiveGrant, http::Response> ControlApi::admit_live(const http::Request& request) const {
  const Match match = find_route(routes_, request.method, request.path);
  const auto granted = [&]() -> Result<LiveGrant> {
    WEIR_TRY(Caller caller, admit(request, match));
    WEIR_CHECK(check_query(request, *match.route));
    const auto snapshot = services_.catalog.snapshots().current();
    WEIR_TRY(LiveTopics topics, live_topics(request, caller, *snapshot));
    return LiveGrant{std::move(caller), std::move(topics)};
  }();
  if (granted) return *granted;
  return refused(request, match, granted.error(), services_.data_directory);
}

Result<Caller> ControlApi::admit(const http::Request& request, const Match& match) const {
  if (!match.route) return no_such_route(request, match);
  const auto snapshot = services_.catalog.snapshots().current();
  const auto people = services_.catalog.users().people();
  std::string host_tenant;
  if (match.route->access != Access::everyone) {
    WEIR_TRY(host_tenant, tenant_of_host(request, *snapshot, services_.domain));
  }
  return authorize(
      request, match.route->asks(),
      {*snapshot, *people, services_.sign_ins.life().idle, services_.operator_token, host_tenant},
      services_.clock.now());
}

Result<http::Response> ControlApi::answer(const http::Request& request, const Match& match) {
  WEIR_TRY(const Caller caller, admit(request, match));
  if (!caller.key_id.empty() && !caller.is_operator()) note_use(caller);
  WEIR_CHECK(check_query(request, *match.route));
  return conditional({services_, request, caller, match.id}, *match.route);
}

Result<http::Response> ControlApi::conditional(const Call& call, const Route& route) {
  const Route* const thing = thing_of(routes_, route);
  if (thing == nullptr || route.method == "POST") return audited(call, route);
  if (thing == &route) {
    WEIR_TRY(auto response, audited(call, route));
    if (const std::string etag = etag_of(response); !etag.empty())
      response.headers.emplace_back("ETag", etag);
    return response;
  }
  if (route.method == "GET") return audited(call, route);
  // What may take long has its own order, and would keep others waiting.
  const auto turn =
      route.may_take_long ? std::unique_lock<std::mutex>() : turns_.take(call.request.path);
  if (call.request.headers.contains("if-match")) {
    WEIR_TRY(const auto now, seen_now(call, *thing));
    if (auto refusal_of_it = mismatch(call.request, now)) return *std::move(refusal_of_it);
  }
  WEIR_TRY(auto response, audited(call, route));
  if (response.status != 200) return response;
  if (const auto now = seen_now(call, *thing); now && !etag_of(*now).empty())
    response.headers.emplace_back("ETag", etag_of(*now));
  return response;
}

Result<http::Response> ControlApi::audited(Call call, const Route& route) {
  const std::string type = audit_type(route);
  if (type.empty()) return called(call, route);
  catalog::AuditScope scope(
      {.tenant_no = call.caller.tenant_no,
       .type = type,
       .object = as_utf8(call.id),
       .otherwise = call.caller.tenant,
       .principal_id = call.caller.key_id,
       .principal_name = call.caller.is_operator() ? "Operator of the server" : "",
       .origin_ip = call.request.peer,
       .source = call.caller.is_user()       ? "ui"
                 : call.caller.is_operator() ? "server"
                                             : "api",
       .happened_at = services_.clock.now()});
  call.act = &scope.act();
  WEIR_TRY(auto response, called(call, route));
  // What nobody did, as a sign-in that a redirect refuses, is in nobody's log.
  if (response.status >= 400 || scope.act().tenant_no == 0) return response;
  if (auto recorded = services_.catalog.audit().record(scope); !recorded)
    return fail_while("This was done, but its audit event could not be written",
                      std::move(recorded).error());
  return response;
}

Result<http::Response> ControlApi::called(const Call& call, const Route& route) {
  if (!route.may_take_long) return route.handler(call);
  WEIR_TRY(const auto pass, services_.queries.enter(call.caller.tenant));
  return route.handler(call);
}

void ControlApi::note_use(const Caller& caller) {
  const Time now = services_.clock.now();
  const std::string& id = caller.is_user() ? caller.session : caller.key_id;
  {
    const std::lock_guard lock(mutex_);
    if (last_noted_.size() > noted_max) last_noted_.clear();
    const auto [noted, first] = last_noted_.try_emplace(id, now);
    if (!first && now - noted->second < use_noted_every) return;
    noted->second = now;
  }
  // A failed update does not fail the request; the next one is tried within a
  // minute.
  if (caller.is_user())
    static_cast<void>(services_.catalog.users().note_seen(id, now));
  else
    static_cast<void>(services_.catalog.keys().mark_used({{id, now}}));
}

}  // namespace weir::control
