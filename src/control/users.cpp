#include "catalog/users.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "control/answers.hpp"
#include "control/fields.hpp"
#include "control/routes.hpp"
#include "control/user_json.hpp"

/// Users and their policies (spec/users.md 1, 2). Nobody sets another's password: a link, shown
/// once, lets the user choose it.
namespace weir::control {
namespace {

namespace json = boost::json;

constexpr std::size_t code_length = 32;
constexpr std::chrono::hours invitation_life{7 * 24};
constexpr std::chrono::hours reset_life{24};
constexpr const char* user_administration = "user-administration";

Result<std::vector<std::string>> policies_of(const Fields& body) {
  WEIR_TRY(auto policies, body.texts("policies"));
  for (const std::string& policy : policies) {
    std::string known;
    bool found = false;
    for (const Grant& each : grants()) {
      if (!each.of_users) continue;
      found = found || each.policy == policy;
      known.append(known.empty() ? "\"" : ", \"").append(each.policy).append("\"");
    }
    if (!found)
      return fail(Errc::bad_request,
                  "There is no policy \"" + policy + "\" of users. There are " + known + ".");
  }
  std::sort(policies.begin(), policies.end());
  policies.erase(std::unique(policies.begin(), policies.end()), policies.end());
  return policies;
}

std::string letter_of(const catalog::User& user, catalog::CodeUse use, const std::string& link,
                      Time expires_at) {
  const std::string what = use == catalog::CodeUse::invitation
                               ? "You are invited to Weir, tenant " + user.tenant
                               : "Your password for Weir, tenant " + user.tenant + ", is reset";
  return "Hello " + user.name + ",\n\n" + what + ". Choose a password here, once:\n\n" + link +
         "\n\nThe link is good until " + to_string(expires_at) +
         ". If you did not expect this, do nothing: without the link nothing changes.\n";
}

/// To the user's own address, where mail is sent and the server knows by itself where it is found:
/// a link made of a request's Host could lead to whoever sent that request. Else it is shown.
json::object json_of_link(const Call& call, const catalog::User& user, const std::string& code,
                          catalog::CodeUse use, Time expires_at) {
  const std::string link = call.services.base_url(call.request) + "/ui/password#" + code;
  json::object body{
      {"user", json_of_user(user)}, {"code", code},          {"link", link},
      {"mailed_to", nullptr},       {"mail_error", nullptr}, {"expires_at", to_string(expires_at)}};
  if (!call.services.send_mail || user.email.empty()) return body;
  const auto sent = call.services.send_mail(
      user.email,
      use == catalog::CodeUse::invitation ? "Your invitation to Weir" : "Your password for Weir",
      letter_of(user, use, link, expires_at));
  if (!sent) {
    body["mail_error"] = sent.error().message;
    return body;
  }
  body["code"] = body["link"] = nullptr;
  body["mailed_to"] = user.email;
  return body;
}

Result<json::object> new_link(const Call& call, const std::string& id, catalog::CodeUse use) {
  const std::string code = random_id(call.services.random, "", code_length);
  const Time expires_at = call.services.clock.now() +
                          (use == catalog::CodeUse::invitation ? invitation_life : reset_life);
  WEIR_TRY(const auto user, call.services.catalog.users().set_code(call.caller.tenant_no, id, use,
                                                                   stored_form(code), expires_at));
  return json_of_link(call, user, code, use, expires_at);
}

Result<http::Response> list_users(const Call& call) {
  WEIR_TRY(const auto request, page_request(call.request));
  std::optional<catalog::UserState> state;
  if (const auto text = query_text(call.request, "state")) {
    state = catalog::parse_user_state(*text);
    if (!state)
      return fail(
          Errc::bad_request,
          "\"state\" must be \"invited\", \"active\" or \"disabled\", not \"" + *text + "\".");
  }
  WEIR_TRY(const auto page,
           call.services.catalog.users().list(call.caller.tenant_no, request, state));
  return answer_page(page, json_of_user);
}

Result<http::Response> create_user(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "email", "policies"}));
  catalog::NewUser user;
  WEIR_TRY(user.name, body.text("name"));
  WEIR_TRY(user.email, body.text_or("email", ""));
  WEIR_TRY(user.policies, policies_of(body));
  WEIR_TRY(const auto added, call.services.catalog.users().add(call.caller.tenant_no, user));
  WEIR_TRY(const auto link, new_link(call, added.id, catalog::CodeUse::invitation));
  return answer(201, link);
}

Result<http::Response> add_member(const Call& call) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"name", "policies"}));
  WEIR_TRY(const auto name, body.text("name"));
  WEIR_TRY(const auto policies, policies_of(body));
  WEIR_TRY(const auto user,
           call.services.catalog.users().add_member(call.caller.tenant_no, name, policies));
  return answer(201, json_of_user(user));
}

