#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "catalog/audit.hpp"
#include "catalog/keys.hpp"
#include "catalog/users.hpp"
#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/password.hpp"
#include "control/provider_sign_ins.hpp"
#include "control/routes.hpp"
#include "control/session_start.hpp"
#include "control/sign_ins.hpp"
#include "control/user_json.hpp"

/// Signing in and out, the first set-up, and who one is (spec/users.md 7). A session is a random
/// token in a cookie; the catalog has its hash.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr std::size_t token_length = 43;  // alphanumerics: 256 bits

bool over_https(const Call& call) {
  return call.services.base_url(call.request).starts_with("https:");
}

std::string cookie(const Call& call, const std::string& token, std::chrono::seconds age) {
  return cookie_line(call, secure_session_cookie, session_cookie, token, age, "Strict");
}

Result<http::Response> begin_session(const Call& call, const catalog::User& user) {
  const auto before = session_token(call.request);
  WEIR_TRY(const auto started, start_session(call, user, before ? stored_form(*before) : ""));
  const Time ends = call.services.clock.now() + call.services.sign_ins.life().in_all;
  http::Response response = answer(201, {{"csrf_token", csrf_token(started.token)},
                                         {"user", json_of_user(user)},
                                         {"expires_at", to_string(ends)}});
  response.headers.emplace_back("Set-Cookie", started.cookie);
  return response;
}

http::Response throttled(const Call& call, Time until) {
  const auto wait = std::chrono::ceil<std::chrono::seconds>(until - call.services.clock.now());
  http::Response response =
      http::error_response({Errc::throttled, "Too many tries. The next one is looked at from " +
                                                 to_string(until) + " on."},
                           call.request.request_id);
  std::erase_if(response.headers, [](const auto& each) { return each.first == "Retry-After"; });
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

/// The same for a name that nobody has, in the same time, so that nobody learns names here.
Result<catalog::User> check_credential(
    const Result<std::optional<catalog::Users::Credential>>& found, const std::string& password) {
  if (!found) return fail(found.error());
  const auto& credential = *found;
  const bool right =
      is_password(password, credential ? credential->password_hash : nobodys_password());
  if (right && credential) return credential->user;
  return fail(Errc::unauthorized,
              "Name and password do not go together, or the user is not active.");
}

Result<http::Response> create_session(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "password"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_TRY(const auto password, body.text("password"));
  SignIns& sign_ins = call.services.sign_ins;
  WEIR_TRY(const auto turn, sign_ins.take_turn());
  if (const auto until = sign_ins.refused_until(name, call.request.peer))
    return throttled(call, *until);
  WEIR_TRY(const auto user,
           check_credential(call.services.catalog.users().credential(name), password));
  sign_ins.succeeded(name, call.request.peer);
  return begin_session(call, user);
}

Result<http::Response> set_up(const Call& call) {
  WEIR_TRY(const auto body,
           Fields::of_body(call.request, {"code", "name", "email", "password", "tenant"}));
  WEIR_TRY(const auto code, body.text("code"));
  catalog::NewUser user;
  WEIR_TRY(user.name, body.text("name"));
  WEIR_TRY(user.email, body.text_or("email", ""));
  WEIR_TRY(const auto password, body.text("password"));
  WEIR_TRY(const auto tenant, body.text_or("tenant", ""));
  WEIR_CHECK(check_password(password));
  WEIR_TRY(const auto turn, call.services.sign_ins.take_turn());
  if (!call.services.sign_ins.is_setup_code(code))
    return fail(Errc::forbidden,
                "This is not the code of the first set-up. `weir serve` prints one at its start, "
                "as long as there is no user.");
  user.policies = {"datagrid-administrator", "api-key-administration", "user-administration",
                   "source-data-deletion"};
  WEIR_TRY(const auto hash, hash_password(password, call.services.random));
  WEIR_TRY(const auto added, call.services.catalog.users().add_first(tenant, user, hash));
  return begin_session(call, added);
}

Result<http::Response> use_code(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"code", "password"}));
  WEIR_TRY(const auto code, body.text("code"));
  WEIR_TRY(const auto password, body.text("password"));
  WEIR_CHECK(check_password(password));
  WEIR_TRY(const auto turn, call.services.sign_ins.take_turn());
  WEIR_TRY(const auto hash, hash_password(password, call.services.random));
  WEIR_TRY(const auto user, call.services.catalog.users().use_code(stored_form(code), hash));
  return begin_session(call, user);
}

Result<http::Response> get_session(const Call& call) {
  json::object body{{"signed_in", false},
                    {"csrf_token", nullptr},
                    {"setup_needed", false},
                    {"provider", nullptr}};
  if (call.services.provider_sign_ins != nullptr)
    body["provider"] = call.services.provider_sign_ins->rules().label;
  const auto token = session_token(call.request);
  const Time now = call.services.clock.now();
  const auto people = call.services.catalog.users().people();
  const auto found = token ? people->sessions.find(stored_form(*token)) : people->sessions.end();
  if (found != people->sessions.end() && now < found->second.expires_at &&
      now - found->second.seen_at < call.services.sign_ins.life().idle) {
    body["signed_in"] = true;
    body["csrf_token"] = csrf_token(*token);
    return answer(200, body);
  }
  WEIR_TRY(const bool any, call.services.catalog.users().any());
  body["setup_needed"] = !any;
  return answer(200, body);
}

/// With a cookie that ends now.
http::Response signed_out(const Call& call) {
  http::Response response{204, "", "", {}};
  response.headers.emplace_back("Set-Cookie", cookie(call, "", std::chrono::seconds(0)));
  return response;
}