Result<http::Response> remove_member(const Call& call) {
  WEIR_CHECK(call.services.catalog.users().remove_member(call.caller.tenant_no, call.id,
                                                         user_administration));
  return http::Response{204, "", "", {}};
}

Result<http::Response> get_user(const Call& call) {
  WEIR_TRY(const auto user, call.services.catalog.users().find(call.caller.tenant_no, call.id));
  return answer(200, json_of_user(user));
}

Result<http::Response> invite_user(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto link, new_link(call, call.id, catalog::CodeUse::invitation));
  return answer(201, link);
}

Result<http::Response> reset_user(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto link, new_link(call, call.id, catalog::CodeUse::reset));
  return answer(201, link);
}

Result<http::Response> disable_user(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto user, call.services.catalog.users().disable(call.caller.tenant_no, call.id,
                                                                  user_administration));
  return answer(200, json_of_user(user));
}

Result<http::Response> enable_user(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  WEIR_TRY(const auto user, call.services.catalog.users().enable(call.caller.tenant_no, call.id));
  return answer(200, json_of_user(user));
}

Result<http::Response> sign_out_user(const Call& call) {
  WEIR_CHECK(Fields::of_body(call.request, {}));
  auto& users = call.services.catalog.users();
  WEIR_TRY(const auto user, users.find(call.caller.tenant_no, call.id));
  if (!user.is_at_home)
    return fail(Errc::forbidden, "User " + user.id +
                                     " is one of another tenant, whose administrators of users "
                                     "decide this. Here, take the membership away.");
  WEIR_CHECK(users.end_sessions(call.caller.tenant_no, call.id, ""));
  return answer(200, json_of_user(user));
}

/// Two calls and not one, since each is an event of its own kind (spec/users.md 4).
Result<http::Response> change_policies(const Call& call, bool attach) {
  WEIR_TRY(const auto body, Fields::of_body(call.request, {"policies"}));
  WEIR_TRY(const auto named, policies_of(body));
  auto& users = call.services.catalog.users();
  WEIR_TRY(const auto user, users.find(call.caller.tenant_no, call.id));
  std::vector<std::string> policies = user.policies;
  std::erase_if(policies, [&](const std::string& policy) {
    return std::find(named.begin(), named.end(), policy) != named.end();
  });
  if (attach) policies.insert(policies.end(), named.begin(), named.end());
  WEIR_TRY(const auto changed,
           users.set_policies(call.caller.tenant_no, call.id, policies, user_administration));
  return answer(200, json_of_user(changed));
}

Result<http::Response> attach_policies(const Call& call) {
  return change_policies(call, true);
}

Result<http::Response> detach_policies(const Call& call) {
  return change_policies(call, false);
}

}  // namespace

json::value json_of_user(const catalog::User& user) {
  return {{"id", user.id},
          {"name", user.name},
          {"email", user.email.empty() ? json::value() : json::value(user.email)},
          {"policies", json::array(user.policies.begin(), user.policies.end())},
          {"state", catalog::to_string(user.state)},
          {"is_member_only", !user.is_at_home},
          {"created_at", to_string(user.created_at)},
          {"last_signed_in_at", json_of(user.last_signed_in_at)}};
}

void add_user_routes(Routes& routes) {
  constexpr std::string_view all = "/api/v0/users";
  constexpr auto access = Access::administer_users;
  routes.push_back({"GET", all, "listUsers", access, list_users, paged({"q", "state"})});
  routes.push_back({"POST", all, "createUser", access, create_user});
  routes.push_back({"GET", "/api/v0/users/{id}", "getUser", access, get_user});
  routes.push_back({"POST", "/api/v0/members", "addMember", access, add_member});
  routes.push_back({"DELETE", "/api/v0/members/{id}", "removeMember", access, remove_member});
  const auto add = [&](std::string_view path, std::string_view id, Handler handler) {
    routes.push_back({"POST", path, id, access, handler});
  };
  add("/api/v0/users/{id}/invite", "inviteUser", invite_user);
  add("/api/v0/users/{id}/reset", "resetUser", reset_user);
  add("/api/v0/users/{id}/disable", "disableUser", disable_user);
  add("/api/v0/users/{id}/enable", "enableUser", enable_user);
  add("/api/v0/users/{id}/sign-out", "signOutUser", sign_out_user);
  add("/api/v0/users/{id}/attach-policies", "attachPolicies", attach_policies);
  add("/api/v0/users/{id}/detach-policies", "detachPolicies", detach_policies);
}

}  // namespace weir::control