Result<void> check_is_user(const Call& call) {
  if (call.caller.is_user()) return {};
  return fail(Errc::conflict,
              "An API key has no session and no password: sign in as a user to do this.");
}

Result<http::Response> delete_session(const Call& call) {
  WEIR_CHECK(check_is_user(call));
  WEIR_CHECK(call.services.catalog.users().end_session(call.caller.session));
  return signed_out(call);
}

Result<http::Response> delete_sessions(const Call& call) {
  WEIR_CHECK(check_is_user(call));
  WEIR_CHECK(
      call.services.catalog.users().end_sessions(call.caller.tenant_no, call.caller.key_id, ""));
  return signed_out(call);
}

Result<http::Response> change_password(const Call& call) {
  WEIR_CHECK(check_is_user(call));
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"current_password", "password"}));
  WEIR_TRY(const auto current, body.text("current_password"));
  WEIR_TRY(const auto password, body.text("password"));
  WEIR_CHECK(check_password(password));
  SignIns& sign_ins = call.services.sign_ins;
  WEIR_TRY(const auto turn, sign_ins.take_turn());
  const std::string& id = call.caller.key_id;
  if (const auto until = sign_ins.refused_until(id, call.request.peer))
    return throttled(call, *until);
  auto& users = call.services.catalog.users();
  if (!check_credential(users.credential_by_id(id), current))
    return fail(Errc::bad_request, "\"current_password\" is not your password.");
  sign_ins.succeeded(id, call.request.peer);
  WEIR_TRY(const auto hash, hash_password(password, call.services.random));
  WEIR_CHECK(users.set_password(id, hash, call.caller.session));
  return http::Response{204, "", "", {}};
}

json::array operations_of(const Caller& caller) {
  static const Routes routes = all_routes();
  json::array operations;
  for (const Route& route : routes)
    if (permits(route.asks(), caller.rights)) operations.emplace_back(route.operation_id);
  return operations;
}

/// Those that the caller may name in the tenant header; a key's own.
json::array tenants_of(const Call& call) {
  const auto snapshot = call.services.catalog.snapshots().current();
  const auto people = call.services.catalog.users().people();
  const auto session = people->sessions.find(call.caller.session);
  json::array tenants;
  if (session == people->sessions.end()) {
    tenants.push_back({{"name", call.caller.tenant}, {"sandbox_of", nullptr}});
    return tenants;
  }
  for (const catalog::Membership& each : session->second.memberships)
    if (snapshot->tenants.contains(each.tenant))
      tenants.push_back(
          {{"name", each.tenant},
           {"sandbox_of", each.sandbox_of.empty() ? json::value() : json::value(each.sandbox_of)}});
  return tenants;
}

Result<http::Response> get_me(const Call& call) {
  const Caller& caller = call.caller;
  json::object body{{"id", caller.key_id}, {"tenant", caller.tenant}};
  std::vector<std::string> policies;
  if (caller.is_user()) {
    WEIR_TRY(const auto user, call.services.catalog.users().find(caller.tenant_no, caller.key_id));
    body["kind"] = "user";
    body["name"] = user.name;
    policies = user.policies;
  } else {
    WEIR_TRY(const auto key, call.services.catalog.keys().find(caller.tenant_no, caller.key_id));
    body["kind"] = "api_key";
    body["name"] = key.name;
    policies = key.policies;
  }
  body["tenants"] = tenants_of(call);
  body["policies"] = json::array(policies.begin(), policies.end());
  body["operations"] = operations_of(caller);
  return answer(200, body);
}

}  // namespace

std::string cookie_line(const Call& call, std::string_view secure_name, std::string_view name,
                        const std::string& value, std::chrono::seconds age,
                        std::string_view same_site) {
  const bool secure = over_https(call);
  std::string line(secure ? secure_name : name);
  line.append("=").append(value).append("; Path=/; HttpOnly; SameSite=").append(same_site);
  line.append("; Max-Age=").append(std::to_string(age.count()));
  if (secure) line += "; Secure";
  return line;
}

Result<StartedSession> start_session(const Call& call, const catalog::User& user,
                                     const std::string& replaces) {
  // Who it was, before the change that holds the event.
  call.act->tenant_no = user.tenant_no;
  call.act->principal_id = call.act->object = user.id;
  const auto& life = call.services.sign_ins.life();
  const std::string token = random_id(call.services.random, "", token_length);
  WEIR_CHECK(call.services.catalog.users().start_session(user, stored_form(token), replaces, life));
  return StartedSession{token, cookie(call, token, life.in_all)};
}

void add_session_routes(Routes& routes) {
  constexpr std::string_view session = "/api/v0/session";
  constexpr auto sign_in = Access::sign_in;
  constexpr auto signed_in = Access::signed_in;
  routes.push_back({"GET", session, "getSession", sign_in, get_session});
  routes.push_back({"POST", session, "createSession", sign_in, create_session});
  routes.push_back({"DELETE", session, "deleteSession", signed_in, delete_session});
  routes.push_back({"DELETE", "/api/v0/sessions", "deleteSessions", signed_in, delete_sessions});
  routes.push_back({"POST", "/api/v0/setup", "setUp", sign_in, set_up});
  routes.push_back({"POST", "/api/v0/passwords", "usePasswordCode", sign_in, use_code});
  routes.push_back({"GET", "/api/v0/me", "getMe", signed_in, get_me});
  routes.push_back({"PUT", "/api/v0/me/password", "changePassword", signed_in, change_password});
}

}  // namespace weir::control
